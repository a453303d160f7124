"""Histories that nobody would think of: any facts about a few numbers, at any time, in a house with a stopped clock."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from hypothesis import strategies as st
from sqlmodel import Session

from portal import clock
from portal.accounts.sender import SMS
from portal.consent import ledger, subscription
from portal.consent.state import Carrier, Kind, Origin, Proof
from portal.contacts import contact
from portal.database import Database
from portal.reports import consent_day, tally

START = dt.datetime(2026, 10, 30, 3, 0, tzinfo=dt.UTC)  # two days before the clocks change in America
NUMBERS = tuple(f"+1415555010{digit}" for digit in range(4))


@dataclass(frozen=True)
class Said:
    """A fact that is recorded `after` hours behind the one before, and happened `late` hours earlier."""

    number: str
    kind: Kind
    origin: Origin
    proof: Proof
    carrier: Carrier | None
    after: int
    late: int


facts = st.builds(
    Said,
    number=st.sampled_from(NUMBERS),
    kind=st.sampled_from([*Kind, Kind.OPTED_IN, Kind.OPTED_OUT, Kind.ASKED]),
    origin=st.sampled_from(list(Origin)),
    proof=st.sampled_from(list(Proof)),
    carrier=st.sampled_from([None, None, Carrier.BLOCKED, Carrier.CLEAR]),
    after=st.integers(0, 40),
    late=st.sampled_from([0, 0, 0, 30, 200]),
)


@dataclass
class Told:
    """One business, and the moment it is there."""

    database: Database
    business: str
    now: dt.datetime = START
    seen: set[str] = field(default_factory=set)

    def tell(self, many: Sequence[Said]) -> None:
        for each in many:
            self.now += dt.timedelta(hours=each.after)
            self.database.write(partial(self._record, said=each))

    def _record(self, session: Session, said: Said) -> None:
        row = subscription.lock(session, self.business, SMS, said.number)
        ledger.record(
            session, row, said.kind, origin=said.origin, proof=said.proof, actor="tests", carrier=said.carrier,
            occurred_at=clock.now() - dt.timedelta(hours=said.late),
        )  # fmt: skip

    def meet(self, name: str, *numbers: str) -> str:
        made = self.database.write(
            lambda session: contact.create(session, self.business, name=name, numbers=numbers).id
        )
        return str(made)

    def row(self, number: str) -> Any:
        return self.database.read(lambda session: subscription.find(session, self.business, SMS, number))

    def all_entries(self) -> list[Any]:
        table = ledger.table
        query = table.select().where(table.c.business_id == self.business).order_by(table.c.seq)
        return list(self.database.read(lambda session: session.execute(query).all()))

    def count(self, zone: str) -> None:
        """What the job does, until there is nothing left to do."""
        while piece := self.database.read(partial(consent_day.next_piece, business_id=self.business, zone=zone)):
            assert self.database.write(partial(consent_day.store, business_id=self.business, zone=zone, piece=piece))

    def read(self, zone: str, first: dt.date, last: dt.date) -> consent_day.Counted:
        found: consent_day.Counted = self.database.read(
            partial(consent_day.read, business_id=self.business, zone=zone, first=first, last=last)
        )
        return found

    def tally(self, zone: str, *, after: int = 0, limit: int = 10_000) -> tally.Tally:
        found: tally.Tally = self.database.read(
            partial(tally.of, business_id=self.business, zone=zone, after=after, limit=limit)
        )
        return found
