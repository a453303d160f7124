"""The one thread that writes to SQLite, with group commit (speed.md, design 1).

It takes what waits, runs each piece inside one BEGIN IMMEDIATE, syncs once, then answers all: a failing piece rolls
back alone (in a SAVEPOINT of its own where pieces may not be repeated), nobody is answered before the fsync, and a
failed COMMIT fails them all.
"""

import asyncio
import os
import threading
import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from enum import IntEnum
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlmodel import Session

from portal import road as roads

T = TypeVar("T")
Work = Callable[[Session], T]

GROUP = 64  # pieces of work that may share one fsync
LOG_LIMIT = 64 * 1024 * 1024  # bytes of SQLite's log
LOOK_AGAIN = 0.5  # seconds between two looks at its size
CLOSED = "the database is closed"
NESTED = "a write was asked for inside a write; pass the session on instead"


class Lane(IntEnum):
    """Who goes first when many wait: consent, then the roads and the desk, then imports."""

    CONSENT = 0
    ROAD = 1
    BULK = 2


class Piece:
    """One piece of work and where its answer goes: a future of an event loop, or of a waiting thread.

    It `may_repeat` when it does nothing outside of its session.
    """

    __slots__ = ("answer", "error", "loop", "may_repeat", "result", "work")

    def __init__(
        self, work: Work[Any], answer: Any, loop: asyncio.AbstractEventLoop | None, *, may_repeat: bool = False
    ) -> None:
        self.work, self.answer, self.loop, self.may_repeat = work, answer, loop, may_repeat
        self.result: Any = None
        self.error: BaseException | None = None

    def settle(self) -> None:
        if self.answer.cancelled():
            return
        if isinstance(self.error, StopIteration):  # no event loop takes this one, and the others must be answered
            self.error = RuntimeError("the work ran out of an iterator")
        if self.error is not None:
            self.answer.set_exception(self.error)
        else:
            self.answer.set_result(self.result)


class Log:
    """SQLite's write-ahead log. It begins anew only when a checkpoint finds no commit behind it, which under writes
    without a pause is never; so the writer makes that pause itself when the log has grown long."""

    def __init__(self, path: str) -> None:
        self._path, self._next_look = path, 0.0

    def shorten(self, cursor: Any) -> None:
        """Does nothing while a reader needs the log; writes wait 20 ms for it at most."""
        if time.monotonic() < self._next_look:
            return
        self._next_look = time.monotonic() + LOOK_AGAIN
        if os.path.exists(self._path) and os.path.getsize(self._path) > LOG_LIMIT:
            cursor.execute("PRAGMA busy_timeout=20")
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
            cursor.execute("PRAGMA busy_timeout=10000")


class Writer:
    """The one thread that writes to SQLite."""

    def __init__(
        self, engine: sa.Engine, session_on: Callable[[sa.Connection], Session], tell: Callable[[set[str]], None]
    ) -> None:
        self._engine, self._session_on, self._tell = engine, session_on, tell
        self._lanes: tuple[deque[Piece], ...] = tuple(deque() for _ in Lane)
        self._turns: dict[asyncio.AbstractEventLoop, list[tuple[Piece, Lane]]] = {}
        self._wake = threading.Condition()
        self._stopping = False
        self._connection = engine.connect()  # here, so that a database that cannot be opened is the caller's error
        self._thread = threading.Thread(target=self._run, name="writer", daemon=True)
        self._thread.start()

    def submit(self, work: Work[T], lane: Lane) -> "Future[T]":
        if threading.current_thread() is self._thread:
            raise RuntimeError(NESTED)
        answer: Future[T] = Future()
        self.enqueue(Piece(work, answer, None), lane)
        return answer

    def enqueue(self, piece: Piece, lane: Lane) -> None:
        with self._wake:
            if self._stopping:
                raise RuntimeError(CLOSED)
            self._lanes[lane].append(piece)
            self._wake.notify()

    def enqueue_soon(self, loop: asyncio.AbstractEventLoop, piece: Piece, lane: Lane) -> None:
        """What one turn of a loop asks for comes at once: two threads that both have work only take turns at it."""
        turn = self._turns.setdefault(loop, [])
        if not turn:
            loop.call_soon(self._enqueue_turn, loop)
        turn.append((piece, lane))

    def _enqueue_turn(self, loop: asyncio.AbstractEventLoop) -> None:
        turn = self._turns.pop(loop)
        with self._wake:
            if not self._stopping:
                for piece, lane in turn:
                    self._lanes[lane].append(piece)
                self._wake.notify()
                return
        for piece, _ in turn:
            piece.error = RuntimeError(CLOSED)
            piece.settle()

    def stop(self) -> None:
        with self._wake:
            self._stopping = True
            self._wake.notify()
        self._thread.join()
        self._engine.dispose()

    def _run(self) -> None:
        session = self._session_on(self._connection)
        session.info["road"] = roads.of(self._connection)
        log = Log(f"{self._engine.url.database}-wal")
        while batch := self._take():
            self._commit(session, batch)
            _settle(batch)
            log.shorten(session.info["road"].cursor)
        session.close()
        self._connection.close()

    def _take(self) -> list[Piece]:
        """What waits, highest lane first; [] only when the database is closing and nothing is left."""
        with self._wake:
            while not any(self._lanes) and not self._stopping:
                self._wake.wait()
            batch: list[Piece] = []
            for lane in self._lanes:
                limit = GROUP if lane is not self._lanes[Lane.BULK] or not batch else 0
                while lane and len(batch) < limit:
                    batch.append(lane.popleft())
            return batch

    def _commit(self, session: Session, batch: list[Piece]) -> None:
        """One BEGIN IMMEDIATE and one COMMIT, which fails them all when it fails."""
        topics: set[str] = set()
        try:
            if not self._is_done_together(session, batch, topics):
                with self._connection.begin():
                    for piece in batch:
                        self._perform_apart(session, piece, topics)
        except Exception as error:  # the disk said no: nobody may be told that it worked
            self._connection.connection.rollback()  # a COMMIT that failed leaves SQLite inside the transaction
            for piece in batch:
                piece.error = piece.error or error
        else:
            self._tell(topics)

    def _is_done_together(self, session: Session, batch: list[Piece], topics: set[str]) -> bool:
        """Without a SAVEPOINT each, which costs a quarter of a STOP, where a failure may undo everything: the piece
        is alone, or all may be repeated. False when nothing is done and each needs its own."""
        if len(batch) > 1 and not all(piece.may_repeat for piece in batch):
            return False
        try:
            with self._connection.begin():
                for piece in batch:
                    self._perform(session, piece, topics)
                    if piece.error is not None:
                        raise _Undone
        except _Undone:
            topics.clear()
            if len(batch) == 1:
                return True
            for piece in batch:
                piece.error = piece.result = None
            return False
        return True

    def _perform_apart(self, session: Session, piece: Piece, topics: set[str]) -> None:
        cursor = session.info["road"].cursor
        cursor.execute("SAVEPOINT piece")
        self._perform(session, piece, topics)
        if piece.error is not None:
            cursor.execute("ROLLBACK TO piece")
        cursor.execute("RELEASE piece")

    def _perform(self, session: Session, piece: Piece, topics: set[str]) -> None:
        try:
            piece.result = piece.work(session)
            if session.in_transaction():
                session.commit()
                session.expunge_all()
            topics |= session.info["announced"]
        except BaseException as error:  # whatever it is, it belongs to this piece; the writer must live on
            piece.error = error
            session.rollback()
            session.expunge_all()
        session.info["announced"].clear()


class _Undone(Exception):  # noqa: N818 (nothing went wrong that the piece does not tell)
    """A piece failed; everything of this transaction is rolled back."""


def _settle(batch: list[Piece]) -> None:
    """Answer everyone; one wake-up per event loop, however many wait there."""
    loops: dict[asyncio.AbstractEventLoop, list[Piece]] = {}
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


def _settle_all(pieces: list[Piece]) -> None:
    for piece in pieces:
        piece.settle()
