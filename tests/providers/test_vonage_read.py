"""Recorded shapes of Vonage's webhooks, and what each says."""

from typing import Any

import pytest

from portal.consent import reply
from portal.consent.reply import Meaning
from portal.providers.provider import Event, InboundText, Malformed, Request, StatusUpdate, Trouble, Unreadable
from portal.providers.vonage import Vonage
from tests.providers.vonage_request import (
    CLIENT,
    KEY,
    OURS,
    SECRETS,
    form,
    got,
    inbound,
    json_post,
    receipt,
    sig,
    signed,
    with_token,
)

pytestmark = pytest.mark.at_the_door
MESSAGE = "0123456789abcdef0123456789abcdef"
LATER = {
    "message_uuid": "aaaaaaaa-bbbb-4ccc-8ddd-0123456789ab", "channel": "sms", "message_type": "text",
    "to": OURS[1:], "from": CLIENT[1:], "timestamp": "2026-11-22T20:00:00Z", "text": "Stop",
    "sms": {"num_messages": "2", "keyword": "STOP"}, "usage": {"price": "0.0057", "currency": "EUR"},
}  # fmt: skip
FATE = {
    "message_uuid": "aaaaaaaa-bbbb-4ccc-8ddd-0123456789ab", "channel": "sms", "to": CLIENT[1:], "from": OURS[1:],
    "timestamp": "2026-11-22T20:00:01Z", "status": "delivered", "client_ref": MESSAGE,
}  # fmt: skip


def read(request: Request) -> Event | Malformed:
    provider = Vonage()
    assert provider.is_authentic(request, SECRETS)
    events = provider.read(request, SECRETS)
    if isinstance(events, Malformed):
        return events
    (event,) = events
    return event


@pytest.mark.parametrize("make", [form, got, json_post], ids=["form", "get", "json"])
def test_a_text_is_read_with_the_plus_that_vonage_leaves_out(make: Any) -> None:
    event = read(make(signed(inbound("Stop"))))
    assert isinstance(event, InboundText)
    assert (event.event_id, event.account, event.sender) == ("in:170000029A2C7F1A", KEY, CLIENT)
    assert (event.recipient, event.text, event.keyword, event.channel) == (OURS, "Stop", None, "sms")
    assert CLIENT[1:].encode() in event.raw


def test_unknown_fields_and_another_alphabet_are_welcome() -> None:
    event = read(form(signed(inbound("¡Basta! 🛑\0", type="unicode", weather="fair"))))
    assert isinstance(event, InboundText)
    assert event.text == "¡Basta! 🛑"


@pytest.mark.parametrize(("part", "total", "shown"), [("1", "2", "(1/2) "), ("2", "2", "(2/2) "), ("", "", "(part) ")])
def test_a_part_of_a_long_text_is_a_text_that_says_which_part_it_is(part: str, total: str, shown: str) -> None:
    fields = inbound("and so on", concat="true", concat_ref="4a", concat_part=part, concat_total=total)
    event = read(form(signed(fields)))
    assert isinstance(event, InboundText)
    assert event.text == f"{shown}and so on"


@pytest.mark.parametrize(
    "concat", [{}, {"concat": "false"}, {"concat": "true", "concat-part": "1", "concat-total": "1"}]
)
def test_a_text_in_one_piece_is_left_as_it_is(concat: dict[str, str]) -> None:
    event = read(form(signed(inbound("STOP") | concat)))
    assert isinstance(event, InboundText)
    assert event.text == "STOP"


@pytest.mark.covers("rules 2", "rules 20")
@pytest.mark.parametrize(
    ("words", "meaning"),
    [
        ("yes", Meaning.NONE), ("start", Meaning.NONE), ("stop", Meaning.REVIEW),
        ("please stop texting me", Meaning.OPT_OUT),
    ],
)  # fmt: skip
@pytest.mark.parametrize("place", ["2", ""])
def test_a_part_never_grants_and_still_stops(words: str, meaning: Meaning, place: str) -> None:
    event = read(form(signed(inbound(words, concat="true", concat_part=place, concat_total="3"))))
    assert isinstance(event, InboundText)
    assert reply.read(event.text, context="optin_pending").meaning is meaning


@pytest.mark.covers("rules 22")
@pytest.mark.parametrize(
    ("word", "status", "rank"),
    [
        ("accepted", "sent", 2), ("buffered", "sent", 3), ("delivered", "delivered", 4), ("failed", "failed", 4),
        ("rejected", "failed", 4), ("expired", "failed", 4), ("unknown", "unknown", -1),
        ("teleported", "teleported", -1),
    ],
)  # fmt: skip
def test_a_receipt_says_what_became_of_our_text(word: str, status: str, rank: int) -> None:
    event = read(form(signed(receipt(word, client_ref=MESSAGE))))
    assert isinstance(event, StatusUpdate)
    assert (event.status, event.rank, event.message_id) == (status, rank, MESSAGE)
    assert (event.provider_id, event.event_id) == ("0B00000127FDBC63", f"st:0B00000127FDBC63:{word}")
    assert (event.code, bool(event.sentence)) == ("", status == "failed")


@pytest.mark.covers("rules 18", "rules 24")
@pytest.mark.parametrize(
    ("code", "trouble"),
    [
        ("9", Trouble.BLOCKED), ("3", Trouble.UNDELIVERABLE), ("4", Trouble.UNDELIVERABLE), ("6", Trouble.CONTENT),
        ("11", Trouble.SENDER), ("2", Trouble.TEMPORARY), ("777", None),
    ],
)  # fmt: skip
def test_a_failure_says_what_it_means_for_the_number(code: str, trouble: Trouble | None) -> None:
    event = read(form(signed(receipt("rejected", err_code=code))))
    assert isinstance(event, StatusUpdate)
    assert (event.code, event.trouble) == (code, trouble)
    assert event.sentence.endswith(".")


def test_a_reference_that_is_not_ours_names_no_message() -> None:
    event = read(form(signed(receipt(client_ref="order-7"))))
    assert isinstance(event, StatusUpdate)
    assert event.message_id is None


@pytest.mark.covers("P5")
@pytest.mark.parametrize(
    "fields",
    [
        inbound(api_key="ffffffff"), inbound(msisdn=""), inbound(to=""), inbound(messageId="<b>"),
        {name: value for name, value in inbound().items() if name != "text"},
        receipt("<b>"), receipt(messageId=""), receipt(messageId="0B:1"),
    ],
    ids=["another account", "nobody", "to nobody", "no id", "no words", "no word", "no id of a receipt", "a colon"],
)  # fmt: skip
def test_signed_but_broken_is_malformed(fields: dict[str, str]) -> None:
    assert isinstance(read(form(signed(fields))), Malformed)


@pytest.mark.covers("P5", "rules 21")
@pytest.mark.parametrize("name", ["text", "msisdn", "messageId", "weather"])
def test_a_field_given_twice_is_malformed_even_when_it_is_signed(name: str) -> None:
    pairs = [*inbound(weather="fair").items(), (name, "START")]
    assert isinstance(read(form([*pairs, ("sig", sig(pairs))])), Malformed)


@pytest.mark.parametrize("fields", [inbound(type="binary", data="00", udh="05"), {"api-key": KEY, "alert": "x"}])
def test_what_is_no_text_is_kept_and_does_nothing(fields: dict[str, str]) -> None:
    assert isinstance(read(form(signed(fields))), Unreadable)


def test_the_messages_api_tells_of_a_text_as_a_whole() -> None:
    event = read(with_token(LATER))
    assert isinstance(event, InboundText)
    assert (event.event_id, event.account) == (f"in:{LATER['message_uuid']}", KEY)
    assert (event.sender, event.recipient, event.text, event.segments) == (CLIENT, OURS, "Stop", 2)


@pytest.mark.parametrize(
    ("word", "status", "rank"),
    [("submitted", "sent", 3), ("delivered", "delivered", 4), ("rejected", "failed", 4), ("undeliverable", "failed", 4),
     ("read", "delivered", 5), ("dreamt", "dreamt", -1)],
)  # fmt: skip
def test_the_messages_api_tells_of_our_own_texts(word: str, status: str, rank: int) -> None:
    error = {"error": {"type": "https://developer.vonage.com/api-errors/messages#1270", "title": 1270}}
    event = read(with_token(FATE | {"status": word} | (error if status == "failed" else {})))
    assert isinstance(event, StatusUpdate)
    assert (event.status, event.rank, event.message_id, event.trouble) == (status, rank, MESSAGE, None)
    assert event.code == ("1270" if status == "failed" else "")


@pytest.mark.covers("P5")
@pytest.mark.parametrize(
    "change",
    [{"message_uuid": "<b>"}, {"message_uuid": 7}, {"from": None}, {"text": ["STOP"]}, {"status": "<b>"}],
)  # fmt: skip
def test_what_the_messages_api_would_never_say_is_malformed(change: dict[str, Any]) -> None:
    assert isinstance(read(with_token(LATER | change)), Malformed)


@pytest.mark.parametrize("change", [{"channel": "whatsapp"}, {"message_type": "image"}])
def test_other_channels_and_pictures_of_the_messages_api_are_kept_and_do_nothing(change: dict[str, Any]) -> None:
    assert isinstance(read(with_token(LATER | change)), Unreadable)
