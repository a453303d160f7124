"""How many segments may still go out today, for one business and for all (promises.md B.2 layer 7).

One turn of claims reads each limit once and writes each counter once, however many texts it takes.
"""

import datetime as dt
from collections import Counter
from dataclasses import dataclass

from sqlmodel import Session

from portal.accounts import allowance
from portal.consent.purpose import Purpose

DAY = dt.timedelta(days=1)
_KEPT = (Purpose.CONVERSATION, Purpose.OPT_OUT_CONFIRMATION, Purpose.HELP, Purpose.CLARIFICATION)
_SHARE = 0.9  # of a limit, for automated texts and confirmations; the rest is kept for members and answers to a STOP
_ALL = "segments"


@dataclass(frozen=True)
class Limits:
    """Segments a day, for one business and for the installation; 0 means no limit."""

    segments_day: int
    installation_segments_day: int


class Spending:
    """The segments of one turn. Nothing is counted before `write`."""

    def __init__(self, session: Session, limits: Limits) -> None:
        self._session, self._limits = session, limits
        self._used: dict[str, float] = {}
        self._spent: Counter[str] = Counter()

    def has_room(self, business_id: str, purpose: Purpose, segments: int) -> bool:
        """Whether a text of so many segments may go out beside those of this turn."""
        share = 1.0 if purpose in _KEPT else _SHARE
        return all(
            limit == 0 or self._so_far(what) + segments <= int(limit * share)
            for what, limit in self._buckets(business_id)
        )

    def add(self, business_id: str, segments: int) -> None:
        for what, _ in self._buckets(business_id):
            self._spent[what] += segments

    def write(self) -> None:
        for what in sorted(self._spent):  # in one order, or two workers could wait for each other
            allowance.spend(self._session, what, window=DAY, count=self._spent[what])

    def _so_far(self, what: str) -> float:
        if what not in self._used:
            self._used[what] = allowance.used(self._session, what, window=DAY)
        return self._used[what] + self._spent[what]

    def _buckets(self, business_id: str) -> tuple[tuple[str, int], ...]:
        return (f"{_ALL}:{business_id}", self._limits.segments_day), (_ALL, self._limits.installation_segments_day)


def used(session: Session, business_id: str) -> float:
    """Segments of one business in the last 24 hours."""
    return allowance.used(session, f"{_ALL}:{business_id}", window=DAY)
