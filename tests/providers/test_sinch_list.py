"""Sinch's lists: what is read out of a page, where the next one is, and what it means when there is none."""

import datetime as dt
import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from portal import clock
from portal.providers import sinch_list
from portal.providers.connection import Answer
from portal.providers.listing import Listed, ListedText, Lister, NotListed
from portal.providers.provider import InboundText
from portal.providers.sinch import Sinch
from tests.pretend_twilio.http import Call, Reply
from tests.providers.case import CLIENT, SENDER
from tests.providers.doubt import said
from tests.providers.pretend_api import PretendApi
from tests.providers.sinch_case import CREDENTIALS, PLAN, message_id, received

pytestmark = pytest.mark.at_the_door
NOW = dt.datetime(2026, 11, 22, 21, tzinfo=dt.UTC)
SINCE = dt.datetime(2026, 11, 21, 12, tzinfo=dt.UTC)
OURS = "0123456789abcdef0123456789abcdef"


@pytest.fixture(autouse=True)
def noon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: NOW)


@pytest.fixture
def api() -> Iterator[PretendApi]:
    with PretendApi() as found:
        yield found


def batch(n: int = 1, **more: Any) -> dict[str, Any]:
    known = {
        "id": message_id(n), "to": [CLIENT[1:]], "from": SENDER[1:], "body": "Hello", "type": "mt_text",
        "created_at": "2026-11-22T20:00:00.123Z", "canceled": False, "client_reference": OURS,
    }  # fmt: skip
    return known | more


def page(
    rows: Any, kind: str = sinch_list.INBOUND, number: int = 0, status: int = 200, **more: Any
) -> Listed | NotListed:
    body = json.dumps({kind: rows, "page": number} | more).encode()
    return sinch_list.read(Answer(status, body), PLAN, SENDER, f"{kind}:{number}")


def texts(found: Listed | NotListed) -> list[Any]:
    assert isinstance(found, Listed)
    return list(found.texts)


@pytest.mark.covers("P8", "rules 23")
def test_an_inbound_text_has_the_key_of_its_webhook_and_its_words() -> None:
    (text,) = texts(page([received("STOP", message_id(7))]))
    assert isinstance(text, InboundText)
    assert (text.event_id, text.account) == (f"in:{message_id(7)}", PLAN)
    assert (text.sender, text.recipient, text.text) == (CLIENT, SENDER, "STOP")
    assert text.sent_at == dt.datetime(2026, 11, 22, 20, 0, 1, tzinfo=dt.UTC)


@pytest.mark.parametrize("number", [SENDER, SENDER[1:]])
def test_a_number_is_ours_with_its_plus_and_without(number: str) -> None:
    rows = [received("one", message_id(1)) | {"to": number}, received("two", message_id(2)) | {"to": "12025550100"}]
    assert [text.text for text in texts(page(rows))] == ["one"]


def test_what_is_no_text_is_left_out_and_a_text_that_cannot_be_read_makes_the_list_none() -> None:
    assert texts(page([received("AA", message_id(1), type="mo_binary"), "no object", {"to": None}])) == []
    broken = page([received("STOP", message_id(1)) | {"body": None}])
    assert isinstance(broken, NotListed)
    assert not broken.is_setup


def test_a_batch_of_ours_is_found_with_our_id_and_ranks_below_every_report() -> None:
    (text,) = texts(page([batch(3)], sinch_list.OURS))
    assert isinstance(text, ListedText)
    assert (text.to, text.text, text.created_at) == (CLIENT, "Hello", NOW.replace(hour=20, microsecond=123_000))
    assert (text.update.status, text.update.provider_id, text.update.message_id) == ("sent", message_id(3), OURS)
    assert (text.update.rank, text.update.event_id) == (2, f"st:{message_id(3)}:listed")


@pytest.mark.parametrize("at", [None, 7, "", "yesterday", "2026-11-22T20:00:00", "0001-01-01T00:00:00+23:00"])
def test_a_time_that_cannot_be_read_is_none(at: Any) -> None:
    (text,) = texts(page([received("STOP", message_id(7), received_at=at)]))
    assert text.sent_at is None


def test_a_cancelled_batch_has_failed() -> None:
    (text,) = texts(page([batch(3, canceled=True, client_reference=None)], sinch_list.OURS))
    assert (text.update.status, text.update.message_id) == ("failed", None)


@pytest.mark.parametrize(
    "more", [{"from": "12025550100"}, {"to": []}, {"to": ["1", "2"]}, {"body": None}, {"from": None}]
)  # fmt: skip
def test_other_batches_are_left_out(more: dict[str, Any]) -> None:
    assert texts(page([batch(3, **more)], sinch_list.OURS)) == []


@pytest.mark.parametrize(
    ("kind", "number", "rows", "count", "following"),
    [
        ("inbounds", 0, 100, 250, "inbounds:1"), ("inbounds", 1, 100, 250, "inbounds:2"),
        ("inbounds", 2, 50, 250, "batches:0"), ("inbounds", 0, 0, 0, "batches:0"),
        ("inbounds", 0, 100, None, "inbounds:1"), ("inbounds", 0, 99, None, "batches:0"),
        ("inbounds", 5, 0, 999, "batches:0"), ("batches", 0, 100, 101, "batches:1"), ("batches", 1, 1, 101, None),
        ("batches", 0, 0, None, None),
    ],
)  # fmt: skip
def test_a_page_tells_where_the_list_goes_on(
    kind: str, number: int, rows: int, count: int | None, following: str | None
) -> None:
    made = [received("x", message_id(n)) if kind == "inbounds" else batch(n) for n in range(rows)]
    found = page(made, kind, number, **({"count": count} if count is not None else {}))
    assert isinstance(found, Listed)
    assert (found.next, found.has_ours) == (following, False)


@pytest.mark.parametrize(
    ("status", "is_setup", "has_list"),
    [(401, True, True), (403, True, True), (404, True, False), (405, True, False), (500, False, True),
     (429, False, True), (302, False, True)],
)  # fmt: skip
def test_who_is_not_answered_learns_whether_asking_again_helps(status: int, is_setup: bool, has_list: bool) -> None:
    found = page([], status=status, code="x", text="no  way\nin")
    assert isinstance(found, NotListed)
    assert (found.is_setup, found.has_list) == (is_setup, has_list)
    assert found.sentence


@pytest.mark.parametrize("rows", [None, {}, "STOP", 7])
def test_half_a_list_is_none(rows: Any) -> None:
    assert isinstance(page(rows), NotListed)


def test_it_is_asked_for_all_since_then_as_far_as_sinch_keeps_it(api: PretendApi) -> None:
    def answer(call: Call) -> Reply:
        kind = urlsplit(call.path).path.rpartition("/")[2]
        return said(200, {kind: [received("STOP", message_id(1))] if kind == "inbounds" else [], "count": 1})

    api.reply = answer
    sinch = Sinch(api.url)
    assert isinstance(sinch, Lister)
    first = sinch.listed(CREDENTIALS, SENDER, since=SINCE, place=None)
    assert isinstance(first, Listed)
    second = sinch.listed(CREDENTIALS, SENDER, since=NOW - dt.timedelta(days=90), place=first.next)
    assert [len(texts(first)), len(texts(second))] == [1, 0]
    asked = [urlsplit(call.path) for call in api.calls]
    assert [(call.method, each.path) for call, each in zip(api.calls, asked, strict=True)] == [
        ("GET", f"/xms/v1/{PLAN}/inbounds"), ("GET", f"/xms/v1/{PLAN}/batches"),
    ]  # fmt: skip
    assert api.calls[0].headers["authorization"] == "Bearer token-of-the-tests"
    assert [parse_qs(each.query)["start_date"] for each in asked] == [
        ["2026-11-21T12:00:00.000Z"], ["2026-11-08T21:05:00.000Z"],
    ]  # fmt: skip


@pytest.mark.parametrize("missing", ["service_plan_id", "api_token"])
def test_without_credentials_nobody_is_asked(api: PretendApi, missing: str) -> None:
    found = Sinch(api.url).listed(CREDENTIALS | {missing: ""}, SENDER, since=SINCE, place=None)
    assert isinstance(found, NotListed)
    assert (found.is_setup, api.calls) == (True, [])


def test_where_nobody_listens_there_is_no_list_for_now() -> None:
    found = Sinch("http://127.0.0.1:9").listed(CREDENTIALS, SENDER, since=SINCE, place=None)
    assert isinstance(found, NotListed)
    assert not found.is_setup
