"""Where a number may be, and on which clocks: by its area code or country alone, for a contact has no address.

The table is quiet_hours.toml. A state that lies in several zones has them all: the library's own answer for a number
is one zone, and wrong at the borders (rules.md fact 7).
"""

import datetime as dt
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

TABLE = Path(__file__).with_name("quiet_hours.toml")
DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
UNKNOWN_ZONE = "Etc/Unknown"
REMEMBERED = 4096  # numbers abroad whose country is known


@dataclass(frozen=True)
class Window:
    """From when to when on the clock on the wall."""

    opens: dt.time
    closes: dt.time


Week = tuple[Window, ...]


@dataclass(frozen=True)
class Place:
    """`name` is empty where nobody knows it. `zones` are all that it may be in, `week` its hours from Monday on."""

    name: str
    zones: tuple[str, ...]
    week: Week


@dataclass(frozen=True)
class Table:
    """`margin`: how long before closing nothing more is taken up."""

    by_code: Mapping[str, Place]
    unknown: Place
    abroad: Week
    margin: dt.timedelta


def of(number: str) -> Place:
    """The place of an E.164 number; the unknown one for what is toll-free, personal or no number at all."""
    return _by_code(number[2:5]) or _abroad(number) if number.startswith("+1") else _abroad(number)


def _by_code(code: str) -> Place | None:
    return table().by_code.get(code)


@lru_cache(REMEMBERED)
def _abroad(number: str) -> Place:
    """All zones that the library knows for it. Loaded only here: it costs a tenth of a second, once."""
    import phonenumbers
    from phonenumbers import timezone

    try:
        parsed = phonenumbers.parse(number)
    except phonenumbers.NumberParseException:
        return table().unknown
    region = phonenumbers.region_code_for_number(parsed)
    is_shared = parsed.country_code == 1  # twenty-five countries have this code, and only the area code tells which
    known = timezone.time_zones_for_geographical_number if is_shared else timezone.time_zones_for_number
    zones = tuple(zone for zone in known(parsed) if zone != UNKNOWN_ZONE)
    if region in (None, "US", "CA", phonenumbers.REGION_CODE_FOR_NON_GEO_ENTITY) or not zones:
        return table().unknown
    return Place("", zones, table().abroad)


@cache
def table() -> Table:
    """The file, read once. Raises ValueError for a code in two places or a window that is none."""
    told: dict[str, Any] = tomllib.loads(TABLE.read_text(encoding="utf-8"))
    usual, federal = _week(told["usual"]), _week(told["federal"]["law"])
    places = [(each["codes"], _place(each, usual, federal)) for each in told["place"].values()]
    by_code = {str(code): place for codes, place in places for code in codes}
    if len(by_code) != sum(len(codes) for codes, _ in places):
        raise ValueError("quiet_hours.toml names an area code twice")
    unknown = Place("", tuple(told["unknown"]["zones"]), narrower(usual, federal))
    margin = dt.timedelta(seconds=told["margin"]["seconds"])
    return Table(by_code, unknown, _week(told["abroad"]["every_day"]), margin)


def narrower(one: Week, other: Week) -> Week:
    """The later opening and the earlier closing of each day."""
    return tuple(Window(max(a.opens, b.opens), min(a.closes, b.closes)) for a, b in zip(one, other, strict=True))


def _place(told: Mapping[str, Any], usual: Week, federal: Week) -> Place:
    """In the United States the federal hours bind beside those of the state."""
    law = _week(told["law"]) if "law" in told else federal
    country = told.get("country", "US")
    week = narrower(usual, narrower(law, federal)) if country == "US" else usual
    return Place(told["name"], tuple(told["zones"]), week)


def _week(told: str | Mapping[str, str]) -> Week:
    """One window for all days, or one for each weekday."""
    days: Sequence[str] = [told] * len(DAYS) if isinstance(told, str) else [told[day] for day in DAYS]
    return tuple(_window(each) for each in days)


def _window(told: str) -> Window:
    opens, closes = map(dt.time.fromisoformat, told.split("-"))
    if opens >= closes:
        raise ValueError(f"“{told}” is no window")
    return Window(opens, closes)
