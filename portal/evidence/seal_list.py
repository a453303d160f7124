"""The seals of a ledger as people see them: the signed checkpoints, newest first, and what stops a new one."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlmodel import Session

from portal.consent import ledger_seal
from portal.evidence import checkpoint

SHOWN = 20


@dataclass(frozen=True)
class Seals:
    """`older` is where to go on. `key` is the public key, the same on all pages of an installation. `trouble`: the row
    of a ledger that cannot be signed, or None."""

    rows: Sequence[Any]
    older: int | None
    key: str
    trouble: Any

    @property
    def newest(self) -> Any:
        return self.rows[0] if self.rows else None


def of(session: Session, business_id: str, *, below: int | None = None, limit: int = SHOWN) -> Seals:
    """Those of fewer entries than `below`, or all."""
    found = checkpoint.page(session, business_id, below=below or checkpoint.MOST, limit=limit + 1)
    state = ledger_seal.of(session, business_id)
    return Seals(
        found[:limit],
        found[limit - 1].size if len(found) > limit else None,
        checkpoint.public_key(session),
        state if state is not None and state.problem else None,
    )


def fingerprint(row: Any) -> str:
    """Enough of the root to tell two seals apart at a glance."""
    return str(row.root)[:12]
