"""Law 7: what anybody may have typed into a public form is not put into a text to a number that has not spoken."""

import datetime as dt
from typing import Any

import pytest

from portal.contacts import contact
from portal.contacts.contact import Contact
from tests.automations.conftest import NOON, Shop
from tests.automations.test_plan import questionnaire, said_yes
from tests.messaging.conftest import CLIENT


def typed(shop: Shop, name: str) -> Contact:
    """A stranger's Yes with a name, on a public form; the contact it made."""
    from portal.questionnaires import questionnaire as questionnaires
    from portal.questionnaires import submission
    from portal.questionnaires.submission import Answer
    from tests.conftest import NO_CAPS

    asked = questionnaire(shop)
    answers = (Answer("q1", "Your name", "text", name), Answer("q2", "Texts?", "opt_in", "yes", CLIENT))

    def work(session: Any) -> Contact:
        submission.receive(
            session, questionnaires.get(session, shop.business, asked), version=1, nonce="n1", answers=answers,
            act=said_yes(CLIENT), client=None, caps=NO_CAPS,
        )  # fmt: skip
        return contact.having(session, shop.business, CLIENT)[0]

    found: Contact = shop.write(work)
    return found


def greet(shop: Shop, text: str = "Hi {first_name|there}") -> list[str]:
    shop.rule(event="date", at=NOON + dt.timedelta(hours=1), text=text)
    shop.plan()
    shop.pass_time(hours=1)
    return shop.tick()


@pytest.mark.covers("P14")
def test_a_name_from_a_public_form_is_not_sent_to_a_silent_number(shop: Shop) -> None:
    typed(shop, "Free prizes at example.com")
    assert greet(shop) == ["Hi there"]


@pytest.mark.covers("P14")
def test_without_words_instead_such_a_text_is_skipped(shop: Shop) -> None:
    typed(shop, "Free prizes at example.com")
    assert greet(shop, "Hi {name}") == []
    assert shop.stands() == [("skipped", "no value for {name}")]


def test_once_the_handset_has_spoken_its_name_is_its_own(shop: Shop) -> None:
    typed(shop, "Maria Lopez")
    shop.texts_us("Thanks, looking forward!")
    assert greet(shop) == ["Hi Maria"]


def test_a_yes_by_text_is_the_handset_speaking(shop: Shop) -> None:
    typed(shop, "Maria Lopez")
    shop.texts_us("STOP")
    shop.pass_time(minutes=6)
    shop.texts_us("START")
    assert greet(shop) == ["Hi Maria"]


def test_a_name_that_a_member_gave_is_sent(shop: Shop) -> None:
    made = typed(shop, "maria")
    shop.write(
        lambda session: contact.rename(
            session, contact.get(session, shop.business, made.id), name="Maria Lopez", email="", actor="member:alice"
        )
    )
    assert greet(shop) == ["Hi Maria"]


def test_a_client_nobody_has_named_has_no_name(shop: Shop) -> None:
    """Shown by the number, which is nothing to say hello to."""
    typed(shop, "")
    shop.texts_us("Hello")
    assert greet(shop) == ["Hi there"]


def test_a_merged_client_is_called_by_the_name_that_stayed(shop: Shop) -> None:
    gone = shop.client("M. Lopes")
    kept = shop.client("Maria Lopez", "+14155550139", agrees=False)

    def merge(session: Any) -> None:
        session.get_one(Contact, gone).merged_into_id = kept
        contact.add_number(session, contact.get(session, shop.business, kept), CLIENT)

    shop.rule(event="date", at=NOON + dt.timedelta(hours=1), text="Hi {name}")
    shop.plan()
    shop.write(merge)
    shop.pass_time(hours=1)
    assert shop.tick() == ["Hi Maria Lopez"]


def test_a_client_merged_twice_is_called_by_the_name_that_stayed(shop: Shop) -> None:
    first, second = shop.client("M. Lopes"), shop.client("Mrs Lopez", "+14155550138", agrees=False)
    kept = shop.client("Maria Lopez", "+14155550139", agrees=False)

    def merge(session: Any) -> None:
        session.get_one(Contact, first).merged_into_id = second
        session.get_one(Contact, second).merged_into_id = kept
        contact.add_number(session, contact.get(session, shop.business, kept), CLIENT)

    shop.rule(event="date", at=NOON + dt.timedelta(hours=1), text="Hi {name}")
    shop.plan()
    shop.write(merge)
    shop.pass_time(hours=1)
    assert shop.tick() == ["Hi Maria Lopez"]
