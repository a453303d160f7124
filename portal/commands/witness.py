"""For the doctor: whether ledgers are signed, and whether the second place for what is signed can be used."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from portal.settings import Settings, sqlite_path

if TYPE_CHECKING:
    from portal.database import Database

Look = tuple[Literal["ok", "warn", "FAIL"], str, str]
"""Verdict, what it is about, and the sentence."""
WHAT = "checkpoints"


def looks(settings: Settings) -> Iterator[Look]:
    """Nothing where there is no second place: mails are enough for most."""
    if not settings.witness_dir:
        return
    from portal.evidence import witness

    folder, data = Path(settings.witness_dir), sqlite_path(settings.database_url)
    trouble = witness.trouble(folder)
    if trouble:
        yield "FAIL", WHAT, f"PORTAL_WITNESS_DIR: {trouble}"
    elif data is not None and data.exists() and folder.stat().st_dev == data.stat().st_dev:
        yield "warn", WHAT, f"{folder} is on the disk of the database; whoever loses or changes one has the other"
    else:
        yield "ok", WHAT, f"are kept in {folder} too"


def seals(found: "Database") -> Iterator[Look]:
    """One for each ledger that can no longer be signed."""
    from portal.consent import ledger_seal

    for row in found.read(ledger_seal.troubled):
        yield "FAIL", WHAT, f"business {row.business_id}: {row.problem} Nothing is signed until that is understood"
