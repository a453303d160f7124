"""Twilio's list of texts: what is read out of a page, where the next one is, and what it means when there is none."""

import datetime as dt
import json
from collections.abc import Iterator
from typing import Any

import pytest

from portal.providers import twilio_list
from portal.providers.connection import Answer
from portal.providers.listing import Listed, ListedText, Lister, NotListed
from portal.providers.provider import InboundText, Outbound
from portal.providers.twilio import Twilio
from tests.pretend_twilio import ACCOUNT, TOKEN, PretendTwilio

OURS, CLIENT = "+12025550199", "+12025550123"
PATH = f"/2010-04-01/Accounts/{ACCOUNT}/Messages.json"
SINCE = dt.datetime(2026, 11, 21, 12, tzinfo=dt.UTC)
KEYS = {"account_sid": ACCOUNT, "auth_token": TOKEN}
NOBODY = "http://127.0.0.1:1/"


def row(n: int = 1, **other: Any) -> dict[str, Any]:
    known = {"sid": f"SM{n:032x}", "account_sid": ACCOUNT, "from": CLIENT, "to": OURS, "body": "STOP",
             "direction": "inbound", "status": "received", "num_segments": "1", "num_media": "0", "error_code": None,
             "date_created": "Sat, 21 Nov 2026 23:05:00 +0000",
             "date_sent": "Sat, 21 Nov 2026 23:05:01 +0000"}  # fmt: skip
    return known | other


def page(*rows: dict[str, Any], place: str | None = None, following: str | None = None, **more: Any) -> Any:
    body = json.dumps({"messages": rows, "next_page_uri": following}).encode()
    return twilio_list.read(Answer(more.get("status", 200), body), PATH, OURS, SINCE, place, has_ours=True)


def test_an_inbound_text_has_the_key_of_its_webhook() -> None:
    (text,) = page(row(7)).texts
    assert isinstance(text, InboundText)
    assert (text.event_id, text.sender, text.recipient, text.text) == (f"in:SM{7:032x}", CLIENT, OURS, "STOP")
    assert text.sent_at == dt.datetime(2026, 11, 21, 23, 5, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("word", "ours", "rank"),
    [("queued", "queued", 1), ("sent", "sent", 3), ("delivered", "delivered", 4), ("undelivered", "failed", 4)],
)
def test_a_text_of_ours_has_the_fate_and_key_of_its_callback(word: str, ours: str, rank: int) -> None:
    mine = row(3, **{"from": OURS, "to": CLIENT, "direction": "outbound-api", "status": word, "error_code": 30006})
    (text,) = page(mine, place="from:").texts
    assert isinstance(text, ListedText)
    assert (text.update.event_id, text.update.status, text.update.rank) == (f"st:SM{3:032x}:{word}", ours, rank)
    assert (text.to, text.update.provider_id, text.update.code) == (CLIENT, f"SM{3:032x}", "30006")


@pytest.mark.parametrize(
    "other",
    [{"to": "+12025550100"}, {"direction": "outbound-reply"}, {"sid": "SMx"}, {"status": "receiving"}, {"status": ""},
     {"to": f"whatsapp:{OURS}"}],
)  # fmt: skip
def test_what_is_no_text_to_this_number_is_left_out(other: dict[str, Any]) -> None:
    assert page(row(1, **other)).texts == ()


def test_texts_to_us_come_first_and_then_those_from_us() -> None:
    following = f"{PATH}?Page=1&PageToken=PA1"
    assert page(row(), following=following).next == f"to:{following}"
    assert page(row()).next == "from:"
    assert page(place="from:").next is None
    assert twilio_list.address(PATH, OURS, SINCE, f"to:{following}") == following
    assert twilio_list.address(PATH, OURS, SINCE, "from:").startswith(
        f"{PATH}?From=%2B12025550199&DateSent%3E=2026-11-21"
    )


def test_pages_that_are_older_than_what_is_asked_for_are_not_read() -> None:
    old = {"date_created": "Sat, 21 Nov 2026 11:00:00 +0000"}
    assert page(row(2), row(1, **old), following=f"{PATH}?Page=1").next == "from:"
    assert page(row(1, **old), row(2), following=f"{PATH}?Page=1").next == f"to:{PATH}?Page=1"


@pytest.mark.parametrize(
    ("status", "is_setup", "has_list"),
    [(401, True, True), (503, False, True), (404, True, False), (400, True, False), (201, True, False)],
)
def test_what_is_no_page_is_said_and_nothing_is_concluded(status: int, is_setup: bool, has_list: bool) -> None:
    said = page(status=status)
    assert isinstance(said, NotListed)
    assert (said.is_setup, said.has_list) == (is_setup, has_list)


@pytest.mark.parametrize("body", [b"", b"<html>", b"[]", b'{"messages": 4}'])
def test_half_a_list_is_none(body: bytes) -> None:
    said = twilio_list.read(Answer(200, body), PATH, OURS, SINCE, None, has_ours=True)
    assert isinstance(said, NotListed)


@pytest.mark.covers("P10")
def test_a_page_of_another_account_is_not_followed() -> None:
    assert isinstance(page(row(), following="/2010-04-01/Accounts/ACother/Messages.json?Page=1"), NotListed)


@pytest.fixture(scope="module")
def company() -> Iterator[PretendTwilio]:
    with PretendTwilio() as made:
        yield made


def every(provider: Twilio, keys: dict[str, str]) -> list[Any]:
    assert isinstance(provider, Lister)
    place: str | None = None
    found: list[Any] = []
    while True:
        answer = provider.listed(keys, OURS, since=dt.datetime.now(dt.UTC) - dt.timedelta(hours=1), place=place)
        assert isinstance(answer, Listed), answer
        found += answer.texts
        place = answer.next
        if place is None:
            return found


def test_every_text_of_many_pages_is_listed_once(company: PretendTwilio) -> None:
    company.company.archive.most = 2
    for n in range(5):
        company.send_inbound(CLIENT, OURS, f"Hello {n}", url=NOBODY)
    provider = Twilio(company.url)
    provider.send(Outbound("m1", CLIENT, OURS, "See you", KEYS, ""), deadline=float("inf"))
    listed = every(provider, KEYS)
    assert sorted(each.text for each in listed) == ["Hello 0", "Hello 1", "Hello 2", "Hello 3", "Hello 4", "See you"]


def test_a_messaging_service_may_send_from_other_numbers_too(company: PretendTwilio) -> None:
    keys = KEYS | {"messaging_service_sid": "MG1"}
    answer = Twilio(company.url).listed(keys, OURS, since=SINCE, place=None)
    assert isinstance(answer, Listed)
    assert not answer.has_ours


def test_wrong_credentials_are_a_matter_of_settings(company: PretendTwilio) -> None:
    answer = Twilio(company.url).listed(KEYS | {"auth_token": "x"}, OURS, since=SINCE, place=None)
    assert isinstance(answer, NotListed)
    assert answer.is_setup


def test_a_provider_that_cannot_be_reached_is_asked_again_later() -> None:
    answer = Twilio("http://127.0.0.1:1").listed(KEYS, OURS, since=SINCE, place=None)
    assert isinstance(answer, NotListed)
    assert answer.has_list
    assert not answer.is_setup
