"""The one clock of the house: aware UTC, and the one thing tests freeze."""

import datetime as dt
import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import lru_cache

UTC = dt.UTC


_ago: ContextVar[dt.timedelta | None] = ContextVar("ago", default=None)


def now() -> dt.datetime:
    """Wall-clock time in UTC, aware."""
    ago = _ago.get()
    return dt.datetime.now(UTC) if ago is None else dt.datetime.now(UTC) - ago


@contextmanager
def ago(passed: dt.timedelta) -> Iterator[None]:
    """Inside, in this thread, it is that much earlier. Only the demo tells a history that nobody lived through."""
    token = _ago.set(passed)
    try:
        yield
    finally:
        _ago.reset(token)


def monotonic() -> float:
    """Seconds that never jump; for leases and deadlines inside one process."""
    return time.monotonic()


@lru_cache(maxsize=64)  # one act tells its moment more than once
def rfc3339(moment: dt.datetime) -> str:
    """`2026-11-21T23:05:00Z`: the only form in which times leave the house (interface.md)."""
    text = moment.astimezone(UTC).isoformat(timespec="microseconds" if moment.microsecond else "seconds")
    return text.replace("+00:00", "Z")


def parse_rfc3339(text: str) -> dt.datetime:
    """The moment that `text` names, in UTC. Raises ValueError for a time without a zone."""
    moment = dt.datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError("a time needs its zone, as in 2026-11-21T23:05:00Z")
    return moment.astimezone(UTC)
