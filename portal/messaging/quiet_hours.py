"""May a text that nobody waits for arrive at this hour, and when is the next hour at which it may (rules.md row 13)?

Pure arithmetic over the place of a number: the hours of a place are worked out once a day and remembered, so that a
question costs two microseconds and no query. The clocks are those of each zone the place may be in, daylight saving
included; hours that hold in all of them are those that count.
"""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from zoneinfo import ZoneInfo

from portal import clock
from portal.messaging import place
from portal.messaging.place import Place

DAY = dt.timedelta(days=1)
AHEAD = 4  # days looked at: every place opens within two
LIVE = dt.timedelta(hours=24)
"""A conversation lives so long after the client's last text; what answers it is expected at any hour."""

Span = tuple[dt.datetime, dt.datetime]


@dataclass(frozen=True)
class Quiet:
    """It is outside the hours of a number, until `until`; `now` and `then` are what its clocks show."""

    until: dt.datetime
    now: str
    then: str


def opening(number: str, at: dt.datetime) -> dt.datetime | None:
    """When a text to `number` may leave that may not at `at`; None where it may."""
    where = place.of(number)
    for opens, closes in _spans(where, at.astimezone(clock.UTC).date()):
        if at < closes:
            return None if opens <= at else opens
    raise ValueError(f"no hours in {where.zones} at {at}")


def of(number: str, at: dt.datetime) -> Quiet | None:
    """The quiet that `number` has at `at`, for whoever shows it."""
    until = opening(number, at)
    return None if until is None else Quiet(until, clocks(number, at), clocks(number, until))


def clocks(number: str, at: dt.datetime) -> str:
    """What the clocks at the place of `number` show: `22:10`, or `21:10 or 22:10` where it may be in two zones."""
    shown = sorted({at.astimezone(ZoneInfo(zone)).replace(tzinfo=None) for zone in place.of(number).zones})
    first, last = f"{shown[0]:%H:%M}", f"{shown[-1]:%H:%M}"
    if len(shown) < 3:
        return first if len(shown) == 1 else f"{first} or {last}"
    return f"between {first} and {last}"


def is_live(last_inbound_at: dt.datetime | None, at: dt.datetime) -> bool:
    """Whether the client wrote within the last 24 hours."""
    return last_inbound_at is not None and at < last_inbound_at + LIVE


@lru_cache(maxsize=2048)
def _spans(where: Place, day: dt.date) -> tuple[Span, ...]:
    """When a text may leave for it, from the day before `day` on, in order. Closing is a margin early: what is taken up
    in the last moment still has to arrive."""
    days = [day + DAY * ahead for ahead in range(-1, AHEAD + 1)]
    found: Sequence[Span] = _of_zone(where, where.zones[0], days)
    for zone in where.zones[1:]:
        found = list(_both(found, _of_zone(where, zone, days)))
    margin = place.table().margin
    return tuple((opens, closes - margin) for opens, closes in found if opens < closes - margin)


def _of_zone(where: Place, zone: str, days: Iterable[dt.date]) -> list[Span]:
    clocks = ZoneInfo(zone)
    windows = [(day, where.week[day.weekday()]) for day in days]
    return [(_at(day, each.opens, clocks), _at(day, each.closes, clocks)) for day, each in windows]


def _at(day: dt.date, time: dt.time, clocks: ZoneInfo) -> dt.datetime:
    return dt.datetime.combine(day, time, clocks).astimezone(clock.UTC)


def _both(one: Sequence[Span], other: Sequence[Span]) -> Iterable[Span]:
    for opens, closes in one:
        for also_opens, also_closes in other:
            if max(opens, also_opens) < min(closes, also_closes):
                yield max(opens, also_opens), min(closes, also_closes)
