"""Who looks after a conversation and when: assigned to a member, put off until later, unread again.

None of it says anything about consent, and every change is seen by colleagues at once.
"""

import datetime as dt
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlmodel import Session

from portal import clock
from portal.accounts import audit, member
from portal.accounts.member import Right
from portal.consent import subscription
from portal.database import announce
from portal.errors import Invalid, NotFound
from portal.statement import Statement, param, params

UNTIL_THEY_WRITE = dt.datetime(9999, 1, 1, tzinfo=dt.UTC)
"""A snooze without a time of its own; an inbound text ends every snooze."""
AHEAD = dt.timedelta(days=365)
MORNING = dt.time(9)
EVENING = 21  # o'clock; later today ends before it

_s = subscription.table
_mine = (_s.c.business_id == param("business_id"), _s.c.id == param("id"))
_ASSIGN = Statement(
    sa.update(_s)
    .where(*_mine, _s.c.assigned_to.is_not_distinct_from(param("before", _s.c.assigned_to.type)))
    .values(**params("assigned_to"))
)
_SNOOZE = Statement(sa.update(_s).where(*_mine).values(**params("snoozed_until_at")))
_SNOOZE_AGAIN = Statement(
    sa.update(_s)
    .where(*_mine, _s.c.snoozed_until_at.is_not_distinct_from(param("still", _s.c.snoozed_until_at.type)))
    .values(**params("snoozed_until_at"))
)
_UNREAD = Statement(sa.update(_s).where(*_mine, _s.c.unread == 0).values(unread=1))


@dataclass(frozen=True)
class Assigned:
    """`before` and `now` are ids of members or None; `has_changed` is False where somebody else was quicker."""

    before: str | None
    now: str | None
    has_changed: bool


@dataclass(frozen=True)
class Moment:
    """A time to come back that needs no typing."""

    key: str
    words: str
    at: dt.datetime


def assign(
    session: Session, business_id: str, subscription_id: str, *, to: str | None, before: str | None, actor: str, ip: str
) -> Assigned:
    """Give the conversation to a member, or to nobody. `before` is who had it on the page the choice was made on: of
    two who choose at once the first wins, and the second is told. Raises NotFound, and Invalid for one who may not
    write to clients."""
    row = _row(session, business_id, subscription_id)
    _check(session, business_id, to)
    changed = _ASSIGN.run(session, business_id=business_id, id=row.id, assigned_to=to, before=before)
    if not changed:
        return Assigned(before, _row(session, business_id, subscription_id).assigned_to, has_changed=False)
    audit.note(
        session, "conversation.assigned", actor=actor, business_id=business_id, object=row.id, ip=ip, to=to or "nobody"
    )
    _tell(session, business_id, row.id)
    return Assigned(before, to, has_changed=True)


def snooze(session: Session, business_id: str, subscription_id: str, until: dt.datetime | None) -> dt.datetime | None:
    """Out of sight until then, or until the client writes; None brings it back. The answer is what was before."""
    row = _row(session, business_id, subscription_id)
    _SNOOZE.run(session, business_id=business_id, id=row.id, snoozed_until_at=until)
    _tell(session, business_id, row.id)
    before: dt.datetime | None = row.snoozed_until_at
    return before if is_snoozed(before) else None


def snooze_again(
    session: Session, business_id: str, subscription_id: str, until: dt.datetime | None, *, still: dt.datetime | None
) -> bool:
    """Back to what it was, where it is `still` as one act left it; False where the client wrote or somebody chose
    another time since. Raises Invalid for a time that nobody could have chosen."""
    if until is not None and until != UNTIL_THEY_WRITE and until > clock.now() + AHEAD:
        raise Invalid("Please choose a time within a year from now.")
    changed = _SNOOZE_AGAIN.run(
        session, business_id=business_id, id=subscription_id, snoozed_until_at=until, still=still
    )
    _tell(session, business_id, subscription_id)
    return bool(changed)


def is_snoozed(until: dt.datetime | None) -> bool:
    return until is not None and until > clock.now()


def problem_of(until: dt.datetime) -> str:
    """Why a conversation cannot be put off until then, in a sentence; nothing when it can."""
    if until <= clock.now():
        return "This time has passed. Please choose one that is to come."
    return "Please choose a time within a year from now." if until > clock.now() + AHEAD else ""


def moments(now: dt.datetime, zone: str) -> list[Moment]:
    """Later today (in three hours, unless the day is nearly over), tomorrow morning, next Monday morning."""
    local = now.astimezone(ZoneInfo(zone))
    later = (now + dt.timedelta(hours=3)).replace(minute=0, second=0, microsecond=0)
    found = [Moment("today", "Later today", later)] if local.hour + 3 < EVENING else []
    monday = 7 - local.weekday()
    days = (("tomorrow", "Tomorrow morning", 1), ("week", "Next week", monday))
    return found + [Moment(key, words, _morning(local, in_days)) for key, words, in_days in days]


def mark_unread(session: Session, business_id: str, subscription_id: str) -> None:
    """As if nobody had looked yet; an unread one stays as it is."""
    row = _row(session, business_id, subscription_id)
    _UNREAD.run(session, business_id=business_id, id=row.id)
    _tell(session, business_id, row.id)


def _morning(local: dt.datetime, in_days: int) -> dt.datetime:
    day = local.date() + dt.timedelta(days=in_days)
    return dt.datetime.combine(day, MORNING, local.tzinfo).astimezone(dt.UTC)


def _check(session: Session, business_id: str, member_id: str | None) -> None:
    if member_id is None:
        return
    found = member.get(session, business_id, member_id)
    if found.disabled_at is not None or not found.may(Right.SEND):
        raise Invalid(f"{found.name} cannot answer clients. Please choose somebody else.")


def _row(session: Session, business_id: str, subscription_id: str) -> Any:
    row = subscription.get(session, business_id, subscription_id)
    if row is None:
        raise NotFound("There is no such conversation.")
    return row


def _tell(session: Session, business_id: str, subscription_id: str) -> None:
    announce(session, f"business:{business_id}")
    announce(session, f"thread:{business_id}:{subscription_id}")
