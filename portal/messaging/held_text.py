"""What waits for the client's YES: our texts, held; and theirs, hidden (behaviours.md X-8, X-9).

With the YES ours leave in the order in which they were written, after the confirmation, and theirs are shown with their
own times. A text of ours that waited for more than 72 hours is stale: a member decides whether it still fits.
"""

import datetime as dt
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session

from portal import clock
from portal.accounts import delivery
from portal.accounts.endpoint import Event
from portal.database import announce
from portal.messaging import message, outbox, segment
from portal.messaging.message import Direction, Fate
from portal.messaging.quarantine import RESTORED
from portal.statement import Statement, param, params

FRESH = dt.timedelta(hours=72)
STALE = "stale"
TO_DECIDE = (STALE, RESTORED)
"""Only a member's word lets these out."""
SAID_STALE = "What waited too long for their YES was not sent. Please look whether it still fits."
MOST = 50  # shown in one thread
AFTER = dt.timedelta(milliseconds=1)
"""How much later than the confirmation a released text stands in the thread."""

_m = message.table
_HERE = _m.c.subscription_id == param("subscription_id")
_is_held = sa.and_(_m.c.status == Fate.HELD.value, _m.c.direction == Direction.OUTBOUND.value)
_ANY = Statement(
    sa.select(
        sa.exists().where(_HERE, _m.c.status.in_(("queued", "held")), _is_held).label("has_held"),
        sa.exists().where(_HERE, message.IS_HIDDEN).label("has_hidden"),
    )
)
_HELD = Statement(
    sa.select(_m.c.id, _m.c.text, _m.c.segments, _m.c.created_at, _m.c.due_at, _m.c.member_id, _m.c.reason)
    .where(_HERE, _m.c.status.in_(("queued", "held")), _is_held)
    .order_by(_m.c.created_at, _m.c.id)
    .limit(MOST)
)
_HIDDEN = Statement(
    sa.select(_m.c.id, _m.c.created_at).where(_HERE, message.IS_HIDDEN).order_by(_m.c.created_at, _m.c.id)
)
_is_stale = sa.or_(  # a text for later waits since its time, and is no longer fresh when that is long over
    _m.c.due_at <= param("oldest", _m.c.due_at.type),
    sa.and_(_m.c.expires_at.is_not(None), _m.c.expires_at <= param("now", _m.c.expires_at.type)),
)
_WAITED = sa.case((_m.c.due_at > param("now", _m.c.due_at.type), _m.c.due_at), else_=param("now", _m.c.due_at.type))
_RELEASE = Statement(
    sa.update(_m)
    .where(_HERE, _is_held, ~_is_stale, _m.c.reason != RESTORED)
    .values(status="queued", reason="", due_at=_WAITED, created_at=param("at"), **params("consent_seq"))
)
_GO_STALE = Statement(
    sa.update(_m).where(_HERE, _is_held, _is_stale, _m.c.reason != RESTORED).values(**params("reason"))
)
_SHOW = Statement(sa.update(_m).where(_HERE, message.IS_HIDDEN).values(is_hidden=False))
_ONE = sa.and_(_m.c.business_id == param("business_id"), _m.c.id == param("id"), _is_held)
_CHANGE = Statement(sa.update(_m).where(_ONE).values(**params("text", "segments")))
_APPROVE = Statement(
    sa.update(_m)
    .where(_ONE, _m.c.reason.in_(TO_DECIDE))
    .values(status="queued", reason="", expires_at=None, **params("due_at", "created_at", "consent_seq"))
)


def is_held(row: Any) -> bool:
    """Whether this message is a text of ours that waits for a YES."""
    return bool(row.status == Fate.HELD and row.direction == Direction.OUTBOUND)


def of(session: Session, subscription_id: str) -> list[Any]:
    """The texts to one number that wait, in the order in which they were written."""
    return _HELD.rows(session, subscription_id=subscription_id)


def hidden(session: Session, subscription_id: str) -> list[Any]:
    """When the client wrote what members may not read yet: ids and times, no words."""
    return _HIDDEN.rows(session, subscription_id=subscription_id)


def release(session: Session, row: Any, *, consent_seq: int) -> None:
    """The client of the locked `row` has said YES."""
    found = _ANY.first(session, subscription_id=row.id)
    if found.has_held:
        now = clock.now()
        if _GO_STALE.run(session, subscription_id=row.id, oldest=now - FRESH, now=now, reason=STALE):
            message.notice(session, row, SAID_STALE)
        _RELEASE.run(
            session, subscription_id=row.id, oldest=now - FRESH, now=now, at=now + AFTER, consent_seq=consent_seq
        )
        announce(session, outbox.TOPIC)
    if found.has_hidden:
        _reveal(session, row)


def _reveal(session: Session, row: Any) -> None:
    ids = [each.id for each in hidden(session, row.id)]
    _SHOW.run(session, subscription_id=row.id)
    if row.has_listener:
        for each in ids:
            delivery.note(session, row.business_id, Event.MESSAGE_RECEIVED, each)
    announce(session, f"thread:{row.business_id}:{row.id}")


def change(session: Session, business_id: str, message_id: str, text: str) -> bool:
    """Other words for a text that waits; False when it waits no more."""
    found = message.get(session, business_id, message_id)
    if found is None:
        return False
    announce(session, f"thread:{business_id}:{found.subscription_id}")
    size = segment.count(text).segments
    return _CHANGE.run(session, business_id=business_id, id=message_id, text=text, segments=size) == 1


def approve(session: Session, row: Any, message_id: str) -> bool:
    """A member sends a stale text, or one of before a restore, after all, to the locked `row`, which has agreed; False
    when it waits no more."""
    now = clock.now()
    announce(session, f"thread:{row.business_id}:{row.id}")
    announce(session, outbox.TOPIC)
    return _APPROVE.run(
        session, business_id=row.business_id, id=message_id, due_at=now, created_at=now, consent_seq=row.consent_seq
    ) == 1  # fmt: skip
