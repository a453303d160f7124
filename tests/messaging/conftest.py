"""One business and one client number on the roads, without web or provider."""

import datetime as dt
import itertools
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
import sqlalchemy as sa
from sqlmodel import Session

from portal import clock
from portal.accounts.sender import SMS
from portal.consent import ledger, subscription
from portal.consent.state import Origin, Proof
from portal.database import Database, Lane
from portal.messaging import claim, inbox, message, opt_in, outcome, thread
from portal.messaging.claim import Claim
from portal.messaging.inbox import Received, Rules
from portal.messaging.spending import Limits
from portal.providers.provider import Accepted, InboundText, Result, StatusUpdate
from portal.statement import Statement
from tests.conftest import OUR_NUMBER, World

CLIENT = "+14155550132"
NO_LIMITS = Limits(0, 0)
_ids = itertools.count(1)


@dataclass
class Silent:
    """A provider that answers no keyword and blocks nobody; `Answering` does both."""

    name: str = "twilio"
    does_answer: bool = False

    def answers(self, keyword: str, number: str) -> bool:
        return self.does_answer

    def blocks(self, number: str) -> bool:
        return self.does_answer


@dataclass
class Road:
    """What a test does on the roads, in one line each."""

    world: World
    database: Database
    provider: Any = field(default_factory=Silent)
    channel: str = SMS
    our_number: str = OUR_NUMBER

    @property
    def business(self) -> str:
        return self.world.hearth.id

    def write(self, work: Callable[[Session], Any]) -> Any:
        return self.database.write(work, lane=Lane.CONSENT)

    def row(self, number: str = CLIENT) -> Any:
        return self.database.read(lambda session: subscription.find(session, self.business, self.channel, number))

    def says_yes(self, number: str = CLIENT, *, proof: Proof = Proof.ANONYMOUS, scope: str = "informational") -> Any:
        def work(session: Session) -> Any:
            row = subscription.lock(session, self.business, SMS, number)
            return opt_in.opt_in(
                session, row, origin=Origin.FORM, proof=proof, actor="client", scope=scope,
                confirmation="form.confirmation", evidence={"words": "the disclaimer", "choice": "yes"},
            )  # fmt: skip

        return self.write(work)

    def is_asked(self, number: str = CLIENT) -> None:
        """A Yes in a form that waits for the handset (X-29)."""

        def work(session: Session) -> None:
            row = subscription.lock(session, self.business, SMS, number)
            evidence = {"words": "the disclaimer", "choice": "yes"}
            opt_in.ask(session, row, origin=Origin.FORM, actor="client", evidence=evidence, submission_id="sent-in")

        self.write(work)

    def texts_us(self, text: str, number: str = CLIENT, *, event_id: str = "", keyword: str | None = None) -> Received:
        event = InboundText(
            event_id or f"in:SM{next(_ids):032x}", "AC", number, self.our_number, text, keyword, channel=self.channel
        )
        arrived_at = clock.now()
        received: Received = self.write(
            lambda session: inbox.receive(
                session,
                self.business,
                self.provider,
                event,
                raw=text.encode("utf-8", "replace"),
                arrived_at=arrived_at,
                rules=Rules(),
            )
        )
        return received

    def member_writes(self, text: str, number: str = CLIENT, once_key: str = "") -> Any:
        return self.write(
            lambda session: thread.write(
                session, self.business, self.row(number).id, text, member_id=None, once_key=once_key or f"t{next(_ids)}"
            )
        )

    def claim(self, free: int = 10, limits: Limits = NO_LIMITS) -> list[Claim]:
        claims: list[Claim] = self.write(lambda session: claim.take(session, free, limits))
        return claims

    def send_all(self, result: Callable[[Any], Result] = lambda row: Accepted(f"SM{row.id}")) -> list[str]:
        """Claim and mark until nothing is due; the texts that left, in order."""
        left: list[str] = []
        while claims := self.claim():
            for each in claims:
                self.land(each.row, result(each.row))
                left.append(each.row.text)
        return left

    def land(self, row: Any, answer: Result) -> None:
        self.write(lambda session: outcome.mark(session, row, answer))

    def report(self, update: StatusUpdate) -> None:
        self.write(lambda session: outcome.report(session, self.business, update))

    def messages(self, number: str = CLIENT) -> list[Any]:
        query = Statement(sa.select(message.table).where(message.table.c.number == number).order_by(message.table.c.id))
        return list(self.database.read(query.rows))

    def outbound(self, number: str = CLIENT) -> list[Any]:
        return [each for each in self.messages(number) if each.direction == "outbound"]

    def kinds(self, number: str = CLIENT) -> list[str]:
        row = self.row(number)
        return [
            entry.kind for entry in self.database.read(lambda session: ledger.entries(session, self.business, row.id))
        ]


@pytest.fixture
def road(world: World, database: Database) -> Road:
    return Road(world, database)


@pytest.fixture
def shift(monkeypatch: pytest.MonkeyPatch) -> Callable[[dt.timedelta], None]:
    """Move the house's clock by some time; called again, further."""
    offset = dt.timedelta()
    real = clock.now

    def move(by: dt.timedelta) -> None:
        nonlocal offset
        offset += by
        monkeypatch.setattr(clock, "now", lambda: real() + offset)

    return move
