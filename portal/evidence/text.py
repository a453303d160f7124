"""The texts of one number as a packet tells them: what was said, what became of it, and the entry that allowed it.

Notes and notices, which only members see, are no texts and are not here. What waits for its writer's YES is named and
not told (behaviours.md X-9).
"""

from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session

from portal import clock
from portal.errors import NotFound
from portal.evidence.redaction import Redaction
from portal.messaging import message
from portal.messaging.message import Direction, Fate
from portal.statement import Statement, param

MOST = 20_000
"""Texts in one packet, the latest; it says so when there were more."""
HIDDEN = "Hidden until the client answers YES."
HOW_TO_VERIFY = (
    "For each text with a `receipt`: the receipt = SHA-256 over the canonical JSON, in hex, of an object with `format` "
    "(“portal-receipt-1”), `message` (its id), `subscription` and `channel` (of this file), its `purpose` and `entry`, "
    "`decided_at` (its `claimed_at`), the `rule`, `status`, `scope` and `carrier` of its `decision`, and `entry_hash` "
    "(the hash of that entry, null without one)."
)

_m = message.table
COLUMNS = tuple(
    _m.c[name] for name in (
        "id", "direction", "created_at", "purpose", "text", "is_hidden", "status", "reason", "error_code",
        "provider_id", "segments", "consent_seq", "claimed_at", "sent_at", "finished_at", "wording", "reading",
        "once_key", "decision", "receipt", "emptied_at",
    )
)  # fmt: skip
_is_text = (
    _m.c.business_id == param("business_id"),
    _m.c.subscription_id == param("subscription_id"),
    _m.c.direction != Direction.NOTICE.value,
)
_LATEST = Statement(
    sa.select(*COLUMNS)
    .where(*_is_text)
    .order_by(_m.c.created_at.desc(), _m.c.id.desc())
    .limit(param("limit", sa.Integer()))
)
_ONE = Statement(sa.select(*COLUMNS).where(*_is_text, _m.c.id == param("id")))
_BEFORE = Statement(
    sa.select(*COLUMNS)
    .where(
        *_is_text,
        sa.tuple_(_m.c.created_at, _m.c.id) < sa.tuple_(param("at", _m.c.created_at.type), param("id", _m.c.id.type)),
    )
    .order_by(_m.c.created_at.desc(), _m.c.id.desc())
    .limit(param("limit", sa.Integer()))
)
_COUNT = Statement(sa.select(sa.func.count().label("many")).where(*_is_text))


def latest(session: Session, business_id: str, subscription_id: str, *, limit: int) -> tuple[list[Any], bool]:
    """Rows oldest first, and whether there were more."""
    found = _LATEST.rows(session, business_id=business_id, subscription_id=subscription_id, limit=limit + 1)
    return found[:limit][::-1], len(found) > limit


def before(
    session: Session, business_id: str, subscription_id: str, message_id: str, *, limit: int
) -> tuple[list[Any], bool]:
    """The same, of those before a text. Raises NotFound."""
    last = one(session, business_id, subscription_id, message_id)
    found = _BEFORE.rows(
        session, business_id=business_id, subscription_id=subscription_id, at=last.created_at, id=last.id,
        limit=limit + 1,
    )  # fmt: skip
    return found[:limit][::-1], len(found) > limit


def one(session: Session, business_id: str, subscription_id: str, message_id: str) -> Any:
    """Raises NotFound for an unknown, a note, or one of another number."""
    found = _ONE.first(session, business_id=business_id, subscription_id=subscription_id, id=message_id)
    if found is None:
        raise NotFound("There is no such text.")
    return found


def count(session: Session, business_id: str, subscription_id: str) -> int:
    return int(_COUNT.first(session, business_id=business_id, subscription_id=subscription_id).many)


def told(row: Any, redaction: Redaction) -> dict[str, Any]:
    """Words that a version of the business's own wording holds are told as they are; of words that have run out, the
    row says so in their place."""
    words = None if row.is_hidden or row.emptied_at else row.text
    is_delivered = row.status == Fate.DELIVERED
    return {
        "id": row.id, "direction": row.direction, "at": clock.rfc3339(row.created_at), "purpose": row.purpose,
        "text": words if words is None else redaction.wording(words) if row.wording else redaction.text(words),
        "why_no_text": HIDDEN if row.is_hidden else row.text if row.emptied_at else None,
        "status": row.status, "reason": row.reason or None,
        "error_code": row.error_code or None, "provider_id": row.provider_id, "segments": row.segments,
        "entry": row.consent_seq, "wording_version": row.wording, "receipt": row.receipt,
        "decision": row.decision, "claimed_at": clock.rfc3339(row.claimed_at) if row.claimed_at else None,
        "sent_at": clock.rfc3339(row.sent_at) if row.sent_at else None,
        "delivered_at": clock.rfc3339(row.finished_at) if is_delivered and row.finished_at else None,
        "reading": _reading(row.reading),
    }  # fmt: skip


def _reading(reading: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """How an inbound text was read; not the words that were matched, which stand in the text."""
    names = ("meaning", "rule", "version")
    return {name: reading.get(name) for name in names} if reading else None


def by_key(rows: Sequence[Any]) -> dict[str, Any]:
    return {row.once_key: row for row in rows if row.once_key}
