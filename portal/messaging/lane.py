"""What waits, by sender and urgency: found by leaping from lane to lane in one index, however long each of them is.

So 100,000 texts of one business, texts for later and the texts of a sender that rests cost one leap each, and the next
business is seen behind them. A look costs some microseconds a lane and sees at most `MOST`; the next one goes on there.
"""

import datetime as dt
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session

from portal.accounts import sender
from portal.messaging import breaker, message, reconciliation
from portal.statement import Statement, param

MOST = 512
LATE = dt.timedelta(minutes=1)

_m, _sender = message.table, sender.table
_here, _other = _m.alias("here"), _m.alias("other")


def _earliest(*where: sa.ColumnElement[bool]) -> sa.ScalarSelect[str]:
    """The first text in the index that fulfils this."""
    return (
        sa.select(_other.c.id)
        .where(_other.c.status == "queued", *where)
        .order_by(_other.c.sender_id, _other.c.urgency, _other.c.due_at, _other.c.id)
        .limit(1)
        .correlate(_here)
        .scalar_subquery()
    )


def leaps(most: int) -> Statement:
    """The earliest text of each lane, at most so many lanes. Two leaps, since SQLite would walk through the lane for a
    comparison of pairs."""
    begin = _earliest(_other.c.sender_id > param("after"))
    leap = sa.func.coalesce(
        _earliest(_other.c.sender_id == _here.c.sender_id, _other.c.urgency > _here.c.urgency),
        _earliest(_other.c.sender_id > _here.c.sender_id),
    )
    lanes = sa.select(begin.label("id"), sa.literal(1, sa.Integer()).label("place")).cte("lanes", recursive=True)
    lanes = lanes.union_all(
        sa.select(leap, lanes.c.place + 1).join_from(lanes, _here, _here.c.id == lanes.c.id).where(lanes.c.place < most)
    )
    return Statement(
        sa.select(
            _m.c.sender_id, _m.c.urgency, _m.c.due_at, _sender.c.business_id, _sender.c.rests, _sender.c.rests_until_at,
            _sender.c.owes_since_at, lanes.c.place,
        )
        .join_from(lanes, _m, _m.c.id == lanes.c.id)
        .join(_sender, _sender.c.id == _m.c.sender_id)
        .order_by(lanes.c.place)
    )  # fmt: skip


_LOOK = leaps(MOST)


@dataclass(frozen=True)
class Lane:
    """Texts of one sender and one urgency of which at least one is due; `is_probe` after a rest: one may go. `is_late`:
    the first has waited for minutes, as after an outage, so that they leave at a rate (pace.py)."""

    business_id: str
    sender_id: str
    urgency: int
    is_probe: bool
    is_late: bool


@dataclass(frozen=True)
class Look:
    """`after` is where the next look goes on; empty when this one came to the end."""

    lanes: tuple[Lane, ...]
    after: str


def look(session: Session, *, now: dt.datetime, after: str = "") -> Look:
    """Which lanes have texts that may go now, the most urgent of a sender first."""
    rows = _LOOK.rows(session, after=after)
    lanes = tuple(_lane(row, now) for row in rows if _is_open(row, now))
    return Look(lanes, rows[-1].sender_id if len(rows) == MOST else "")


def _lane(row: Any, now: dt.datetime) -> Lane:
    return Lane(row.business_id, row.sender_id, row.urgency, row.rests > 0, row.due_at < now - LATE)


def _is_open(row: Any, now: dt.datetime) -> bool:
    return bool(row.due_at <= now and breaker.is_open(row, now=now) and reconciliation.may_leave(row))
