"""What is no longer as it was registered is found, field by field; what is still so is left in peace."""

import json
from dataclasses import replace
from typing import Any

import pytest
from sqlmodel import Session

from portal.accounts import business as businesses
from portal.accounts.language import Language
from portal.automations import automation
from portal.automations.rule import Rule
from portal.messaging import wording
from portal.messaging.wording_slot import EDITABLE
from portal.questionnaires import questionnaire
from portal.registration import drift, field, pack, registration
from portal.registration.live import Form, Live, Text
from tests.conftest import World
from tests.registration.good import NUMBER, TOLL_FREE, URL, WORDS, business, live

pytestmark = pytest.mark.covers("rules 28")
URLS = {"public_url": URL, "form_origin": URL}
RULE = Rule("Thank you", "Thank you, {first_name|friend}!", "submitted")


def registered(found: Live | None = None) -> dict[str, Any]:
    """As it comes back from the database."""
    values: dict[str, Any] = json.loads(json.dumps(field.values(pack.of(found or live()))))
    return values


def changed(found: Live, then: dict[str, Any] | None = None) -> list[str]:
    return [each.name for each in drift.of(then or registered(), pack.of(found))]


def test_the_same_settings_are_no_drift() -> None:
    assert changed(live()) == []


REMINDER = live().automations[0]
CHANGES: list[tuple[Live, list[str]]] = [
    (live(forms=(replace(live().forms[0], asks_offers=True),)), ["offers"]),
    (live(business(phone="(415) 555-0111")), ["phone"]),
    (live(business(email="")), ["email"]),
    (live(business(privacy_url="https://hearth.example/privacy")), ["privacy_url"]),
    (live(business(opt_out_words=["ENDE"])), ["opt_out_keywords"]),
    (live(numbers=(NUMBER, TOLL_FREE)), ["numbers"]),
    (live(forms=(*live().forms, Form("Another one", f"{URL}/f/def"))), ["ways"]),
    (live(words=WORDS | {"help": "Hearth Photography: call us."}), ["help"]),
    (live(automations=(replace(REMINDER, text="Changed words"),)), ["samples"]),
    (live(automations=()), ["samples"]),
    (live(automations=(REMINDER, Text("a2", "Map", "See maps.example.com"))), ["has_embedded_links"]),
]


@pytest.mark.parametrize(("now", "fields"), CHANGES)
def test_each_setting_is_compared(now: Live, fields: list[str]) -> None:
    assert changed(now) == fields


def test_a_new_name_shows_wherever_it_stands() -> None:
    assert {"brand", "disclaimer", "samples"} <= set(changed(live(business(name="Hearth & Co"))))


def test_a_further_automation_is_no_drift() -> None:
    assert changed(live(automations=(REMINDER, Text("a2", "Thanks", "Thank you, {name}.")))) == []


def test_a_snapshot_of_an_older_release_is_compared_by_what_it_knows() -> None:
    then = registered()
    del then["asking"]
    assert changed(live(), then) == []


def test_was_and_is_now_name_only_what_differs() -> None:
    found = pack.of(live(forms=(*live().forms, Form("Another one", f"{URL}/f/def"))))
    (change,) = drift.of(registered(), found)
    assert (change.was, change.now) == ("Nothing", "Questionnaire “Another one”")


def test_a_sample_that_is_gone_is_said_to_be_gone() -> None:
    (change,) = drift.of(registered(), pack.of(live(automations=())))
    assert change.now == drift.GONE


# with a database


def store(world: World) -> None:
    def work(session: Session) -> None:
        found = businesses.get(session, world.hearth.id)
        made = pack.read(session, found, **URLS)
        registration.store(session, found, made, sender_id=world.hearth.sender, actor="member:alice", ip="")

    world.write(work)


def standing(world: World) -> drift.Standing:
    def read(session: Session) -> drift.Standing:
        return drift.standing(session, businesses.get(session, world.hearth.id), **URLS)

    found: drift.Standing = world.read(read)
    return found


def furnish(world: World) -> dict[str, str]:
    """A questionnaire that is open, one that is not, and an automation that is on."""

    def work(session: Session) -> dict[str, str]:
        home = world.hearth.id
        asked = questionnaire.create(session, home, "Before your session")
        questionnaire.publish(session, asked)
        questionnaire.create(session, home, "A draft")
        rule = automation.create(session, home, RULE, actor="tests")
        automation.switch_on(session, rule, actor="tests")
        return {"form": asked.id, "rule": rule.id, "token": asked.token}

    made: dict[str, str] = world.write(work)
    return made


def test_before_the_first_registration_nothing_drifts(world: World) -> None:
    assert standing(world) == drift.Standing(None, ())


def test_what_is_read_is_what_is_switched_on(world: World) -> None:
    made = furnish(world)
    found = world.read(lambda session: pack.read(session, businesses.get(session, world.hearth.id), **URLS))
    assert f"{URL}/f/{made['token']}" in found.message_flow
    assert "A draft" not in found.message_flow
    assert "Thank you, [first name]!" in [each.text for each in found.samples]
    assert [each.id for each in found.numbers] == [world.hearth.sender]


def test_own_words_and_an_archived_form_drift_and_going_back_ends_it(world: World) -> None:
    furnish(world)
    store(world)
    assert standing(world).changes == ()

    def word(text: str | None) -> None:
        def work(session: Session) -> None:
            found = businesses.get(session, world.hearth.id)
            wording.save(session, found, EDITABLE["help"], Language.EN, text, actor="tests", ip="")

        world.write(work)

    word("{business}: write to help@hearth.example. Msg frequency varies. Msg & data rates may apply. STOP to opt out.")
    assert [each.name for each in standing(world).changes] == ["help"]
    word(None)
    assert standing(world).changes == ()


def test_another_business_is_not_ours(world: World) -> None:
    store(world)
    found = world.read(lambda session: registration.newest(session, world.other.id))
    assert found == []


def test_the_newest_registration_counts(world: World) -> None:
    store(world)
    world.write(lambda session: businesses.change(session, businesses.get(session, world.hearth.id), phone="555-0100"))
    assert [each.name for each in standing(world).changes] == ["phone", "help"]
    store(world)
    assert standing(world).changes == ()
