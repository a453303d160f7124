"""What is peculiar to Plivo: two ways of signing, numbers without a plus, and codes that come later."""

import dataclasses
import json
from collections.abc import Iterator
from typing import Any

import pytest

from portal import clock
from portal.providers import plivo_signature
from portal.providers.plivo import Plivo
from portal.providers.provider import (
    Accepted,
    InboundText,
    Malformed,
    Outbound,
    Rejected,
    Request,
    StatusUpdate,
    Trouble,
    Unknown,
    Unreadable,
)
from tests.pretend_twilio.http import Reply
from tests.providers import plivo_case as case
from tests.providers.case import CLIENT, SENDER
from tests.providers.pretend_api import PretendApi

URL = "https://portal.example.com/webhooks/plivo/b1/messages"
SECRETS = case.PLIVO.secrets
ID = case.message_id(1)
TEXT = InboundText(f"in:{ID}", case.ACCOUNT, CLIENT, SENDER, "Hello")
VECTOR = "ehV3IKhLysWBxC1sy8INm0qGoQYdYsHwuoKjsX7FsXc="

plivo = Plivo()


def read(fields: dict[str, str], url: str = URL) -> object:
    found = plivo.read(case.by_v3(url, fields), SECRETS)
    return found if isinstance(found, Malformed) else found[0]


def published(**headers: str) -> Request:
    """The vector of rules.md 5.2."""
    known = {"x-plivo-signature-v2": VECTOR, "x-plivo-signature-v2-nonce": "12345"}
    return Request(
        "POST", "https://answer.url", known | {name.replace("_", "-"): it for name, it in headers.items()}, b""
    )


@pytest.mark.covers("rules 21")
def test_the_published_vector_of_v2_is_authentic_for_its_token_alone() -> None:
    assert plivo.is_authentic(published(), [{"auth_token": "my_auth_token"}])
    for token in ("my_auth_toke", "", " ", "MY_AUTH_TOKEN"):
        assert not plivo.is_authentic(published(), [{"auth_token": token}])


@pytest.mark.covers("rules 21")
def test_the_query_is_no_part_of_v2_and_the_rest_of_the_address_is() -> None:
    ours = [{"auth_token": "my_auth_token"}]
    asked = dataclasses.replace(published(), url="https://answer.url?message=1")
    assert plivo.is_authentic(asked, ours)
    for url in ("http://answer.url", "https://answer.url/", "https://answer.url.evil.example"):
        assert not plivo.is_authentic(dataclasses.replace(published(), url=url), ours)


@pytest.mark.covers("rules 21")
@pytest.mark.parametrize("url", [URL, f"{URL}?message=a&b=%26%20c", f"{URL}?z=&a=1"])
@pytest.mark.parametrize("sign", [case.by_v2, case.by_v3])
def test_both_ways_of_signing_are_authentic_with_and_without_a_query(sign: Any, url: str) -> None:
    assert plivo.is_authentic(sign(url, case.received("Grüße & 🎈")), SECRETS)


def test_a_request_without_fields_is_signed_by_its_address_alone() -> None:
    made = case.hashed(case.TOKEN, f"{URL}.{case.NONCE}")
    head = {"x-plivo-signature-v3": made, "x-plivo-signature-v3-nonce": case.NONCE}
    assert plivo.is_authentic(case.request(URL, {}, head), SECRETS)


@pytest.mark.covers("P5")
@pytest.mark.parametrize("url", [f"{URL}?message=b", URL, f"{URL}x?message=a", URL.replace("https", "http")])
def test_v3_holds_for_its_own_address_and_query_only(url: str) -> None:
    true = case.by_v3(f"{URL}?message=a", case.received("STOP"))
    assert not plivo.is_authentic(dataclasses.replace(true, url=url), SECRETS)


@pytest.mark.covers("P5")
def test_where_v3_is_there_v2_does_not_help_an_altered_body() -> None:
    true, older = case.by_v3(URL, case.received("Hello")), case.by_v2(URL, case.received("Hello"))
    altered = case.request(URL, case.received("START"), {**older.headers, **true.headers})
    assert not plivo.is_authentic(altered, SECRETS)


def test_the_main_accounts_signature_counts_and_so_does_one_of_several() -> None:
    true = case.by_v3(URL, case.received("STOP"))
    proof, nonce = true.headers["x-plivo-signature-v3"], {"x-plivo-signature-v3-nonce": case.NONCE}
    for head in ({"x-plivo-signature-ma-v3": proof}, {"x-plivo-signature-v3": f"AAAA, {proof}"}):
        assert plivo.is_authentic(dataclasses.replace(true, headers=head | nonce), SECRETS)


@pytest.mark.parametrize("header", ["x-plivo-signature-v2", "x-plivo-signature-v2-nonce"])
def test_half_a_proof_by_v2_is_none(header: str) -> None:
    true = case.by_v2(URL, case.received("STOP"))
    for value in ("", " ", "ü", "1"):
        assert not plivo.is_authentic(dataclasses.replace(true, headers={**true.headers, header: value}), SECRETS)


def test_too_many_fields_are_not_authentic_and_raise_nothing() -> None:
    true = case.by_v3(URL, case.received("STOP"))
    assert plivo_signature.signers(dataclasses.replace(true, body=b"a=1&" * 600), SECRETS) == []


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, TEXT),
        ({"AFieldOfTomorrow": "1"}, TEXT),
        ({"MessageIntent": "optout", "Text": "Stop"}, dataclasses.replace(TEXT, text="Stop", keyword="stop")),
        ({"MessageIntent": "optin"}, dataclasses.replace(TEXT, keyword="start")),
        ({"MessageIntent": "HELP"}, dataclasses.replace(TEXT, keyword="help")),
        ({"MessageIntent": ""}, dataclasses.replace(TEXT, keyword="")),
        ({"Units": "3"}, dataclasses.replace(TEXT, segments=3)),
        ({"Units": "0"}, TEXT),
        ({"Type": "mms", "MediaCount": "2"}, dataclasses.replace(TEXT, media=2)),
        ({"Text": "a\0b"}, dataclasses.replace(TEXT, text="ab")),
        ({"From": "+14155550132", "To": "+12025550177"}, TEXT),
        ({"From": "12345"}, dataclasses.replace(TEXT, sender="12345")),
        ({"From": "AMAZON"}, dataclasses.replace(TEXT, sender="AMAZON")),
        ({"To": "12025550111"}, Unreadable(f"in:{ID}")),
        ({"To": ""}, Unreadable(f"in:{ID}")),
        ({"Type": "whatsapp"}, Unreadable(f"in:{ID}")),
    ],
)
def test_an_inbound_text_is_read_as_it_came(changes: dict[str, str], expected: object) -> None:
    assert read(case.received("Hello", **changes)) == expected


def test_the_words_of_a_picture_message_stand_in_its_body() -> None:
    fields = case.received("", Type="mms", Body="STOP")
    del fields["Text"]
    assert read(fields) == dataclasses.replace(TEXT, text="STOP")


@pytest.mark.covers("P5")
@pytest.mark.parametrize(
    "changes",
    [{"MessageUUID": ""}, {"MessageUUID": "a b"}, {"MessageUUID": "x" * 65}, {"Units": "many"}, {"MediaCount": "-1"}],
)
def test_what_cannot_be_read_in_one_way_only_is_malformed(changes: dict[str, str]) -> None:
    assert isinstance(read(case.received("STOP", **changes)), Malformed)


@pytest.mark.covers("P5")
@pytest.mark.parametrize("name", ["MessageUUID", "From", "To", "Text"])
def test_a_text_that_lacks_a_field_is_malformed(name: str) -> None:
    assert isinstance(read({key: value for key, value in case.received("STOP").items() if key != name}), Malformed)


@pytest.mark.covers("P5")
@pytest.mark.parametrize(("name", "value"), [("Text", "START"), ("Text", "STOP"), ("From", "1"), ("To", "1")])
def test_a_field_given_twice_is_malformed(name: str, value: str) -> None:
    true = case.by_v2(URL, case.received("STOP"))
    twice = case.request(URL, [*case.received("STOP").items(), (name, value)], dict(true.headers))
    assert plivo.is_authentic(twice, SECRETS)
    assert isinstance(plivo.read(twice, SECRETS), Malformed)


def test_what_is_no_message_is_kept_and_does_nothing() -> None:
    found = read({"CallUUID": "1", "Event": "StartApp"})
    assert isinstance(found, Unreadable)
    assert found.event_id.startswith("raw:")


@pytest.mark.covers("P10")
def test_two_businesses_on_one_account_share_a_token_and_not_their_texts() -> None:
    theirs = [{**SECRETS[0], "number": "+12025550188"}]
    request = case.by_v3(URL, case.received("STOP"))
    assert plivo.is_authentic(request, theirs)
    assert plivo.read(request, theirs) == (Unreadable(f"in:{ID}"),)


@pytest.mark.covers("rules 22")
@pytest.mark.parametrize(
    ("word", "status", "rank"),
    [
        ("queued", "queued", 1), ("sent", "sent", 3), ("delivered", "delivered", 4), ("undelivered", "failed", 4),
        ("failed", "failed", 4), ("rejected", "failed", 4), ("read", "delivered", 5), ("teleported", "teleported", -1),
    ],
)  # fmt: skip
def test_a_report_says_how_far_the_text_came(word: str, status: str, rank: int) -> None:
    found = read(case.reported(word))
    assert isinstance(found, StatusUpdate)
    assert (found.event_id, found.provider_id, found.account) == (f"st:{ID}:{word}", ID, case.ACCOUNT)
    assert (found.status, found.rank, found.trouble) == (status, rank, None)


def test_a_report_about_a_number_that_is_not_ours_or_without_a_word_does_nothing() -> None:
    assert read(case.reported("sent", From="12025550111")) == Unreadable(f"st:{ID}:sent")
    assert isinstance(read(case.reported("<b>")), Malformed)


@pytest.mark.covers("rules 18", "rules 24")
@pytest.mark.parametrize(
    ("code", "trouble"),
    [
        ("200", Trouble.BLOCKED), ("50", Trouble.UNDELIVERABLE), ("70", Trouble.UNDELIVERABLE), ("40", Trouble.SENDER),
        ("90", Trouble.SENDER), ("900", Trouble.SENDER), ("30", Trouble.CONTENT), ("110", Trouble.CONTENT),
        ("20", Trouble.TEMPORARY), ("80", Trouble.TEMPORARY), ("1000", None), ("000", None), ("", None),
    ],
)  # fmt: skip
def test_a_failure_is_told_with_its_meaning(code: str, trouble: Trouble | None) -> None:
    found = read(case.reported("failed", ErrorCode=code))
    assert isinstance(found, StatusUpdate)
    assert (found.code, found.trouble, bool(found.sentence)) == (code, trouble, trouble is not None)


@pytest.fixture(scope="module")
def api() -> Iterator[PretendApi]:
    with PretendApi() as found:
        yield found


def send(api: PretendApi, reply: Reply) -> Any:
    api.reply = reply
    api.calls.clear()
    text = Outbound("m1", CLIENT, SENDER, "Grüße 🎈", case.PLIVO.credentials, f"{URL}?message=m1")
    return Plivo(api.url).send(text, deadline=clock.monotonic() + 4)


def test_the_text_goes_out_in_the_accounts_name_with_where_to_report(api: PretendApi) -> None:
    assert send(api, case.accepted(9)) == Accepted(case.message_id(9))
    (call,) = api.calls
    assert call.path == f"/v1/Account/{case.ACCOUNT}/Message/"
    assert json.loads(call.body) == {
        "src": "12025550177", "dst": "14155550132", "text": "Grüße 🎈", "type": "sms", "url": f"{URL}?message=m1",
        "method": "POST",
    }  # fmt: skip


@pytest.mark.parametrize("status", [400, 402, 405, 422])
def test_a_refusal_with_a_sentence_is_the_senders_trouble_and_harms_no_number(api: PretendApi, status: int) -> None:
    result = send(api, Reply(status, b'{"api_id": "1", "error": "src is not yours"}'))
    assert isinstance(result, Rejected)
    assert (result.trouble, result.code) == (Trouble.SENDER, str(status))
    assert result.sentence.endswith("Plivo says: src is not yours")


@pytest.mark.parametrize(
    "reply",
    [
        Reply(202, b'{"message_uuid": []}'), Reply(202, b'{"message_uuid": ["a", "b"]}'), Reply(202, b'{"error": "x"}'),
        Reply(408, b'{"error": "slow"}'), Reply(500, b'{"error": "ours"}'), Reply(400, b"{}"),
    ],
)  # fmt: skip
def test_an_answer_that_says_neither_yes_nor_no_is_doubt(api: PretendApi, reply: Reply) -> None:
    assert isinstance(send(api, reply), Unknown)


@pytest.mark.covers("rules 4")
@pytest.mark.parametrize(
    ("word", "number", "is_answered"),
    [
        ("stop", "+18885550100", True), ("cancel", "+18885550100", False), ("help", "+18885550100", True),
        ("stop", "+447700900123", False), ("stop", "+12025550177", True),
    ],
)  # fmt: skip
def test_which_words_it_answers_depends_on_the_number(word: str, number: str, is_answered: bool) -> None:
    assert plivo.answers(word, number) is is_answered


def test_it_blocks_in_its_home_only() -> None:
    assert plivo.blocks("+18885550100")
    assert not plivo.blocks("+447700900123")
    assert not plivo.blocks("12345")
