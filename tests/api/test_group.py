"""Groups over the API: made and filled, the views that nobody writes to, and one text to a group (F-5, X-21, M-12)."""

from typing import Any

import pytest
from sqlmodel import Session

from portal.accounts import business as businesses
from portal.accounts.business import Capability
from tests.api.conftest import CLIENT, SECOND, STRANGER, Api, Clients

TEXT = {"text": "Hearth here: we are open again."}


def person(api: Api, name: str, *numbers: str) -> str:
    return str(api.post("/contacts", {"name": name, "numbers": [{"number": each} for each in numbers]}).json()["id"])


def together(api: Api, name: str, *contact_ids: str) -> str:
    made = api.post("/groups", {"name": name}).json()["id"]
    for each in contact_ids:
        assert api.call("PUT", f"/groups/{made}/contacts/{each}").status_code == 200
    return str(made)


def sizes(api: Api) -> dict[str, int]:
    return {each["name"]: each["size"] for each in api.get("/groups")["items"]}


def inside(api: Api, group_id: str) -> list[str]:
    return [each["name"] for each in api.get(f"/groups/{group_id}/contacts")["items"]]


def switch(clients: Clients, *, is_granted: bool = True, **values: bool) -> None:
    def work(session: Session) -> None:
        found = businesses.get(session, clients.business)
        if is_granted:
            businesses.grant(session, found, Capability.GROUP_MESSAGES)
        businesses.change(session, found, **values)

    clients.site.write(work)


@pytest.mark.covers("F-5")
def test_a_group_is_made_filled_renamed_emptied_and_deleted(api: Api) -> None:
    ada, bea = person(api, "Ada"), person(api, "Bea")
    answer = api.post("/groups", {"name": "Spring"})
    made = answer.json()
    assert (answer.status_code, made) == (201, {"id": made["id"], "name": "Spring", "view": False, "size": 0})
    here = f"/groups/{made['id']}"
    assert answer.headers["location"] == f"/api/v1{here}"
    for each in (ada, bea, ada):
        put = api.call("PUT", f"{here}/contacts/{each}")
        assert put.status_code == 200
    assert put.json()["size"] == 2
    assert inside(api, made["id"]) == ["Ada", "Bea"]
    assert api.get(f"/contacts/{ada}")["groups"] == [made["id"]]
    assert api.call("DELETE", f"{here}/contacts/{ada}").json()["size"] == 1
    assert api.call("DELETE", f"{here}/contacts/{ada}").status_code == 200
    assert api.patch(here, {"name": "Summer"}).json()["name"] == "Summer"
    assert api.call("DELETE", here).status_code == 200
    assert api.call("GET", here).status_code == 404
    assert api.get(f"/contacts/{bea}")["groups"] == []


@pytest.mark.covers("F-16", "F-17", "F-18", "X-21", "rules 31")
def test_the_views_follow_what_clients_answer(api: Api, clients: Clients) -> None:
    nora, tom = person(api, "Nora", CLIENT), person(api, "Tom", SECOND)
    person(api, "Silent", STRANGER)
    assert api.get("/groups")["items"] == [
        {"id": "opted-in", "name": "Opted-In", "view": True, "size": 0},
        {"id": "opted-out", "name": "Opted-Out", "view": True, "size": 0},
    ]
    clients.says_yes(CLIENT)
    clients.says_yes(SECOND)
    clients.texts("STOP", SECOND)
    assert sizes(api) == {"Opted-In": 1, "Opted-Out": 1}
    assert (inside(api, "opted-in"), inside(api, "opted-out")) == (["Nora"], ["Tom"])
    assert [api.get(f"/contacts/{each}")["opt_in"] for each in (nora, tom)] == ["Y", "N"]
    clients.says_yes(SECOND)
    assert sizes(api) == {"Opted-In": 2, "Opted-Out": 0}


@pytest.mark.covers("X-21", "rules 31")
@pytest.mark.parametrize("view", ["opted-in", "opted-out"])
def test_no_call_writes_to_a_view(api: Api, view: str) -> None:
    ada, here = person(api, "Ada"), f"/groups/{view}"
    for method, path, body in (
        ("PUT", f"{here}/contacts/{ada}", None), ("DELETE", f"{here}/contacts/{ada}", None), ("DELETE", here, None),
        ("PATCH", here, {"name": "Mine"}), ("POST", f"{here}/messages", TEXT),
    ):  # fmt: skip
        answer = api.call(method, path, body)
        assert (answer.status_code, answer.json()["reason"]) == (409, "view"), method
        assert answer.json()["detail"].endswith(".")
    assert api.post("/groups", {"name": "Opted-In"}).status_code == 409
    assert sizes(api) == {"Opted-In": 0, "Opted-Out": 0}


@pytest.mark.parametrize("body", [{}, {"name": ""}, {"name": "x" * 81}, {"name": "Spring", "size": 3}, {"name": 5}])
def test_a_group_without_a_good_name_is_422(api: Api, body: Any) -> None:
    assert api.post("/groups", body).status_code == 422


def test_the_same_key_makes_one_group_and_sends_one_text(api: Api, clients: Clients) -> None:
    first, again = (api.post("/groups", {"name": "Spring"}, Idempotency_Key="a") for _ in range(2))
    assert first.json() == again.json()
    switch(clients, has_group_messages=True)
    here = together(api, "Autumn", person(api, "Ada", CLIENT))
    clients.says_yes()
    clients.send_all()
    one, other = (api.post(f"/groups/{here}/messages", TEXT, Idempotency_Key="b") for _ in range(2))
    assert one.json() == other.json()
    assert clients.send_all() == [TEXT["text"]]


@pytest.mark.covers("B7", "M-12")
def test_a_text_to_a_group_tells_who_gets_it_and_who_not(api: Api, clients: Clients) -> None:
    switch(clients, has_group_messages=True)
    ada, bea, silent = person(api, "Ada", CLIENT), person(api, "Bea", SECOND), person(api, "Silent", STRANGER)
    clients.says_yes(CLIENT)
    clients.says_yes(SECOND)
    clients.texts("STOP", SECOND)
    clients.send_all()
    here = together(api, "Spring", ada, bea, silent)
    answer = api.post(f"/groups/{here}/messages", TEXT)
    said = answer.json()
    assert (answer.status_code, said["status"], said["queued"], said["total"]) == (201, "done", 1, 3)
    assert {each["contact"]: each["reason"] for each in said["refused"]} == {bea: "opted_out", silent: "no_consent"}
    assert clients.send_all() == [TEXT["text"]]
    assert api.get(answer.headers["location"].removeprefix("/api/v1"))["refused"] == said["refused"]
    page = api.get(f"/groups/{here}/messages/{said['id']}?limit=1")
    assert len(page["refused"]) == 1
    rest = api.get(f"/groups/{here}/messages/{said['id']}?limit=1&after={page['next']}")
    assert (page["refused"] + rest["refused"], rest["next"]) == (said["refused"], None)


@pytest.mark.covers("M-12")
def test_while_the_first_message_gate_is_on_it_is_409_and_without_the_feature_404(api: Api, clients: Clients) -> None:
    here = together(api, "Spring", person(api, "Ada", CLIENT))
    clients.says_yes()
    clients.send_all()
    assert api.post(f"/groups/{here}/messages", TEXT).status_code == 404
    switch(clients)
    assert api.post(f"/groups/{here}/messages", TEXT).status_code == 404
    switch(clients, has_first_message_gate=True)
    answer = api.post(f"/groups/{here}/messages", TEXT)
    assert (answer.status_code, answer.json()["reason"]) == (409, "first_message_gate")
    assert answer.json()["unlock"]
    assert clients.send_all() == []


def test_nobody_in_the_group_is_409(api: Api, clients: Clients) -> None:
    switch(clients, has_group_messages=True)
    answer = api.post(f"/groups/{together(api, 'Spring')}/messages", TEXT)
    assert (answer.status_code, answer.json()["reason"]) == (409, "empty")
