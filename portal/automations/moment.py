"""From a day and a time on the wall, in the business's own zone, to the one moment it means.

Twice a year the wall clock jumps. A time that it leaps over becomes the first one after the leap; a time that it shows
twice means the first (promise P9).
"""

import datetime as dt
from zoneinfo import ZoneInfo

from portal import clock

_SECOND = dt.timedelta(seconds=1)


def local(day: dt.date, at_time: str, zone: str) -> dt.datetime:
    """The moment of `at_time` (`HH:MM`) on `day`, in UTC. Raises ValueError for what is no time."""
    wall = dt.datetime.combine(day, dt.time.fromisoformat(at_time))
    place = ZoneInfo(zone)
    found = wall.replace(tzinfo=place).astimezone(clock.UTC)
    if found.astimezone(place).replace(tzinfo=None) == wall:
        return found
    return _after_leap(wall.replace(tzinfo=place, fold=1).astimezone(clock.UTC), found, place)


def today(now: dt.datetime, zone: str) -> dt.date:
    return now.astimezone(ZoneInfo(zone)).date()


def end_of_day(moment: dt.datetime, zone: str) -> dt.datetime:
    """The midnight that ends the local day of `moment`."""
    return local(today(moment, zone) + dt.timedelta(days=1), "00:00", zone)


def anniversary(born_on: dt.date, year: int) -> dt.date:
    """The same day of another year; the 29th of February is kept on the 28th where there is none."""
    try:
        return born_on.replace(year=year)
    except ValueError:
        return born_on.replace(year=year, day=28)


def _after_leap(before: dt.datetime, after: dt.datetime, place: ZoneInfo) -> dt.datetime:
    """The first moment of the new offset, between one that still has the old offset and one that has the new."""
    old = before.astimezone(place).utcoffset()
    while after - before > _SECOND:
        middle = before + (after - before) // 2
        if middle.astimezone(place).utcoffset() == old:
            before = middle
        else:
            after = middle
    return after.replace(microsecond=0)
