"""Everything about one person, for themselves: all that is theirs, nothing of anybody else, in few reads."""

import json
from functools import partial
from typing import Any

import pytest
from sqlalchemy import event
from sqlmodel import Session

from portal import clock
from portal.accounts import business as businesses
from portal.accounts.sender import SMS
from portal.clients import subject, subject_data
from portal.column import new_id
from portal.consent import ledger, subscription
from portal.consent.state import Kind, Origin, Proof
from portal.contacts import contact
from portal.messaging import message
from portal.messaging.message import Direction, Fate
from portal.questionnaires import questionnaire
from portal.questionnaires.submission import Submission
from tests.conftest import World

A, B, OTHER = "+14155550141", "+14155550142", "+14155550199"


def ann(world: World, *numbers: str, name: str = "Ann") -> str:
    return str(world.write(lambda session: contact.create(session, world.hearth.id, name=name, numbers=numbers).id))


def says(world: World, number: str, text: str = "") -> None:
    def work(session: Session) -> None:
        row = subscription.lock(session, world.hearth.id, SMS, number)
        ledger.record(
            session, row, Kind.OPTED_IN, origin=Origin.FORM, proof=Proof.HANDSET, actor="client",
            evidence={"words": "Yes, please", "ip": "203.0.113.24"},
        )  # fmt: skip
        if text:
            message.add(session, row, direction=Direction.INBOUND, status=Fate.RECEIVED, text=text)
            message.add(
                session, row, direction=Direction.NOTICE, status=Fate.NOTED, text=f"Likes {text}",
                member_id=world.alice.id,
            )  # fmt: skip

    world.write(work)


def data(world: World, contact_id: str) -> dict[str, Any]:
    def work(session: Session) -> dict[str, Any]:
        home = businesses.get(session, world.hearth.id)
        return subject_data.of(session, home, subject.of_contact(session, home.id, contact_id))

    found: dict[str, Any] = json.loads(json.dumps(world.read(work)))
    return found


@pytest.mark.covers("P17")
def test_it_holds_consent_texts_notes_and_numbers_of_the_person(world: World) -> None:
    who = ann(world, A)
    says(world, A, "roses")
    told = data(world, who)
    assert (told["person"]["name"], [each["number"] for each in told["numbers"]]) == ("Ann", [A])
    [fact] = told["consent"]
    assert (fact["what"], fact["noted"]["words"], fact["noted"]["ip"]) == ("opted_in", "Yes, please", "203.0.113.24")
    assert {(each["kind"], each["text"]) for each in told["texts"]} == {
        ("from you", "roses"), ("note by a member", "Likes roses"),
    }  # fmt: skip
    assert told["texts_are_cut"] is False


@pytest.mark.covers("P10", "P17")
def test_others_are_masked_and_a_shared_number_tells_no_texts(world: World) -> None:
    who = ann(world, A, B)
    ann(world, B, name="Zoe")
    says(world, A, f"call {OTHER} or zoe@example.com")
    says(world, B, "a secret")
    told = data(world, who)
    whole = json.dumps(told)
    assert OTHER not in whole
    assert "zoe@" not in whole
    assert "Zoe" not in whole
    assert "a secret" not in whole
    assert {each["number"]: each["is_shared"] for each in told["numbers"]} == {A: False, B: True}


@pytest.mark.covers("P10", "P13")
def test_what_somebody_before_wrote_from_the_same_number_is_not_theirs(world: World) -> None:
    before = ann(world, A, name="Zoe")
    says(world, A, "before")

    def gives_up(session: Session) -> None:
        contact.replace_numbers(session, contact.get(session, world.hearth.id, before), [], actor="tests")

    world.write(gives_up)
    who = ann(world, A)
    says(world, A, "after")
    assert {each["text"] for each in data(world, who)["texts"]} == {"after", "Likes after"}


@pytest.mark.covers("P10", "P13")
@pytest.mark.parametrize("is_shared", [False, True])
def test_answers_and_invitations_of_whoever_else_has_or_had_the_number_are_not_theirs(
    world: World, is_shared: bool
) -> None:
    """And where a number is shared, nothing says from where somebody agreed."""
    zoe = ann(world, A, name="Zoe")
    says(world, A)
    world.write(partial(answers, world=world, value="Zoe was born in May", who=None))
    if not is_shared:
        world.write(
            lambda session: contact.replace_numbers(
                session, contact.get(session, world.hearth.id, zoe), [], actor="tests"
            )
        )
    who = ann(world, A)
    world.write(partial(answers, world=world, value="Ann likes roses", who=who))
    told = data(world, who)
    said = [[each["answer"] for each in sent["answers"]] for sent in told["questionnaires"]]
    assert said == [["Ann likes roses"]]
    assert OTHER not in json.dumps(told)
    assert "203.0.113.24" not in json.dumps(told)


def answers(session: Session, *, world: World, value: str, who: str | None) -> None:
    """Sent in by a personal link, or with the number alone, which the ledger then names; another's number is in it."""
    asked = questionnaire.create(session, world.hearth.id, "Questions")
    said = [{"question": "q", "label": "About you?", "kind": "text", "value": value, "number": OTHER}]
    made = Submission(
        business_id=world.hearth.id, questionnaire_id=asked.id, version=1, nonce=new_id(), answers=said,
        created_at=clock.now(), contact_id=who,
    )  # fmt: skip
    session.add(made)
    session.flush()
    if who is None:
        row = subscription.lock(session, world.hearth.id, SMS, A)
        ledger.record(
            session, row, Kind.OPTED_IN, origin=Origin.FORM, proof=Proof.HANDSET, actor="client",
            evidence={"words": "Yes"}, submission_id=made.id,
        )  # fmt: skip


@pytest.mark.covers("P17")
def test_it_takes_as_many_reads_for_many_as_for_one(world: World) -> None:
    who = ann(world, A)
    says(world, A, "roses")
    seen: list[str] = []
    event.listen(world.database.engine, "before_cursor_execute", lambda *facts: seen.append(facts[2]))
    data(world, who)
    few = len(seen)
    for n in range(8):
        says(world, A, f"text {n}")
    seen.clear()
    data(world, who)
    assert len(seen) == few
