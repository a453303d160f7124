"""A good pack passes everything; each code of the registries is found by the one thing that is wrong."""

from dataclasses import replace
from typing import Any

import pytest

from portal.registration import check, clause, pack
from portal.registration.check import Check, State
from portal.registration.live import Form, Text
from portal.registration.number import Number
from portal.registration.pack import Answered, Pack
from portal.registration.sample import Sample
from portal.registration.way import Way
from tests.registration.good import REQUEST, TOLL_FREE, URL, WORDS, business, good, live

pytestmark = pytest.mark.covers("rules 28", "rules 10")
WORDS_BESIDE = good().disclaimer
ASKS = Way("business_first", "First message", "It asks.", REQUEST)
OFFERS = Form("Before your session", f"{URL}/f/abc", asks_offers=True)
BARE = Form("Call me", f"{URL}/f/bare", has_opt_in=False, asks_number=True)


def states(found: Pack) -> dict[str, State]:
    return {each.code: each.state for each in check.of(found)}


def wrong(found: Pack) -> list[str]:
    return sorted(code for code, state in states(found).items() if state is not State.READY)


def one(found: Pack, code: str) -> Check:
    return next(each for each in check.of(found) if each.code == code)


def said(*pairs: tuple[str, str]) -> Pack:
    """With other words beside the question, wherever they are quoted."""
    words = WORDS_BESIDE
    for old, new in pairs:
        assert old in words
        words = words.replace(old, new)
    return good(disclaimer=words, message_flow=good().message_flow.replace(WORDS_BESIDE, words))


def in_terms(old: str) -> tuple[clause.Clause, ...]:
    return tuple(replace(each, text=each.text.replace(old, "")) for each in good().terms)


def in_privacy(old: str) -> tuple[clause.Clause, ...]:
    return tuple(replace(each, text=each.text.replace(old, "")) for each in good().privacy)


def texts(*samples: str) -> tuple[Sample, ...]:
    return tuple(Sample(f"automation:{i}", f"Text {i}", each) for i, each in enumerate(samples))


def test_a_good_pack_has_nothing_to_do() -> None:
    assert wrong(good(numbers=(TOLL_FREE,), ways=(ASKS,), asks_cold=False)) == []
    assert check.tally(check.of(good())) == check.Tally(25, 0, 25)


BREAKS: list[tuple[str, Pack, str]] = [
    ("30544", pack.of(live(business(purposes="updates"))), "says too little"),
    ("30545", said(("Message frequency varies. ", "")), "how often"),
    ("30551", said(("text messages (SMS)", "notes")), "speak of SMS"),
    ("30556", pack.of(live(business(purposes="your session, by text and e-mail"))), "e-mail"),
    ("30569", said(("Message and data rates may apply", "Fees may apply")), "Message and data rates may apply"),
    ("30570", said((" or HELP for help", "")), "HELP for help"),
    ("30841", good(message_flow="Clients opt in by a form that they find on our site."), "quote these words"),
    ("30831", said(("By choosing Yes and entering my number, I", "By entering my number, I")), "choose Yes"),
    ("30831", good(others=texts("Hearth Photography: 20% off this week! Reply STOP to opt out.")), "20%"),
    ("30831", good(others=(Sample("automation:1", "Minis", "Holiday minis!", is_marketing=True),)), "about them"),
    ("30831", pack.of(live(business(purposes="sessions and special offers"))), "special offer"),
    ("806", said(("Consent is not a condition of purchase. ", "")), "condition of purchase"),
    ("803", good(forms=(*good().forms, BARE)), "Call me"),
    ("30543", good(forms=()), "Publish a questionnaire"),
    ("804", good(forms=(Form("Hello", "http://127.0.0.1:8000/f/abc"),)), "PORTAL_PUBLIC_URL"),
    ("30842", good(proof_url="http://127.0.0.1:8000/opt-in/hearth"), "PORTAL_PUBLIC_URL"),
    ("805", good(privacy=in_privacy("No mobile information will be shared with third parties")), "shared with nobody"),
    ("805", good(privacy_url="http://hearth.example/privacy"), "Nobody outside"),
    ("30558", good(terms=in_terms("Message frequency varies")), "how often"),
    ("30560", good(terms=in_terms("(415) 555-0100")), "phone or e-mail"),
    ("30562", good(terms=in_terms("Message and data rates may apply")), "data rates"),
    ("710", good(description="A platform sends texts about your appointments."), "description"),
    ("710", pack.of(live(business(name="Client Portal"))), "your own business"),
    ("Number", good(numbers=()), "no number"),
    ("Number", good(numbers=(Number("s3", "+14155550100", "rehearsal"),)), "rehearse"),
    ("Toll-free", good(numbers=(TOLL_FREE,), terms_url=""), "Toll-free"),
    ("30555", good(ways=(ASKS,)), "your own words"),
    ("30540", good(ways=(replace(ASKS, asks="Reply YES or STOP."),), asks_cold=False), "the name of your business"),
    ("611", good(opt_in=Answered(WORDS["form.confirmation"].replace("Reply HELP for help, ", ""), ())), "HELP"),
    ("30887", good(opt_out=Answered("You will receive no more texts from us.", ("STOP",))), "name of your business"),
    ("30890", good(help=Answered("Msg frequency varies. Reply STOP to opt out.", ("HELP",))), "reach a person"),
    ("30893", good(samples=texts("Hello [first name], this is Hearth Photography. Reply STOP.")), "there are 1"),
    ("30893", good(samples=texts("Too short [x]", "Hearth Photography: see you soon. STOP ends.")), "20 to 1024"),
    ("30893", good(samples=texts(*["Hearth Photography: hello there. STOP ends texts."] * 2)), "brackets"),
    ("30893", good(samples=texts(*["Hello [first name], we look forward to it."] * 2)), "how to stop"),
    ("Length", good(description="Texts by Hearth Photography"), "27 characters"),
    ("Length", good(opt_in=Answered(WORDS["form.confirmation"], ("ABCDEFGHIJ",) * 30)), "255"),
]  # fmt: skip


@pytest.mark.parametrize(("code", "broken", "sentence"), BREAKS)
def test_what_is_wrong_is_named_by_its_code_with_what_to_do(code: str, broken: Pack, sentence: str) -> None:
    found = one(broken, code)
    assert found.state is State.FIX
    assert sentence in found.sentence


ALONE = {"30545", "30570", "30831", "803", "804", "30842", "30558", "30562", "Number", "Toll-free", "30555", "611",
         "30887", "30890", "30893", "Length"}  # fmt: skip
"""What is wrong with nothing else; the others are parts of one another, as 30569 is of 806."""


@pytest.mark.parametrize(("code", "broken"), [(code, broken) for code, broken, _ in BREAKS if code in ALONE])
def test_one_mistake_is_told_once(code: str, broken: Pack) -> None:
    also = {"30545": {"806"}, "30570": {"806"}}.get(code, set())
    assert {code} <= set(wrong(broken)) <= {code, *also}


def test_every_rule_is_broken_once_here() -> None:
    assert {each.code for each in check.RULES} == {code for code, _, _ in BREAKS}


@pytest.mark.parametrize(
    ("given", "code"), [({"privacy_url": "https://hearth.example/privacy"}, "805"),
                        ({"terms_url": "https://hearth.example/terms"}, "30558")],
)  # fmt: skip
def test_a_page_of_ones_own_is_left_to_its_owner(given: dict[str, Any], code: str) -> None:
    found = pack.of(live(business(**given)))
    assert one(found, code).state is State.LOOK
    assert "Copy" in one(found, code).sentence
    assert check.tally(check.of(found)).look >= 1


def test_without_a_way_to_reach_the_business_help_and_terms_say_so() -> None:
    found = pack.of(live(business(phone="", email="")))
    assert {"30890", "30560"} <= set(wrong(found))
    assert "Settings" in one(found, "30890").sentence


def test_what_is_to_be_done_comes_first() -> None:
    found = [each.state for each in check.of(good(proof_url="http://localhost/opt-in/hearth"))]
    assert found == sorted(found, key=[State.FIX, State.LOOK, State.READY].index)
    assert found[0] is State.FIX


def test_offers_may_go_to_those_who_agreed_to_them_apart() -> None:
    found = pack.of(live(forms=(OFFERS,), automations=(Text("a", "Minis", "20% off, {name}!", is_marketing=True),)))
    assert one(found, "30831").state is State.READY
    assert "Offers go only to those who agreed" in found.description


def test_an_invitation_that_asks_is_looked_at_too() -> None:
    flow = Text("f1", "Sample", "{business} would like to text you. Reply Y Yes N No.")
    found = pack.of(live(business(allows_cold_requests=False), flows=(flow,)))
    assert "HELP" in one(found, "30540").sentence
