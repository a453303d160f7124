"""Texts by week: what arrived and what did not, what members wrote, what went out by itself, the parts that cost."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlmodel import Session

from portal import clock
from portal.messaging import message
from portal.messaging.message import Direction, Fate
from portal.reports.span import DAY, Days
from portal.statement import Statement, param

WEEKS = 12
MOST = 50_000
"""Texts of one week that are counted."""

_m = message.table
_GONE = (Fate.SENT, Fate.DELIVERED, Fate.FAILED, Fate.UNKNOWN)
_some = (
    sa.select(_m.c.direction, _m.c.status, _m.c.purpose, _m.c.segments)
    .where(
        _m.c.business_id == param("business_id"),
        _m.c.created_at >= param("since", _m.c.created_at.type),
        _m.c.created_at < param("until", _m.c.created_at.type),
    )
    .order_by(_m.c.created_at)
    .limit(MOST + 1)
    .subquery()
)


def _sum(condition: sa.ColumnElement[bool], what: object = 1) -> sa.ColumnElement[int]:
    return sa.func.coalesce(sa.func.sum(sa.case((condition, what), else_=0)), 0)


_out = sa.and_(_some.c.direction == Direction.OUTBOUND, _some.c.status.in_([str(each) for each in _GONE]))
_by_itself = sa.and_(_out, sa.or_(_some.c.purpose.is_(None), _some.c.purpose != "conversation"))
_WEEK = Statement(
    sa.select(
        sa.func.count().label("read"),
        _sum(_some.c.direction == Direction.INBOUND).label("received"),
        _sum(sa.and_(_out, _some.c.status == Fate.DELIVERED)).label("delivered"),
        _sum(sa.and_(_out, _some.c.status == Fate.SENT)).label("sent"),
        _sum(sa.and_(_out, _some.c.status.in_(["failed", "unknown"]))).label("failed"),
        _sum(_by_itself).label("by_itself"),
        _sum(_out, _some.c.segments).label("segments"),
    ).select_from(_some)
)


@dataclass(frozen=True)
class Week:
    """`sent` left and nobody has reported yet; `failed` did not arrive, or nobody knows. `by_itself` of all that left
    was no member's own text. `segments` are the parts that providers charge for. `is_cut`: there were more than MOST
    texts, and only the first of them are counted."""

    days: Days
    received: int
    delivered: int
    sent: int
    failed: int
    by_itself: int
    segments: int
    is_cut: bool

    @property
    def left(self) -> int:
        return self.delivered + self.sent + self.failed

    @property
    def by_hand(self) -> int:
        return self.left - self.by_itself


def read(session: Session, business_id: str, zone: str) -> tuple[Week, ...]:
    """The last weeks, from Monday to Sunday where the business is; the last one is this week, so far. Each is one range
    of the index by time."""
    return tuple(_week(session, business_id, zone, days) for days in _weeks(zone))


def _weeks(zone: str) -> Iterator[Days]:
    today = clock.now().astimezone(ZoneInfo(zone)).date()
    monday = today - today.weekday() * DAY
    for back in range(WEEKS - 1, -1, -1):
        first = monday - 7 * back * DAY
        yield Days(first, min(today, first + 6 * DAY))


def _week(session: Session, business_id: str, zone: str, days: Days) -> Week:
    since, until = (_midnight(day, zone) for day in (days.first, days.last + DAY))
    found = _WEEK.first(session, business_id=business_id, since=since, until=until)
    return Week(
        days, int(found.received), int(found.delivered), int(found.sent), int(found.failed), int(found.by_itself),
        int(found.segments), found.read > MOST,
    )  # fmt: skip


def _midnight(day: dt.date, zone: str) -> dt.datetime:
    """When this day begins there; where the clocks skip midnight, the first moment after."""
    return dt.datetime.combine(day, dt.time.min, ZoneInfo(zone)).astimezone(dt.UTC)
