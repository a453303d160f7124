"""How many texts a second one sender hands over of what an outage kept, in all processes together (P7). What has just
become due leaves at once: a provider queues it, and nobody is flooded with yesterday's texts by it.

One column of the sender says up to when its rate is used up. Two statements per sender and turn, only where there is a
limit: a look that skips what another process is at, and what was used, which is on disk with the claims themselves.
"""

import datetime as dt

import sqlalchemy as sa
from sqlmodel import Session

from portal.accounts import sender
from portal.statement import Statement, param

BURST = 1.0  # seconds of its rate that a sender may hand over at once, when it was silent before

_s = sender.table
_LOOK = Statement(
    sa.select(_s.c.paced_until_at).where(_s.c.id == param("id")).with_for_update(key_share=True, skip_locked=True)
)
_USE = Statement(sa.update(_s).where(_s.c.id == param("id")).values(paced_until_at=param("until")))


class Pace:
    """Of one sender in one turn; 0 `a_second` means no limit."""

    def __init__(self, session: Session, sender_id: str, *, a_second: int, now: dt.datetime) -> None:
        self._session, self._sender_id, self._a_second, self._now = session, sender_id, a_second, now
        self._from = now
        self._is_free = True
        if a_second:
            found = _LOOK.first(session, id=sender_id)
            self._is_free = found is not None
            if found is not None and found.paced_until_at is not None:
                self._from = max(now, found.paced_until_at)

    def room(self, most: int) -> int:
        """How many of `most` texts may go now."""
        if not self._a_second:
            return most
        used = (self._from - self._now).total_seconds()
        if used > 2 * BURST:  # the clock was set back
            self._from, used = self._now, 0.0
        return min(most, max(0, int((BURST - used) * self._a_second + 1e-6))) if self._is_free else 0

    def use(self, count: int) -> None:
        if self._a_second and count:
            until = self._from + dt.timedelta(seconds=count / self._a_second)
            _USE.run(self._session, id=self._sender_id, until=until)
