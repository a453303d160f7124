"""What became of some rows of a list."""

from dataclasses import dataclass, field

from portal.imports.contact_row import Trouble


@dataclass
class Tally:
    """As the counts of ImportRun; `troubles` are listed, and some of them tell of a row that came in all the same."""

    imported: int = 0
    known: int = 0
    skipped: int = 0
    passed: int = 0
    stopped: int = 0
    promised: int = 0
    troubles: list[Trouble] = field(default_factory=list)
