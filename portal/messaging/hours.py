"""The hours in force as a page tells them: by days that are alike, with the places whose own hours are narrower."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby

from sqlmodel import Session

from portal.messaging import deferral, place
from portal.messaging.deferral import Policy
from portal.messaging.place import DAYS, Week, Window


@dataclass(frozen=True)
class Line:
    """`days` that have the same hours; `starts` and `lasts` are their place in a day of 24 hours."""

    days: str
    window: Window

    @property
    def hours(self) -> str:
        return f"{self.window.opens:%H:%M}–{self.window.closes:%H:%M}"

    @property
    def starts(self) -> float:
        return _hours(self.window.opens)

    @property
    def lasts(self) -> float:
        return _hours(self.window.closes) - self.starts


@dataclass(frozen=True)
class Hours:
    """`policy` is the operator's. `lines` hold where `narrower` (a place's name, its own hours) says nothing else."""

    policy: Policy
    lines: tuple[Line, ...]
    narrower: tuple[tuple[str, str], ...]


def of(session: Session) -> Hours:
    known = place.table()
    usual = known.unknown.week
    others = {each.name: each.week for each in known.by_code.values() if each.week != usual}
    told = tuple(
        (name, ", ".join(f"{line.days} {line.hours}" for line in _lines(week))) for name, week in others.items()
    )
    return Hours(deferral.policy(session), tuple(_lines(usual)), tuple(sorted(told)))


def _lines(week: Week) -> Iterator[Line]:
    for window, found in groupby(enumerate(week), lambda each: each[1]):
        days = [day for day, _ in found]
        first, last = DAYS[days[0]].capitalize(), DAYS[days[-1]].capitalize()
        yield Line(first if len(days) == 1 else f"{first} to {last}", window)


def _hours(at: dt.time) -> float:
    return at.hour + at.minute / 60
