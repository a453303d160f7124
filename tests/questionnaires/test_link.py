"""Signed things: the personal link and the showing of a form."""

import datetime as dt

import pytest
import time_machine

from portal import clock
from portal.accounts import key
from portal.consent.disclaimer import Shown
from portal.contacts.contact import Contact
from portal.questionnaires import instance, link
from portal.questionnaires.instance import Instance
from portal.questionnaires.questionnaire import Questionnaire

SECRETS = key.in_memory()
OURS = Questionnaire(id="q1", business_id="b1", token="t1", title="T")
THEIRS = Questionnaire(id="q2", business_id="b2", token="t2", title="T")
ROSA = Contact(id="c1", business_id="b1", name="Rosa", name_key="rosa")
SHOWN = Shown("id", "the words", "https://a.example/privacy", "https://a.example/terms")


def token(url: str) -> str:
    return url.partition("?c=")[2]


@pytest.mark.covers("H-24")
def test_a_personal_link_names_its_contact_in_every_questionnaire_of_the_business() -> None:
    url = link.personal_url(SECRETS, "https://forms.example", OURS, ROSA)
    assert url.startswith("https://forms.example/f/t1?c=")
    assert link.contact_id(SECRETS, OURS, token(url)) == "c1"


@pytest.mark.covers("P10")
def test_a_personal_link_of_one_business_is_worth_nothing_at_another() -> None:
    assert link.contact_id(SECRETS, THEIRS, token(link.personal_url(SECRETS, "", OURS, ROSA))) is None


@pytest.mark.parametrize("text", ["", "c1", "\u0000", "x.y.z", "ImMxIg.forged", "é" * 40])
def test_what_we_did_not_sign_names_nobody(text: str) -> None:
    assert link.contact_id(SECRETS, OURS, text) is None


def test_a_flipped_character_names_nobody() -> None:
    good = token(link.personal_url(SECRETS, "", OURS, ROSA))
    flipped = [good[:i] + ("A" if good[i] != "A" else "B") + good[i + 1 :] for i in range(len(good) - 1)]
    assert {link.contact_id(SECRETS, OURS, each) for each in flipped} == {None}


def test_a_form_token_is_no_personal_link_and_the_other_way_round() -> None:
    sealed = instance.seal(SECRETS, instance.new("q1", 1, SHOWN, contact_id="", referrer=""))
    assert link.contact_id(SECRETS, OURS, sealed) is None
    assert instance.unseal(SECRETS, token(link.personal_url(SECRETS, "", OURS, ROSA))) is None


@pytest.mark.covers("rules 17")
def test_a_showing_carries_the_words_that_were_shown() -> None:
    made = instance.new("q1", 3, SHOWN, contact_id="c1", referrer="https://site.example/" + "x" * 900)
    found = instance.unseal(SECRETS, instance.seal(SECRETS, made))
    assert found == made
    assert (made.shown, len(made.referrer)) == (SHOWN, instance.LONGEST_REFERRER)


def test_a_showing_of_another_installation_is_none_of_ours() -> None:
    sealed = instance.seal(key.in_memory(), instance.new("q1", 1, SHOWN, contact_id="", referrer=""))
    assert instance.unseal(SECRETS, sealed) is None


@pytest.mark.parametrize(("hours", "is_over"), [(23.99, False), (24.01, True)])
def test_a_showing_lasts_a_day(hours: float, is_over: bool) -> None:
    with time_machine.travel(dt.datetime(2026, 11, 22, 12, tzinfo=dt.UTC), tick=False) as traveller:
        made = instance.new("q1", 1, SHOWN, contact_id="", referrer="")
        traveller.shift(dt.timedelta(hours=hours))
        assert made.is_over is is_over


def showing(nonce: str) -> Instance:
    return Instance("q", 1, SHOWN, "", "", int(clock.now().timestamp() * 1000), nonce)


def test_work_is_a_number_that_makes_the_hash_begin_with_zeros() -> None:
    here = showing("nonce")
    good = next(str(n) for n in range(100000) if instance.is_work_done(here, str(n), 10))
    assert instance.is_work_done(here, good, 10)
    assert not instance.is_work_done(showing("another"), good, 16)


@pytest.mark.parametrize("answer", ["", "x", "é" * 100, "\u0000"])
def test_without_work_nothing_is_done_and_without_bits_everything(answer: str) -> None:
    assert not instance.is_work_done(showing("nonce"), answer, 24)
    assert instance.is_work_done(showing("nonce"), answer, 0)
