"""A business whose clock can be moved by years, and what it keeps meanwhile."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import pytest
import sqlalchemy as sa
from sqlmodel import Session

from portal import clock
from portal.accounts import audit
from portal.accounts.business import Business
from portal.accounts.sender import SMS
from portal.column import new_id, table_of
from portal.consent import ledger, subscription, verification
from portal.consent.state import Kind, Origin, Proof
from portal.messaging import message, provider_event, word_search
from portal.messaging.message import Direction, Fate
from portal.questionnaires import questionnaire
from portal.questionnaires.submission import Submission
from portal.retention import nightly, run
from tests.conftest import World

IP = "203.0.113.24"
DAY = dt.timedelta(days=1)
A, B, C = "+14155550141", "+14155550142", "+14155550143"


def nights_before(session: Session, home: str) -> None:
    """A clock that has been here for three nights, in which nothing was old enough."""
    zone = str(session.scalar(sa.select(table_of(Business).c.timezone).where(table_of(Business).c.id == home)))
    for days in range(1, run.NIGHTS_BEFORE + 1):
        at = clock.now() - dt.timedelta(days=days)
        day = run.day_of(zone, at)[0]
        if session.scalar(
            sa.select(run.table.c.on_day).where(run.table.c.business_id == home, run.table.c.on_day == day)
        ):
            continue
        row = {"started_at": at, "finished_at": at, "stage": 0, "counts": {}, "spared": 0, "after": ""}
        session.execute(sa.insert(run.table).values(business_id=home, on_day=day, **row))


@dataclass
class Years:
    """`now` is what the clock says."""

    world: World
    now: dt.datetime

    @property
    def home(self) -> str:
        return self.world.hearth.id

    def write(self, work: Callable[[Session], Any]) -> Any:
        return self.world.write(work)

    def read(self, work: Callable[[Session], Any]) -> Any:
        return self.world.read(work)

    def later(self, days: float) -> None:
        self.now += dt.timedelta(days=days)

    def night(self) -> None:
        """One in which things go: there were others before it."""
        for home in (self.home, self.world.other.id):
            self.write(partial(nights_before, home=home))
        nightly.work_off(self.world.database)

    def row_id(self, number: str = A) -> str:
        return str(self.write(lambda session: subscription.lock(session, self.home, SMS, number).id))

    def texts(self, words: str, number: str = A) -> str:
        """A text comes in, with what the provider sent; the answer is its id."""

        def work(session: Session) -> str:
            row = subscription.lock(session, self.home, SMS, number)
            provider_event.keep(session, self.home, "twilio", f"SM{new_id()}", f"From={number}&Body={words}".encode())
            made = message.add(session, row, direction=Direction.INBOUND, status=Fate.RECEIVED, text=words)
            word_search.take_in(session)
            return str(made)

        return str(self.write(work))

    def says(self, kind: Kind, number: str = A) -> int:
        def work(session: Session) -> int:
            row = subscription.lock(session, self.home, SMS, number)
            evidence = {"words": "Yes, please", "ip": IP, "user_agent": "Browser"}
            return ledger.record(
                session, row, kind, origin=Origin.FORM, proof=Proof.HANDSET, actor="client", evidence=evidence
            ).seq

        return int(self.write(work))

    def answers(self, number: str = "") -> str:
        def work(session: Session) -> str:
            asked = questionnaire.create(session, self.home, "Questions")
            said = [{"question": "q", "label": "Name?", "kind": "text", "value": "Ann", "number": number}]
            made = Submission(
                business_id=self.home, questionnaire_id=asked.id, version=1, nonce=new_id(), answers=said,
                created_at=clock.now(),
            )  # fmt: skip
            session.add(made)
            session.flush()
            return made.id

        return str(self.write(work))

    def notes(self, action: str, ip: str = IP) -> None:
        self.write(
            lambda session: audit.note(session, action, actor="member:x", business_id=self.home, ip=ip)
        )  # fmt: skip

    def of(self, table: Any, *columns: str) -> list[Any]:
        found = sa.select(*(table.c[each] for each in columns))
        return list(self.read(lambda session: session.execute(found).all()))

    def text(self, message_id: str) -> str:
        found = self.read(lambda session: message.get(session, self.home, message_id))
        return str(found.text)

    def entry(self, seq: int) -> Any:
        e = ledger.table
        query = sa.select(e).where(e.c.business_id == self.home, e.c.seq == seq)
        return self.read(lambda session: session.execute(query).one())

    def answers_of(self, submission_id: str) -> Any:
        s = table_of(Submission)
        return self.read(lambda session: session.scalar(sa.select(s.c.answers).where(s.c.id == submission_id)))

    def problem(self) -> str:
        return str(self.read(lambda session: verification.verify(session, self.home)).problem)


@pytest.fixture
def years(world: World, monkeypatch: pytest.MonkeyPatch) -> Years:
    made = Years(world, dt.datetime(2026, 11, 23, 12, tzinfo=dt.UTC))
    monkeypatch.setattr(clock, "now", lambda: made.now)
    return made
