"""When a text may arrive: the table of places, the hours of each, and what daylight saving does to them."""

import datetime as dt
import re
import tomllib
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from phonenumbers.data.region_CA import PHONE_METADATA_CA
from phonenumbers.data.region_US import PHONE_METADATA_US

from portal.messaging import place, quiet_hours

TN, FL, TX, RI, KY, CA = "+14235550123", "+18505550123", "+15125550123", "+14015550123", "+15025550123", "+12135550123"
TOLL_FREE, LONDON, HIDDEN = "+18005550123", "+447400123456", "US.13491208655302741918"
EAST = "America/New_York"
TOLD = tomllib.loads(place.TABLE.read_text(encoding="utf-8"))
CODES = sorted(place.table().by_code)
NUMBERS = [f"+1{code}5550123" for code in CODES] + [TOLL_FREE, LONDON, HIDDEN, "+79161234567", "+61412345678"]


def at(zone: str, moment: str) -> dt.datetime:
    return dt.datetime.fromisoformat(moment).replace(tzinfo=ZoneInfo(zone)).astimezone(dt.UTC)


def opens(number: str, zone: str, moment: str) -> str:
    """When it may leave, on the clock of `zone`; "now" where it may at `moment`."""
    found = quiet_hours.opening(number, at(zone, moment))
    return f"{found.astimezone(ZoneInfo(zone)):%a %H:%M}" if found else "now"


@pytest.mark.parametrize("metadata", [PHONE_METADATA_US, PHONE_METADATA_CA])
def test_every_area_code_that_is_assigned_has_its_place(metadata: Any) -> None:
    pattern = re.compile(metadata.fixed_line.national_number_pattern)
    assigned = {
        str(code)
        for code in range(200, 1000)
        if any(pattern.fullmatch(f"{code}{exchange}2345") for exchange in range(200, 1000))
    }
    assert len(assigned) > 50
    assert assigned - set(CODES) == set()


def test_all_fifty_states_are_there_and_no_code_is_in_two_places() -> None:
    codes = [code for each in TOLD["place"].values() for code in each["codes"]]
    states = [key for key, each in TOLD["place"].items() if each.get("country", "US") == "US"]
    assert len(codes) == len(set(codes))
    assert len(states) == 50 + 1 + 5


@pytest.mark.parametrize(
    ("state", "zones"),
    [
        ("TN", {"America/New_York", "America/Chicago"}),
        ("KY", {"America/New_York", "America/Chicago"}),
        ("FL", {"America/New_York", "America/Chicago"}),
        ("IN", {"America/Indiana/Indianapolis", "America/Chicago"}),
        ("TX", {"America/Chicago", "America/Denver"}),
        ("KS", {"America/Chicago", "America/Denver"}),
        ("NE", {"America/Chicago", "America/Denver"}),
        ("ND", {"America/Chicago", "America/Denver"}),
        ("SD", {"America/Chicago", "America/Denver"}),
        ("ID", {"America/Boise", "America/Los_Angeles"}),
        ("OR", {"America/Los_Angeles", "America/Boise"}),
        ("MI", {"America/Detroit", "America/Menominee"}),
        ("AK", {"America/Anchorage", "America/Adak"}),
    ],
)
def test_a_state_that_clocks_divide_has_all_its_zones(state: str, zones: set[str]) -> None:
    """rules.md fact 7: the library's answer for one number is one zone."""
    code = TOLD["place"][state]["codes"][0]
    assert set(place.of(f"+1{code}5550123").zones) == zones


@pytest.mark.covers("rules 13")
@pytest.mark.parametrize(
    ("number", "zone", "moment", "expected"),
    [
        (TN, EAST, "2026-11-23T20:30", "Tue 10:00"),  # nine in the west of the state
        (TN, EAST, "2026-11-23T09:30", "Mon 10:00"),
        (TN, EAST, "2026-11-23T10:00", "now"),
        (FL, EAST, "2026-11-23T20:05", "Tue 10:00"),
        (FL, EAST, "2026-11-23T19:30", "now"),
        (TX, "America/Chicago", "2026-11-22T11:00", "Sun 13:00"),  # noon in El Paso
        (TX, "America/Chicago", "2026-11-22T13:00", "now"),
        (RI, EAST, "2026-11-23T18:00", "Tue 09:00"),
        (RI, EAST, "2026-11-21T09:30", "Sat 10:00"),
        (RI, EAST, "2026-11-21T17:00", "Sun 12:00"),
        (KY, EAST, "2026-11-23T10:30", "Mon 11:00"),
        (CA, "America/Los_Angeles", "2026-11-23T19:59:44", "now"),
        (CA, "America/Los_Angeles", "2026-11-23T19:59:46", "Tue 09:00"),  # it would arrive too late
        (TOLL_FREE, EAST, "2026-11-23T11:00", "Mon 12:00"),
        (TOLL_FREE, EAST, "2026-11-23T12:00", "now"),
        (TOLL_FREE, EAST, "2026-11-23T20:00", "Tue 12:00"),
        (HIDDEN, EAST, "2026-11-23T11:00", "Mon 12:00"),
        (LONDON, "Europe/London", "2026-11-23T08:00", "Mon 09:00"),
        (LONDON, "Europe/London", "2026-11-22T09:30", "now"),
        ("+18765550123", "America/Jamaica", "2026-11-23T20:30", "Tue 09:00"),
    ],
)
def test_a_text_waits_for_the_next_hour_that_holds_in_every_zone_of_its_place(
    number: str, zone: str, moment: str, expected: str
) -> None:
    assert opens(number, zone, moment) == expected


@pytest.mark.covers("P9", "rules 13")
@pytest.mark.parametrize(
    ("zone", "number", "moment", "expected"),
    [
        ("America/Los_Angeles", CA, "2026-03-07T20:30", "2026-03-08T19:00+00:00"),  # the clocks go forward that night
        ("America/Los_Angeles", CA, "2026-10-31T20:30", "2026-11-01T20:00+00:00"),  # and back
        ("America/Los_Angeles", CA, "2026-03-07T08:00", "2026-03-07T17:00+00:00"),
        ("America/Los_Angeles", CA, "2026-03-09T08:00", "2026-03-09T16:00+00:00"),
        ("America/New_York", TN, "2038-01-18T22:00", "2038-01-19T15:00+00:00"),  # the second that 32 bits end
        ("Europe/London", LONDON, "2027-03-28T00:30", "2027-03-28T08:00+00:00"),
    ],
)
def test_the_opening_is_on_the_clock_of_its_own_day(zone: str, number: str, moment: str, expected: str) -> None:
    assert quiet_hours.opening(number, at(zone, moment)) == dt.datetime.fromisoformat(expected)


BEGIN = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
MOMENTS = st.integers(0, 13 * 366 * 24 * 3600).map(lambda seconds: BEGIN + dt.timedelta(seconds=seconds))


@pytest.mark.covers("P9", "rules 13")
@settings(max_examples=300)
@given(number=st.sampled_from(NUMBERS), moment=MOMENTS)
def test_what_may_leave_is_inside_the_window_of_every_zone_and_the_next_opening_is_near(
    number: str, moment: dt.datetime
) -> None:
    found = quiet_hours.opening(number, moment)
    left = found or moment
    where = place.of(number)
    for zone in where.zones:
        local = left.astimezone(ZoneInfo(zone))
        window = where.week[local.weekday()]
        assert window.opens <= local.time() < window.closes
    assert left - moment <= dt.timedelta(hours=48)
    assert quiet_hours.opening(number, left) is None


def test_nowhere_are_the_hours_wider_than_our_own_or_the_federal_ones() -> None:
    for each in (*place.table().by_code.values(), place.table().unknown):
        assert all(dt.time(9) <= window.opens and window.closes <= dt.time(20) for window in each.week)
        assert each.week[6].opens >= dt.time(12)


@pytest.mark.parametrize("broken", ["21:00-09:00", "9-20", ""])
def test_a_window_that_is_none_is_no_table(broken: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 (each kind of nonsense has its own words)
        place._window(broken)
