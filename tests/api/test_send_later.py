"""`send_at` over the API: 201 deferred, listed as such, cancelled by DELETE, and decided about again when due."""

import datetime as dt
from typing import Any

import pytest

from portal import clock
from portal.api.message import MessageStatus
from portal.messaging.message import Fate
from tests.api.conftest import CLIENT, STRANGER, Api, Clients
from tests.conftest import OTHER_NUMBER

HOUR = dt.timedelta(hours=1)


def later(api: Api, after: dt.timedelta = HOUR, **change: Any) -> Any:
    body = {"to": CLIENT, "text": "See you tomorrow", "send_at": clock.rfc3339(clock.now() + after)}
    return api.post("/messages", body | change)


def ids(api: Api, query: str) -> list[str]:
    return [each["id"] for each in api.get(f"/messages?{query}")["items"]]


@pytest.fixture
def agreed(clients: Clients) -> Clients:
    clients.says_yes()
    clients.send_all()
    return clients


def test_a_text_for_later_is_deferred_and_leaves_at_its_time(
    api: Api, agreed: Clients, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer = later(api)
    assert (answer.status_code, answer.json()["status"]) == (201, "deferred")
    one = answer.json()["id"]
    assert api.get(f"/messages/{one}")["status"] == "deferred"
    assert ids(api, "status=deferred") == [one]
    assert ids(api, "status=queued") == []
    assert agreed.send_all() == []
    real = clock.now
    monkeypatch.setattr(clock, "now", lambda: real() + 2 * HOUR)
    assert api.get(f"/messages/{one}")["status"] == "queued"
    assert ids(api, "status=queued") == [one]
    assert agreed.send_all() == ["See you tomorrow"]
    assert api.get(f"/messages/{one}")["status"] == "sent"
    assert ids(api, "status=deferred") == []


@pytest.mark.covers("X-16", "H-22")
def test_a_stop_before_its_time_cancels_it(api: Api, agreed: Clients, monkeypatch: pytest.MonkeyPatch) -> None:
    one = later(api).json()["id"]
    agreed.texts("STOP")
    found = api.get(f"/messages/{one}")
    assert (found["status"], found["reason"]) == ("cancelled", "opted_out")
    real = clock.now
    monkeypatch.setattr(clock, "now", lambda: real() + 2 * HOUR)
    assert "See you tomorrow" not in agreed.send_all()


@pytest.mark.covers("H-22")
def test_who_may_not_be_texted_now_is_refused_at_once(api: Api, agreed: Clients) -> None:
    agreed.texts("STOP")
    answer = later(api)
    assert (answer.status_code, answer.json()["reason"]) == (409, "opted_out")
    assert later(api, to=STRANGER).json()["reason"] == "no_consent"
    assert ids(api, "status=deferred") == []


def test_it_is_cancelled_until_it_has_left(api: Api, agreed: Clients, monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = later(api).json()["id"], later(api, text="Second").json()["id"]
    answer = api.call("DELETE", f"/messages/{first}")
    assert (answer.status_code, answer.json()["status"]) == (200, "cancelled")
    real = clock.now
    monkeypatch.setattr(clock, "now", lambda: real() + 2 * HOUR)
    assert agreed.send_all() == ["Second"]
    late = api.call("DELETE", f"/messages/{second}")
    assert (late.status_code, late.json()["reason"]) == (409, "not_waiting")


@pytest.mark.parametrize("after", [dt.timedelta(seconds=-5), dt.timedelta(days=366)])
def test_a_time_that_has_passed_or_is_too_far_is_named(api: Api, agreed: Clients, after: dt.timedelta) -> None:
    answer = later(api, after)
    assert answer.status_code == 422
    assert answer.json()["fields"]["send_at"][0].endswith(".")
    assert ids(api, "direction=outbound") == ids(api, "status=sent")


@pytest.mark.parametrize("send_at", ["tomorrow", "2026-12-01T09:00:00", 5, True, ""])
def test_a_time_without_its_zone_or_no_time_is_refused(api: Api, agreed: Clients, send_at: Any) -> None:
    assert later(api, send_at=send_at).status_code == 422


@pytest.mark.covers("P10")
def test_another_business_neither_sees_nor_cancels_it(api: Api, other: Api, agreed: Clients) -> None:
    one = later(api).json()["id"]
    assert other.call("GET", f"/messages/{one}").status_code == 404
    assert other.call("DELETE", f"/messages/{one}").status_code == 404
    assert ids(other, "status=deferred") == []
    assert api.get(f"/messages/{one}")["number"] != OTHER_NUMBER


def test_every_fate_has_its_word_outside() -> None:
    assert set(Fate) | {"deferred"} == set(MessageStatus)
