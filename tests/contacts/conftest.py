"""Contacts of Hearth, as a member and the clients change them, without web or provider."""

import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import pytest
from sqlmodel import Session

from portal.accounts.sender import SMS
from portal.consent import ledger, subscription
from portal.consent.state import Origin, Proof
from portal.contacts import contact, contact_list, number_state
from portal.contacts.contact_list import ContactPage
from portal.contacts.number_state import NumberState
from portal.database import Database
from portal.messaging import contact_desk, opt_in
from portal.messaging.contact_desk import Who
from tests.conftest import World

ALICE = Who("member:alice", "203.0.113.9")
A, B, C, D = "+14155550141", "+14155550142", "+14155550143", "+14155550144"
_ids = itertools.count(1)


@dataclass
class Book:
    """What a test does to contacts, in one line each; ids stand for contacts and E.164 for numbers."""

    world: World
    database: Database

    @property
    def business(self) -> str:
        return self.world.hearth.id

    def write(self, work: Callable[[Session], Any]) -> Any:
        return self.database.write(work)

    def add(self, name: str, *numbers: str, email: str = "") -> str:
        return str(
            self.write(
                lambda session: (
                    contact_desk.create(session, self.business, ALICE, name=name, email=email, numbers=numbers).id
                )
            )
        )

    def change(self, contact_id: str, **what: Any) -> None:
        self.write(lambda session: contact_desk.change(session, self.business, contact_id, ALICE, **what))

    def attach(self, number: str, contact_id: str) -> None:
        row = self.row(number)
        self.write(lambda session: contact_desk.attach(session, self.business, row.id, contact_id, ALICE))

    def merge(self, kept: str, other: str) -> None:
        self.write(lambda session: contact_desk.merge(session, self.business, kept, other, ALICE))

    def undo(self, kept: str, other: str) -> None:
        self.write(lambda session: contact_desk.undo_merge(session, self.business, kept, other, ALICE))

    def says_yes(self, number: str, proof: Proof = Proof.ANONYMOUS) -> None:
        """A client's own act: in a public form, through a personal link, or from the handset."""

        def work(session: Session) -> None:
            row = subscription.lock(session, self.business, SMS, number)
            opt_in.opt_in(
                session, row, origin=Origin.FORM, proof=proof, actor="client", scope="informational",
                confirmation="form.confirmation", evidence={"words": "the disclaimer"},
            )  # fmt: skip

        self.write(work)

    def says_stop(self, number: str) -> None:
        def work(session: Session) -> None:
            row = subscription.lock(session, self.business, SMS, number)
            opt_in.opt_out(session, row, origin=Origin.REPLY, proof=Proof.HANDSET, actor="client", should_confirm=False)

        self.write(work)

    def row(self, number: str) -> Any:
        return self.database.read(lambda session: subscription.find(session, self.business, SMS, number))

    def kinds(self, number: str) -> list[str]:
        row = self.row(number)
        return [
            each.kind for each in self.database.read(lambda session: ledger.entries(session, self.business, row.id))
        ]

    def numbers(self, contact_id: str) -> list[str]:
        """Those it has now."""
        return [each.number for each in self.states(contact_id) if each.is_current]

    def states(self, contact_id: str) -> Sequence[NumberState]:
        return self.database.read(lambda session: number_state.of(session, [contact_id])[contact_id])

    def get(self, contact_id: str) -> contact.Contact:
        return self.database.read(lambda session: contact.get(session, self.business, contact_id))

    def search(self, q: str = "", **how: Any) -> ContactPage:
        return self.database.read(lambda session: contact_list.page(session, self.business, region="US", q=q, **how))

    def found(self, q: str) -> list[str]:
        return [each.name for each in self.search(q).rows]


@pytest.fixture
def book(world: World, database: Database) -> Book:
    return Book(world, database)
