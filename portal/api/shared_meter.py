"""How many calls a token made in the last minute, in all processes together (PostgreSQL).

A process draws a piece of the minute's calls from the token's allowance and hands them out by itself: one small write
for each twentieth of the limit. What was drawn is spent, also when nobody used it; so the calls of all processes never
exceed the limit, and a client whose calls are spread over n processes may hear 429 up to n − 1 pieces early.
"""

import math
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial
from typing import TypeVar

from sqlmodel import Session

from portal import clock
from portal.accounts import allowance
from portal.api.meter import MINUTE, WINDOW, Meter, too_many
from portal.database import Database

T = TypeVar("T")

TRIES = 8  # draws for one call, while others use up what it drew
PIECES = 20  # draws until the limit is spent
CLOSED = 1.0  # seconds in which a token that was refused is refused without asking again


class Empty(Exception):  # noqa: N818 (nothing went wrong: a piece has to be drawn, which only a write can)
    """Nothing is left of the last piece; `draw` another one and try again."""

    def __init__(self, token_id: str) -> None:
        super().__init__(token_id)
        self.token_id = token_id


@dataclass
class Piece:
    """What is left of it, and in which minute that counts."""

    minute: int
    left: int
    closed_until: float = 0.0


class SharedMeter(Meter):
    """Only known tokens are counted, so it cannot be filled from outside."""

    def __init__(self) -> None:
        super().__init__()
        self._pieces: dict[str, Piece] = {}

    def count(self, token_id: str, *, limit: int) -> None:
        """Count one call. Raises TooMany past `limit` calls a minute, and Empty where that is not known."""
        if not limit:
            return
        with self._lock:
            piece = self._pieces.get(token_id)
            if piece is not None and clock.monotonic() < piece.closed_until:
                raise too_many(limit, _passed()[1])
            if piece is None or piece.minute != _passed()[0] or not piece.left:
                raise Empty(token_id)
            piece.left -= 1

    def draw(self, session: Session, token_id: str, *, limit: int) -> int:
        """Take a piece; it counts once this is on disk (`keep`). Spent first and looked at then, so that the counter's
        row is ours until the commit: processes that draw at once see each other."""
        what, piece = f"api:{token_id}", max(1, limit // PIECES)
        allowance.spend(session, what, window=WINDOW, count=piece)
        over = math.ceil(allowance.used(session, what, window=WINDOW) - limit)
        if over > 0:
            allowance.spend(session, what, window=WINDOW, count=-min(over, piece))
        return max(0, piece - max(0, over))

    def keep(self, token_id: str, drawn: int) -> None:
        minute, _ = _passed()
        with self._lock:
            piece = self._pieces.get(token_id)
            left = piece.left if piece is not None and piece.minute == minute else 0
            closed_until = 0.0 if left + drawn else clock.monotonic() + CLOSED
            self._pieces[token_id] = Piece(minute, left + drawn, closed_until)

    async def counting(self, database: Database, attempt: Callable[[], Awaitable[T]], *, limit: int) -> T:
        """`attempt` once more after each draw. It counts before it does anything, so nothing happens twice."""
        for _ in range(TRIES):
            try:
                return await attempt()
            except Empty as empty:
                token_id = empty.token_id
                self.keep(token_id, await database.writing(partial(self.draw, token_id=token_id, limit=limit)))
        raise too_many(limit, _passed()[1])


def _passed() -> tuple[int, float]:
    """Which minute it is, and how many seconds of it are over."""
    minute, passed = divmod(clock.now().timestamp(), MINUTE)
    return int(minute), passed
