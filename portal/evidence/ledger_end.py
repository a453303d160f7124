"""The last row of an exported ledger: the checkpoint that seals the rows above it, in the same columns."""

from typing import Any

from sqlmodel import Session

from portal import clock
from portal.consent import ledger_export
from portal.evidence import checkpoint

KIND = "checkpoint"


def row(session: Session, business_id: str) -> dict[str, Any] | None:
    """It has no number, since it is no entry; its `words` are the signed note. None where nothing can be signed."""
    made = checkpoint.make(session, business_id).row
    if made is None:
        return None
    told = {
        "kind": KIND, "at": clock.rfc3339(made.made_at), "origin": "system", "actor": "system", "words": made.note,
        "recorded_at": clock.rfc3339(made.made_at),
    }  # fmt: skip
    return dict.fromkeys(ledger_export.COLUMNS) | told
