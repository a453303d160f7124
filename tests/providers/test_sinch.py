"""What is peculiar to Sinch: a signature with a time in it, numbers without their plus, and what its codes mean."""

import datetime as dt
import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from portal import clock
from portal.providers import sinch_signature, toll_free
from portal.providers.provider import (
    Accepted,
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
from portal.providers.sinch import Sinch
from tests.pretend_twilio.http import Reply
from tests.providers.case import CLIENT, SENDER, SITE
from tests.providers.doubt import DOUBTS, said
from tests.providers.pretend_api import PretendApi
from tests.providers.sinch_case import (
    CREDENTIALS,
    PLAN,
    SINCH,
    accepted,
    headers,
    message_id,
    posted,
    received,
    reported,
)

pytestmark = pytest.mark.at_the_door
URL, OURS = f"{SITE}/webhooks/sinch/b1/messages", "0123456789abcdef0123456789abcdef"
TEXT = Outbound(OURS, CLIENT, SENDER, "Grüße 🎈", CREDENTIALS, f"{SITE}/webhooks/sinch/b1/status?message={OURS}")
VECTOR_BODY = (
    b'{"app_id":"01EB37HMH1M6SV18BSNS3G135H","accepted_time":"2020-11-17T15:09:11.659Z",'
    b'"project_id":"c36f3d3d-1513-2edd-ae42-11995557ff61","message_delivery_report":'
    b'{"message_id":"01EQBC1A3BEK731GY4YXEN0C2R","conversation_id":"01EPYATA64TMNZ1FV02JKF12JF",'
    b'"status":"QUEUED_ON_CHANNEL","contact_id":"01EXA07N79THJ20WSN6AS30TMW"}}'
)
VECTOR = {
    "x-sinch-webhook-signature": "Yc+3R1pIS78xLASybulhs8BsSo9BPB3Pr92QCUoczfk=",
    "x-sinch-webhook-signature-nonce": "01FJA8B4A7BM43YGWSG9GBV067",
    "x-sinch-webhook-signature-timestamp": "1634579353",
}


@pytest.fixture
def api() -> Iterator[PretendApi]:
    with PretendApi(accepted(1)) as found:
        yield found


def send(api: PretendApi, text: Outbound = TEXT, timeout: float = 5.0) -> Result:
    return Sinch(api.url, timeout=timeout).send(text, deadline=clock.monotonic() + 5)


def read(told: Any) -> Event | Malformed:
    provider, request = Sinch(), posted(URL, told)
    assert provider.is_authentic(request, SINCH.secrets)
    found = provider.read(request, SINCH.secrets)
    if isinstance(found, Malformed):
        return found
    (event,) = found
    return event


@pytest.mark.covers("rules 21")
def test_the_published_vector_holds_on_its_day(monkeypatch: pytest.MonkeyPatch) -> None:
    request, secrets = Request("POST", URL, VECTOR, VECTOR_BODY), [{"webhook_secret": "foo_secret1234"}]
    monkeypatch.setattr(clock, "now", lambda: dt.datetime.fromtimestamp(1634579353, dt.UTC))
    assert Sinch().is_authentic(request, secrets)
    assert not Sinch().is_authentic(replace(request, body=VECTOR_BODY + b"\n"), secrets)
    assert not Sinch().is_authentic(request, [{"webhook_secret": "bar_secret1234"}])


@pytest.mark.covers("P5", "rules 21")
@pytest.mark.parametrize(
    ("age", "is_taken"),
    [(0, True), (sinch_signature.OLDEST, True), (sinch_signature.OLDEST + 1, False), (-300, True), (-301, False)],
)
def test_what_sinch_repeats_for_a_day_is_taken_and_nothing_older(
    age: int, is_taken: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = dt.datetime(2026, 11, 22, 20, tzinfo=dt.UTC)
    monkeypatch.setattr(clock, "now", lambda: now)
    request = posted(URL, received("STOP", message_id(1)), at=int(now.timestamp()) - age)
    assert Sinch().is_authentic(request, SINCH.secrets) is is_taken


@pytest.mark.covers("P5")
@pytest.mark.parametrize("at", ["", "now", "1e9", "²", "-1", "1" * 40, " 1795377600"])
def test_a_time_that_is_none_is_refused(at: str) -> None:
    body = json.dumps(received("STOP", message_id(1))).encode()
    made = headers(body) | {"x-sinch-webhook-signature-timestamp": at}
    made["x-sinch-webhook-signature"] = sinch_signature.signature(
        CREDENTIALS["webhook_secret"], body, "01FJA8B4A7", at
    ).decode()
    assert not Sinch().is_authentic(Request("POST", URL, made, body), SINCH.secrets)


def test_a_text_is_read_with_the_plus_that_sinch_leaves_out() -> None:
    event = read(received("Stop\0 it 🛑", message_id(2), weather="fair"))
    assert isinstance(event, InboundText)
    assert (event.event_id, event.account, event.sender) == (f"in:{message_id(2)}", PLAN, CLIENT)
    assert (event.recipient, event.text, event.keyword) == (SENDER, "Stop it 🛑", None)


def test_pictures_are_counted_and_their_words_read() -> None:
    body = {"subject": "", "message": "Look", "media": [{"url": "https://x/1", "content_type": "image/png"}]}
    event = read(received("", message_id(2), type="mo_media", body=body))
    assert isinstance(event, InboundText)
    assert (event.text, event.media) == ("Look", 1)


@pytest.mark.parametrize(
    "told",
    [received("AAA=", message_id(2), type="mo_binary", udh="05"), {"type": "weather"}, {},
     {"type": "delivery_report_sms", "batch_id": message_id(1), "statuses": []}],
    ids=["binary", "another kind", "no kind", "about nobody"],
)  # fmt: skip
def test_what_is_no_text_is_kept_and_does_nothing(told: dict[str, Any]) -> None:
    assert isinstance(read(told), Unreadable)


@pytest.mark.covers("P5")
@pytest.mark.parametrize(
    "told",
    [
        received("STOP", ""), received("STOP", "<b>:1"), received("STOP", message_id(1)) | {"id": 7},
        received("STOP", message_id(1)) | {"from": None}, received("STOP", message_id(1), to=""),
        received("STOP", message_id(1), body=None), received("STOP", message_id(1), type="mo_media"),
        reported("<b>", message_id(1)), reported("", message_id(1)), reported("Delivered", "a b"), ["mo_text"], 7,
    ],
    ids=repr,
)  # fmt: skip
def test_signed_but_broken_is_malformed(told: Any) -> None:
    assert isinstance(read(told), Malformed)


@pytest.mark.covers("P5", "rules 21")
@pytest.mark.parametrize("body", [b"", b"no json", b"[" * 20_000, b'{"type":"mo_text","type":"mo_text"}', b"\xff"])
def test_a_body_that_says_two_things_or_nothing_is_malformed(body: bytes) -> None:
    request = Request("POST", URL, headers(body), body)
    assert Sinch().is_authentic(request, SINCH.secrets)
    assert isinstance(Sinch().read(request, SINCH.secrets), Malformed)


@pytest.mark.covers("rules 22")
@pytest.mark.parametrize(
    ("word", "status", "rank"),
    [
        ("Queued", "queued", 1), ("Dispatched", "sent", 3), ("Unknown", "sent", 3), ("Delivered", "delivered", 4),
        ("Failed", "failed", 4), ("Rejected", "failed", 4), ("Aborted", "failed", 4), ("Expired", "failed", 4),
        ("Cancelled", "failed", 4), ("Deleted", "failed", 4), ("Teleported", "teleported", -1),
    ],
)  # fmt: skip
def test_a_report_says_what_became_of_our_text(word: str, status: str, rank: int) -> None:
    event = read(reported(word, message_id(3), client_reference=OURS))
    assert isinstance(event, StatusUpdate)
    assert (event.status, event.rank, event.message_id, event.provider_id) == (status, rank, OURS, message_id(3))
    assert bool(event.sentence) is (status == "failed")


def test_a_report_about_the_batch_as_a_whole_is_read_too() -> None:
    statuses = [{"code": 0, "status": "Delivered", "count": 1, "recipients": [CLIENT[1:]]}]
    told = {"type": "delivery_report_sms", "batch_id": message_id(3), "total_message_count": 1, "statuses": statuses}
    event = read(told | {"client_reference": "order-7"})
    assert isinstance(event, StatusUpdate)
    assert (event.status, event.provider_id, event.message_id) == ("delivered", message_id(3), None)


@pytest.mark.covers("rules 18", "rules 24")
@pytest.mark.parametrize(
    ("code", "trouble"),
    [(257, Trouble.BLOCKED), (402, Trouble.SENDER), (412, Trouble.SENDER), (405, Trouble.CONTENT),
     (404, Trouble.TEMPORARY), (27, None), (0, None)],
)  # fmt: skip
def test_a_failure_says_what_it_means_for_the_number(code: int, trouble: Trouble | None) -> None:
    event = read(reported("Failed", message_id(3), code=code))
    assert isinstance(event, StatusUpdate)
    assert (event.code, event.trouble) == (str(code or ""), trouble)
    assert event.sentence.endswith(".")


def test_a_text_is_asked_for_as_a_batch_of_one_with_our_id(api: PretendApi) -> None:
    assert send(api) == Accepted(message_id(1))
    (call,) = api.calls
    assert (call.method, call.path) == ("POST", f"/xms/v1/{PLAN}/batches")
    assert call.headers["authorization"] == "Bearer token-of-the-tests"
    assert json.loads(call.body) == {
        "type": "mt_text", "from": SENDER[1:], "to": [CLIENT[1:]], "body": "Grüße 🎈", "client_reference": OURS,
        "delivery_report": "per_recipient", "callback_url": f"{SITE}/webhooks/sinch/b1/status",
    }  # fmt: skip


def test_a_refusal_with_a_word_is_the_senders_trouble_and_harms_no_number(api: PretendApi) -> None:
    api.reply = said(400, {"code": "syntax_invalid_parameter_format", "text": "The value  is\nnot valid"})
    result = send(api)
    assert isinstance(result, Rejected)
    assert (result.trouble, result.code) == (Trouble.SENDER, "400")
    assert result.sentence.endswith("Sinch says: The value is not valid")


@pytest.mark.covers("P7")
@pytest.mark.parametrize("status", [429, 503])
def test_too_many_or_too_busy_is_temporary_and_says_when(api: PretendApi, status: int) -> None:
    api.reply = said(status, {"code": "too_many"}, Retry_After="3")
    result = send(api)
    assert isinstance(result, Rejected)
    assert (result.trouble, result.retry_after) == (Trouble.TEMPORARY, 3.0)


@pytest.mark.covers("P6")
@pytest.mark.parametrize("reply", [*DOUBTS, Reply(400), Reply(201, b'{"id": 7}'), Reply(201, b'{"id": ""}')], ids=repr)
def test_doubt_is_unknown_and_the_text_is_posted_once_only(api: PretendApi, reply: Reply) -> None:
    api.reply = reply
    assert isinstance(send(api, timeout=0.3), Unknown)
    assert len(api.calls) == 1


@pytest.mark.parametrize(
    ("missing", "value"), [("service_plan_id", ""), ("service_plan_id", " "), ("api_token", ""), ("api_token", "tökén")]
)  # fmt: skip
def test_without_credentials_nothing_is_sent(api: PretendApi, missing: str, value: str) -> None:
    result = send(api, replace(TEXT, credentials=CREDENTIALS | {missing: value}))
    assert isinstance(result, Rejected)
    assert (result.trouble, api.calls) == (Trouble.SENDER, [])


@pytest.mark.covers("rules 4", "rules 12")
@pytest.mark.parametrize("number", [SENDER, "+18885550188", "12345"])
def test_only_the_toll_free_network_answers_stop_and_nobody_answers_help(number: str) -> None:
    provider = Sinch()
    assert provider.answers("STOP", number) is provider.blocks(number) is toll_free.is_toll_free(number)
    assert not provider.answers("HELP", number)
