"""A clock that jumps: the one on the wall is compared with one that never does (promises.md 0.10, P9).

After a jump nobody knows what is due, so that the portal enters quarantine before anything else leaves. It ends by
itself once the two clocks have agreed for five minutes and no ledger is ahead of the wall; an operator may end it
before. A daylight saving change is no jump: both clocks count in UTC. A computer that slept wakes up with one.
"""

import threading
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session

from portal import clock
from portal.consent import head, ledger
from portal.messaging import quarantine
from portal.statement import Statement

FORWARD = 120.0  # seconds the wall may gain on the even clock between two looks
BACKWARD = 5.0  # and lose: time servers correct by less
AHEAD = 5.0  # so far the ledger may be ahead: another machine's clock is never quite the same
CALM = 300.0  # seconds of agreement before a quarantine for a jump ends by itself
ENDED_BY = "system"

_e, _h = ledger.table, head.table
_NEWEST = Statement(
    sa.select(sa.func.max(_e.c.recorded_at).label("at")).join_from(
        _h, _e, sa.and_(_e.c.business_id == _h.c.business_id, _e.c.seq == _h.c.seq)
    )
)


@dataclass(frozen=True)
class _Reading:
    wall: float
    even: float


def _read() -> _Reading:
    return _Reading(clock.now().timestamp(), clock.monotonic())


class ClockWatch:
    """One per process. Whoever is about to send asks `jump`; it says so until `quarantine.enter` is on disk."""

    def __init__(self) -> None:
        self._first = self._last = _read()
        self._calm_since = self._last.even
        self._note = ""
        self._open: tuple[str, float] = ("", 0.0)
        self._lock = threading.Lock()

    @property
    def skew(self) -> float:
        """Seconds by which the wall has left the even clock since this process started."""
        now = _read()
        return (now.wall - self._first.wall) - (now.even - self._first.even)

    def jump(self) -> str:
        """How the clock jumped, in words; nothing while it did not, or while the quarantine for it stands."""
        with self._lock:
            now = _read()
            step = (now.wall - self._last.wall) - (now.even - self._last.even)
            self._last = now
            if step > FORWARD or step < -BACKWARD:
                self._calm_since = now.even
                self._note = f"The clock jumped {abs(step):.0f} seconds {'forward' if step > 0 else 'back'}."
            return self._note

    def entered(self, note: str) -> None:
        """The quarantine for this jump is on disk; a newer jump is not forgotten."""
        with self._lock:
            if self._note == note:
                self._note = ""

    def is_over(self, session: Session) -> bool:
        """Whether a quarantine for a jump may end: seen here for five minutes without one, and no ledger is ahead."""
        found = quarantine.open_for(session, quarantine.CLOCK)
        now = clock.monotonic()
        if found is None or found.id != self._open[0]:
            self._open = (found.id if found is not None else "", now)
            return False
        return now - max(self._calm_since, self._open[1]) >= CALM and not is_behind(session)


def is_off(session: Session) -> bool:
    """Whether a jump has not been settled: nothing is decided by such a clock, not even that something is too late."""
    return quarantine.open_for(session, quarantine.CLOCK) is not None


def enter(session: Session, note: str) -> None:
    """Nothing leaves by itself from this transaction on."""
    quarantine.enter(session, quarantine.CLOCK, note)


def end(session: Session) -> None:
    quarantine.end(session, by=ENDED_BY, why=quarantine.CLOCK)


def is_behind(session: Session) -> bool:
    """Whether the end of any ledger is in the future, so that the clock must be wrong. One look per ledger."""
    newest: Any = _NEWEST.first(session).at
    return newest is not None and (newest - clock.now()).total_seconds() > AHEAD
