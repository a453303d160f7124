"""Asking for consent over the API, and first messages while the gate is on (interface.md 6.9)."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from tests.api.conftest import CLIENT, STRANGER, Api, Clients

TEXT = {"to": CLIENT, "text": "See you on Friday"}
ASK = {"number": CLIENT, "channel": "sms", "basis": "client_asked", "note": "on the phone"}


@pytest.fixture(autouse=True)
def gate(owner: Api) -> None:
    answer = owner.patch("/business", {"features": {"first_message_gate": True}})
    assert (answer.status_code, answer.json()["features"]["first_message_gate"]) == (200, True)


@pytest.mark.covers("M-1", "X-27")
def test_a_first_message_needs_a_basis_and_is_held(api: Api, clients: Clients) -> None:
    refused = api.post("/messages", TEXT)
    assert (refused.status_code, list(refused.json()["fields"])) == (422, ["basis"])
    held = api.post("/messages", TEXT | {"basis": "gave_number"})
    assert (held.status_code, held.json()["status"]) == (201, "held")
    more = api.post("/messages", TEXT | {"text": "And bring a hat"})
    assert (more.status_code, more.json()["status"]) == (201, "held")
    (request,) = clients.send_all()
    assert "reply YES" in request
    (row,) = api.get(f"/subscriptions?number={CLIENT[1:]}")["items"]
    assert (row["status"], row["held"], row["may_text"], row["reason"]) == ("requested", 2, False, "awaiting_reply")
    clients.texts("YES")
    assert clients.send_all()[1:] == ["See you on Friday", "And bring a hat"]


@pytest.mark.covers("X-8", "X-19")
def test_first_messages_at_the_same_moment_are_all_held_behind_one_request(api: Api, clients: Clients) -> None:
    with ThreadPoolExecutor(4) as pool:
        given = [TEXT | {"text": f"Text {i}", "basis": "gave_number"} for i in range(4)]
        answers = list(pool.map(lambda each: api.post("/messages", each), given))
    assert {(each.status_code, each.json()["status"]) for each in answers} == {(201, "held")}
    assert len(clients.send_all()) == 1


@pytest.mark.covers("X-8")
def test_a_held_message_is_changed_and_cancelled(api: Api, clients: Clients) -> None:
    one = api.post("/messages", TEXT | {"basis": "gave_number"}).json()["id"]
    two = api.post("/messages", TEXT).json()["id"]
    assert api.patch(f"/messages/{one}", {"text": "See you on Monday"}).json()["text"] == "See you on Monday"
    assert api.call("DELETE", f"/messages/{two}").json()["status"] == "cancelled"
    clients.send_all()
    clients.texts("YES")
    assert clients.send_all()[1:] == ["See you on Monday"]
    late = api.patch(f"/messages/{one}", {"text": "Too late"})
    assert (late.status_code, late.json()["reason"]) == (409, "not_held")


@pytest.mark.covers("X-19", "F-12")
def test_one_request_to_one_number_and_no_second_within_a_day(api: Api, clients: Clients) -> None:
    asked = api.post("/opt-in-requests", ASK)
    assert asked.status_code == 201
    assert (asked.json()["status"], asked.json()["times"]) == ("requested", 1)
    assert len(clients.send_all()) == 1
    again = api.post("/opt-in-requests", ASK)
    assert (again.status_code, again.json()["reason"]) == (409, "awaiting_reply")
    assert "again" in again.json()["unlock"]
    assert clients.send_all() == []


@pytest.mark.parametrize(
    ("change", "status", "what"),
    [
        ({"number": "12"}, 422, "number"),
        ({"number": [CLIENT, STRANGER]}, 422, "number"),
        ({"basis": "because"}, 422, "basis"),
        ({"contact": "0" * 32}, 422, "contact"),
        ({"basis": "other", "note": ""}, 409, "no_consent"),
        ({"channel": "whatsapp"}, 404, ""),
    ],
)
def test_a_broken_request_is_refused_and_sends_nothing(
    api: Api, clients: Clients, change: dict[str, Any], status: int, what: str
) -> None:
    answer = api.post("/opt-in-requests", ASK | change)
    assert answer.status_code == status
    assert what in str(answer.json().get("fields") or answer.json().get("reason") or "")
    assert clients.send_all() == []
    assert api.get("/subscriptions")["items"] == []


@pytest.mark.covers("X-9")
def test_a_hidden_text_is_absent_until_the_yes(api: Api, clients: Clients) -> None:
    clients.texts("My secret question")
    assert api.get("/messages?direction=inbound")["items"] == []
    clients.texts("YES")
    assert [each["text"] for each in api.get("/messages?direction=inbound")["items"]] == ["YES", "My secret question"]


@pytest.mark.covers("M-12", "M-6")
def test_the_gate_excludes_group_messages_and_what_is_not_granted_is_404(owner: Api) -> None:
    assert owner.patch("/business", {"features": {"group_messages": True}}).status_code == 404
    assert owner.get("/business")["features"]["group_messages"] is False
