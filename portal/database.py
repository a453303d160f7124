"""Who may read and write, and when: engines, pragmas and the two verbs of the edges, `read(fn)` and `write(fn)`.

On SQLite all writes go through one writer thread with group commit (speed.md, design 1): it takes what waits, runs each
piece in its own SAVEPOINT, syncs once, then answers them all. On PostgreSQL each write is a transaction of its own.
Domain functions take `session` and never know which.
"""

import asyncio
import random
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError
from sqlmodel import Session

from portal import budget as budgets
from portal import engine as engines
from portal import logs
from portal import road as roads
from portal.bell import MISSED, Bell
from portal.budget import Budget, Turnstile
from portal.engine import durability
from portal.hold import Hold
from portal.second_lock import SecondLock
from portal.writer import NESTED, Lane, Piece, T, Work, Writer

__all__ = ["MISSED", "Database", "Lane", "announce", "durability"]

Listener = Callable[[frozenset[str]], None]

READERS = 4
POSTGRES_TRIES = 4
_RETRYABLE = ("40001", "40P01", "55P03")  # serialization, deadlock, lock_timeout


def announce(session: Session, topic: str) -> None:
    """After this transaction is on disk, tell every listener that `topic` changed (a live page, the sender)."""
    session.info["announced"].add(topic)


class Database:
    """One database with its threads. `read`/`write` block; `reading`/`writing` are awaited on an event loop.

    `secrets` is handed to domain functions as `session.info["secrets"]` (evidence and suppression keys), `policy` as
    `session.info["policy"]` (messaging/deferral.py).
    """

    def __init__(self, url: str, *, secrets: Any = None, budget: Budget | None = None, policy: Any = None) -> None:
        self.url = url
        budget = budget or budgets.of(has_web=False)
        self.is_sqlite = url.startswith("sqlite")
        self._hold = Hold(url)
        self._second_lock = None if self.is_sqlite else SecondLock()
        self._secrets, self._policy = secrets, policy
        self._listeners: list[Listener] = []
        self._inside = threading.local()
        self._bell: Bell | None = None
        self._turnstile = Turnstile(budget.direct)
        self._readers = ThreadPoolExecutor(READERS if self.is_sqlite else budget.readers, "read")
        if self.is_sqlite:
            self.engine = self._reading = engines.sqlite(url, READERS + 2)
            self._writer: Writer | None = Writer(engines.sqlite(url, 1, write=True), self._session, self._tell)
            self._writers: ThreadPoolExecutor | None = None
        else:
            self.engine = engines.postgres(url, budget.pool)
            # one moment for everything a page or a check shows, as in SQLite
            snapshot = {"postgresql_readonly": True, "isolation_level": "REPEATABLE READ"}
            self._reading = self.engine.execution_options(**snapshot)
            self._writer = None
            self._writers = ThreadPoolExecutor(budget.writers, "write")

    def listen(self, listener: Listener) -> None:
        """Call `listener(topics)` after each commit that announced something; it must be quick."""
        self._listeners.append(listener)

    def join(self, *, is_listening: bool = True) -> None:
        """From now on other processes hear what is announced here, and this one hears them. One process is enough for
        SQLite. The topic MISSED means that some may not have been heard."""
        if self._writer is None and self._bell is None:
            self._bell = Bell(self.url, self._tell, is_listening=is_listening)
            self._bell.start()

    def read(self, work: Work[T]) -> T:
        """Run `work(session)` in a transaction that cannot write. A connection that was lost is replaced once."""
        if self._writer is not None:
            return self._read(work)
        with self._turnstile.entered():
            return self._read(work)

    def _read(self, work: Work[T]) -> T:
        for attempt in (1, 2):
            with self._session(self._reading) as session:
                session.info["is_reading"] = True
                try:
                    return work(session)
                except sa.exc.TimeoutError as error:
                    raise budgets.exhausted() from error
                except Exception as error:
                    if not _roll_back(session, error) or attempt == 2:
                        raise
        raise AssertionError("unreachable")

    def write(self, work: Work[T], *, lane: Lane = Lane.ROAD) -> T:
        """Run `work(session)` and return its answer once it is committed and on disk. Raises what `work` raised."""
        if self._writer is not None:
            return self._writer.submit(work, lane).result()
        with self._turnstile.entered():
            return self._write_postgres(work)

    async def reading(self, work: Work[T]) -> T:
        return await budgets.within(self._readers, self._read, work)

    async def writing(self, work: Work[T], *, lane: Lane = Lane.ROAD, may_repeat: bool = False) -> T:
        """`may_repeat` says that `work` does nothing outside of its session, which makes many at once cheaper."""
        loop = asyncio.get_running_loop()
        if self._writer is not None:
            answer: asyncio.Future[T] = loop.create_future()
            self._writer.enqueue_soon(loop, Piece(work, answer, loop, may_repeat=may_repeat), lane)
            return await answer
        assert self._writers is not None
        return await budgets.within(self._writers, self._write_postgres, work)

    def checkpoint(self) -> None:
        """Move what is in SQLite's log into the file, without making any reader or writer wait."""
        if self._writer is not None:
            with self.engine.connect() as connection:
                connection.connection.cursor().execute("PRAGMA wal_checkpoint(PASSIVE)")

    def wipe(self, tables: Sequence[str]) -> bool:
        """Take off the disk what was deleted from these tables; False when that has to be tried again."""
        return engines.wipe_sqlite(self.url) if self.is_sqlite else engines.wipe_postgres(self.engine, tables)

    def dispose(self) -> None:
        """Finish what was accepted, then close everything."""
        if self._writer is not None:
            self._writer.stop()
        if self._writers is not None:
            self._writers.shutdown()
        self._readers.shutdown()
        bell, self._bell = self._bell, None
        if bell is not None:
            bell.stop()
        self.engine.dispose()
        self._hold.release()

    def _session(self, bind: sa.Engine | sa.Connection) -> Session:
        info = {
            "announced": set(), "secrets": self._secrets, "policy": self._policy, "second_lock": self._second_lock,
        }  # fmt: skip
        return Session(bind, expire_on_commit=False, join_transaction_mode="create_savepoint", info=info)

    def _tell(self, topics: set[str]) -> None:
        if topics:
            frozen = frozenset(topics)
            for listener in self._listeners:
                try:
                    listener(frozen)
                except Exception:  # the work is on disk; whoever asked for it must hear so
                    logs.trace("listener.failed")

    def _announce(self, topics: set[str]) -> None:
        """Here at once, and in the other processes soon."""
        self._tell(topics)
        bell = self._bell
        if topics and bell is not None:
            bell.ring(topics)

    def _write_postgres(self, work: Work[T]) -> T:
        """Tried again where nothing can have been committed: a deadlock, or a connection lost before the COMMIT."""
        if getattr(self._inside, "write", False):
            raise RuntimeError(NESTED)
        self._inside.write = True
        try:
            return self._write_with_tries(work)
        finally:
            self._inside.write = False

    def _write_with_tries(self, work: Work[T]) -> T:
        for attempt in range(1, POSTGRES_TRIES + 1):
            with self._session(self.engine) as session:
                is_committing = False
                try:
                    answer = work(session)
                    session.flush()
                    roads.flush(session)
                    is_committing = True
                    session.commit()
                except sa.exc.TimeoutError as error:
                    raise budgets.exhausted() from error
                except Exception as error:
                    is_lost = _roll_back(session, error)
                    may_again = _sqlstate(error) in _RETRYABLE or (is_lost and not is_committing)
                    if not may_again or attempt == POSTGRES_TRIES:
                        raise
                    time.sleep(random.uniform(0.005, 0.02) * attempt)  # noqa: S311 (spread, not secrecy)
                    continue
                self._announce(session.info["announced"])
                return answer
        raise AssertionError("unreachable")


def _roll_back(session: Session, error: Exception) -> bool:
    """Whether the connection turned out to be lost."""
    try:
        session.rollback()
    except DBAPIError as lost:
        return lost.connection_invalidated
    return isinstance(error, DBAPIError) and error.connection_invalidated


def _sqlstate(error: Exception) -> str | None:
    """SQLAlchemy wraps the driver's error; a `Statement` runs on the driver's own cursor and raises it bare."""
    found = getattr(getattr(error, "orig", error), "sqlstate", None)
    return found if isinstance(found, str) else None
