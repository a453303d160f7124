"""What is inside a webhook of Meta's: every change by itself, the broken and the strangers' kept and harmless."""

import json
from typing import Any

import pytest

from portal.consent import reply
from portal.consent.reply import Meaning
from portal.providers.provider import (
    Event,
    InboundText,
    Malformed,
    NumberChange,
    Preference,
    Request,
    StatusUpdate,
    TemplateUpdate,
    Trouble,
    Unreadable,
)
from portal.providers.whatsapp import WhatsApp
from tests.pretend_whatsapp.company import ACCOUNT, NUMBER, SECRET, change, message, payload, signature

CLIENT, WAMID = "+14155550132", "wamid.HBgLMTQxNTU1NTAxMzIVAgASGBQzQQ=="
USER = "US.13491208655302741918"
OURS = [{"phone_number_id": ACCOUNT, "app_secret": SECRET, "number": NUMBER}]
STRANGER = "999999999999999"
OUR_ID = "0" * 31 + "1"


def events(*changes: Any, body: bytes | None = None, secrets: Any = OURS, **entry: Any) -> list[Event]:
    body = body if body is not None else payload(list(changes), **entry)
    headers = {name.lower(): value for name, value in signature(body).items()}
    found = WhatsApp().read(Request("POST", "https://portal.example.com/", headers, body), secrets)
    assert not isinstance(found, Malformed)
    return list(found)


def one(*changes: Any, **more: Any) -> Any:
    (event,) = events(*changes, **more)
    return event


def said(kind: str, **more: Any) -> Any:
    return one(change(messages=[{"from": CLIENT[1:], "id": WAMID, "timestamp": "1", "type": kind, **more}]))


def status(word: str, **more: Any) -> dict[str, Any]:
    return {"id": WAMID, "status": word, "timestamp": "1795305600", "recipient_id": CLIENT[1:], **more}


def test_a_text_has_its_writer_our_sender_and_its_words() -> None:
    event = one(change(messages=[message(WAMID, CLIENT, "See you at 5 🎈")]))
    assert isinstance(event, InboundText)
    assert (event.event_id, event.account, event.channel) == (f"in:{WAMID}", ACCOUNT, "whatsapp")
    assert (event.sender, event.recipient, event.text, event.user_id) == (CLIENT, NUMBER, "See you at 5 🎈", None)
    assert json.loads(event.raw)["is"]["id"] == WAMID


@pytest.mark.covers("rules 26")
@pytest.mark.parametrize(
    ("kind", "more", "words"),
    [
        ("button", {"button": {"payload": "x", "text": "STOP"}}, "STOP"),
        ("interactive", {"interactive": {"type": "button_reply", "button_reply": {"id": "1", "title": "Yes"}}}, "Yes"),
        ("interactive", {"interactive": {"type": "list_reply", "list_reply": {"id": "1", "title": "No"}}}, "No"),
        ("interactive", {"interactive": {"type": "nfm_reply"}}, "(A message that cannot be shown here)"),
        ("image", {"image": {"id": "1", "caption": "STOP"}}, "STOP"),
        ("image", {"image": {"id": "1"}}, "(Picture)"),
        ("audio", {"audio": {"id": "1", "voice": True}}, "(Voice message)"),
        ("reaction", {"reaction": {"message_id": "x", "emoji": "👍"}}, "(Reaction 👍)"),
        ("reaction", {"reaction": {"message_id": "x"}}, "(Reaction removed)"),
        ("location", {"location": {}}, "(Location)"),
        ("unsupported", {"errors": [{"code": 131051}]}, "(A message that cannot be shown here)"),
        ("hologram", {}, "(A message that cannot be shown here)"),
        ("text", {"text": {"body": "a\u0000b\ud800"}}, "ab?"),
    ],
)
def test_whatever_was_sent_is_read_as_its_words_or_says_what_it_was(kind: str, more: Any, words: str) -> None:
    event = said(kind, **more)
    assert isinstance(event, InboundText)
    assert event.text == words


@pytest.mark.parametrize("words", ["(Picture)", "(Video)", "(Document)", "(Voice message)", "(Sticker)", "(Location)",
                                   "(Contact card)", "(Order)", "(Reaction removed)", "(Reaction 👍)",
                                   "(A message that cannot be shown here)"])  # fmt: skip
def test_our_own_words_for_a_picture_are_neither_a_yes_nor_a_stop(words: str) -> None:
    assert reply.read(words).meaning is Meaning.NONE


@pytest.mark.covers("rules 26")
@pytest.mark.parametrize(
    ("writer", "contact", "sender", "user_id"),
    [
        ({"from": "14155550132"}, {"wa_id": "14155550132", "user_id": USER}, CLIENT, USER),
        ({"from_user_id": USER}, {"user_id": USER}, "", USER),
        ({"from": USER}, {}, "", USER),
        ({"from": "14155550132", "from_user_id": USER}, {}, CLIENT, USER),
        ({"from": "14155550132"}, {"wa_id": "someone else", "user_id": USER}, CLIENT, None),
    ],
)
def test_who_wrote_is_a_number_a_user_id_or_both(
    writer: dict[str, str], contact: dict[str, str], sender: str, user_id: str | None
) -> None:
    """rules.md fact 8: a number may be withheld, and is never made up from the id."""
    told = {"id": WAMID, "type": "text", "text": {"body": "Hi"}, **writer}
    event = one(change(messages=[told], contacts=[{"profile": {"name": " Ana\nB "}, **contact}]))
    assert (event.sender, event.user_id) == (sender, user_id)
    assert event.name == ("Ana B" if user_id and contact else "")


@pytest.mark.covers("rules 22")
@pytest.mark.parametrize(
    ("word", "ours", "rank"),
    [("sent", "sent", 3), ("delivered", "delivered", 4), ("read", "delivered", 5), ("played", "delivered", 6),
     ("failed", "failed", 4), ("teleported", "teleported", -1)],
)  # fmt: skip
def test_a_status_names_our_message_and_states_only_move_up(word: str, ours: str, rank: int) -> None:
    event = one(change(statuses=[status(word, biz_opaque_callback_data=OUR_ID)]))
    assert isinstance(event, StatusUpdate)
    assert (event.event_id, event.provider_id, event.message_id) == (f"st:{WAMID}:{word}", WAMID, OUR_ID)
    assert (event.status, event.rank) == (ours, rank)


@pytest.mark.covers("W-9", "rules 26")
@pytest.mark.parametrize(
    ("code", "trouble", "sentence"),
    [
        (131026, Trouble.UNDELIVERABLE, "could not be reached on WhatsApp"),
        (131047, Trouble.CONTENT, "24 hours"),
        (131049, Trouble.CONTENT, "Wait a day"),
        (131050, Trouble.PREFERENCE, "stop marketing"),
        (130472, Trouble.CONTENT, "experiment"),
        (131048, Trouble.SENDER, "reported"),
        (131056, Trouble.TEMPORARY, "short time"),
        (131021, Trouble.CONTENT, "own number"),
        (131030, Trouble.ROUTE, "trials"),
        (130497, Trouble.ROUTE, "country"),
        (368, Trouble.SENDER, "blocked"),
        (131031, Trouble.SENDER, "locked"),
        (131062, Trouble.CONTENT, "keeps to itself"),
        (424242, None, "WhatsApp says: Something new"),
    ],
)
def test_a_failure_says_what_it_means_for_number_sender_or_text(
    code: int, trouble: Trouble | None, sentence: str
) -> None:
    """rules.md section 6; 131026 is no proof that somebody has no WhatsApp (fact 9)."""
    event = one(change(statuses=[status("failed", errors=[{"code": code, "title": "Something new"}])]))
    assert (event.status, event.code, event.trouble) == ("failed", str(code), trouble)
    assert sentence in event.sentence


@pytest.mark.covers("P5")
def test_ten_changes_of_which_one_is_broken_are_nine_events_and_one_that_is_kept() -> None:
    changes: list[Any] = [change(messages=[message(f"wamid.{place}", CLIENT, "STOP")]) for place in range(10)]
    changes[4]["value"]["messages"][0]["text"] = "no object"
    found = events(*changes)
    assert [type(event) for event in found] == [*[InboundText] * 4, Unreadable, *[InboundText] * 5]
    assert b"no object" in found[4].raw


@pytest.mark.covers("P5")
@pytest.mark.parametrize(
    "broken",
    [
        None, "text", [], {}, {"field": "messages"}, {"field": "messages", "value": []},
        {"field": "messages", "value": {"metadata": {"phone_number_id": 7}}},
        {"field": "account_update", "value": {"event": "x"}}, change(), change(messages="all"),
        change(messages=[None]), change(messages=[{"type": "text", "text": {"body": "x"}}]),
        change(messages=[message("with space", CLIENT, "x")]), change(messages=[message("a:b", CLIENT, "x")]),
        change(messages=[message(WAMID, "Amazon", "x")]), change(statuses=[{"id": WAMID}]),
        change(statuses=[status("<b>")]), change(statuses=[{"id": WAMID, "status": 5}]),
    ],
    ids=range(18),
)  # fmt: skip
def test_what_cannot_be_read_is_kept_and_its_neighbour_counts(broken: Any) -> None:
    kept, text = events(broken, change(messages=[message(WAMID, CLIENT, "Hi")]))
    assert isinstance(kept, Unreadable)
    assert kept.raw
    assert isinstance(text, InboundText)


@pytest.mark.covers("P5", "P10", "rules 21")
def test_what_is_about_another_sender_is_kept_and_does_nothing() -> None:
    """The tenant check: our secret may have signed it, and still it is not about a number of this business."""
    stranger = change(STRANGER, messages=[message(WAMID, CLIENT, "STOP")])
    assert isinstance(one(stranger), Unreadable)


@pytest.mark.covers("P5", "rules 21")
def test_a_request_speaks_only_for_senders_whose_own_secret_signed_it() -> None:
    second = {"phone_number_id": STRANGER, "app_secret": "not the one that signed", "number": "+12025550167"}
    told = change(STRANGER, messages=[message(WAMID, CLIENT, "STOP")])
    assert isinstance(one(told, secrets=[*OURS, second]), Unreadable)
    assert isinstance(one(told, secrets=[*OURS, second | {"app_secret": SECRET}]), InboundText)


@pytest.mark.parametrize("body", [b"", b"no json", b"[]", b'"x"', b"[" * 100_000])
def test_a_body_that_is_no_object_is_malformed(body: bytes) -> None:
    assert isinstance(WhatsApp().read(Request("POST", "", {}, body), OURS), Malformed)


@pytest.mark.parametrize("body", [b"{}", b'{"object":"page","entry":[]}', payload([]), payload(["x"])])
def test_something_else_altogether_is_kept_whole(body: bytes) -> None:
    assert isinstance(one(body=body), Unreadable)


@pytest.mark.covers("rules 22")
def test_the_same_piece_has_the_same_id_whatever_travels_with_it() -> None:
    told = change(messages=[message(WAMID, CLIENT, "STOP")])
    alone, again = one(told), events(told, change(statuses=[status("sent")]))[0]
    assert alone.event_id == again.event_id


@pytest.mark.covers("rules 26")
@pytest.mark.parametrize(("system", "new"), [({"wa_id": "14155550133"}, "+14155550133"), ({}, "")])
def test_a_changed_number_names_the_old_and_the_new(system: dict[str, str], new: str) -> None:
    event = said("system", system={"type": "user_changed_number", "body": "User A changed", **system})
    assert isinstance(event, NumberChange)
    assert (event.old, event.new, event.recipient) == (CLIENT, new, NUMBER)
    assert isinstance(said("system", system={"type": "customer_identity_changed"}), Unreadable)


@pytest.mark.covers("rules 26")
@pytest.mark.parametrize(
    ("told", "wanted"),
    [
        ({"value": "stop"}, True), ({"value": "resume"}, False), ({"value": "signup"}, None),
        ({"value": "stop", "category": "weather"}, None),
    ],
)  # fmt: skip
def test_a_preference_is_about_marketing_and_nothing_else(told: dict[str, str], wanted: bool | None) -> None:
    """Its timestamp is a number here, where elsewhere it is a text."""
    preference = {"wa_id": CLIENT[1:], "category": "marketing_messages", "timestamp": 1795305600, **told}
    event = one({**change(user_preferences=[preference]), "field": "user_preferences"})
    if wanted is None:
        assert isinstance(event, Unreadable)
    else:
        assert isinstance(event, Preference)
        assert (event.sender, event.is_stop) == (CLIENT, wanted)


@pytest.mark.covers("X-30")
def test_the_fate_of_a_template_is_read_and_belongs_to_our_account() -> None:
    value = {"event": "APPROVED", "message_template_name": "ask", "message_template_language": "en_US"}
    told = {"field": "message_template_status_update", "value": value}
    event = one(told, account="1001")
    assert isinstance(event, TemplateUpdate)
    assert (event.name, event.language, event.status) == ("ask", "en_US", "approved")
    ours = [{**OURS[0], "account_id": "1001"}]
    assert isinstance(one(told, account="1001", secrets=ours), TemplateUpdate)
    assert isinstance(one(told, account="1002", secrets=ours), Unreadable)
