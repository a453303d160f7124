"""Waiting for PostgreSQL without a thread each: who asked something goes on with its answer, however long that takes,
and only who waits for the lock of another lets others go on meanwhile.

PostgreSQL is asked who waits; no clock decides it, so a busy machine plays the same schedule as an idle one.
"""

import time
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from select import POLLIN, POLLOUT, poll
from typing import Any

import psycopg
import pytest
from psycopg.pq import TransactionStatus
from sqlalchemy import Engine

from tests.proof.scheduler import Actor, Scheduler

SUSPICIOUS = 0.003  # seconds without an answer after which we ask whether it waits for a lock
READABLE, WRITABLE = 1, 2  # what psycopg wants to wait for, and is told
STUCK_AFTER = 30.0  # seconds; PostgreSQL ends a deadlock in one and a wait for a lock in five
_WAITING = "SELECT pid FROM unnest(%s::int[]) AS pid WHERE cardinality(pg_blocking_pids(pid)) > 0"


class Locks:
    """Fulfils the scheduler's `Locks`. `waits` counts who was locked out."""

    def __init__(self, schedule: Scheduler, url: str) -> None:
        self._schedule = schedule
        self._watcher = psycopg.connect(url, autocommit=True)
        self._is_one_released = False
        self.waits = 0

    def close(self) -> None:
        self._watcher.close()

    def drive(self, connection: psycopg.Connection[Any], work: Generator[int, int, Any]) -> Any:
        """What psycopg's own `Connection.wait` does, for an actor."""
        pid, socket = connection.pgconn.backend_pid, connection.pgconn.socket
        try:
            wanted = next(work)
            while True:
                patience = SUSPICIOUS
                while not (ready := is_ready(socket, wanted, within=patience)):
                    patience *= 2
                    if self._waiting([pid]):
                        self.waits += 1
                        self._schedule.lock_out((pid, socket))
                wanted = work.send(ready)
        except StopIteration as done:
            if connection.pgconn.transaction_status == TransactionStatus.IDLE:
                self._is_one_released = True
            return done.value

    def granted(self, waiting: Sequence[Actor], *, is_urgent: bool) -> list[Actor]:
        """Locks are released where a transaction ends. Who got one may hold up the next: look until nothing moves."""
        granted: list[Actor] = []
        until = time.monotonic() + STUCK_AFTER
        while self._is_one_released or (is_urgent and not granted):
            done = self._done([each for each in waiting if each not in granted])
            granted += done
            self._is_one_released = bool(done)
            if time.monotonic() > until:
                raise RuntimeError("every actor waits for another")
        return granted

    def _done(self, waiting: Sequence[Actor]) -> list[Actor]:
        still = self._waiting([each.waits_on[0] for each in waiting])
        return [each for each in waiting if each.waits_on[0] not in still and self._has_answer(*each.waits_on)]

    def _has_answer(self, pid: int, socket: int) -> bool:
        """It has its lock, so the answer comes; unless the same statement meets another lock."""
        while not is_ready(socket, READABLE, within=SUSPICIOUS):
            if self._waiting([pid]):
                return False
        return True

    def _waiting(self, pids: Sequence[int]) -> set[int]:
        return {pid for (pid,) in self._watcher.execute(_WAITING, [list(pids)])}


def is_ready(socket: int, wanted: int, *, within: float) -> int:
    """For what of READABLE and WRITABLE; 0 for nothing after so many seconds."""
    poller = poll()
    poller.register(socket, (POLLIN if wanted & READABLE else 0) | (POLLOUT if wanted & WRITABLE else 0))
    events = sum(event for _, event in poller.poll(within * 1000))
    if not events:
        return 0
    found = (READABLE if events & ~POLLOUT else 0) | (WRITABLE if events & POLLOUT else 0)
    return found & wanted or wanted


@contextmanager
def kept(schedule: Scheduler, engine: Engine, patch: pytest.MonkeyPatch) -> Generator[Locks]:
    """While this lasts, actors wait for PostgreSQL by way of these locks."""
    locks = Locks(schedule, engine.url.set(drivername="postgresql").render_as_string(hide_password=False))
    wait = psycopg.Connection.wait

    def waiting(connection: psycopg.Connection[Any], work: Any, *given: Any, **named: Any) -> Any:
        if schedule.acting is None or connection is locks._watcher:
            return wait(connection, work, *given, **named)
        return locks.drive(connection, work)

    patch.setattr(psycopg.Connection, "wait", waiting)
    schedule.locks = locks
    try:
        yield locks
    finally:
        locks.close()
