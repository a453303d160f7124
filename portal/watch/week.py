"""What went in and out lately, hour by hour: the newest texts of a business, read once and bounded."""

import datetime as dt
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session

from portal import clock
from portal.messaging import message
from portal.messaging.message import Direction, Fate
from portal.statement import Statement, param

LOOKED_AT = 5000  # texts; a busier business sees its newest ones
BACK = dt.timedelta(days=7)
HOUR = dt.timedelta(hours=1)
HOURS = 24
COUNTED = ("received", "delivered", "sent", "failed", "unknown")

_m = message.table
_NEWEST = Statement(
    sa.select(_m.c.direction, _m.c.status, _m.c.created_at, _m.c.due_at, _m.c.finished_at)
    .where(
        _m.c.business_id == param("business_id"),
        _m.c.created_at >= param("since", _m.c.created_at.type),
        _m.c.direction != "notice",
    )
    .order_by(_m.c.created_at.desc(), _m.c.id.desc())
    .limit(LOOKED_AT)
)
_KINDS = {Fate.DELIVERED: "delivered", Fate.SENT: "sent", Fate.FAILED: "failed", Fate.UNKNOWN: "unknown"}


@dataclass(frozen=True)
class Hour:
    """Texts of one hour; `sent` left and nobody has reported yet whether they arrived."""

    starts_at: dt.datetime
    received: int
    delivered: int
    sent: int
    failed: int
    unknown: int

    @property
    def out(self) -> int:
        return self.delivered + self.sent + self.failed + self.unknown


@dataclass(frozen=True)
class Week:
    """`hours` are the last 24, the oldest first; the other counts are of the same 24 hours. `received_in_all` counts
    what came since `looked_back_to`. `oldest_due_at`: since when the first of `waiting` texts could have left."""

    hours: tuple[Hour, ...]
    received: int
    delivered: int
    sent: int
    failed: int
    unknown: int
    waiting: int
    oldest_due_at: dt.datetime | None
    last_received_at: dt.datetime | None
    last_delivered_at: dt.datetime | None
    received_in_all: int
    looked_back_to: dt.datetime

    @property
    def ended(self) -> int:
        """Texts of the last 24 hours whose fate is told."""
        return self.delivered + self.failed

    @property
    def out(self) -> int:
        return self.ended + self.sent + self.unknown


def read(session: Session, business_id: str) -> Week:
    """One query of one index."""
    now = clock.now()
    rows = _NEWEST.rows(session, business_id=business_id, since=now - BACK)
    return of(rows, now)


def of(rows: list[Any], now: dt.datetime) -> Week:
    """`rows` are newest first."""
    start = now.replace(minute=0, second=0, microsecond=0) - (HOURS - 1) * HOUR
    counts = [Counter[str]() for _ in range(HOURS)]
    for row in rows:
        if row.created_at >= start and (kind := _kind(row)):
            counts[min(HOURS - 1, int((row.created_at - start) / HOUR))][kind] += 1
    hours = tuple(_hour(start + index * HOUR, count) for index, count in enumerate(counts))
    waiting = [row.due_at for row in rows if row.status == Fate.QUEUED and row.due_at <= now]
    received = [row.created_at for row in rows if row.direction == Direction.INBOUND]
    delivered = (row.finished_at or row.created_at for row in rows if row.status == Fate.DELIVERED)
    return Week(
        hours,
        **{kind: sum(getattr(each, kind) for each in hours) for kind in COUNTED},
        waiting=len(waiting), oldest_due_at=min(waiting, default=None), last_received_at=max(received, default=None),
        last_delivered_at=_latest(delivered), received_in_all=len(received),
        looked_back_to=rows[-1].created_at if len(rows) == LOOKED_AT else now - BACK,
    )  # fmt: skip


def _kind(row: Any) -> str | None:
    return "received" if row.direction == Direction.INBOUND else _KINDS.get(row.status)


def _hour(starts_at: dt.datetime, count: Counter[str]) -> Hour:
    return Hour(starts_at, count["received"], count["delivered"], count["sent"], count["failed"], count["unknown"])


def _latest(moments: Iterable[dt.datetime]) -> dt.datetime | None:
    return max(moments, default=None)
