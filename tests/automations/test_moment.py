"""Local times on the days on which the wall clock jumps: none is skipped, none comes twice (promise P9)."""

import datetime as dt

import pytest

from portal.automations import moment

NEW_YORK = "America/New_York"


@pytest.mark.covers("P9")
@pytest.mark.parametrize(
    ("day", "at_time", "zone", "found"),
    [
        ("2026-11-23", "09:00", NEW_YORK, "2026-11-23T14:00"),
        ("2026-07-01", "09:00", NEW_YORK, "2026-07-01T13:00"),
        ("2026-11-01", "01:30", NEW_YORK, "2026-11-01T05:30"),  # shown twice: the first
        ("2026-11-01", "00:59", NEW_YORK, "2026-11-01T04:59"),
        ("2026-11-01", "02:00", NEW_YORK, "2026-11-01T07:00"),
        ("2027-03-14", "01:59", NEW_YORK, "2027-03-14T06:59"),
        ("2027-03-14", "02:00", NEW_YORK, "2027-03-14T07:00"),  # leapt over: the first after the leap
        ("2027-03-14", "02:30", NEW_YORK, "2027-03-14T07:00"),
        ("2027-03-14", "03:00", NEW_YORK, "2027-03-14T07:00"),
        ("2027-10-03", "02:15", "Australia/Lord_Howe", "2027-10-02T15:30"),  # leaps half an hour
        ("2011-12-30", "10:00", "Pacific/Apia", "2011-12-30T10:00"),  # a whole day was left out
        ("2026-09-06", "00:30", "America/Santiago", "2026-09-06T04:00"),  # midnight itself is leapt over
        ("2026-11-23", "09:00", "Asia/Kathmandu", "2026-11-23T03:15"),
    ],
)
def test_a_time_on_the_wall_is_one_moment(day: str, at_time: str, zone: str, found: str) -> None:
    expected = dt.datetime.fromisoformat(f"{found}+00:00")
    assert moment.local(dt.date.fromisoformat(day), at_time, zone) == expected


@pytest.mark.covers("P9")
@pytest.mark.parametrize("zone", [NEW_YORK, "Europe/London", "Australia/Lord_Howe", "UTC"])
def test_later_times_on_the_wall_are_never_earlier_moments(zone: str) -> None:
    """Over two years, every half an hour."""
    days = [dt.date(2026, 1, 1) + dt.timedelta(days=i) for i in range(2 * 365)]
    times = [f"{hour:02d}:{minute}" for hour in range(24) for minute in ("00", "30")]
    found = [moment.local(day, at_time, zone) for day in days for at_time in times]
    assert found == sorted(found)


@pytest.mark.parametrize(
    ("born", "year", "kept"),
    [("1990-05-03", 2027, "2027-05-03"), ("2000-02-29", 2027, "2027-02-28"), ("2000-02-29", 2028, "2028-02-29")],
)
def test_a_leap_day_is_kept_on_the_last_of_february(born: str, year: int, kept: str) -> None:
    assert moment.anniversary(dt.date.fromisoformat(born), year) == dt.date.fromisoformat(kept)


def test_a_day_ends_at_its_own_midnight() -> None:
    late = dt.datetime(2026, 11, 2, 3, 0, tzinfo=dt.UTC)  # 22:00 on the first of November, a day of 25 hours
    assert moment.end_of_day(late, NEW_YORK) == dt.datetime(2026, 11, 2, 5, 0, tzinfo=dt.UTC)
