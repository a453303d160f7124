"""Carries claimed texts to their providers: one thread per slot, claims only for free slots, marks in the next claim.

The last look before a byte leaves is the claim's own deadline, checked by the provider (promises.md A.1).
"""

import threading
import time
from collections import deque
from functools import partial

from sqlmodel import Session

from portal import clock, logs, metrics
from portal.accounts import sender
from portal.database import Database, Lane
from portal.errors import SettingsError
from portal.messaging import claim, clock_watch, flight, landing, one_time_code, outbox
from portal.messaging.claim import Claim
from portal.messaging.clock_watch import ClockWatch
from portal.messaging.landing import Landed
from portal.messaging.share import FRESH, Share
from portal.messaging.slot import Slots
from portal.messaging.spending import Limits
from portal.providers.provider import Outbound, Providers, Rejected, Result, Trouble, Unknown

TRIES = 30  # turns in which an outcome that the database refused is tried again
GATHER = 0.005  # seconds between the beginnings of two turns while texts are on their way: what lands shares a commit
IDLE = 1.0  # seconds between looks when nothing wakes us: texts that become due by themselves
SPARE = 4  # for so many slots one more is kept for businesses that have nothing on their way (share.py)

Start = tuple[Claim, str, dict[str, str], float]  # what to send, in which words, as whom, and until when it may begin


class Dispatcher:
    """Start once per process that runs jobs; `wake` it when something was queued."""

    def __init__(
        self,
        database: Database,
        providers: Providers,
        limits: Limits,
        *,
        slots: int = 16,
        watch: ClockWatch | None = None,
    ) -> None:
        self._database, self._providers, self._limits = database, providers, limits
        self.watch = watch
        spare = -(-slots // SPARE)
        self._share = Share(slots, spare)
        self._landed: deque[Landed] = deque()
        self._refused: list[tuple[Landed, int]] = []
        self._wake = threading.Event()
        self._is_stopping = False
        self._credentials: dict[str, dict[str, str]] = {}
        self._pool = Slots(slots + spare)
        self._thread = threading.Thread(target=self._run, name="dispatch", daemon=True)
        database.listen(lambda topics: self._wake.set() if outbox.TOPIC in topics else None)

    def start(self) -> None:
        self._thread.start()

    def wake(self) -> None:
        self._wake.set()

    def stop(self) -> None:
        """Take no more; wait for what is on its way, and write down its outcome."""
        self._is_stopping = True
        self._wake.set()
        self._thread.join()
        self._pool.shutdown(wait=True)
        self._refuse(list(self._landed))
        self._try_refused()

    def _run(self) -> None:
        while not self._is_stopping:
            started = time.monotonic()
            self._wake.clear()
            self._try_refused()
            try:
                is_busy = self._turn()
            except Exception:
                logs.trace("dispatch.failed")
                is_busy = False
            if not is_busy:
                self._wake.wait(IDLE if self._share.free else FRESH)
            if self._share.held:
                time.sleep(max(0.0, started + GATHER - time.monotonic()))

    def _turn(self) -> bool:
        """Mark what has landed and claim for the free slots, in one transaction; then start the sends."""
        if self._share.is_full and not self._landed:
            return False
        landed = list(self._landed)
        try:
            jumped = self.watch.jump() if self.watch is not None else ""
            claims = self._database.write(lambda session: self._mark_and_claim(session, landed, jumped), lane=Lane.ROAD)
        except Exception:
            self._refuse(landed)
            raise
        self._forget(landed)
        if self.watch is not None and jumped:
            self.watch.entered(jumped)
        for start in claims:
            self._share.take(start[0].row.business_id)
            self._pool.submit(self._send, *start)
        return bool(claims) or (self._share.has_more and self._share.free > 0)

    def _mark_and_claim(self, session: Session, landed: list[Landed], jumped: str) -> list[Start]:
        if jumped:
            clock_watch.enter(session, jumped)
        landing.mark(session, landed)
        deadline = clock.monotonic() + flight.START_WITHIN  # before the claim: its commit may take long, a STOP may not
        claims = claim.take(session, 0, self._limits, share=self._share)
        return [
            (each, one_time_code.as_sent(session, each.row), self._opened(session, each.credentials), deadline)
            for each in claims
        ]

    def _opened(self, session: Session, sealed: str) -> dict[str, str]:
        """The clear credentials; none where they cannot be read, which is one business's trouble and nobody else's."""
        if sealed not in self._credentials:
            try:
                self._credentials[sealed] = sender.credentials_of(session, sealed)
            except (SettingsError, ValueError):
                logs.trace("credentials.unreadable")
                return {}
        return self._credentials[sealed]

    def _try_refused(self) -> None:
        """Each outcome by itself: one that cannot be written must not stop all sending; its lease ends as unknown."""
        refused, self._refused = self._refused, []
        for each, tries in refused:
            try:
                self._database.write(partial(landing.mark, landed=[each]))
            except Exception:
                logs.trace("mark.failed")
                if tries < TRIES:
                    self._refused.append((each, tries + 1))

    def _refuse(self, landed: list[Landed]) -> None:
        self._refused += [(each, 1) for each in landed]
        self._forget(landed)

    def _forget(self, landed: list[Landed]) -> None:
        """They are on disk, or among the refused."""
        for _ in landed:
            self._landed.popleft()

    def _send(self, each: Claim, words: str, credentials: dict[str, str], deadline: float) -> None:
        result = self._result(each, words, credentials, deadline)
        row = each.row
        metrics.count("sends_total", provider=row.provider, result=type(result).__name__.lower())
        self._landed.append((row, result))
        self._share.give(row.business_id)
        if not self._wake.is_set():  # whoever is awake looks after it has cleared this, and sees what landed before
            self._wake.set()

    def _result(self, each: Claim, words: str, credentials: dict[str, str], deadline: float) -> Result:
        row = each.row
        provider = self._providers.get(row.provider)
        if provider is None:
            return Rejected(Trouble.SENDER, "provider", f"The provider {row.provider} is not set up here.")
        url = self._providers.callback_url(row.provider, row.business_id, row.id)
        text = Outbound(
            row.id, row.number, row.sender_number, words, credentials, url, row.channel, row.template, row.user_id
        )
        try:
            return provider.send(text, deadline=deadline)
        except Exception as error:  # a fault of ours: whether bytes left is not known, so it is never tried again
            logs.trace("send.failed")
            return Unknown(f"An error in the sending program: {type(error).__name__}.")
