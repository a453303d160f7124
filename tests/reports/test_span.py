"""Which days a report is about: every day is in exactly one bar, and the bars are the whole range."""

import datetime as dt

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portal.reports import span
from portal.reports.span import Choice, Days, Span, Unit

DAY = dt.timedelta(days=1)
days = st.dates(dt.date(2020, 1, 1), dt.date(2032, 1, 1))
spans = st.builds(
    lambda first, more, unit: Span(first, first + more * DAY, unit), days, st.integers(0, 800), st.sampled_from(Unit)
)


@settings(max_examples=40)
@given(spans)
def test_the_bars_are_the_range_without_a_gap_and_every_day_is_in_its_own(found: Span) -> None:
    inside = [(day, index) for index, part in enumerate(found.parts) for day in each_of(part)]
    assert [day for day, _ in inside] == each_of(found)
    assert all(found.part_of(day) == index for day, index in inside)


@given(spans)
def test_the_range_before_is_as_long_and_ends_where_this_one_begins(found: Span) -> None:
    assert (len(found.earlier), found.earlier.last + DAY) == (len(found), found.first)


@given(spans)
def test_weeks_begin_on_monday_and_months_on_the_first_but_for_the_first_bar(found: Span) -> None:
    starts = [part.first for part in found.parts[1:]]
    assert all(found.unit is not Unit.WEEK or day.weekday() == 0 for day in starts)
    assert all(found.unit is not Unit.MONTH or day.day == 1 for day in starts)


def each_of(found: Days) -> list[dt.date]:
    return [found.first + index * DAY for index in range(len(found))]


@pytest.mark.parametrize(
    ("choice", "first", "bars"),
    [
        (Choice.MONTH, dt.date(2026, 10, 24), 30), (Choice.QUARTER, dt.date(2026, 8, 25), 13),
        (Choice.YEAR, dt.date(2025, 12, 1), 12),
    ],
)  # fmt: skip
def test_the_usual_ranges_end_today(choice: Choice, first: dt.date, bars: int) -> None:
    found = span.of(choice, dt.date(2026, 11, 22))
    assert (found.first, found.last, len(found.parts)) == (first, dt.date(2026, 11, 22), bars)


@given(days)
def test_a_year_always_has_twelve_bars(today: dt.date) -> None:
    assert len(span.of(Choice.YEAR, today).parts) == 12


@pytest.mark.parametrize(
    ("length", "unit"), [(1, Unit.DAY), (45, Unit.DAY), (46, Unit.WEEK), (200, Unit.WEEK), (201, Unit.MONTH)]
)
def test_a_range_of_ones_own_gets_bars_that_can_be_told_apart(length: int, unit: Unit) -> None:
    today = dt.date(2026, 11, 22)
    assert span.of(Choice.OWN, today, Days(today - (length - 1) * DAY, today)).unit is unit
