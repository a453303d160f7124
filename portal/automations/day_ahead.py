"""What goes out by itself within a day, hour by hour: a picture of what comes, so that nobody is surprised."""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from zoneinfo import ZoneInfo

from sqlmodel import Session

from portal.automations import scheduled_text
from portal.messaging import send_later

HOURS = 24
NAMED = 3  # clients named in a line
LINES = 8
TALL = 4  # texts in an hour that a bar of full height stands for at least
LATER, WAITS, LATER_MOST = "Written for later", "Waits for the hours of its number", 100
MOST = 500
"""Texts that are read for the picture; a business with more sees that there are more."""


@dataclass(frozen=True)
class Entry:
    """One text that will be decided about at `due_at`; `url` is what it belongs to. `is_skipped`: as things stand now,
    it would not go out."""

    due_at: dt.datetime
    title: str
    client: str
    url: str
    is_skipped: bool = False


@dataclass(frozen=True)
class Bar:
    """One hour; `share` is its height between 0 and 1. `label` only where the axis has a mark."""

    starts_at: dt.datetime
    count: int
    share: float
    label: str


@dataclass(frozen=True)
class Line:
    """Texts of one kind at one minute; `others` are those not named."""

    due_at: dt.datetime
    title: str
    url: str
    clients: tuple[str, ...]
    others: int


@dataclass(frozen=True)
class DayAhead:
    """`total` would go out as things stand now, `skipped` would not; `hidden` are lines that are not shown."""

    total: int
    skipped: int
    has_more: bool
    bars: tuple[Bar, ...]
    lines: tuple[Line, ...]
    hidden: int


def read(session: Session, business_id: str, *, now: dt.datetime, zone: str) -> DayAhead:
    """Two queries: what automations scheduled, and what members wrote for later."""
    until = now + dt.timedelta(hours=HOURS)
    entries = [
        Entry(each.due_at, each.automation, each.name, f"/automations/{each.automation_id}", bool(each.forecast))
        for each in scheduled_text.upcoming(session, business_id, until=until, limit=MOST + 1)
    ]
    entries += [
        Entry(each.due_at, WAITS if each.sentence else LATER, each.name or each.number, f"/sms/{each.subscription_id}")
        for each in send_later.upcoming(session, business_id, LATER_MOST)
        if each.due_at <= until
    ]
    return of(sorted(entries, key=lambda entry: entry.due_at), now=now, zone=zone)


def of(entries: Sequence[Entry], *, now: dt.datetime, zone: str) -> DayAhead:
    """`entries` of the next 24 hours in the order in which they are due, at most MOST + 1."""
    read = entries[:MOST]
    going = [each for each in read if not each.is_skipped]
    lines = list(_lines(going))
    return DayAhead(
        len(going), len(read) - len(going), len(entries) > MOST, _bars(going, now, zone), tuple(lines[:LINES]),
        max(len(lines) - LINES, 0),
    )  # fmt: skip


def _bars(entries: Sequence[Entry], now: dt.datetime, zone: str) -> tuple[Bar, ...]:
    """Hours that really pass, also when the clocks change; marks at every sixth."""
    local = now.astimezone(ZoneInfo(zone))
    first = now - dt.timedelta(minutes=local.minute, seconds=local.second, microseconds=local.microsecond)
    counts = [0] * (HOURS + 1)
    for each in entries:
        place = int((max(each.due_at, now) - first) / dt.timedelta(hours=1))
        counts[min(place, HOURS)] += 1
    most = max(*counts, TALL)
    starts = [first + dt.timedelta(hours=n) for n in range(HOURS + 1)]
    return tuple(
        Bar(start, count, count / most, f"{start.astimezone(ZoneInfo(zone)):%H:%M}" if n % 6 == 0 else "")
        for n, (start, count) in enumerate(zip(starts, counts, strict=True))
    )


def _lines(entries: Iterable[Entry]) -> Iterable[Line]:
    for (due_at, title, url), found in groupby(entries, lambda each: (_minute(each.due_at), each.title, each.url)):
        clients = [each.client for each in found]
        yield Line(due_at, title, url, tuple(clients[:NAMED]), max(len(clients) - NAMED, 0))


def _minute(moment: dt.datetime) -> dt.datetime:
    return moment.replace(second=0, microsecond=0)
