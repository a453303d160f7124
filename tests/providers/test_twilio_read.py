"""From recorded payloads to events: what is read, what is stored only, what is refused as ambiguous."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from portal.providers.provider import Event, InboundText, Malformed, StatusUpdate, Trouble, Unreadable
from portal.providers.twilio import Twilio
from tests.providers.request import ACCOUNT, SECRETS, URL, body_request, form_request, sign

SM, MM = "SM" + "0" * 31 + "1", "MM" + "0" * 31 + "a"
CLIENT, SENDER = "+12025550123", "+12025550199"
STATUS_URL = "https://portal.example.com/webhooks/twilio/b1/status?message=m1"
SMS = {
    "ToCountry": "US",
    "ToState": "",
    "SmsMessageSid": SM,
    "NumMedia": "0",
    "ToCity": "",
    "FromZip": "",
    "SmsSid": SM,
    "FromState": "DC",
    "SmsStatus": "received",
    "FromCity": "WASHINGTON",
    "Body": "See you at 5 & bring 🎈",
    "FromCountry": "US",
    "To": SENDER,
    "ToZip": "",
    "NumSegments": "2",
    "MessageSid": SM,
    "AccountSid": ACCOUNT,
    "From": CLIENT,
    "ApiVersion": "2010-04-01",
}
MMS = SMS | {"MessageSid": MM, "SmsSid": MM, "Body": "", "NumMedia": "2", "NumSegments": "1"}
MMS |= {"MediaUrl0": "https://media.example.com/0", "MediaContentType0": "image/jpeg"}
STATUS = {
    "SmsSid": SM,
    "SmsStatus": "delivered",
    "MessageStatus": "delivered",
    "To": CLIENT,
    "MessageSid": SM,
    "AccountSid": ACCOUNT,
    "From": SENDER,
    "ApiVersion": "2010-04-01",
    "RawDlrDoneDate": "2611221200",
}
TEXT = InboundText(f"in:{SM}", ACCOUNT, CLIENT, SENDER, "See you at 5 & bring 🎈", None, segments=2, media=0)
DELIVERED = StatusUpdate(f"st:{SM}:delivered", ACCOUNT, SM, "delivered", 4, message_id="m1")

twilio = Twilio()


def one(events: Sequence[Event]) -> Event:
    (event,) = events
    return event


def read(fields: dict[str, str], url: str = URL) -> object:
    found = twilio.read(form_request(fields, None, url), SECRETS)
    return found if isinstance(found, Malformed) else one(found)


@pytest.mark.parametrize(
    ("changes", "event"),
    [
        ({}, TEXT),
        ({"AParameterOfTomorrow": "yes"}, TEXT),
        ({"MessageStatus": "received"}, TEXT),
        ({"Body": "STOP", "OptOutType": "STOP"}, replace(TEXT, text="STOP", keyword="stop")),
        ({"Body": "Unstop", "OptOutType": "START"}, replace(TEXT, text="Unstop", keyword="start")),
        ({"Body": "info", "OptOutType": "help"}, replace(TEXT, text="info", keyword="help")),
        ({"Body": "STOP", "OptOutType": ""}, replace(TEXT, text="STOP")),
        ({"Body": "STOP", "OptOutType": "PAUSE"}, replace(TEXT, text="STOP")),
        ({"From": "12345"}, replace(TEXT, sender="12345")),
        ({"From": "Carrier", "Body": "\x00<b>"}, replace(TEXT, sender="Carrier", text="\x00<b>")),
        ({"From": ""}, replace(TEXT, sender="")),
        ({"From": "whatsapp:+12025550123", "WaId": "12025550123"}, Unreadable(f"in:{SM}")),
        ({"From": "rcs:agent", "To": "rcs:brand"}, Unreadable(f"in:{SM}")),
    ],
)
def test_an_inbound_text_is_read(changes: dict[str, str], event: object) -> None:
    assert read(SMS | changes) == event


def test_a_picture_without_words_is_an_inbound_text() -> None:
    assert read(MMS) == InboundText(f"in:{MM}", ACCOUNT, CLIENT, SENDER, "", None, segments=1, media=2)


def test_counts_that_twilio_leaves_out_have_their_usual_values() -> None:
    lean = {name: value for name, value in SMS.items() if name not in ("NumMedia", "NumSegments")}
    assert read(lean) == replace(TEXT, segments=1)


@pytest.mark.covers("rules 22")
@pytest.mark.parametrize(
    ("word", "status", "rank"),
    [
        ("accepted", "accepted", 0),
        ("scheduled", "scheduled", 0),
        ("queued", "queued", 1),
        ("sending", "sending", 2),
        ("sent", "sent", 3),
        ("delivered", "delivered", 4),
        ("undelivered", "failed", 4),
        ("failed", "failed", 4),
        ("canceled", "failed", 4),
        ("read", "delivered", 5),
        ("partially_delivered", "partially_delivered", -1),
        ("teleported", "teleported", -1),
    ],
)
def test_a_status_has_our_word_and_its_rank(word: str, status: str, rank: int) -> None:
    event = read(STATUS | {"MessageStatus": word}, STATUS_URL)
    assert event == replace(DELIVERED, event_id=f"st:{SM}:{word}", status=status, rank=rank)


def test_a_status_without_our_message_id_is_still_read() -> None:
    assert read(STATUS) == replace(DELIVERED, message_id=None)


@pytest.mark.covers("rules 18", "rules 24")
@pytest.mark.parametrize(
    ("code", "trouble"),
    [
        ("21610", Trouble.BLOCKED),
        ("30005", Trouble.UNDELIVERABLE),
        ("30006", Trouble.UNDELIVERABLE),
        ("30003", Trouble.TEMPORARY),
        ("30008", Trouble.TEMPORARY),
        ("30001", Trouble.TEMPORARY),
        ("30004", Trouble.CONTENT),
        ("30007", Trouble.CONTENT),
        ("30002", Trouble.SENDER),
        ("30034", Trouble.SENDER),
        ("39999", None),
        ("", None),
    ],
)
def test_a_failure_says_what_its_code_means(code: str, trouble: Trouble | None) -> None:
    event = read(STATUS | {"MessageStatus": "undelivered", "ErrorCode": code}, STATUS_URL)
    expected = replace(DELIVERED, event_id=f"st:{SM}:undelivered", status="failed", code=code, trouble=trouble)
    assert event == expected


@pytest.mark.covers("P5", "rules 21")
@pytest.mark.parametrize("fields", [SMS, STATUS], ids=["text", "status"])
def test_any_field_given_twice_is_malformed_even_with_the_same_value(fields: dict[str, str]) -> None:
    """promises.md B.4.3: the signature does not see the repetition, so the reader has to."""
    for name, value in fields.items():
        twice = form_request([*fields.items(), (name, value)], sign(URL, fields))
        assert twilio.is_authentic(twice, SECRETS)
        assert isinstance(twilio.read(twice, SECRETS), Malformed)


@pytest.mark.covers("P5", "rules 21")
def test_a_shifted_boundary_is_authentic_but_malformed() -> None:
    """promises.md B.4.3: `Body=STOP&From=…` and `Body=STOPFrom…` are signed alike."""
    shifted = {name: value for name, value in SMS.items() if name not in ("From", "FromCity")}
    shifted["Body"] = f"{SMS['Body']}From{CLIENT}FromCity{SMS['FromCity']}"
    request = form_request(shifted, sign(URL, SMS))
    assert twilio.is_authentic(request, SECRETS)
    assert isinstance(twilio.read(request, SECRETS), Malformed)


@pytest.mark.covers("P5", "rules 21")
def test_a_keyword_moved_out_of_a_number_is_malformed() -> None:
    signed = SMS | {"OptOutType": "START"}
    moved = {name: value for name, value in signed.items() if name != "OptOutType"} | {
        "NumSegments": "2OptOutTypeSTART"
    }
    request = form_request(moved, sign(URL, signed))
    assert twilio.is_authentic(request, SECRETS)
    assert isinstance(twilio.read(request, SECRETS), Malformed)


@pytest.mark.covers("P5")
@pytest.mark.parametrize("missing", ["MessageSid", "AccountSid", "From", "To", "Body"])
def test_a_text_without_a_field_it_needs_is_malformed(missing: str) -> None:
    assert isinstance(read({name: value for name, value in SMS.items() if name != missing}), Malformed)


@pytest.mark.covers("P5")
@pytest.mark.parametrize("missing", ["MessageSid", "AccountSid"])
def test_a_status_without_a_field_it_needs_is_malformed(missing: str) -> None:
    assert isinstance(read({name: value for name, value in STATUS.items() if name != missing}), Malformed)


@pytest.mark.covers("P5")
@pytest.mark.parametrize(
    "sid", ["", "SM1", "SM" + "0" * 33, "SM" + "A" * 32, "CA" + "0" * 32, SM + "\n", "SM" + "٠" * 32]
)
@pytest.mark.parametrize("fields", [SMS, STATUS], ids=["text", "status"])
def test_a_message_id_of_another_shape_is_malformed(fields: dict[str, str], sid: str) -> None:
    assert isinstance(read(fields | {"MessageSid": sid}), Malformed)


@pytest.mark.covers("P5", "P10")
@pytest.mark.parametrize("account", ["", "AC" + "2" * 32])
@pytest.mark.parametrize("fields", [SMS, STATUS], ids=["text", "status"])
def test_another_account_is_malformed(fields: dict[str, str], account: str) -> None:
    request = form_request(fields | {"AccountSid": account}, None)
    assert isinstance(twilio.read(request, SECRETS), Malformed)
    assert isinstance(twilio.read(request, [{"auth_token": "a secret without its account"}]), Malformed)


@pytest.mark.covers("P5")
@pytest.mark.parametrize("count", ["", "-1", "two", "1.0", "٢", "99999", " 1"])
@pytest.mark.parametrize("name", ["NumMedia", "NumSegments"])
def test_a_count_that_is_none_is_malformed(name: str, count: str) -> None:
    assert isinstance(read(SMS | {name: count}), Malformed)


@pytest.mark.covers("P5")
@pytest.mark.parametrize("word", ["", "sent now", "x" * 33, "\x00", "1"])
def test_a_status_that_is_no_word_is_malformed(word: str) -> None:
    assert isinstance(read(STATUS | {"MessageStatus": word}), Malformed)


def test_a_whatsapp_status_is_stored_only() -> None:
    assert read(STATUS | {"From": "whatsapp:+12025550199"}) == Unreadable(f"st:{SM}:delivered")


def test_an_event_that_is_no_message_is_stored_only_and_recognised_again() -> None:
    call = {"CallSid": "CA" + "0" * 32, "AccountSid": ACCOUNT, "CallStatus": "ringing"}
    first = read(call)
    assert isinstance(first, Unreadable)
    assert read(call) == first
    assert read(call | {"CallStatus": "completed"}) != first


def test_json_is_stored_only() -> None:
    request = body_request(b'{"MessageSid": "x"}', None, content_type="application/json")
    found = twilio.read(request, SECRETS)
    assert not isinstance(found, Malformed)
    assert isinstance(one(found), Unreadable)
