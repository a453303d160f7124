"""What is peculiar to Telnyx: its times, its keys, the shapes of its events and the meaning of its codes."""

import dataclasses
import datetime as dt
import json
from base64 import b64encode
from typing import Any

import pytest

from portal import clock
from portal.providers.provider import (
    Accepted,
    InboundText,
    Malformed,
    Outbound,
    Rejected,
    StatusUpdate,
    Trouble,
    Unknown,
    Unreadable,
)
from portal.providers.telnyx import Telnyx
from tests.pretend_twilio.http import Reply
from tests.providers import telnyx_case as case
from tests.providers.case import CLIENT, SENDER
from tests.providers.pretend_api import PretendApi

URL = "https://portal.example.com/webhooks/telnyx/b1/messages"
NOON = dt.datetime(2026, 11, 22, 12, 0, tzinfo=dt.UTC)
SECRETS = case.TELNYX.secrets
ID = case.message_id(1)
TEXT = InboundText(f"in:{ID}", case.PROFILE, CLIENT, SENDER, "Hello", keyword="")

telnyx = Telnyx()


def read(body: bytes, url: str = URL, secrets: list[dict[str, str]] = SECRETS) -> object:
    found = telnyx.read(case.signed(url, body), secrets)
    return found if isinstance(found, Malformed) else found[0]


@pytest.mark.covers("rules 21")
@pytest.mark.parametrize(
    ("seconds", "is_taken"),
    [(0, True), (300, True), (-300, True), (301, False), (-301, False), (3600, False), (10**9, False)],
)
def test_five_minutes_either_way_count_and_a_second_more_does_not(
    monkeypatch: pytest.MonkeyPatch, seconds: int, is_taken: bool
) -> None:
    monkeypatch.setattr(clock, "now", lambda: NOON)
    request = case.signed(URL, case.received("STOP"), at=int(NOON.timestamp()) + seconds)
    assert telnyx.is_authentic(request, SECRETS) is is_taken


@pytest.mark.parametrize("stamp", ["", "now", "1e9", "²", "-1795000000", " 1795348800", "1" * 400, "1795348800.5"])
def test_a_time_that_is_none_is_not_authentic_even_when_signed(monkeypatch: pytest.MonkeyPatch, stamp: str) -> None:
    monkeypatch.setattr(clock, "now", lambda: NOON)
    body = case.received("STOP")
    proof = b64encode(case.KEY.sign(stamp.encode() + b"|" + body)).decode()
    true = case.signed(URL, body)
    head = {**true.headers, "telnyx-timestamp": stamp, "telnyx-signature-ed25519": proof}
    assert not telnyx.is_authentic(dataclasses.replace(true, headers=head), SECRETS)


@pytest.mark.covers("P5")
@pytest.mark.parametrize("key", ["", " ", "AAAA", "ü", "not base64!", b64encode(b"x" * 33).decode(), "=" * 44])
def test_a_key_that_is_none_vouches_for_nothing(key: str) -> None:
    assert not telnyx.is_authentic(case.signed(URL, case.received("STOP")), case.TELNYX.with_secret(key))


def test_the_url_is_no_part_of_the_signature_so_a_proxy_in_between_changes_nothing() -> None:
    request = case.signed("http://inside.example.net/other", case.received("STOP"))
    assert telnyx.is_authentic(request, SECRETS)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, TEXT),
        ({"a_field_of_tomorrow": [1]}, TEXT),
        ({"autoresponse_type": "STOP", "text": "Stop"}, dataclasses.replace(TEXT, text="Stop", keyword="stop")),
        ({"autoresponse_type": "START"}, dataclasses.replace(TEXT, keyword="start")),
        ({"autoresponse_type": "help"}, dataclasses.replace(TEXT, keyword="help")),
        ({"autoresponse_type": "JOIN"}, TEXT),
        ({"text": "Stop"}, dataclasses.replace(TEXT, text="Stop", keyword=None)),
        ({"text": " stop ALL\n"}, dataclasses.replace(TEXT, text=" stop ALL\n", keyword=None)),
        ({"text": "YES"}, dataclasses.replace(TEXT, text="YES")),
        ({"parts": 3}, dataclasses.replace(TEXT, segments=3)),
        ({"parts": "many"}, TEXT),
        ({"type": "MMS", "media": [{"url": "u"}], "text": None}, dataclasses.replace(TEXT, text="", media=1)),
        ({"text": "a\0b \ud83c"}, dataclasses.replace(TEXT, text="ab ?")),
        ({"to": [{"phone_number": "+12025550111"}, {"phone_number": SENDER}]}, TEXT),
        ({"to": [{"phone_number": "+12025550111"}]}, Unreadable(f"in:{ID}")),
        ({"to": []}, Unreadable(f"in:{ID}")),
        ({"to": ["x", None]}, Unreadable(f"in:{ID}")),
        ({"type": "WHATSAPP"}, Unreadable(f"in:{ID}")),
        ({"type": "RCS"}, Unreadable(f"in:{ID}")),
        ({"from": {"phone_number": "12345"}}, dataclasses.replace(TEXT, sender="12345")),
        ({"from": {}}, dataclasses.replace(TEXT, sender="")),
    ],
)  # fmt: skip
def test_an_inbound_text_is_read_as_it_came(changes: dict[str, Any], expected: object) -> None:
    assert read(case.received("Hello", **changes)) == expected


@pytest.mark.covers("P5")
@pytest.mark.parametrize(
    "changes",
    [
        {"messaging_profile_id": "another"}, {"messaging_profile_id": ""}, {"messaging_profile_id": None}, {"id": ""},
        {"id": "a\n"}, {"id": 7}, {"id": "x" * 65}, {"from": None}, {"text": ["STOP"]},
    ],
)  # fmt: skip
def test_what_cannot_be_read_in_one_way_only_is_malformed(changes: dict[str, Any]) -> None:
    assert isinstance(read(case.received("STOP", **changes)), Malformed)


@pytest.mark.covers("P5")
@pytest.mark.parametrize(
    "body",
    [
        b"", b"{", b"[" * 100_000, b"\xff", b'{"data": {"event_type": "message.received", "payload": 1}}',
        case.received("STOP").replace(b'"text"', b'"text": "START", "text"'),
        case.received("STOP").replace(b'"id"', b'"id": "zzzzzzzz", "id"'),
    ],
    ids=["nothing", "half", "deep", "no text", "no payload", "text twice", "id twice"],
)  # fmt: skip
def test_a_body_that_is_broken_or_says_a_thing_twice_is_malformed(body: bytes) -> None:
    assert isinstance(read(body), Malformed)


@pytest.mark.parametrize(
    "body", [b'{"data": {}}', b"[]", b'{"data": {"event_type": "10dlc.brand.update", "payload": {}}}']
)
def test_what_is_no_message_is_kept_and_does_nothing(body: bytes) -> None:
    found = read(body)
    assert isinstance(found, Unreadable)
    assert found.event_id.startswith("raw:")


@pytest.mark.covers("P10")
def test_two_businesses_on_one_account_share_a_key_and_not_their_texts() -> None:
    theirs = [{**SECRETS[0], "messaging_profile_id": "their-profile", "number": "+12025550188"}]
    request = case.signed(URL, case.received("STOP"))
    assert telnyx.is_authentic(request, theirs)
    assert isinstance(telnyx.read(request, theirs), Malformed)
    same_profile = [{**SECRETS[0], "number": "+12025550188"}]
    assert telnyx.read(request, same_profile) == (Unreadable(f"in:{ID}"),)


@pytest.mark.covers("rules 22")
@pytest.mark.parametrize(
    ("word", "status", "rank"),
    [
        ("queued", "queued", 1), ("sending", "sending", 2), ("sent", "sent", 3), ("delivery_unconfirmed", "sent", 3),
        ("delivered", "delivered", 4), ("delivery_failed", "failed", 4), ("sending_failed", "failed", 4),
        ("expired", "failed", 4), ("teleported", "teleported", -1),
    ],
)  # fmt: skip
def test_a_report_says_how_far_the_text_came(word: str, status: str, rank: int) -> None:
    found = read(case.reported(word))
    assert isinstance(found, StatusUpdate)
    assert (found.event_id, found.provider_id) == (f"st:{ID}:{word}", ID)
    assert (found.status, found.rank, found.account) == (status, rank, case.PROFILE)


@pytest.mark.parametrize("changes", [{"to": []}, {"to": [{"status": "<b>"}]}, {"to": [{"status": None}]}, {"from": 1}])
def test_a_report_without_its_word_is_malformed(changes: dict[str, Any]) -> None:
    assert isinstance(read(case.reported("sent", **changes)), Malformed)


def test_a_report_about_a_number_that_is_not_ours_does_nothing() -> None:
    elsewhere: dict[str, Any] = {"from": {"phone_number": "+12025550111"}}
    assert read(case.reported("sent", **elsewhere)) == Unreadable(f"st:{ID}:sent")


@pytest.mark.parametrize(
    ("url", "told", "expected"),
    [
        (f"{URL}?message={'a' * 32}", None, "a" * 32),
        (URL, f"{URL}?message={'b' * 32}", "b" * 32),
        (f"{URL}?message={'a' * 32}", f"{URL}?message={'b' * 32}", "a" * 32),
        (f"{URL}?message=1%00", None, None),
        (URL, f"{URL}?message=", None),
        (URL, URL, None),
        (URL, 7, None),
    ],
)
def test_our_own_id_comes_from_the_address_called_or_the_one_the_text_had_named(
    url: str, told: object, expected: str | None
) -> None:
    found = read(case.reported("delivered", webhook_url=told), url)
    assert isinstance(found, StatusUpdate)
    assert found.message_id == expected


CODES = [
    ("40300", Trouble.BLOCKED), ("40001", Trouble.UNDELIVERABLE), ("40012", Trouble.UNDELIVERABLE),
    ("40310", Trouble.UNDELIVERABLE), ("40010", Trouble.SENDER), ("40003", Trouble.SENDER), ("40305", Trouble.SENDER),
    ("40309", Trouble.ROUTE),
    ("40312", Trouble.SENDER), ("10009", Trouble.SENDER), ("20100", Trouble.SENDER), ("40002", Trouble.CONTENT),
    ("40009", Trouble.CONTENT), ("40015", Trouble.CONTENT), ("40322", Trouble.CONTENT), ("40004", Trouble.TEMPORARY),
    ("40006", Trouble.TEMPORARY), ("40008", Trouble.TEMPORARY), ("40011", Trouble.TEMPORARY),
    ("40318", Trouble.TEMPORARY), ("10011", Trouble.TEMPORARY),
]  # fmt: skip


@pytest.mark.covers("rules 18", "rules 24")
@pytest.mark.parametrize(("code", "trouble"), [*CODES, ("99999", None)])
def test_a_failure_is_told_with_its_meaning(code: str, trouble: Trouble | None) -> None:
    found = read(case.reported("delivery_failed", code=code))
    assert isinstance(found, StatusUpdate)
    assert (found.code, found.trouble) == (code, trouble)
    assert "What Telnyx says" in found.sentence


@pytest.fixture(scope="module")
def api() -> Any:
    with PretendApi() as found:
        yield found


def send(api: PretendApi, reply: Reply, **credentials: str) -> Any:
    api.reply = reply
    api.calls.clear()
    known = {**case.TELNYX.credentials, **credentials}
    text = Outbound("m1", CLIENT, SENDER, "Grüße 🎈", known, f"{URL}?message=m1")
    return Telnyx(api.url).send(text, deadline=clock.monotonic() + 4)


@pytest.mark.covers("rules 18", "rules 24")
@pytest.mark.parametrize(("code", "trouble"), [*CODES, ("99999", Trouble.SENDER)])
def test_a_refusal_with_a_code_says_what_it_means(api: PretendApi, code: str, trouble: Trouble) -> None:
    result = send(api, case.refusal(422, code, detail="Because."))
    assert isinstance(result, Rejected)
    assert (result.trouble, result.code) == (trouble, code)
    assert result.sentence.endswith("Because.")


@pytest.mark.parametrize("status", [408, 500, 502, 504])
def test_an_error_of_theirs_is_doubt_even_with_a_code(api: PretendApi, status: int) -> None:
    assert isinstance(send(api, case.refusal(status, "10007")), Unknown)


def test_the_text_goes_out_with_its_profile_and_where_to_report(api: PretendApi) -> None:
    assert send(api, case.accepted(9)) == Accepted(case.message_id(9))
    (call,) = api.calls
    assert (call.path, call.headers["authorization"]) == ("/v2/messages", "Bearer KEY-of-the-tests")
    assert json.loads(call.body) == {
        "from": SENDER, "to": CLIENT, "text": "Grüße 🎈", "type": "SMS", "messaging_profile_id": case.PROFILE,
        "webhook_url": f"{URL}?message=m1",
    }  # fmt: skip


@pytest.mark.parametrize("key", ["", " ", "a\nb", "ü"])
def test_a_key_that_cannot_go_into_a_header_sends_nothing(api: PretendApi, key: str) -> None:
    result = send(api, case.accepted(1), api_key=key)
    assert isinstance(result, Rejected)
    assert (result.trouble, api.calls) == (Trouble.SENDER, [])


@pytest.mark.covers("rules 4")
@pytest.mark.parametrize(
    ("word", "is_answered"),
    [("stop", True), ("START", True), ("unstop", True), ("unsubscribe", False), ("quit", False)],
)
def test_on_toll_free_numbers_the_network_answers_and_knows_fewer_words(word: str, is_answered: bool) -> None:
    assert telnyx.answers(word, "+18885550100") is is_answered
    assert telnyx.blocks("+18885550100")
