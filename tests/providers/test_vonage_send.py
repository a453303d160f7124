"""Every way a send by Vonage can end: taken, certainly not sent, or unknown and never sent again."""

from base64 import b64encode
from collections.abc import Iterator
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qsl

import pytest

from portal import clock
from portal.messaging import segment
from portal.providers import toll_free
from portal.providers.provider import Accepted, Outbound, Rejected, Result, Trouble, Unknown
from portal.providers.vonage import GSM, Vonage
from tests.pretend_twilio.http import Reply
from tests.providers.doubt import DOUBTS, said
from tests.providers.pretend_api import PretendApi
from tests.providers.vonage_request import CLIENT, OURS, SECRETS

pytestmark = pytest.mark.at_the_door
MESSAGE = "0123456789abcdef0123456789abcdef"
CALLBACK = f"https://portal.example.com/webhooks/vonage/{'b' * 32}/status?message={MESSAGE}"
TEXT = Outbound(MESSAGE, CLIENT, OURS, "Hello", SECRETS[0], CALLBACK)
TAKEN = {"to": CLIENT[1:], "message-id": "0A0000000123ABCD1", "status": "0", "client-ref": MESSAGE}
REFUSED = {"status": "4", "error-text": "Bad Credentials"}


def answer(*parts: Any, status: int = 200, **headers: str) -> Reply:
    return said(status, {"message-count": str(len(parts)), "messages": list(parts)}, **headers)


@pytest.fixture
def api() -> Iterator[PretendApi]:
    with PretendApi(answer(TAKEN)) as found:
        yield found


def send(api: PretendApi, text: Outbound = TEXT, timeout: float = 5.0) -> Result:
    return Vonage(api.url, timeout=timeout).send(text, deadline=clock.monotonic() + 5)


def fields(api: PretendApi) -> dict[str, str]:
    (call,) = api.calls
    assert (call.method, call.path) == ("POST", "/sms/json")
    return dict(parse_qsl(call.body.decode(), keep_blank_values=True))


def test_a_text_that_vonage_takes_is_accepted_under_its_id(api: PretendApi) -> None:
    assert send(api) == Accepted("0A0000000123ABCD1")
    asked = fields(api)
    assert (asked["to"], asked["from"], asked["text"], asked["type"]) == (CLIENT[1:], OURS[1:], "Hello", "text")
    assert api.calls[0].headers["authorization"] == "Basic " + b64encode(b"a1b2c3d4:s3cret").decode()
    assert (asked["client-ref"], asked["callback"]) == (MESSAGE, CALLBACK.partition("?")[0])


def test_a_character_outside_the_gsm_alphabet_makes_it_unicode(api: PretendApi) -> None:
    send(api, replace(TEXT, text="Grüße & 🎈=+%"))
    asked = fields(api)
    assert (asked["text"], asked["type"]) == ("Grüße & 🎈=+%", "unicode")
    assert segment.BASIC | segment.EXTENDED == GSM


def test_a_callback_too_long_for_vonage_is_left_to_its_dashboard(api: PretendApi) -> None:
    send(api, replace(TEXT, callback_url="https://" + "long." * 20 + "example.com/status"))
    assert "callback" not in fields(api)


def test_a_long_text_counts_when_all_its_parts_are_taken_and_under_the_first_id(api: PretendApi) -> None:
    api.reply = answer(TAKEN, TAKEN | {"message-id": "0A0000000123ABCD2"})
    assert send(api) == Accepted("0A0000000123ABCD1")


@pytest.mark.covers("rules 18", "rules 24")
@pytest.mark.parametrize(
    ("code", "trouble"),
    [
        ("1", Trouble.TEMPORARY), ("10", Trouble.TEMPORARY), ("3", Trouble.SENDER), ("4", Trouble.SENDER),
        ("9", Trouble.SENDER), ("15", Trouble.SENDER), ("29", Trouble.ROUTE), ("22", Trouble.ROUTE),
        ("12", Trouble.CONTENT),
        ("7", Trouble.UNDELIVERABLE), ("33", Trouble.UNDELIVERABLE),
    ],
)  # fmt: skip
def test_a_refusal_with_a_code_says_what_it_means(api: PretendApi, code: str, trouble: Trouble) -> None:
    api.reply = answer({"status": code, "error-text": "No  such\nthing"})
    result = send(api)
    assert isinstance(result, Rejected)
    assert (result.trouble, result.code) == (trouble, code)
    assert result.sentence.endswith("Vonage says: No such thing")


@pytest.mark.parametrize("status", [401, 403, 404])
def test_an_account_that_is_not_let_in_is_the_senders_trouble(api: PretendApi, status: int) -> None:
    api.reply = Reply(status, b"no")
    result = send(api)
    assert isinstance(result, Rejected)
    assert (result.trouble, result.code) == (Trouble.SENDER, str(status))


@pytest.mark.covers("P7")
@pytest.mark.parametrize("status", [429, 503])
@pytest.mark.parametrize(("header", "seconds"), [({}, None), ({"Retry_After": "7"}, 7.0), ({"Retry_After": "x"}, None)])
def test_too_many_or_too_busy_is_temporary_and_says_when(
    api: PretendApi, status: int, header: dict[str, str], seconds: float | None
) -> None:
    api.reply = said(status, {}, **header)
    result = send(api)
    assert isinstance(result, Rejected)
    assert (result.trouble, result.retry_after) == (Trouble.TEMPORARY, seconds)


@pytest.mark.covers("P6")
@pytest.mark.parametrize(
    "reply",
    [
        *DOUBTS, answer(), answer({"status": "5"}), answer({"status": "x"}), answer({}), answer(7),
        answer(TAKEN, REFUSED), answer(REFUSED, TAKEN), answer(REFUSED, {"status": "5"}), answer(TAKEN, status=400),
        answer({"status": "0"}), answer({"status": "0", "message-id": 7}),
    ],
    ids=repr,
)  # fmt: skip
def test_doubt_is_unknown_and_the_text_is_posted_once_only(api: PretendApi, reply: Reply) -> None:
    api.reply = reply
    result = send(api, timeout=0.3)
    assert isinstance(result, Unknown)
    assert result.sentence
    assert len(api.calls) == 1


@pytest.mark.parametrize("missing", ["api_key", "api_secret"])
def test_without_credentials_nothing_is_sent(api: PretendApi, missing: str) -> None:
    result = send(api, replace(TEXT, credentials=SECRETS[0] | {missing: " "}))
    assert isinstance(result, Rejected)
    assert (result.trouble, api.calls) == (Trouble.SENDER, [])


def test_past_its_deadline_nothing_is_sent(api: PretendApi) -> None:
    result = Vonage(api.url).send(TEXT, deadline=clock.monotonic() - 1)
    assert isinstance(result, Rejected)
    assert (result.trouble, result.code, api.calls) == (Trouble.TEMPORARY, "deadline", [])


@pytest.mark.covers("rules 4")
@pytest.mark.parametrize(
    ("word", "number", "is_answered"),
    [
        ("STOP", "+18005550100", True), (" start ", "+18885550100", True), ("unstop", "+18335550100", True),
        ("stop please", "+18005550100", False), ("HELP", "+18005550100", False), ("STOP", OURS, False),
        ("STOP", "12345", False), ("unsubscribe", "+18005550100", False),
    ],
)  # fmt: skip
def test_only_the_toll_free_network_answers_by_itself(word: str, number: str, is_answered: bool) -> None:
    provider = Vonage()
    assert provider.answers(word, number) is is_answered
    assert provider.blocks(number) is toll_free.is_toll_free(number) is number.startswith("+18")
