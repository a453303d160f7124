"""A day without the provider, and a day without us, in accelerated time over the real dispatcher (P7).

The clock stands still but for what the test moves; the provider remembers every text it was given, and when.
"""

import datetime as dt
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
import sqlalchemy as sa
from sqlmodel import Session

from portal import chance, clock
from portal.consent import ledger, subscription
from portal.consent.purpose import Purpose
from portal.consent.state import Kind, Origin, Proof
from portal.database import Database
from portal.messaging import message, outbox
from portal.messaging.dispatch import Dispatcher
from portal.messaging.spending import Limits
from portal.providers.provider import Accepted, Outbound, Providers, Rejected, Result, Trouble, Unknown
from portal.statement import Statement
from tests.conftest import World

MANUAL, AUTOMATED, CONFIRMATIONS = 600, 380, 20
DAY = dt.timedelta(days=1)
A_SECOND = 20
BUSY = Rejected(Trouble.TEMPORARY, "503", "The provider is busy.")
RESET = Rejected(Trouble.TEMPORARY, "connection", "No connection.")
LOST = Unknown("No answer came back.")

_m = message.table
_FATES = Statement(sa.select(_m.c.id, _m.c.status, _m.c.reason, _m.c.purpose, _m.c.attempts, _m.c.expires_at))


class Inline:
    """The dispatcher's threads, without threads."""

    def submit(self, work: Callable[..., None], *arguments: Any) -> None:
        work(*arguments)


@dataclass
class Provider:
    """Takes nothing before `up_at`; `answers` are what it says until then, in turn."""

    up_at: dt.datetime
    answers: tuple[Result, ...]
    refused: list[str] = field(default_factory=list)
    taken: list[tuple[str, dt.datetime]] = field(default_factory=list)
    name: str = "twilio"

    def send(self, text: Outbound, *, deadline: float) -> Result:
        now = clock.now()
        if now < self.up_at:
            self.refused.append(text.message_id)
            return self.answers[len(self.refused) % len(self.answers)]
        self.taken.append((text.message_id, now))
        return Accepted(f"SM{text.message_id}")


@dataclass
class Day:
    """The house with its stopped clock."""

    database: Database
    business_id: str
    now: dt.datetime

    def fill(self, share: int = 1) -> None:
        """A thousand texts are due, or a share of them: of members, of automations for the next two hours, answers to
        a STOP."""
        self.database.write(lambda session: self._fill(session, share))

    def _fill(self, session: Session, share: int) -> None:
        kinds = [Purpose.CONVERSATION] * (MANUAL // share) + [Purpose.AUTOMATED] * (AUTOMATED // share)
        kinds += [Purpose.OPT_OUT_CONFIRMATION] * (CONFIRMATIONS // share)
        for place, purpose in enumerate(kinds):
            row = subscription.lock(session, self.business_id, "sms", f"+1412555{place:04d}")
            is_out = purpose is Purpose.OPT_OUT_CONFIRMATION
            recorded = ledger.record(
                session, row, Kind.OPTED_OUT if is_out else Kind.OPTED_IN, origin=Origin.REPLY, proof=Proof.HANDSET,
                actor="client", scope=None if is_out else "informational", evidence={},
            )  # fmt: skip
            ends = self.now + dt.timedelta(hours=2) if purpose is Purpose.AUTOMATED else None
            outbox.queue(session, recorded.row, "Hello", purpose=purpose, expires_at=ends)

    def live(self, dispatcher: Dispatcher, until: dt.datetime) -> None:
        """Turn after turn; when there is nothing to do, the time of one idle look passes."""
        while self.now < until:
            if not dispatcher._turn():
                self.now = min(until, max(self.now + dt.timedelta(seconds=1), self._next(until)))

    def _next(self, until: dt.datetime) -> dt.datetime:
        """While all senders rest nothing can happen: leap over it."""
        rests = sa.text("SELECT MAX(rests_until_at) FROM sender WHERE rests > 0")
        found = self.database.read(lambda session: session.execute(rests).scalar())
        if found is None:
            return self.now
        moment = dt.datetime.fromisoformat(str(found))
        return moment if moment.tzinfo else moment.replace(tzinfo=dt.UTC)

    def fates(self) -> list[Any]:
        return list(self.database.read(_FATES.rows))


@pytest.fixture
def day(world: World, monkeypatch: pytest.MonkeyPatch) -> Day:
    made = Day(world.database, world.hearth.id, dt.datetime(2026, 11, 22, 15, 0, tzinfo=dt.UTC))
    monkeypatch.setattr(clock, "now", lambda: made.now)
    monkeypatch.setattr(clock, "monotonic", made.now.timestamp)
    monkeypatch.setattr(chance, "between", lambda low, high: (low + high) / 2)
    return made


def dispatcher(day: Day, provider: Provider) -> Dispatcher:
    known: Any = {"twilio": provider}
    limits = Limits(0, 0, drain_second=A_SECOND)
    made = Dispatcher(day.database, Providers(known, "https://portal.example.com"), limits, slots=16)
    inline: Any = Inline()
    made._pool = inline
    return made


@pytest.mark.covers("P7")
def test_a_day_without_the_provider_loses_only_what_went_stale(day: Day, report: Callable[[str], None]) -> None:
    """503 and refused connections for 24 hours: then everything that is not stale leaves once, at the rate."""
    day.fill()
    provider = Provider(day.now + DAY, (BUSY, RESET))
    roads = dispatcher(day, provider)
    day.live(roads, provider.up_at)
    assert provider.taken == []
    day.live(roads, provider.up_at + dt.timedelta(minutes=15))
    left, fates = Counter(each for each, _ in provider.taken), day.fates()
    assert Counter((each.purpose, each.status, each.reason) for each in fates) == {
        ("conversation", "sent", ""): MANUAL,
        ("automated", "cancelled", "expired"): AUTOMATED,
        ("opt_out_confirmation", "cancelled", "expired"): CONFIRMATIONS,
    }
    assert set(left) == {each.id for each in fates if each.status == "sent"}
    assert set(left.values()) == {1}
    assert max(_each_second(provider).values()) <= A_SECOND + 1
    took = (provider.taken[-1][1] - provider.taken[0][1]).total_seconds()
    report(
        f"24 h without the provider, {len(fates)} texts due: lost 0, doubled 0, stale sent 0, dropped with a reason "
        f"{AUTOMATED + CONFIRMATIONS}, tries in the outage {len(provider.refused)}, {len(left)} drained in {took:.0f} s"
    )


@pytest.mark.covers("P7")
def test_a_provider_that_never_answers_costs_one_text_for_each_look(day: Day) -> None:
    """Nobody knows whether those left, so they are not sent again and are shown; the others wait."""
    day.fill(share=5)
    provider = Provider(day.now + dt.timedelta(hours=2), (LOST,))
    roads = dispatcher(day, provider)
    day.live(roads, provider.up_at + dt.timedelta(minutes=5))
    fates = Counter(each.status for each in day.fates())
    assert fates["unknown"] == len(provider.refused) < 60
    assert fates["failed"] == fates["queued"] == 0
    assert not {each for each, _ in provider.taken} & set(provider.refused)


@pytest.mark.covers("P7")
def test_a_day_without_us_sends_nothing_stale(day: Day) -> None:
    """The whole house was off: what waited in it is decided about anew."""
    day.fill(share=5)
    day.now += DAY
    provider = Provider(day.now, ())
    day.live(dispatcher(day, provider), day.now + dt.timedelta(minutes=2))
    stale = {each.id for each in day.fates() if each.expires_at <= day.now - dt.timedelta(minutes=2)}
    assert len(stale) == (AUTOMATED + CONFIRMATIONS) // 5
    assert not stale & {each for each, _ in provider.taken}
    assert len(provider.taken) == len({each for each, _ in provider.taken}) == MANUAL // 5


def _each_second(provider: Provider) -> Counter[dt.datetime]:
    return Counter(moment.replace(microsecond=0) for _, moment in provider.taken)
