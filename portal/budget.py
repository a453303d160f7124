"""How many connections one process takes of PostgreSQL, and who in it may have how many.

Requests never take the last ones from the jobs, nor the jobs from requests; and nobody waits for one for ever.
"""

import asyncio
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, TypeVar

from portal.errors import Unavailable

T = TypeVar("T")

CONNECTIONS = 15  # four that serve and two workers leave a stock server (100, three of them reserved) seven for others
LEAST = 5  # one to hear, one to read, one to write, two for jobs
PATIENCE = 8.0  # seconds until somebody who waits for a connection is told to come back; a STOP may take ten
COME_BACK = 2  # seconds, in Retry-After


@dataclass(frozen=True)
class Budget:
    """`readers` and `writers` are threads that answer requests; `direct` is how many others may connect at once."""

    readers: int
    writers: int
    direct: int

    @property
    def pool(self) -> int:
        return self.readers + self.writers + self.direct


def of(connections: int = CONNECTIONS, *, has_web: bool = True, has_jobs: bool = True) -> Budget:
    """One connection of each process is for hearing the others (bell.py), so it is in nobody's share."""
    rest = connections - 1
    if not has_web:
        return Budget(1, 1, rest - 2)
    direct = max(2, rest // 4) if has_jobs else 1
    readers = max(1, (rest - direct) // 3)
    return Budget(readers, rest - direct - readers, direct)


def exhausted() -> Unavailable:
    return Unavailable("More is being asked than this server can answer at the moment.", retry_after=COME_BACK)


class Turnstile:
    """Lets at most `places` threads in; whoever is inside may go in again."""

    def __init__(self, places: int) -> None:
        self._places = threading.BoundedSemaphore(places)
        self._inside = threading.local()

    @contextmanager
    def entered(self) -> Iterator[None]:
        """Raises Unavailable when nobody leaves in time."""
        if getattr(self._inside, "is_so", False):
            yield
            return
        if not self._places.acquire(timeout=PATIENCE):
            raise exhausted()
        self._inside.is_so = True
        try:
            yield
        finally:
            self._inside.is_so = False
            self._places.release()


async def within(threads: ThreadPoolExecutor, work: Callable[[Any], T], given: Any) -> T:
    """`work(given)` in one of `threads`. Raises Unavailable when none of them has begun with it in time; what has begun
    is waited for, since its answer is the only one that is true."""
    loop = asyncio.get_running_loop()
    begun = threads.submit(work, given)
    timer = loop.call_later(PATIENCE, begun.cancel)
    try:
        return await asyncio.wrap_future(begun)
    except asyncio.CancelledError:
        if timer.when() <= loop.time() and begun.cancelled():
            raise exhausted() from None
        raise
    finally:
        timer.cancel()
