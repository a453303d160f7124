"""Carries events to the businesses' own endpoints: one thread per endpoint at most, so a slow one delays only itself.

Nothing is sent inside a transaction: claim, send, write down. Only app.py knows what `post` really does.
"""

import threading
from collections import Counter
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Protocol

from sqlmodel import Session

from portal import clock, logs
from portal.accounts import attempt, member, signature
from portal.accounts import business as businesses
from portal.accounts.attempt import Batch, Due, Reply, Tell
from portal.accounts.endpoint import WebhookEndpoint
from portal.accounts.member import Role
from portal.database import Database, Lane

SLOTS = 8
MOST_OF_ONE_BUSINESS = 3
LONGEST_TURN = 20.0  # seconds; then others have theirs


class Post(Protocol):
    """One POST to an address of a business's choosing; it never raises and never takes longer than its own limit."""

    def __call__(self, url: str, body: bytes, headers: Mapping[str, str]) -> Reply: ...


Letter = Callable[[str, str, str], None]
"""(to, subject, text): one mail to an owner. It may raise; then the page alone says what happened."""


class Courier:
    """One per process that runs jobs; `turn` is called by the timetable and returns at once."""

    def __init__(self, database: Database, *, post: Post, tell: Tell, letter: Letter, slots: int = SLOTS) -> None:
        self._database, self._post, self._tell, self._letter, self._slots = database, post, tell, letter, slots
        self._busy: dict[str, str] = {}  # endpoint: its business
        self._lock = threading.Lock()
        self._is_stopping = False
        self._pool = ThreadPoolExecutor(slots, "webhook")

    def turn(self) -> None:
        """Start on every endpoint for which something is due, as far as there are threads."""
        ready = self._database.read(lambda session: attempt.ready(session, limit=self._slots * 20))
        with self._lock:
            counts = Counter(self._busy.values())
            for each in ready:
                has_room = len(self._busy) < self._slots and counts[each.business_id] < MOST_OF_ONE_BUSINESS
                if has_room and each.id not in self._busy and not self._is_stopping:
                    self._busy[each.id] = each.business_id
                    counts[each.business_id] += 1
                    self._pool.submit(self._serve, each.id)

    @property
    def is_idle(self) -> bool:
        """Whether nothing is on its way."""
        with self._lock:
            return not self._busy

    def stop(self) -> None:
        """Take no more; what is on its way ends within its time limit and is written down."""
        self._is_stopping = True
        self._pool.shutdown(wait=True)

    def _serve(self, endpoint_id: str) -> None:
        end = clock.monotonic() + LONGEST_TURN
        try:
            while self._carry(endpoint_id) and clock.monotonic() < end and not self._is_stopping:
                pass
        except Exception:  # a fault of ours: the lease ends by itself, and the next turn tries again
            logs.trace("webhook.failed")
        finally:
            with self._lock:
                del self._busy[endpoint_id]

    def _carry(self, endpoint_id: str) -> bool:
        """One batch; whether all of it got through."""
        batch = self._database.write(lambda session: attempt.claim(session, endpoint_id, self._tell), lane=Lane.BULK)
        if batch is None:
            return False
        replies = self._replies(batch)
        off = self._database.write(lambda session: self._finish(session, batch, replies), lane=Lane.BULK)
        for to, subject, text in off:
            self._write(to, subject, text)
        return len(replies) == len(batch.due) and all(reply.is_good for _, reply in replies)

    def _replies(self, batch: Batch) -> list[tuple[Due, Reply]]:
        """In order, up to the first that fails: whoever is down is not asked ten times."""
        replies: list[tuple[Due, Reply]] = []
        for each in batch.due:
            if replies and (self._is_stopping or not replies[-1][1].is_good):
                break
            replies.append((each, self._sent(batch, each)))
        return replies

    def _sent(self, batch: Batch, each: Due) -> Reply:
        if not batch.secrets:
            return Reply(0, "Its secret cannot be read here; please rotate it.")
        signed = signature.headers(batch.secrets, each.event_id, int(clock.now().timestamp()), each.payload)
        return self._post(batch.url, each.payload, signed)

    def _finish(self, session: Session, batch: Batch, replies: list[tuple[Due, Reply]]) -> list[tuple[str, str, str]]:
        """The letters to write when this switched the endpoint off."""
        off = attempt.finish(session, batch, replies)
        return _letters(session, off) if off is not None else []

    def _write(self, to: str, subject: str, text: str) -> None:
        try:
            self._letter(to, subject, text)
        except Exception:
            logs.trace("webhook.letter_failed")


def _letters(session: Session, off: WebhookEndpoint) -> list[tuple[str, str, str]]:
    """To every owner who may sign in."""
    business = businesses.get(session, off.business_id)
    subject = "A webhook was switched off"
    text = (
        f"Events of {business.name} are no longer sent to\n{off.url}\n\n{off.disabled_why}\n\n"
        "What was waiting is listed on its page under Settings, Webhooks, where you can switch it on again and send "
        "each event once more."
    )
    owners = [each for each in member.all_of(session, business.id) if each.role == Role.OWNER and not each.disabled_at]
    return [(each.email, subject, text) for each in owners]
