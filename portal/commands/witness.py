"""For the doctor: whether ledgers are signed, and whether the second place for what is signed can be used."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from portal.commands.finding import Finding
from portal.settings import Settings, sqlite_path

if TYPE_CHECKING:
    from portal.database import Database

WHAT = "checkpoints"


def looks(settings: Settings) -> Iterator[Finding]:
    """Nothing where there is no second place: mails are enough for most."""
    if not settings.witness_dir:
        return
    from portal.evidence import witness

    folder, data = Path(settings.witness_dir), sqlite_path(settings.database_url)
    trouble = witness.trouble(folder)
    if trouble:
        yield Finding("FAIL", WHAT, f"PORTAL_WITNESS_DIR: {trouble}")
    elif data is not None and data.exists() and folder.stat().st_dev == data.stat().st_dev:
        yield Finding(
            "warn", WHAT, f"{folder} is on the disk of the database; whoever loses or changes one has the other"
        )
    else:
        yield Finding("ok", WHAT, f"are kept in {folder} too")


def seals(found: "Database") -> Iterator[Finding]:
    """One for each ledger that can no longer be signed."""
    from portal.consent import ledger_seal

    for row in found.read(ledger_seal.troubled):
        yield Finding(
            "FAIL", WHAT, f"business {row.business_id}: {row.problem} Nothing is signed until that is understood"
        )
