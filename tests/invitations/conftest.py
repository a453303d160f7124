"""A group of Hearth's clients who are invited one by one, without web or provider."""

import itertools
from dataclasses import dataclass, field
from typing import Any

import pytest
from sqlmodel import Session

from portal.accounts import business as businesses
from portal.accounts import member
from portal.accounts.sender import SMS
from portal.consent import ledger, subscription
from portal.consent.state import Kind, Origin, Proof
from portal.contacts import contact, group, group_member, opt_in_mark
from portal.database import Database
from portal.invitations import flow, invitation
from portal.invitations.invitation import Click
from portal.messaging.asking import Basis
from tests.conftest import World
from tests.messaging.conftest import CLIENT, Road, shift

__all__ = ["shift"]
_names = itertools.count(1)


@dataclass
class Party:
    """One contact in two groups, and what may be done with it; `road` is how texts come and go."""

    road: Road
    number: str = CLIENT
    contact: str = ""
    group: str = ""
    other: str = ""
    flow: str = field(default="")

    def __post_init__(self) -> None:
        self.flow = flow.sample_id(self.road.business)
        self.contact, self.group, self.other = self.road.write(self._made)

    def _made(self, session: Session) -> tuple[str, str, str]:
        home, name = self.road.business, f"Spring {next(_names)}"
        client = contact.create(session, home, name="Rosa Delgado", numbers=[self.number])
        first = group.create(session, home, name=name)
        second = group.create(session, home, name=f"{name} too")
        for each in (first, second):
            group.add(session, each, [client.id])
        return client.id, first.id, second.id

    def invites(self, basis: Basis = Basis.GAVE_NUMBER, note: str = "", **more: Any) -> Any:
        return self.road.write(lambda session: self._invite(session, basis, note, **more))

    def _invite(self, session: Session, basis: Basis, note: str, number: str = "") -> Any:
        home = businesses.get(session, self.road.business)
        alice = member.get(session, home.id, self.road.world.alice.id)
        found = group.get(session, home.id, self.group)
        client = contact.living(session, home.id, self.contact)
        click = Click(found, client, number or self.number, basis, note, alice, f"member:{alice.id}")
        return invitation.invite(session, home, flow.get(session, home, self.flow), click)

    def agreed_on_paper(self) -> None:
        def work(session: Session) -> None:
            row = subscription.lock(session, self.road.business, SMS, self.number)
            ledger.record(
                session, row, Kind.OPTED_IN, origin=Origin.OFFLINE, proof=Proof.ATTESTED, actor="member:x",
                scope="informational", evidence={"words": "a signed form"},
            )  # fmt: skip

        self.road.write(work)

    def says(self, text: str) -> list[str]:
        """What we answer."""
        self.road.texts_us(text, self.number)
        return self.road.send_all()

    def comes_back(self) -> None:
        """A member puts the contact into the group again."""
        home = self.road.business
        self.road.write(lambda session: group.add(session, group.get(session, home, self.group), [self.contact]))

    def row(self) -> Any:
        return self.road.row(self.number)

    def groups(self) -> set[str]:
        """`first`, `second`, by membership."""
        inside = self.road.database.read(lambda session: group_member.groups_of(session, [self.contact]))[self.contact]
        return {{self.group: "first", self.other: "second"}[each] for each in inside}

    def mark(self) -> str:
        return str(self.road.database.read(lambda session: opt_in_mark.of(session, [self.contact]))[self.contact])

    def entries(self) -> list[Any]:
        row = self.row()
        return list(self.road.database.read(lambda session: ledger.entries(session, self.road.business, row.id)))


@pytest.fixture
def party(world: World, database: Database) -> Party:
    return Party(Road(world, database))
