"""Moments and spans as a paper tells them: in one time zone, to the second, its name beside them."""

import datetime as dt
from collections.abc import Mapping
from typing import Any
from zoneinfo import ZoneInfo

from portal import clock

UNKNOWN = "not recorded"


def parsed(text: Any) -> dt.datetime | None:
    try:
        return clock.parse_rfc3339(text)
    except (ValueError, TypeError, OverflowError):
        return None


class Watch:
    """Tells every time of one paper; a zone that nobody knows is UTC."""

    def __init__(self, zone: str | None) -> None:
        try:
            self.zone = ZoneInfo(zone or "UTC")
        except (ValueError, OSError, KeyError):  # a name with a blank, a folder, none at all
            self.zone = ZoneInfo("UTC")

    @property
    def name(self) -> str:
        return self.zone.key

    def full(self, text: Any) -> str:
        """`3 March 2026 at 14:02:11 EST`"""
        local = self._local(text)
        return f"{self._day(local)} at {local:%H:%M:%S} {self._mark(local)}" if local else _as_it_is(text)

    def short(self, text: Any) -> str:
        """`3 Mar 2026, 14:02:11`: for columns, under a line that names the zone."""
        local = self._local(text)
        return f"{local.day} {local:%b %Y}, {local:%H:%M:%S}" if local else _as_it_is(text)

    def two_lines(self, text: Any) -> str:
        """The day over the hour, for narrow columns."""
        return self.short(text).replace(", ", "\n")

    def exact(self, text: Any) -> str:
        """The day over the hour to the thousandth of a second."""
        local = self._local(text)
        return f"{self.two_lines(text)}.{local.microsecond // 1000:03}" if local else _as_it_is(text)

    def day(self, text: Any) -> str:
        local = self._local(text)
        return f"{local.day} {local:%b %Y}" if local else _as_it_is(text)

    def hour(self, text: Any) -> str:
        local = self._local(text)
        return f"{local:%H:%M:%S} {self._mark(local)}" if local else ""

    def _local(self, text: Any) -> dt.datetime | None:
        moment = parsed(text)
        try:
            return moment.astimezone(self.zone) if moment else None
        except OverflowError:  # the edge of all time
            return moment

    @staticmethod
    def _day(local: dt.datetime) -> str:
        return f"{local.day} {local:%B %Y}"

    @staticmethod
    def _mark(local: dt.datetime) -> str:
        """`EST`, or `UTC−03:00` where a zone has only numbers."""
        name, offset = local.tzname() or "", f"{local:%z}".replace("-", "−")
        return name if name.isalpha() else f"UTC{offset[:3]}:{offset[3:5]}"


def of(packet: Mapping[str, Any]) -> Watch:
    """The business's own zone, where the packet tells it, or else the client's."""
    own = packet.get("time_zone")
    theirs = (consent.get("time_zone") for consent in reversed(packet.get("consents") or []))
    return Watch(own or next(filter(None, theirs), None))


def seconds(count: Any) -> str:
    """`0.4 seconds`, `2 minutes 5 seconds`; a span, not a moment."""
    if not isinstance(count, int | float) or isinstance(count, bool):
        return UNKNOWN
    if count < 60:
        return "less than 0.1 seconds" if 0 <= count < 0.05 else f"{count:.1f} seconds"
    units = ((86400, "day"), (3600, "hour"), (60, "minute"), (1, "second"))
    left, told = round(count), list[str]()
    for size, unit in units:
        much, left = divmod(left, size)
        if much and len(told) < 2:
            told.append(f"{much:,} {unit}{'s' if much != 1 else ''}")
    return " ".join(told)


def _as_it_is(text: Any) -> str:
    return UNKNOWN if text in (None, "") else str(text)
