"""The twelve messages of asking before the first text: their usual words, the name in them, on both channels."""

import re
from typing import Any

import pytest
from sqlmodel import Session

from portal.accounts import business as businesses
from portal.accounts.business import Business, Capability
from portal.accounts.language import Language
from portal.accounts.sender import CHANNELS, SMS, WHATSAPP
from portal.consent import reply, subscription
from portal.consent.purpose import Purpose
from portal.consent.reply import Meaning
from portal.errors import Conflict, NotFound
from portal.messaging import automatic_text, message, wording, wording_lint, wording_prefix, wording_text
from portal.messaging.outbox import Queued
from portal.messaging.wording_default import DEFAULTS
from portal.messaging.wording_slot import EDITABLE, TWELVE, Part
from tests.messaging.conftest import CLIENT, Road

USUAL = {
    "mt.request.client": """[Auto Message] You are trying to reach <Employee Name>. As per company policy, you
        must provide your consent in order for your message to be delivered. To opt in, reply YES. To opt out, reply
        STOP.""",
    "mt.request.user": """[Auto Message] A contact has attempted to send you a message. As per company policy, they have
        been sent a request to opt in. Once confirmed, you will be able to send/receive messages.""",
    "mt.accepted.user": "[Auto Message] Your Contact has opted in. You may continue to send/receive messages.",
    "mt.accepted.client": "[Auto Message] Opt in confirmed. To opt out at any time, reply STOP.",
    "mo.request.client": """[Auto Message] <Employee Name> is trying to reach you. As per company policy, you must
        provide your consent to continue messaging. To Opt in, reply YES. To opt out, reply STOP.""",
    "mo.request.user": """[Automated Message]: Your contact has been sent a request to Opt-in. Once they accept, you
        will be able to message with your contact.""",
    "mo.accepted.user": "[Auto Message]: Your Contact has opted in. You may continue to send/receive messages.",
    "mo.accepted.client": "[Auto Message]: Opt in confirmed. If you wish to opt out at any time, reply STOP",
    "mo.rejected.user": """[Auto Message]: Your contact has opted out. No further messages can be sent to this contact
        until they have provided their consent again.""",
    "mo.rejected.client": """[Auto Message]: Opt out confirmed. If you change your mind, please reply with a new
        message.""",
    "mt.rejected.user": """[Auto Message] Your contact has opted out. No further messages can be sent to this contact
        until they have provided their consent again.""",
    "mt.rejected.client": """[Automated Message] Opt out confirmed. If you change your mind, please reply with a new
        message.""",
}
ASKING = ("mt.request.client", "mo.request.client")


def business(**particulars: Any) -> Business:
    known = {"name": "Hearth Photography", "capabilities": [], "allowed_regions": ["US"]}
    return Business(slug="hearth", **(known | particulars))


def check(text: str, key: str = "mo.request.client", language: Language = Language.EN, **more: Any) -> Any:
    return wording_lint.check(text, TWELVE[key], language, business(), **more)


@pytest.mark.covers("X-3", "X-4", "X-5")
def test_the_usual_words_are_the_ones_of_the_seed() -> None:
    assert {key: DEFAULTS[Language.EN][key] for key in TWELVE} == {
        key: " ".join(text.split()) for key, text in USUAL.items()
    }
    assert list(TWELVE) == list(USUAL)


@pytest.mark.covers("X-3", "X-25")
@pytest.mark.parametrize("language", list(Language))
def test_the_usual_words_can_be_saved_and_are_cheap(language: Language) -> None:
    for key, slot in TWELVE.items():
        found = check(DEFAULTS[language][key], key, language, employee="Alexandra Hamilton-Example")
        assert found.errors == (), key
        assert (found.size.encoding, found.size.segments <= 2) == ("GSM-7", True), key
        if not slot.is_notice:
            assert any("It should name your business" in each for each in found.warnings), key


@pytest.mark.covers("M-16", "M-17")
@pytest.mark.parametrize("language", list(Language))
def test_what_they_tell_the_client_to_reply_is_understood(language: Language) -> None:
    meant = {"STOP": Meaning.OPT_OUT} | dict.fromkeys(("YES", "SI", "OUI"), Meaning.YES)
    for key in TWELVE:
        for word in re.findall(r"\b[A-Z]{2,}\b", DEFAULTS[language][key]):
            assert reply.read(word, context="optin_pending").meaning is meant[word]


@pytest.mark.covers("M-15", "X-4")
@pytest.mark.parametrize(
    ("employee", "said"),
    [
        ("Alex Example", "Alex Example"),
        ("  Alex \n Example ", "Alex Example"),
        ("", "Hearth Photography"),
        (" \t", "Hearth Photography"),
        ("<employee  NAME>", "Hearth Photography"),
        ("{code}", "Hearth Photography"),
    ],
)
def test_the_place_is_filled_with_a_name_and_never_leaves(employee: str, said: str) -> None:
    known = wording_text.values(business(), Language.EN, employee)
    for place in ("<Employee Name>", "<employee name>", "<EMPLOYEE\n  NAME>", "< Employee Name >", "{employee}"):
        assert wording_text.fill(f"{place} writes", known) == f"{said} writes"


@pytest.mark.covers("X-4", "X-25", "M-5")
@pytest.mark.parametrize(
    ("key", "text", "sentence"),
    [
        *[(key, " ", "Please write the text") for key in TWELVE],
        *[(key, "We ask you: reply YES or STOP.", "must say who writes: put <Employee Name>") for key in ASKING],
        *[(key, "<Employee Name> asks you. Reply STOP to refuse.", "must say how to agree") for key in ASKING],
        *[(key, "{employee} asks you. Reply YES to agree.", "must say how to stop") for key in ASKING],
        ("mo.accepted.user", "Your contact {client} said yes.", "Nothing fills {client} here. You may use {business}"),
        ("mt.accepted.client", "Opt in confirmed, <First Name>.", "looks like a place that nobody fills"),
        ("mo.accepted.user", "Said \u202eyes.", "cannot be seen"),
    ],
)
def test_what_may_not_be_saved_is_named(key: str, text: str, sentence: str) -> None:
    errors = check(text, key).errors
    assert len(errors) == 1
    assert sentence in errors[0]


@pytest.mark.covers("X-25")
@pytest.mark.parametrize(
    ("key", "missing"),
    [
        *[(key, ["name your business", "rates may apply", "offer HELP"]) for key in (*ASKING, "mt.accepted.client")],
        ("mo.accepted.client", ["name your business", "rates may apply", "offer HELP"]),
        ("mo.rejected.client", ["name your business", "no more texts"]),
        ("mt.rejected.client", ["name your business", "no more texts"]),
        *[(key, []) for key, slot in TWELVE.items() if slot.is_notice],
    ],
)
def test_what_the_usual_words_lack_is_told(key: str, missing: list[str]) -> None:
    warnings = check(USUAL[key], key).warnings
    assert len(warnings) == len(missing)
    assert all(part in warning for part, warning in zip(missing, warnings, strict=True))


def test_what_a_text_costs_is_told_for_texts_and_not_on_whatsapp() -> None:
    text = "{employee} asks you 👋. Reply YES or STOP."
    for told in ("GSM-7", "rates may apply"):
        assert any(told in each for each in check(text).warnings)
        assert not any(told in each for each in check(text, channel=WHATSAPP).warnings)


@pytest.mark.covers("M-16", "X-10")
def test_own_words_for_yes_must_be_told_to_the_client() -> None:
    ours = business(opt_in_words=["D'accord"])
    slot = TWELVE["mo.request.client"]
    usual = wording_lint.check(DEFAULTS[Language.EN][slot.key], slot, Language.EN, ours)
    assert (usual.errors, usual.warnings[-1]) == ((), "It does not name your own word for Yes: D'accord.")
    named = wording_lint.check("<Employee Name> asks: d’accord, or STOP?", slot, Language.EN, ours)
    assert (named.errors, named.said[Part.YES]) == ((), True)
    assert not any("own word" in each for each in named.warnings)


@pytest.mark.covers("M-6", "M-14")
def test_each_channel_has_the_twelve_where_something_asks() -> None:
    asking = business(capabilities=[str(Capability.FIRST_MESSAGE_GATE)])
    both = business(has_whatsapp=True)
    assert {*TWELVE} <= {each.key for each in wording.slots(asking, SMS)}
    assert [{*TWELVE} <= {each.key for each in wording.slots(both, channel)} for channel in CHANNELS] == [True, True]
    assert not {*TWELVE} & {each.key for each in wording.slots(business(), SMS)}
    assert wording.slots(asking, WHATSAPP) == []
    with pytest.raises(NotFound):
        wording.editable(business(), "mo.request.client")
    with pytest.raises(NotFound):
        wording.editable(asking, "mo.request.client", WHATSAPP)
    with pytest.raises(NotFound):
        wording.editable(both, "form.code", WHATSAPP)


@pytest.mark.covers("X-3")
@pytest.mark.parametrize(
    ("text", "tidied"),
    [
        ("[Automated Message]: Your contact", "[Auto Message] Your contact."),
        ("[Auto Message]:Your contact.", "[Auto Message] Your contact."),
        ("[auto  message] Opt in?", "[Auto Message] Opt in?"),
        ("[Auto Message] Opt in.", "[Auto Message] Opt in."),
        ("Hello", "Hello"),
        ("Say [Auto Message]: hi", "Say [Auto Message]: hi"),
    ],
)
def test_a_prefix_is_tidied_and_other_words_stay(text: str, tidied: str) -> None:
    assert wording_prefix.tidy(text) == tidied
    assert wording_prefix.tidy(tidied) == tidied


# kept and sent


OWN = "{employee} of {business} asks to text you. YES or STOP?"


def save(road: Road, text: str | None, *, home: str = "", key: str = "mo.request.client", **more: Any) -> Any:
    def work(session: Session) -> Any:
        found = businesses.get(session, home or road.business)
        return wording.save(session, found, EDITABLE[key], Language.EN, text, actor="member:x", ip="", **more)

    return road.write(work)


def says(road: Road, channel: str, *, home: str = "", key: str = "mo.request.client", **more: Any) -> Any:
    def work(session: Session) -> Any:
        return wording.automatic(session, businesses.get(session, home or road.business), key, channel=channel, **more)

    return road.database.read(work)


@pytest.mark.covers("M-14", "M-5")
def test_each_channel_has_words_of_its_own(road: Road) -> None:
    assert save(road, OWN, channel=WHATSAPP).version == "mo.request.client/en/1"
    assert says(road, WHATSAPP, employee="Alex Example").text.startswith("Alex Example of Hearth Photography asks")
    usual = says(road, SMS, employee="Alex Example")
    assert usual.text.startswith("[Auto Message] Alex Example is trying to reach you.")
    assert usual.version == "mo.request.client/en/default-1"


@pytest.mark.covers("M-10", "M-5")
def test_a_branch_uses_the_words_of_its_main_business_and_changes_none(road: Road) -> None:
    def branch(session: Session) -> str:
        found = businesses.create(session, "Hearth North")
        found.main_id = road.business
        session.add(found)
        session.flush()
        return found.id

    north = road.write(branch)
    save(road, OWN)
    assert says(road, SMS, home=north, employee="Alex").text == "Alex of Hearth North asks to text you. YES or STOP?"
    with pytest.raises(Conflict) as refused:
        save(road, None, home=north)
    assert refused.value.reason == "inherited"


@pytest.mark.covers("M-15", "M-5")
def test_an_automatic_text_names_the_member_and_its_version(road: Road) -> None:
    save(road, OWN)

    def work(session: Session) -> Any:
        row = subscription.lock(session, road.business, SMS, CLIENT)
        queued = automatic_text.queue(
            session, row, "mo.request.client", purpose=Purpose.HELP, once_key="ask:1", employee="Alex Example"
        )
        assert isinstance(queued, Queued)
        return message.get(session, road.business, queued.message_id)

    sent = road.write(work)
    assert sent.text == "Alex Example of Hearth Photography asks to text you. YES or STOP?"
    assert sent.wording == "mo.request.client/en/1"


def test_a_notice_is_told_in_its_words_and_a_text_is_no_notice(road: Road) -> None:
    def told(session: Session, key: str) -> Any:
        return wording.notice(session, businesses.get(session, road.business), key, SMS)

    found = road.database.read(lambda session: told(session, "mo.rejected.user"))
    assert (found.text, found.version) == (
        DEFAULTS[Language.EN]["mo.rejected.user"], "mo.rejected.user/en/default-1",
    )  # fmt: skip
    assert road.database.read(lambda session: told(session, "notice.opted_in")).text.startswith("Your contact")
    with pytest.raises(KeyError):
        road.database.read(lambda session: told(session, "mo.rejected.client"))


@pytest.mark.covers("X-3")
def test_tidying_makes_versions_that_can_be_undone_and_leaves_the_rest(road: Road) -> None:
    def tidy(session: Session) -> Any:
        home = businesses.get(session, road.business)
        count = wording_prefix.tidy_all(session, home, Language.EN, SMS, actor="member:x", ip="")
        told = {each.slot.key: each for each in wording.all_in_force(session, home, Language.EN) if each.slot.case}
        return count, told, wording_prefix.changes(session, home, Language.EN, SMS)

    count, told, left = road.write(tidy)
    assert (count, left) == (6, [])
    assert {each.text.startswith(wording_prefix.PREFIX) for each in told.values()} == {True}
    assert told["mo.accepted.client"].text.endswith("at any time, reply STOP.")
    assert told["mt.request.client"].number is None, "words that were tidy make no version"
    assert save(road, None, key="mo.rejected.user").text == DEFAULTS[Language.EN]["mo.rejected.user"]
