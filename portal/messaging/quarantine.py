"""While nobody knows what we missed, nothing leaves by itself: after a restore or a clock’s jump (promises.md 0.10).

A restored copy has forgotten opt-outs and would send yesterday's texts once more. Only answers that are owed to a
client go out; the rest waits. The state is in the database, so that all processes agree.
"""

import datetime as dt
from typing import Any

import sqlalchemy as sa
from sqlmodel import Field, Session, SQLModel

from portal import clock, logs
from portal.accounts import audit, sender
from portal.accounts.sender import SMS
from portal.column import UtcTime, new_id, partial_index, table_of
from portal.consent.purpose import Purpose
from portal.database import announce
from portal.messaging import flight, message
from portal.statement import Statement, param, params

RESTORE, CLOCK = "restore", "clock"
REASON = "quarantine"
RESTORED = "restored"
"""Why a text of before a restore waits for a member, or was given up."""
LOST_TRACK = "The portal was restored from a backup while it was on its way."
TOPIC = "quarantine"


class Quarantine(SQLModel, table=True):
    """One time in which nothing was sent by itself; `why` is a word of ours, `note` says more to an operator."""

    __table_args__ = (partial_index("quarantine_open", "why", where="ended_at IS NULL"),)

    id: str = Field(default_factory=new_id, primary_key=True)
    why: str
    since_at: dt.datetime = Field(sa_type=UtcTime)
    ended_at: dt.datetime | None = Field(default=None, sa_type=UtcTime)
    ended_by: str | None = None
    note: str = ""


table = table_of(Quarantine)
_m, _s = message.table, sender.table
_is_open = table.c.ended_at.is_(None)
IS_ON = sa.exists().where(_is_open)
"""For a statement that is run anyway, so that asking costs no trip of its own."""
WHY = sa.select(table.c.why).where(_is_open).order_by(table.c.since_at, table.c.id).limit(1).scalar_subquery()
RESTORED_AT = sa.select(sa.func.max(table.c.since_at)).where(table.c.why == RESTORE).scalar_subquery()
"""What was to happen before may have happened in the time that was lost, so it is not done by itself."""
_OPEN = Statement(sa.select(table).where(_is_open).order_by(table.c.since_at, table.c.id))
_RESTORED_AT = Statement(sa.select(RESTORED_AT.label("at")))
_ENTER = Statement(sa.insert(table).values(**params("id", "why", "since_at", "note")))
_END = Statement(sa.update(table).where(_is_open).values(**params("ended_at", "ended_by")))
_END_ONE = Statement(
    sa.update(table).where(_is_open, table.c.why == param("why")).values(**params("ended_at", "ended_by"))
)
_SENDER = Statement(
    sa.select(_s, IS_ON.label("in_quarantine"))
    .where(_s.c.business_id == param("business_id"), _s.c.channel == param("channel"), _s.c.is_active)
    .order_by(_s.c.created_at, _s.c.id)
    .limit(1)
)
_LOSE_TRACK = Statement(
    sa.update(_m).where(_m.c.status == "sending").values(status="unknown", **params("reason", "finished_at"))
)
_LAND = Statement(sa.delete(flight.table))
_is_waiting = _m.c.status.in_(("queued", "held"))
_SET_ASIDE = Statement(
    sa.update(_m)
    .where(_is_waiting, _m.c.purpose == Purpose.CONVERSATION)
    .values(status="held", **params("reason"))
)  # fmt: skip
_GIVE_UP = Statement(
    sa.update(_m)
    .where(_is_waiting, _m.c.purpose != Purpose.CONVERSATION)
    .values(status="cancelled", **params("reason", "finished_at"))
)


def is_on(session: Session) -> bool:
    return bool(_OPEN.rows(session))


def current(session: Session) -> Any:
    """The oldest that has not ended: its row, or None."""
    return _OPEN.first(session)


def open_for(session: Session, why: str) -> Any:
    """The one with this reason that has not ended, or None."""
    return next((each for each in _OPEN.rows(session) if each.why == why), None)


def was_restored_since(session: Session, moment: dt.datetime) -> bool:
    """Whether what was to go on since then may have done so in the time that a restore has lost."""
    at = _RESTORED_AT.first(session).at
    return at is not None and moment <= at


def sender_of(session: Session, business_id: str, channel: str = SMS) -> Any:
    """As `sender.of`, with `in_quarantine`: one look for both."""
    return _SENDER.first(session, business_id=business_id, channel=channel)


def holds(ours: Any) -> bool:
    """Of a row of `sender_of`, or None."""
    return ours is not None and bool(ours.in_quarantine)


def enter(session: Session, why: str, note: str = "") -> None:
    """Nothing leaves by itself from now on. After a restore, texts of the copy wait for a member for good: nobody
    knows which of them left in the time that was lost (promises.md F.3)."""
    if why == RESTORE:
        _put_aside(session)
    if any(each.why == why for each in _OPEN.rows(session)):
        return
    _ENTER.run(session, id=new_id(), why=why, since_at=clock.now(), note=note)
    audit.note(session, "quarantine.entered", actor="system", business_id=None, why=why)
    logs.event("quarantine.entered", level=40, why=why)
    announce(session, TOPIC)


def end(session: Session, *, by: str, why: str = "") -> bool:
    """All that are open, or the one with this reason; False when there was none. `by` is an actor, as in the audit
    log."""
    values = {"ended_at": clock.now(), "ended_by": by}
    if not (_END_ONE.run(session, **values, why=why) if why else _END.run(session, **values)):
        return False
    audit.note(session, "quarantine.ended", actor=by, business_id=None)
    logs.event("quarantine.ended", by=by)
    announce(session, TOPIC)
    announce(session, "outbox")
    return True


def _put_aside(session: Session) -> None:
    """What members wrote waits for their word; what wrote itself is given up, and shown so."""
    now = clock.now()
    _LOSE_TRACK.run(session, reason=LOST_TRACK, finished_at=now)
    _LAND.run(session)
    _SET_ASIDE.run(session, reason=RESTORED)
    _GIVE_UP.run(session, reason=RESTORED, finished_at=now)
