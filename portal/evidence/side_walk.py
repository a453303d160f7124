"""A long ledger is walked by several processes: each looks at stretches of it, and their joints are compared here.

Only what they find in order counts. Where one finds anything else, or ends, the walk stops; whoever asked goes on alone
from there (proving.py) and names what is wrong, so that nothing is named by two programs.
"""

import multiprocessing
import os
import signal
import threading
from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from functools import partial
from types import TracebackType
from typing import Self

from sqlmodel import Session

from portal.accounts.key import Secrets
from portal.consent import drift, head, verification
from portal.database import Database

LONG = 50_000  # entries; to start a process takes as long as to walk ten thousand
LENGTH = 5_000  # entries of one stretch
MOST = 4  # processes, each with a connection of its own
_database: list[Database] = []  # of a process that walks


class SideWalk:
    """The processes, which end with the context."""

    def __init__(self, url: str, secrets: Secrets, *, length: int = LENGTH) -> None:
        self._length, self._processes = length, min(os.cpu_count() or 1, MOST)
        self._pool = ProcessPoolExecutor(
            self._processes, multiprocessing.get_context("spawn"), initializer=_open, initargs=(url, secrets)
        )
        self._fold: Future[bool] | None = None

    def hashes(self, business_id: str, end: int) -> Iterator[list[str]]:
        """Those of all entries in order from the first on, at most up to `end`. The folds are looked at meanwhile."""
        self._fold = self._pool.submit(_is_folded, business_id)
        starts, last = iter(range(0, end, self._length)), head.GENESIS
        waiting: deque[Future[tuple[str, list[str]]]] = deque()
        while True:
            while len(waiting) < 2 * self._processes and (after := next(starts, None)) is not None:
                waiting.append(self._pool.submit(_walk, business_id, after, min(self._length, end - after)))
            if not waiting:
                return
            try:
                start, found = waiting.popleft().result()
            except BrokenProcessPool:  # ended from outside, for want of memory perhaps
                return
            if start != last or not found:
                return
            yield found
            last = found[-1]

    def is_folded(self) -> bool:
        """Whether every subscription surely is the fold of its entries."""
        try:
            return self._fold is not None and self._fold.result()
        except BrokenProcessPool:
            return False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._pool.shutdown(cancel_futures=True)


def _open(url: str, secrets: Secrets) -> None:
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # Ctrl-C ends all at once, and says nothing
    threading.Thread(target=_end_with_parent, daemon=True).start()
    _database.append(Database(url, secrets=secrets))


def _end_with_parent() -> None:
    """Whoever is killed tells nobody."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _walk(business_id: str, after: int, length: int) -> tuple[str, list[str]]:
    return _database[0].read(partial(verification.stretch, business_id=business_id, after=after, length=length))


def _is_folded(business_id: str) -> bool:
    def look(session: Session) -> bool:
        return not drift.problem(session, business_id)

    return _database[0].read(look)
