"""How many calls a token made in the last minute, counted in this process: a read must not cost a write.

On SQLite there is no other process; on PostgreSQL shared_meter.py counts for all of them.
"""

import datetime as dt
import math
import threading

from portal import clock
from portal.errors import TooMany

MINUTE = 60.0
WINDOW = dt.timedelta(seconds=MINUTE)


class Meter:
    """A sliding window of two minutes per token. Only known tokens are counted, so it cannot be filled from outside."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._seen: dict[str, tuple[int, int, int]] = {}  # token: which minute, calls in it, calls in the one before

    def count(self, token_id: str, *, limit: int) -> None:
        """Count one call. Raises TooMany past `limit` calls a minute; 0 means no limit."""
        index, passed = divmod(clock.monotonic(), MINUTE)
        with self._lock:
            here, before = self._counts(token_id, int(index))
            if limit and here + before * (1 - passed / MINUTE) + 1 > limit:
                raise too_many(limit, passed)
            self._seen[token_id] = (int(index), here + 1, before)

    def _counts(self, token_id: str, index: int) -> tuple[int, int]:
        minute, here, before = self._seen.get(token_id, (index, 0, 0))
        if minute == index:
            return here, before
        return 0, here if minute == index - 1 else 0


def too_many(limit: int, passed: float) -> TooMany:
    """`passed` seconds of this minute are over."""
    return TooMany(f"This token may make {limit} calls a minute.", retry_after=math.ceil(MINUTE - passed))
