"""The conversation of a business with one phone number on one channel: its messages, newest page first."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session

from portal.accounts import business as businesses
from portal.consent import subscription
from portal.consent.purpose import Purpose
from portal.errors import NotFound
from portal.messaging import gate, message
from portal.messaging.gate import Decision, Refuse
from portal.messaging.outbox import Queued, queue
from portal.statement import Statement, param

PAGE = 50

_m = message.table
_COLUMNS = (
    _m.c.id, _m.c.direction, _m.c.purpose, _m.c.text, _m.c.segments, _m.c.status, _m.c.reason, _m.c.created_at,
    _m.c.sent_at, _m.c.member_id, _m.c.reading, _m.c.error_code, _m.c.project_id, _m.c.wording, _m.c.due_at,
    _m.c.emptied_at,
)  # fmt: skip
_LATEST = Statement(
    sa.select(*_COLUMNS)
    .where(_m.c.subscription_id == param("subscription_id"), message.HAS_ITS_PLACE)
    .order_by(_m.c.created_at.desc(), _m.c.id.desc())
    .limit(PAGE + 1)
)
_BEFORE = Statement(
    sa.select(*_COLUMNS)
    .where(
        _m.c.subscription_id == param("subscription_id"),
        message.HAS_ITS_PLACE,
        sa.tuple_(_m.c.created_at, _m.c.id) < sa.tuple_(param("at", _m.c.created_at.type), param("id", _m.c.id.type)),
    )
    .order_by(_m.c.created_at.desc(), _m.c.id.desc())
    .limit(PAGE + 1)
)


@dataclass(frozen=True)
class Thread:
    """`messages` oldest first, without those that wait for their time (send_later.py); `older` is the id to page on
    from, or None; `decision`: may a member write?"""

    subscription: Any
    messages: list[Any]
    older: str | None
    decision: Decision


def read(session: Session, business_id: str, subscription_id: str, *, before: str | None = None) -> Thread:
    """Raises NotFound for an unknown or somebody else's."""
    row = subscription.get(session, business_id, subscription_id)
    if row is None:
        raise NotFound("There is no such conversation.")
    found = _page(session, business_id, subscription_id, before)
    kept = found[:PAGE]
    older = kept[-1].id if len(found) > PAGE else None
    return Thread(row, kept[::-1], older, gate.decide(row, Purpose.CONVERSATION))


def write(
    session: Session,
    business_id: str,
    subscription_id: str,
    text: str,
    *,
    member_id: str | None,
    once_key: str,
    template: Mapping[str, Any] | None = None,
    is_patient: bool = False,
) -> Queued | Refuse:
    """A member's text, held where the client is still to agree. Raises NotFound; Refuse says why it may not go, and
    nothing is stored. One that `is_patient` waits for the hours of its number, outside a conversation."""
    row = subscription.lock_by_id(session, business_id, subscription_id)
    if row is None:
        raise NotFound("There is no such conversation.")
    return queue(
        session, row, text, purpose=Purpose.CONVERSATION, member_id=member_id, once_key=once_key,
        asks_first=businesses.get(session, business_id).asks_first(row.channel), template=template,
        is_patient=is_patient,
    )  # fmt: skip


def _page(session: Session, business_id: str, subscription_id: str, before: str | None) -> list[Any]:
    if before is None:
        return _LATEST.rows(session, subscription_id=subscription_id)
    last = message.get(session, business_id, before)
    if last is None or last.subscription_id != subscription_id:
        raise NotFound("There is no such message.")
    at: dt.datetime = last.created_at
    return _BEFORE.rows(session, subscription_id=subscription_id, at=at, id=last.id)
