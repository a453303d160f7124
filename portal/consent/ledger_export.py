"""Every ledger entry of a business for a file, by its number, which has no gap."""

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session

from portal import clock
from portal.consent import ledger, subscription
from portal.sheet import Cell
from portal.statement import Statement, param

PIECE = 500
COLUMNS = (
    "seq", "kind", "at", "origin", "actor", "words", "wording_version", "message", "submission", "hash",
    "previous_hash", "subscription", "channel", "number", "scope", "recorded_at",
)  # fmt: skip

_e, _s = ledger.table, subscription.table
_PIECE = Statement(
    sa.select(_e, _s.c.number)
    .outerjoin_from(_e, _s, _s.c.id == _e.c.subscription_id)  # whose number was erased has no row
    .where(_e.c.business_id == param("business_id"), _e.c.seq > param("after"))
    .order_by(_e.c.seq)
    .limit(param("limit", sa.Integer()))
)


def piece(session: Session, business_id: str, after: int | None) -> tuple[list[dict[str, Any]], int | None]:
    """Some entries as the API tells them and more, and where to go on, or None."""
    found = _PIECE.rows(session, business_id=business_id, after=after or 0, limit=PIECE)
    return [told(row) for row in found], found[-1].seq if len(found) == PIECE else None


def told(row: Any) -> dict[str, Any]:
    """An erased value is null; the hash stays what it was."""
    return {
        "seq": row.seq, "kind": row.kind, "at": clock.rfc3339(row.occurred_at), "origin": row.origin,
        "actor": row.actor, "words": row.evidence.get("words"),
        "wording_version": row.evidence.get("wording_version"), "message": row.message_id,
        "submission": row.submission_id, "hash": row.hash, "previous_hash": row.previous_hash,
        "subscription": row.subscription_id, "channel": row.channel, "number": row.number, "scope": row.scope,
        "recorded_at": clock.rfc3339(row.recorded_at),
    }  # fmt: skip


def flat(row: Mapping[str, Any]) -> list[list[Cell]]:
    return [list(row.values())]
