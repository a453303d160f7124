"""What is peculiar to Bandwidth: lists, credentials for a proof, and what its codes mean."""

import json
from base64 import b64encode
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from portal import clock
from portal.accounts import credential
from portal.providers import toll_free
from portal.providers.bandwidth import Bandwidth
from portal.providers.provider import (
    Accepted,
    Challenger,
    Event,
    InboundText,
    Malformed,
    Outbound,
    Rejected,
    Request,
    Result,
    StatusUpdate,
    Trouble,
    Unknown,
    Unreadable,
)
from tests.pretend_twilio.http import Reply
from tests.providers.bandwidth_case import (
    APPLICATION,
    BANDWIDTH,
    CREDENTIALS,
    NAME,
    PASSWORD,
    accepted,
    basic,
    fields,
    many,
    message_id,
    received,
    reported,
)
from tests.providers.case import CLIENT, SENDER
from tests.providers.doubt import DOUBTS, said
from tests.providers.pretend_api import PretendApi

pytestmark = pytest.mark.at_the_door
OURS = "0123456789abcdef0123456789abcdef"
TEXT = Outbound(OURS, CLIENT, SENDER, "Grüße 🎈", CREDENTIALS, "https://portal.example.com/status")
TRUE = many([received("STOP", message_id(1))])


@pytest.fixture
def api() -> Iterator[PretendApi]:
    with PretendApi(accepted(1)) as found:
        yield found


def send(api: PretendApi, text: Outbound = TEXT, timeout: float = 5.0) -> Result:
    return Bandwidth(api.url, timeout=timeout).send(text, deadline=clock.monotonic() + 5)


def read(request: Request) -> list[Event]:
    provider = Bandwidth()
    assert provider.is_authentic(request, BANDWIDTH.secrets)
    found = provider.read(request, BANDWIDTH.secrets)
    assert not isinstance(found, Malformed)
    return list(found)


@pytest.mark.covers("P5", "rules 21")
@pytest.mark.parametrize(
    "headers",
    [
        {}, basic(NAME, ""), basic("", PASSWORD), basic("", ""), basic(NAME, PASSWORD + " "), basic(NAME.upper()),
        basic(PASSWORD, NAME), {"authorization": "Bearer " + b64encode(f"{NAME}:{PASSWORD}".encode()).decode()},
        {"authorization": f"Basic {NAME}:{PASSWORD}"}, {"authorization": "Basic"}, {"authorization": "Basic ü"},
        {"authorization": "Basic " + b64encode(f"{NAME}{PASSWORD}".encode()).decode()},
        {"authorization": basic()["authorization"] + "!"},
    ],
)  # fmt: skip
def test_without_both_credentials_nobody_speaks_for_bandwidth(headers: dict[str, str]) -> None:
    assert Bandwidth().is_authentic(TRUE, BANDWIDTH.secrets)
    assert not Bandwidth().is_authentic(replace(TRUE, headers=headers), BANDWIDTH.secrets)


@pytest.mark.covers("P5")
@pytest.mark.parametrize("name", ["callback_username", "callback_password"])
@pytest.mark.parametrize("value", ["", " "])
def test_empty_credentials_open_nothing(name: str, value: str) -> None:
    secrets = [BANDWIDTH.secrets[0] | {name: value}]
    known = {"callback_username": NAME, "callback_password": PASSWORD} | {name: value}
    request = replace(TRUE, headers=basic(known["callback_username"], known["callback_password"]))
    assert not Bandwidth().is_authentic(request, secrets)


def test_only_a_request_without_credentials_is_asked_for_them() -> None:
    """Bandwidth sends them to nobody who does not ask by a challenge."""
    provider = Bandwidth()
    assert isinstance(provider, Challenger)
    assert provider.challenge(replace(TRUE, headers={})).startswith("Basic realm=")
    assert provider.challenge(replace(TRUE, headers=basic("x", "y"))) == ""


@pytest.mark.covers("P5")
@pytest.mark.parametrize(
    ("password", "is_weak"),
    [("", True), ("fifteen-charact", True), ("a" * 40, True), ("abababababababababab", True), (PASSWORD, False),
     ("9f2c1b7ade034658", False)],
)  # fmt: skip
def test_a_password_that_can_be_guessed_is_weak(password: str, is_weak: bool) -> None:
    told = credential.fault("bandwidth", CREDENTIALS | {"callback_password": password})
    assert bool(told) is is_weak
    assert not password or password not in told
    assert credential.fault("twilio", {"auth_token": "x"}) == ""


@pytest.mark.covers("P5")
@pytest.mark.parametrize("body", [b"", b"{}", b"no json", b"[" * 20_000, b'[{"type":"a","type":"b"}]', b"7", b"\xff"])
def test_what_is_no_list_of_events_is_malformed(body: bytes) -> None:
    assert isinstance(Bandwidth().read(replace(TRUE, body=body), BANDWIDTH.secrets), Malformed)


def test_a_text_with_pictures_is_read_for_the_number_that_got_this_copy() -> None:
    told = received("Look", message_id(2), to=["+12025550166", SENDER], media=["https://x/1", "https://x/2"])
    (event,) = read(many([told | {"to": "+12025550166", "news": "one field more"}]))
    assert isinstance(event, InboundText)
    assert (event.sender, event.recipient, event.text, event.media) == (CLIENT, SENDER, "Look", 2)
    assert json.loads(event.raw)["message"]["id"] == message_id(2)


def test_a_picture_without_words_is_a_text_without_words() -> None:
    (event,) = read(many([received(None, message_id(2), media=["https://x/1"])]))
    assert isinstance(event, InboundText)
    assert (event.text, event.media) == ("", 1)


NOBODY: dict[str, Any] = {"from": None}
BROKEN: dict[str, Any] = {
    "no object": "broken", "nothing": None, "no message": {"type": "message-received"},
    "another application": received("STOP", message_id(3), applicationId="11111111-9669-4e07-948d-329f4b722ee2"),
    "no application": received("STOP", message_id(3), applicationId=None),
    "no id": received("STOP", ""), "a strange id": received("STOP", "<b>:1"), "an id that is no text": {
        **received("STOP", "1"), "message": received("STOP", "1")["message"] | {"id": 7}},
    "nobody": received("STOP", message_id(3), **NOBODY), "no words": received(None, message_id(3)),
    "no kind": received("STOP", message_id(3)) | {"type": "message-dreamt"},
    "going out": received("STOP", message_id(3), direction="out"),
    "another channel": received("STOP", message_id(3), channel="RBM"),
}  # fmt: skip


@pytest.mark.covers("P2", "P5", "P10")
@pytest.mark.parametrize("what", BROKEN)
def test_a_broken_or_strange_event_is_kept_and_the_others_count(what: str) -> None:
    events = read(many([received("one", message_id(1)), BROKEN[what], received("two", message_id(2))]))
    assert [type(event) for event in events] == [InboundText, Unreadable, InboundText]
    assert [event.text for event in events if isinstance(event, InboundText)] == ["one", "two"]
    assert len({event.event_id for event in events}) == 3
    assert json.loads(events[1].raw) == BROKEN[what]


def test_an_empty_list_is_kept() -> None:
    (event,) = read(many([]))
    assert isinstance(event, Unreadable)


@pytest.mark.covers("rules 22")
@pytest.mark.parametrize(
    ("kind", "code", "status", "rank"),
    [
        ("message-sending", 0, "sending", 2), ("message-sent", 0, "sent", 3), ("message-delivered", 0, "delivered", 4),
        ("message-failed", 4720, "failed", 4), ("message-failed", 9902, "sent", 3),
    ],
)  # fmt: skip
def test_a_report_says_what_became_of_our_text(kind: str, code: int, status: str, rank: int) -> None:
    (event,) = read(many([reported(kind, message_id(4), code=code, tag=OURS)]))
    assert isinstance(event, StatusUpdate)
    assert (event.status, event.rank, event.message_id, event.account) == (status, rank, OURS, APPLICATION)
    assert (event.code, bool(event.sentence)) == (str(code or ""), status == "failed")


@pytest.mark.covers("rules 18", "rules 24")
@pytest.mark.parametrize(
    ("code", "trouble"),
    [
        (4775, Trouble.BLOCKED), (4720, Trouble.UNDELIVERABLE), (4721, Trouble.UNDELIVERABLE), (4470, Trouble.CONTENT),
        (4770, Trouble.CONTENT), (4403, Trouble.SENDER), (4701, Trouble.TEMPORARY), (5600, Trouble.TEMPORARY),
        (4999, None), (-1, None),
    ],
)  # fmt: skip
def test_a_failure_says_what_it_means_for_the_number(code: int, trouble: Trouble | None) -> None:
    told = reported("message-failed", message_id(4), code=code, about="rejected  by\ncarrier", tag="order-7")
    (event,) = read(many([told]))
    assert isinstance(event, StatusUpdate)
    assert (event.code, event.trouble, event.message_id) == (str(code), trouble, None)
    assert event.sentence.endswith("Bandwidth says: rejected by carrier")


def test_a_text_is_asked_for_with_our_id_for_a_tag(api: PretendApi) -> None:
    assert send(api) == Accepted(message_id(1))
    (call,) = api.calls
    assert (call.method, call.path) == ("POST", "/api/v2/users/9900000/messages")
    assert call.headers["authorization"] == "Basic " + b64encode(b"token:s3cret").decode()
    assert json.loads(call.body) == {
        "applicationId": APPLICATION, "from": SENDER, "to": [CLIENT], "text": "Grüße 🎈", "tag": OURS,
    }  # fmt: skip


@pytest.mark.covers("rules 24")
@pytest.mark.parametrize(
    ("names", "trouble"),
    [(["to"], Trouble.UNDELIVERABLE), (["text"], Trouble.CONTENT), (["from"], Trouble.SENDER),
     (["applicationId"], Trouble.SENDER), (["to", "from"], Trouble.SENDER), ([], Trouble.SENDER)],
)  # fmt: skip
def test_a_refusal_says_which_field_was_wrong(api: PretendApi, names: list[str], trouble: Trouble) -> None:
    told = {"type": "request-validation", "description": "Not accepted", "fieldErrors": fields(*names)}
    api.reply = said(400, told)
    result = send(api)
    assert isinstance(result, Rejected)
    assert (result.trouble, result.code) == (trouble, "400")
    assert result.sentence.endswith("Bandwidth says: Not accepted")


@pytest.mark.covers("P7")
@pytest.mark.parametrize("status", [429, 503])
def test_a_full_queue_is_temporary(api: PretendApi, status: int) -> None:
    api.reply = said(status, {"type": "max-message-queue-size-exceeded", "description": "full"}, Retry_After="60")
    result = send(api)
    assert isinstance(result, Rejected)
    assert (result.trouble, result.retry_after) == (Trouble.TEMPORARY, 60.0)


@pytest.mark.covers("P6")
@pytest.mark.parametrize(
    "reply", [*DOUBTS, Reply(400), Reply(202, b'{"id": 7}'), Reply(202, b'{"id": ""}')], ids=repr
)  # fmt: skip
def test_doubt_is_unknown_and_the_text_is_posted_once_only(api: PretendApi, reply: Reply) -> None:
    api.reply = reply
    assert isinstance(send(api, timeout=0.3), Unknown)
    assert len(api.calls) == 1


@pytest.mark.parametrize("missing", ["account_id", "api_token", "api_secret", "application_id"])
def test_without_credentials_nothing_is_sent(api: PretendApi, missing: str) -> None:
    result = send(api, replace(TEXT, credentials=CREDENTIALS | {missing: " "}))
    assert isinstance(result, Rejected)
    assert (result.trouble, api.calls) == (Trouble.SENDER, [])


@pytest.mark.covers("rules 4", "rules 12")
@pytest.mark.parametrize("number", [SENDER, "+18885550188", "12345"])
def test_only_the_toll_free_network_answers_stop_and_nobody_answers_help(number: str) -> None:
    provider = Bandwidth()
    assert provider.answers("STOP", number) is provider.blocks(number) is toll_free.is_toll_free(number)
    assert not provider.answers("HELP", number)
