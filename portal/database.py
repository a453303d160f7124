"""Who may read and write, and when: engines, pragmas and the two verbs of the edges, `read(fn)` and `write(fn)`.

On SQLite all writes go through one writer thread with group commit (speed.md, design 1): it takes what waits, runs each
piece in its own SAVEPOINT, syncs once, then answers them all. On PostgreSQL each write is a transaction of its own.
Domain functions take `session` and never know which.
"""

import asyncio
import random
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from enum import IntEnum
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.exc import OperationalError
from sqlmodel import Session

from portal.errors import SettingsError
from portal.settings import sqlite_path

T = TypeVar("T")
Work = Callable[[Session], T]
Listener = Callable[[frozenset[str]], None]

GROUP = 64  # pieces of work that may share one fsync
READERS = 4
POSTGRES_WRITERS = 24
POSTGRES_TRIES = 4
_RETRYABLE = ("40001", "40P01", "55P03")  # serialization, deadlock, lock_timeout


class Lane(IntEnum):
    """Who goes first when many wait: consent, then the roads and the desk, then imports."""

    CONSENT = 0
    ROAD = 1
    BULK = 2


def announce(session: Session, topic: str) -> None:
    """After this transaction is on disk, tell every listener that `topic` changed (a live page, the sender)."""
    session.info["announced"].add(topic)


class Database:
    """One database with its threads. `read`/`write` block; `reading`/`writing` are awaited on an event loop.

    `secrets` is handed to domain functions as `session.info["secrets"]` (evidence and suppression keys).
    """

    def __init__(self, url: str, *, secrets: Any = None) -> None:
        self.url = url
        self.is_sqlite = url.startswith("sqlite")
        self._secrets = secrets
        self._listeners: list[Listener] = []
        self._readers = ThreadPoolExecutor(READERS if self.is_sqlite else POSTGRES_WRITERS, "read")
        if self.is_sqlite:
            self.engine = _sqlite_engine(url, READERS + 2)
            self._writer: _Writer | None = _Writer(_sqlite_engine(url, 1, write=True), self._session, self._tell)
            self._writers: ThreadPoolExecutor | None = None
        else:
            self.engine = _postgres_engine(url)
            self._writer = None
            self._writers = ThreadPoolExecutor(POSTGRES_WRITERS, "write")

    def listen(self, listener: Listener) -> None:
        """Call `listener(topics)` after each commit that announced something; it must be quick and must not raise."""
        self._listeners.append(listener)

    def read(self, work: Work[T]) -> T:
        """Run `work(session)` in a transaction that is rolled back."""
        with self._session(self.engine) as session:
            return work(session)

    def write(self, work: Work[T], *, lane: Lane = Lane.ROAD) -> T:
        """Run `work(session)` and return its answer once it is committed and on disk. Raises what `work` raised."""
        if self._writer is not None:
            return self._writer.submit(work, lane).result()
        return self._write_postgres(work)

    async def reading(self, work: Work[T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._readers, self.read, work)

    async def writing(self, work: Work[T], *, lane: Lane = Lane.ROAD) -> T:
        loop = asyncio.get_running_loop()
        if self._writer is not None:
            answer: asyncio.Future[T] = loop.create_future()
            self._writer.enqueue(_Piece(work, answer, loop), lane)
            return await answer
        return await loop.run_in_executor(self._writers, self._write_postgres, work)

    def checkpoint(self) -> None:
        """Move what is in SQLite's log into the file, without making any reader or writer wait."""
        if self._writer is not None:
            with self.engine.connect() as connection:
                connection.connection.cursor().execute("PRAGMA wal_checkpoint(PASSIVE)")

    def dispose(self) -> None:
        """Finish what was accepted, then close everything."""
        if self._writer is not None:
            self._writer.stop()
        if self._writers is not None:
            self._writers.shutdown()
        self._readers.shutdown()
        self.engine.dispose()

    def _session(self, bind: sa.Engine | sa.Connection) -> Session:
        info = {"announced": set(), "secrets": self._secrets}
        return Session(bind, expire_on_commit=False, join_transaction_mode="create_savepoint", info=info)

    def _tell(self, topics: set[str]) -> None:
        if topics:
            frozen = frozenset(topics)
            for listener in self._listeners:
                listener(frozen)

    def _write_postgres(self, work: Work[T]) -> T:
        for attempt in range(1, POSTGRES_TRIES + 1):
            with self._session(self.engine) as session:
                try:
                    answer = work(session)
                    session.commit()
                except Exception as error:
                    session.rollback()
                    if attempt == POSTGRES_TRIES or not _is_retryable(error):
                        raise
                    time.sleep(random.uniform(0.005, 0.02) * attempt)  # noqa: S311 (spread, not secrecy)
                    continue
                self._tell(session.info["announced"])
                return answer
        raise AssertionError("unreachable")


class _Piece:
    """One piece of work and where its answer goes: a future of an event loop, or of a waiting thread."""

    __slots__ = ("answer", "error", "loop", "result", "work")

    def __init__(self, work: Work[Any], answer: Any, loop: asyncio.AbstractEventLoop | None) -> None:
        self.work, self.answer, self.loop = work, answer, loop
        self.result: Any = None
        self.error: BaseException | None = None

    def settle(self) -> None:
        if self.answer.cancelled():
            return
        if self.error is not None:
            self.answer.set_exception(self.error)
        else:
            self.answer.set_result(self.result)


class _Writer:
    """The one thread that writes to SQLite."""

    def __init__(
        self, engine: sa.Engine, session_on: Callable[[sa.Connection], Session], tell: Callable[[set[str]], None]
    ) -> None:
        self._engine, self._session_on, self._tell = engine, session_on, tell
        self._lanes: tuple[deque[_Piece], ...] = tuple(deque() for _ in Lane)
        self._wake = threading.Condition()
        self._stopping = False
        self._connection = engine.connect()  # here, so that a database that cannot be opened is the caller's error
        self._thread = threading.Thread(target=self._run, name="writer", daemon=True)
        self._thread.start()

    def submit(self, work: Work[T], lane: Lane) -> "Future[T]":
        if threading.current_thread() is self._thread:
            raise RuntimeError("a write was asked for inside a write; pass the session on instead")
        answer: Future[T] = Future()
        self.enqueue(_Piece(work, answer, None), lane)
        return answer

    def enqueue(self, piece: _Piece, lane: Lane) -> None:
        with self._wake:
            if self._stopping:
                raise RuntimeError("the database is closed")
            self._lanes[lane].append(piece)
            self._wake.notify()

    def stop(self) -> None:
        with self._wake:
            self._stopping = True
            self._wake.notify()
        self._thread.join()
        self._engine.dispose()

    def _run(self) -> None:
        session = self._session_on(self._connection)
        session.info["cursor"] = self._connection.connection.cursor()
        while batch := self._take():
            self._commit(session, batch)
            _settle(batch)
        session.close()
        self._connection.close()

    def _take(self) -> list[_Piece]:
        """What waits, highest lane first; [] only when the database is closing and nothing is left."""
        with self._wake:
            while not any(self._lanes) and not self._stopping:
                self._wake.wait()
            batch: list[_Piece] = []
            for lane in self._lanes:
                limit = GROUP if lane is not self._lanes[Lane.BULK] or not batch else 0
                while lane and len(batch) < limit:
                    batch.append(lane.popleft())
            return batch

    def _commit(self, session: Session, batch: list[_Piece]) -> None:
        """One BEGIN IMMEDIATE, each piece in its SAVEPOINT, one COMMIT. A failed COMMIT fails them all."""
        topics: set[str] = set()
        try:
            with self._connection.begin():
                for piece in batch:
                    self._perform(session, piece)
                    if piece.error is None:
                        topics |= session.info["announced"]
                    session.info["announced"].clear()
        except Exception as error:  # the disk said no: nobody may be told that it worked
            for piece in batch:
                piece.error = piece.error or error
        else:
            self._tell(topics)

    def _perform(self, session: Session, piece: _Piece) -> None:
        cursor = session.info["cursor"]
        cursor.execute("SAVEPOINT piece")
        try:
            piece.result = piece.work(session)
            if session.in_transaction():
                session.commit()
                session.expunge_all()
        except Exception as error:
            piece.error = error
            session.rollback()
            session.expunge_all()
            cursor.execute("ROLLBACK TO piece")
        cursor.execute("RELEASE piece")


def _settle(batch: list[_Piece]) -> None:
    """Answer everyone; one wake-up per event loop, however many wait there."""
    loops: dict[asyncio.AbstractEventLoop, list[_Piece]] = {}
    for piece in batch:
        if piece.loop is None:
            piece.settle()
        else:
            loops.setdefault(piece.loop, []).append(piece)
    for loop, pieces in loops.items():
        try:
            loop.call_soon_threadsafe(_settle_all, pieces)
        except RuntimeError:  # the loop closed while we committed: the work is on disk, nobody waits for the answer
            continue


def _settle_all(pieces: list[_Piece]) -> None:
    for piece in pieces:
        piece.settle()


def _is_retryable(error: Exception) -> bool:
    return isinstance(error, OperationalError) and getattr(error.orig, "sqlstate", None) in _RETRYABLE


def _sqlite_engine(url: str, size: int, *, write: bool = False) -> sa.Engine:
    path = sqlite_path(url)
    if path is None or not path.name:
        raise SettingsError("PORTAL_DATABASE_URL must name a file, as in sqlite:///portal.db.")
    engine = sa.create_engine(
        url, pool_size=size, max_overflow=4, connect_args={"timeout": 10, "check_same_thread": False}
    )
    begin = "BEGIN IMMEDIATE" if write else "BEGIN"

    def prepare(connection: Any, _record: Any) -> None:
        connection.isolation_level = None
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "busy_timeout=10000"):
            connection.execute(f"PRAGMA {pragma}")
        connection.execute(f"PRAGMA query_only={'OFF' if write else 'ON'}")
        connection.execute("PRAGMA cache_size=-65536")
        connection.execute("PRAGMA wal_autocheckpoint=0" if write else "PRAGMA mmap_size=268435456")

    event.listen(engine, "connect", prepare)
    event.listen(engine, "begin", lambda connection: connection.exec_driver_sql(begin))
    return engine


def _postgres_engine(url: str) -> sa.Engine:
    """A frozen process must not hold a STOP's row (interface.md 6.10), and a commit must mean the disk."""
    options = "-c idle_in_transaction_session_timeout=15000 -c lock_timeout=5000 -c timezone=UTC"
    return sa.create_engine(
        url, pool_size=POSTGRES_WRITERS, max_overflow=8, pool_pre_ping=False, connect_args={"options": options}
    )


def durability(database: Database) -> Mapping[str, str]:
    """The settings on which “2xx means on disk” rests. Raises SettingsError when they do not hold (promises.md F.1)."""
    questions = ("journal_mode", "synchronous") if database.is_sqlite else ("synchronous_commit", "fsync")
    ask = "PRAGMA {}" if database.is_sqlite else "SHOW {}"
    with database.engine.connect() as connection:
        found = {name: str(connection.exec_driver_sql(ask.format(name)).scalar()) for name in questions}
    if database.is_sqlite and found != {"journal_mode": "wal", "synchronous": "2"}:
        raise SettingsError(f"SQLite must run with WAL and synchronous=FULL here, but it answers {found}.")
    if found.get("synchronous_commit") in ("off", "local"):
        raise SettingsError("PostgreSQL's synchronous_commit is off: a STOP could be lost. Set it to on.")
    return found
