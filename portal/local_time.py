"""Moments as people of one business read them: in its time zone, shorter the nearer they are."""

import datetime as dt
from zoneinfo import ZoneInfo

from portal import clock


def hour(moment: dt.datetime, zone: str) -> str:
    """`10:41`"""
    return f"{_local(moment, zone):%H:%M}"


def day(moment: dt.datetime, zone: str) -> str:
    """`Today`, `Yesterday`, `Tomorrow`, `Saturday 14 November`, and with the year where it is another one."""
    local, today = _local(moment, zone), _local(clock.now(), zone).date()
    near = {-1: "Tomorrow", 0: "Today", 1: "Yesterday"}.get((today - local.date()).days)
    if near:
        return near
    year = "" if local.year == today.year else f" {local.year}"
    return f"{local:%A} {local.day} {local:%B}{year}"


def day_of(moment: dt.datetime, zone: str) -> str:
    """`3 March`, and with the year where it is another one: the same today and later, for what is kept."""
    local, today = _local(moment, zone), _local(clock.now(), zone).date()
    return f"{local.day} {local:%B}{'' if local.year == today.year else f' {local.year}'}"


def when(moment: dt.datetime, zone: str) -> str:
    """Inside a sentence: `today at 17:00`, `tomorrow at 09:00`, `Saturday 14 November at 09:00`."""
    found = day(moment, zone)
    return f"{found if ' ' in found else found.lower()} at {hour(moment, zone)}"


def short(moment: dt.datetime, zone: str) -> str:
    """For lists: `10:41`, `Yesterday`, `Friday`, `9 Nov`, `9 Nov 2025`."""
    local, today = _local(moment, zone), _local(clock.now(), zone).date()
    days = (today - local.date()).days
    if days <= 0:
        return f"{local:%H:%M}"
    if days < 7:
        return "Yesterday" if days == 1 else f"{local:%A}"
    year = "" if local.year == today.year else f" {local.year}"
    return f"{local.day} {local:%b}{year}"


def full(moment: dt.datetime, zone: str) -> str:
    """`14 November 2026, 10:41`"""
    local = _local(moment, zone)
    return f"{local.day} {local:%B %Y}, {local:%H:%M}"


def date(on: dt.date, zone: str) -> str:
    """A day without an hour: `Today`, `Tomorrow`, `Sat 14 Nov`, and with the year where it is another one."""
    today = _local(clock.now(), zone).date()
    near = {-1: "Yesterday", 0: "Today", 1: "Tomorrow"}.get((on - today).days)
    return near or f"{on:%a} {on.day} {on:%b}{'' if on.year == today.year else f' {on.year}'}"


def today(zone: str) -> dt.date:
    """The day it is in this zone."""
    return _local(clock.now(), zone).date()


def typed(text: str, zone: str) -> dt.datetime:
    """The moment a `datetime-local` input names, as lived in `zone`, in UTC. Raises ValueError for anything else."""
    local = dt.datetime.strptime(text[:16], "%Y-%m-%dT%H:%M")  # noqa: DTZ007 (the zone is the business's, next line)
    try:
        return local.replace(tzinfo=ZoneInfo(zone)).astimezone(dt.UTC)
    except OverflowError as error:
        raise ValueError("a time at the edge of all time") from error


def input_value(moment: dt.datetime, zone: str) -> str:
    """What a `datetime-local` input shows for this moment."""
    return f"{_local(moment, zone):%Y-%m-%dT%H:%M}"


def _local(moment: dt.datetime, zone: str) -> dt.datetime:
    return moment.astimezone(ZoneInfo(zone))
