"""A legal hold belongs to a number: every channel of it, whoever has it, until somebody says why it ends."""

from typing import Any

import pytest
import sqlalchemy as sa
from sqlmodel import Session

from portal.accounts.audit import AuditEntry
from portal.accounts.sender import SMS, WHATSAPP
from portal.column import table_of
from portal.consent import legal_hold, subscription
from portal.contacts import contact, merge
from portal.errors import NotFound
from tests.conftest import World

A, B = "+14155550141", "+14155550142"


@pytest.fixture
def row_id(world: World) -> str:
    return str(world.write(lambda session: subscription.lock(session, world.hearth.id, SMS, A).id))


def place(world: World, row_id: str | None, reason: str = "A letter came") -> Any:
    who = f"member:{world.alice.id}"
    return world.write(
        lambda session: legal_hold.place(session, world.hearth.id, row_id, reason=reason, actor=who, ip="192.0.2.1")
    )


def end(world: World, row_id: str | None) -> Any:
    return world.write(
        lambda session: legal_hold.end(session, world.hearth.id, row_id, reason="Settled", actor="operator")
    )


def of(world: World, row_id: str) -> Any:
    return world.read(lambda session: legal_hold.of(session, world.hearth.id, row_id))


@pytest.mark.covers("P17")
def test_a_hold_says_who_put_it_there_since_when_and_why(world: World, row_id: str) -> None:
    assert of(world, row_id) is None
    placed = place(world, row_id)
    assert of(world, row_id) == placed
    assert (placed.by, placed.reason, placed.is_of_business) == ("Alice", "A letter came", False)


def test_placing_it_twice_keeps_the_first(world: World, row_id: str) -> None:
    assert place(world, row_id) == place(world, row_id, "Another letter")


def test_it_covers_the_same_number_on_every_channel_and_no_other_number(world: World, row_id: str) -> None:
    place(world, row_id)

    def others(session: Session) -> list[str]:
        pairs = ((WHATSAPP, A), (SMS, B))
        return [str(subscription.lock(session, world.hearth.id, *each).id) for each in pairs]

    same, other = world.write(others)
    assert of(world, same) is not None
    assert of(world, other) is None
    assert world.read(lambda session: legal_hold.held(session, world.hearth.id, [row_id, same, other])) == {
        row_id,
        same,
    }
    assert world.read(lambda session: legal_hold.numbers(session, world.hearth.id)) == {A}


def test_one_of_the_business_covers_every_number_and_ends_by_itself(world: World, row_id: str) -> None:
    place(world, None)
    assert of(world, row_id).is_of_business
    assert not end(world, row_id), "no hold of its own"
    assert of(world, row_id) is not None
    assert end(world, None)
    assert of(world, row_id) is None


def test_after_its_end_it_can_be_placed_again(world: World, row_id: str) -> None:
    place(world, row_id)
    assert end(world, row_id)
    assert of(world, row_id) is None
    assert place(world, row_id, "Again").reason == "Again"


def test_it_stays_when_contacts_are_merged_and_the_number_moves(world: World, row_id: str) -> None:
    place(world, row_id)

    def work(session: Session) -> None:
        home = world.hearth.id
        first = contact.create(session, home, name="Ann", numbers=[A])
        second = contact.create(session, home, name="Anna", numbers=[B])
        merge.merge(session, second, first, actor="tests")

    world.write(work)
    assert of(world, row_id) is not None


@pytest.mark.covers("P10")
def test_another_business_finds_no_number_to_hold(world: World, row_id: str) -> None:
    with pytest.raises(NotFound):
        world.write(lambda session: legal_hold.place(session, world.other.id, row_id, reason="x", actor="operator"))


def test_the_audit_has_both_and_no_reason(world: World, row_id: str) -> None:
    place(world, row_id)
    end(world, row_id)
    audit = table_of(AuditEntry)
    query = sa.select(audit.c.action, audit.c.object, audit.c.details).where(audit.c.action.like("legal_hold.%"))
    rows = world.read(lambda session: [tuple(row) for row in session.execute(query.order_by(audit.c.at))])
    assert rows == [
        ("legal_hold.placed", row_id, {"of": "number"}), ("legal_hold.ended", row_id, {"of": "number"}),
    ]  # fmt: skip
