"""Which days a report is about, in the business's own time zone, and into which bars they go."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

DAY = dt.timedelta(days=1)
LONGEST = 731
"""Days of a range of one's own: two years."""
EARLIEST = dt.date(2000, 1, 1)
MOST_DAYS, MOST_WEEKS = 45, 200  # of a range that is shown by day, by week


class Choice(StrEnum):
    MONTH = "30"
    QUARTER = "90"
    YEAR = "year"
    OWN = "own"


class Unit(StrEnum):
    DAY = "day"
    WEEK = "week"
    MONTH = "month"


@dataclass(frozen=True)
class Days:
    """From `first` to `last`, both included."""

    first: dt.date
    last: dt.date

    def __len__(self) -> int:
        return (self.last - self.first).days + 1


@dataclass(frozen=True)
class Span(Days):
    """A range in days, weeks from Monday, or months; the first and the last of them may be cut."""

    unit: Unit

    @cached_property
    def parts(self) -> tuple[Days, ...]:
        return tuple(self._parts())

    @property
    def earlier(self) -> Days:
        """As many days, right before."""
        return Days(self.first - len(self) * DAY, self.first - DAY)

    def part_of(self, day: dt.date) -> int:
        """The number of the part that `day` is in."""
        if self.unit is Unit.DAY:
            return (day - self.first).days
        if self.unit is Unit.WEEK:
            return (day - _monday(self.first)).days // 7
        return (day.year - self.first.year) * 12 + day.month - self.first.month

    def _parts(self) -> Iterator[Days]:
        first = self.first
        while first <= self.last:
            last = min(self.last, _end_of(first, self.unit))
            yield Days(first, last)
            first = last + DAY


def of(choice: Choice, today: dt.date, own: Days | None = None) -> Span:
    """`own` is a range of one's own, where that was chosen."""
    if choice is Choice.OWN and own is not None:
        return Span(own.first, own.last, _unit(len(own)))
    if choice is Choice.YEAR:
        return Span(_a_year_back(today), today, Unit.MONTH)
    days, unit = (90, Unit.WEEK) if choice is Choice.QUARTER else (30, Unit.DAY)
    return Span(today - (days - 1) * DAY, today, unit)


def problem(first: dt.date | None, last: dt.date, today: dt.date) -> str:
    """Why this is no range to report about, in a sentence; or nothing."""
    if first is None:
        return "Please give the first day, too."
    if first < EARLIEST:
        return "The first day is too long ago."
    if first > last:
        return "The last day is before the first one."
    if last > today:
        return "The last day is still to come."
    return "A report shows two years at most." if (last - first).days + 1 > LONGEST else ""


def _unit(days: int) -> Unit:
    return Unit.DAY if days <= MOST_DAYS else Unit.WEEK if days <= MOST_WEEKS else Unit.MONTH


def _a_year_back(today: dt.date) -> dt.date:
    """The first of the month eleven months ago, so that there are twelve bars."""
    months = today.year * 12 + today.month - 12
    return dt.date(months // 12, months % 12 + 1, 1)


def _end_of(day: dt.date, unit: Unit) -> dt.date:
    if unit is Unit.DAY:
        return day
    if unit is Unit.WEEK:
        return _monday(day) + 6 * DAY
    return (day.replace(day=28) + 4 * DAY).replace(day=1) - DAY


def _monday(day: dt.date) -> dt.date:
    return day - day.weekday() * DAY
