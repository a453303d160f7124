"""The picture of the next 24 hours: which hour, how high, which lines."""

import datetime as dt

import pytest

from portal.automations import day_ahead
from portal.automations.day_ahead import Entry

ZONE = "America/New_York"
NOW = dt.datetime(2026, 7, 6, 14, 25, tzinfo=dt.UTC)  # 10:25 on the wall


def entry(minutes: int, title: str = "Hello", client: str = "Rosa", *, is_skipped: bool = False) -> Entry:
    return Entry(NOW + dt.timedelta(minutes=minutes), title, client, "/automations/a", is_skipped)


def drawn(*entries: Entry, now: dt.datetime = NOW) -> day_ahead.DayAhead:
    return day_ahead.of(entries, now=now, zone=ZONE)


def test_each_text_stands_in_its_hour() -> None:
    found = drawn(entry(10), entry(34), entry(35), entry(24 * 60 - 1))
    assert [(n, bar.count) for n, bar in enumerate(found.bars) if bar.count] == [(0, 2), (1, 1), (24, 1)]


def test_what_is_late_stands_in_the_first_hour() -> None:
    assert drawn(entry(-300)).bars[0].count == 1


def test_the_axis_has_marks_of_local_hours() -> None:
    assert [bar.label for bar in drawn().bars if bar.label] == ["10:00", "16:00", "22:00", "04:00", "10:00"]


def test_the_night_the_clocks_change_has_the_hours_that_pass() -> None:
    now = dt.datetime(2026, 10, 31, 16, 0, tzinfo=dt.UTC)  # noon; at 2 in the night it is 1 again
    assert [bar.label for bar in drawn(now=now).bars if bar.label] == ["12:00", "18:00", "00:00", "05:00", "11:00"]


def test_a_zone_with_half_hours_begins_at_its_own_hour() -> None:
    found = day_ahead.of([], now=NOW, zone="Asia/Kolkata")
    assert found.bars[0].label == "19:00"


def test_one_text_is_no_tower_and_many_are() -> None:
    assert drawn(entry(5)).bars[0].share == 0.25
    assert drawn(*[entry(5)] * 8).bars[0].share == 1.0


@pytest.mark.covers("H-23")
def test_what_would_be_skipped_is_counted_apart_and_not_drawn() -> None:
    found = drawn(entry(5), entry(6, client="Owen", is_skipped=True))
    assert (found.total, found.skipped, sum(bar.count for bar in found.bars)) == (1, 1, 1)
    assert [line.clients for line in found.lines] == [("Rosa",)]


def test_texts_of_one_kind_at_one_minute_are_one_line() -> None:
    found = drawn(*[entry(5, client=f"Client {n}") for n in range(5)], entry(5, "Other"))
    assert [(line.title, len(line.clients), line.others) for line in found.lines] == [("Hello", 3, 2), ("Other", 1, 0)]


def test_more_than_are_read_is_said() -> None:
    found = drawn(*[entry(n % 60) for n in range(day_ahead.MOST + 1)])
    assert found.has_more
    assert found.total == day_ahead.MOST
    assert len(found.lines) == day_ahead.LINES
