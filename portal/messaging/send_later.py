"""Texts for later: written now, decided about now, and decided about again when their time comes.

A STOP cancels them as it cancels every waiting text. Until they leave they stand apart from the thread's lines, and can
be changed or cancelled; whoever comes too late is told so.
"""

import datetime as dt
from dataclasses import dataclass

import sqlalchemy as sa
from sqlmodel import Session

from portal import clock
from portal.accounts import business as businesses
from portal.consent import subscription
from portal.consent.purpose import Purpose
from portal.database import announce
from portal.errors import NotFound
from portal.messaging import deferral, message, outbox, segment
from portal.messaging.gate import Refuse
from portal.messaging.outbox import Queued
from portal.statement import Statement, param, params

AHEAD = dt.timedelta(days=365)
LATE = dt.timedelta(days=1)  # a text that could not leave for so long after its time would be out of place
MOST = 50  # shown in one thread

_m, _s = message.table, subscription.table
_COLUMNS = (
    _m.c.id, _m.c.subscription_id, _m.c.text, _m.c.due_at, _m.c.segments, _m.c.purpose, _m.c.member_id,
    _m.c.reason,
)  # fmt: skip
_WAITING = Statement(
    sa.select(*_COLUMNS)
    .where(_m.c.subscription_id == param("subscription_id"), message.IS_FOR_LATER)
    .order_by(_m.c.due_at, _m.c.id)
    .limit(MOST)
)
_ONE = Statement(
    sa.select(*_COLUMNS).where(
        _m.c.business_id == param("business_id"),
        _m.c.subscription_id == param("subscription_id"),
        _m.c.id == param("id"),
        _m.c.purpose == Purpose.CONVERSATION,
        message.IS_FOR_LATER,
    )
)
_UPCOMING = Statement(
    sa.select(*_COLUMNS, _s.c.name, _s.c.number)
    .join_from(_m, _s, _s.c.id == _m.c.subscription_id)
    .where(_m.c.business_id == param("business_id"), message.IS_FOR_LATER)
    .order_by(_m.c.due_at, _m.c.id)
    .limit(param("limit", sa.Integer()))
)
_CHANGE = Statement(
    sa.update(_m)
    .where(_m.c.business_id == param("business_id"), _m.c.id == param("id"), message.IS_FOR_LATER)
    .values(**params("text", "segments", "due_at", "expires_at"))
)


@dataclass(frozen=True)
class Waiting:
    """One text whose time is to come. `name` is empty where nobody has given the number one."""

    id: str
    subscription_id: str
    text: str
    due_at: dt.datetime
    segments: int
    purpose: str
    member_id: str | None
    reason: str = ""
    name: str = ""
    number: str = ""

    @property
    def sentence(self) -> str:
        """Why it waits, where nobody chose the time."""
        return deferral.SENTENCES.get(self.reason, "")


def problem_of(moment: dt.datetime) -> str:
    """Why a text cannot be for this time, in a sentence; nothing when it can."""
    now = clock.now()
    if moment <= now:
        return "This time has passed. Please choose one that is to come."
    return "Please choose a time within a year from now." if moment > now + AHEAD else ""


def write(
    session: Session,
    business_id: str,
    subscription_id: str,
    text: str,
    *,
    member_id: str | None,
    once_key: str,
    due_at: dt.datetime,
    is_patient: bool = False,
) -> Queued | Refuse:
    """A member's text for `due_at`, or the next hour after it that suits the number where it `is_patient`. Raises
    NotFound; Refuse says why it could not even go now."""
    row = subscription.lock_by_id(session, business_id, subscription_id)
    if row is None:
        raise NotFound("There is no such conversation.")
    return outbox.queue(
        session, row, text, purpose=Purpose.CONVERSATION, member_id=member_id, once_key=once_key, due_at=due_at,
        expires_at=due_at + LATE, asks_first=businesses.get(session, business_id).asks_first(row.channel),
        is_patient=is_patient,
    )  # fmt: skip


def waiting(session: Session, subscription_id: str) -> list[Waiting]:
    """Those of one number, the next one first."""
    return [Waiting(*row) for row in _WAITING.rows(session, subscription_id=subscription_id)]


def upcoming(session: Session, business_id: str, limit: int) -> list[Waiting]:
    """Those of the whole business, the next one first."""
    return [Waiting(*row) for row in _UPCOMING.rows(session, business_id=business_id, limit=limit)]


def find(session: Session, business_id: str, subscription_id: str, message_id: str) -> Waiting | None:
    """A member's text that still waits; None once it left or was cancelled. Raises NotFound for one that never was."""
    row = _ONE.first(session, business_id=business_id, subscription_id=subscription_id, id=message_id)
    if row is not None:
        return Waiting(*row)
    known = message.get(session, business_id, message_id)
    if known is None or known.subscription_id != subscription_id or known.purpose != Purpose.CONVERSATION:
        raise NotFound("There is no such text.")
    return None


def change(session: Session, business_id: str, waiting: Waiting, *, text: str, due_at: dt.datetime) -> bool:
    """Other words, another time; False when it has just left, or was cancelled meanwhile."""
    announce(session, f"thread:{business_id}:{waiting.subscription_id}")
    announce(session, outbox.TOPIC)
    changed = _CHANGE.run(
        session, business_id=business_id, id=waiting.id, text=text, segments=segment.count(text).segments,
        due_at=due_at, expires_at=due_at + LATE,
    )  # fmt: skip
    return changed == 1


def cancel(session: Session, business_id: str, waiting: Waiting) -> bool:
    """False when it has just left."""
    return outbox.cancel(session, business_id, waiting.id)
