"""How much may still go out today: segments of one business and of all, automated texts of a business, texts that one
member causes (promises.md B.2 layer 7).

One turn of claims reads each limit once and writes each counter once, however many texts it takes. Processes that claim
at the same moment do not see each other's turn: together they may pass a limit by one turn each.
"""

import datetime as dt
import logging
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlmodel import Session

from portal import logs
from portal.accounts import allowance, audit
from portal.consent.purpose import Purpose

DAY = dt.timedelta(days=1)
_KEPT = (Purpose.CONVERSATION, Purpose.OPT_OUT_CONFIRMATION, Purpose.HELP, Purpose.CLARIFICATION)
_BY_ITSELF = (Purpose.AUTOMATED, Purpose.MARKETING)
_SHARE = (
    0.9  # of the segments, for automated texts and confirmations; the rest is kept for members and answers to a STOP
)
WARN_AT = 0.8  # of the segments: said once a day
_ALL = "segments"


@dataclass(frozen=True)
class Limits:
    """A day's segments of one business and of the installation, a day's automated texts of a business and texts of a
    member; and texts a second of one sender. 0 means no limit."""

    segments_day: int
    installation_segments_day: int
    automated_day: int = 0
    member_day: int = 0
    drain_second: int = 0


@dataclass(frozen=True)
class _Bucket:
    """`size` is what the text takes of it; `share` what a text of its purpose may use up."""

    what: str
    limit: int
    size: int
    share: float = 1.0


class Spending:
    """What one turn spends. Nothing is counted before `write`."""

    def __init__(self, session: Session, limits: Limits) -> None:
        self._session, self._limits = session, limits
        self._used: dict[str, float] = {}
        self._spent: Counter[str] = Counter()
        self._businesses: set[str] = set()

    def has_room(self, row: Any, purpose: Purpose) -> bool:
        """Whether the text of this row may go out beside those of this turn."""
        return all(
            each.limit == 0 or self._so_far(each.what) + each.size <= int(each.limit * each.share)
            for each in self._buckets(row, purpose)
        )

    def add(self, row: Any, *, times: int = 1) -> None:
        """-1 `times` for one that was added and does not go."""
        self._businesses.add(row.business_id)
        for each in self._buckets(row, Purpose(row.purpose)):
            self._spent[each.what] += times * each.size

    def write(self) -> None:
        for what in sorted(self._spent):  # in one order, or two workers could wait for each other
            allowance.spend(self._session, what, window=DAY, count=self._spent[what])
        for business_id in sorted(self._businesses):
            self._warn(f"{_ALL}:{business_id}", self._limits.segments_day, business_id)
        if self._businesses:
            self._warn(_ALL, self._limits.installation_segments_day, None)

    def _warn(self, what: str, limit: int, business_id: str | None) -> None:
        """Once a day, to the log and to the owner's list of what happened."""
        if limit == 0 or self._so_far(what) < limit * WARN_AT:
            return
        if allowance.take(self._session, f"warned:{what}", limit=1, window=DAY):
            logs.event("spending.warned", level=logging.WARNING, business=business_id or "all", limit=limit)
            audit.note(self._session, "spending.warned", actor="system", business_id=business_id, limit=limit)

    def _so_far(self, what: str) -> float:
        if what not in self._used:
            self._used[what] = allowance.used(self._session, what, window=DAY)
        return self._used[what] + self._spent[what]

    def _buckets(self, row: Any, purpose: Purpose) -> Iterator[_Bucket]:
        limits, share = self._limits, 1.0 if purpose in _KEPT else _SHARE
        yield _Bucket(f"{_ALL}:{row.business_id}", limits.segments_day, row.segments, share)
        yield _Bucket(_ALL, limits.installation_segments_day, row.segments, share)
        if purpose in _BY_ITSELF and limits.automated_day:
            yield _Bucket(f"automated:{row.business_id}", limits.automated_day, 1)
        if row.member_id and limits.member_day:
            yield _Bucket(f"caused:{row.member_id}", limits.member_day, 1)


def used(session: Session, business_id: str) -> float:
    """Segments of one business in the last 24 hours."""
    return allowance.used(session, f"{_ALL}:{business_id}", window=DAY)
