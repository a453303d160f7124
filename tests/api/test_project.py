"""Projects over the API, and messages sorted into them (H-17, X-23)."""

import datetime as dt
from typing import Any

import pytest

from portal import clock
from tests.api.conftest import CLIENT, SECOND, Api, Clients


def made(api: Api, name: str = "Wedding", **more: Any) -> dict[str, Any]:
    answer = api.post("/projects", {"name": name} | more)
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


def texts(api: Api, clients: Clients, *words: str, number: str = CLIENT) -> list[str]:
    """The ids of these inbound messages."""
    for each in words:
        clients.texts(each, number)
    listed = api.get(f"/messages?number={number.replace('+', '%2B')}&direction=inbound")["items"]
    return [each["id"] for each in listed[: len(words)]][::-1]


def listed(api: Api, project: dict[str, Any]) -> list[str]:
    return [each["text"] for each in api.get(f"/projects/{project['id']}/messages")["items"]]


@pytest.mark.covers("H-17")
def test_a_project_is_made_read_and_changed(api: Api) -> None:
    client = api.post("/contacts", {"name": "Nora Vale"}).json()["id"]
    answer = api.post(
        "/projects",
        {"name": " Wedding  day ", "stage": "planned", "starts_on": "2027-05-08", "contacts": [client]},
    )
    first = answer.json()
    assert answer.status_code == 201
    assert answer.headers["location"] == f"/api/v1/projects/{first['id']}"
    assert api.get(f"/projects/{first['id']}") == first
    assert first | {"id": "", "created_at": ""} == {
        "id": "", "name": "Wedding day", "stage": "planned", "starts_on": "2027-05-08", "ends_on": None,
        "contacts": [client], "archived": False, "created_at": "",
    }  # fmt: skip
    changed = api.patch(f"/projects/{first['id']}", {"stage": "active", "ends_on": "2027-05-09"}).json()
    assert changed == first | {"stage": "active", "ends_on": "2027-05-09"}
    emptied = api.patch(f"/projects/{first['id']}", {"starts_on": None, "ends_on": None, "contacts": []}).json()
    assert (emptied["starts_on"], emptied["ends_on"], emptied["contacts"]) == (None, None, [])


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": "  "}, "name"),
        ({"name": "x" * 121}, "name"),
        ({}, "name"),
        ({"name": "W", "stage": "lost"}, "stage"),
        ({"name": "W", "starts_on": "2026-02-30"}, "starts_on"),
        ({"name": "W", "starts_on": "0001-01-01"}, "starts_on"),
        ({"name": "W", "starts_on": "2026-05-02", "ends_on": "2026-05-01"}, "ends_on"),
        ({"name": "W", "contacts": ["nobody"]}, "contacts.0"),
        ({"name": "W", "contacts": ["nobody"] * 51}, "contacts"),
        ({"name": "W", "archived": True}, "archived"),
    ],
)
def test_a_value_that_breaks_a_rule_is_named(api: Api, body: dict[str, Any], field: str) -> None:
    answer = api.post("/projects", body)
    assert answer.status_code == 422
    assert list(answer.json()["fields"]) == [field]
    assert api.get("/projects")["items"] == []


@pytest.mark.covers("H-17")
def test_projects_are_listed_by_next_date_page_by_page(api: Api) -> None:
    today = clock.now().date()

    def day(days: int) -> str:
        return (today + dt.timedelta(days=days)).isoformat()

    made(api, "undated")
    made(api, "last month", starts_on=day(-30))
    made(api, "next month", starts_on=day(30))
    made(api, "running", starts_on=day(-5), ends_on=day(5))
    made(api, "last year", starts_on=day(-400), ends_on=day(-390))
    made(api, "next week", starts_on=day(7), ends_on=day(90))
    names: list[str] = []
    after: str | None = ""
    while after is not None:
        found = api.get(f"/projects?limit=2{after}")
        names += [each["name"] for each in found["items"]]
        after = f"&after={found['next']}" if found["next"] else None
    assert names == ["running", "next week", "next month", "undated", "last month", "last year"]


def test_a_list_holds_one_stage_or_what_is_archived(api: Api) -> None:
    made(api, "planned", stage="planned")
    gone = made(api, "archived", stage="planned")
    made(api, "active")
    api.patch(f"/projects/{gone['id']}", {"archived": True})
    for query, expected in (("stage=planned", ["planned"]), ("archived=true", ["archived"]), ("stage=done", [])):
        assert [each["name"] for each in api.get(f"/projects?{query}")["items"]] == expected


@pytest.mark.covers("H-17", "X-23")
def test_each_project_lists_its_own_messages_from_all_threads(api: Api, clients: Clients) -> None:
    wedding, kitchen = made(api), made(api, "Kitchen")
    one, two = texts(api, clients, "one", "two")
    (other,) = texts(api, clients, "from another number", number=SECOND)
    for message, project in ((one, wedding), (two, kitchen), (other, wedding)):
        answer = api.patch(f"/messages/{message}", {"project": project["id"]})
        assert (answer.status_code, answer.json()["project"]) == (200, project["id"])
    assert listed(api, wedding) == ["from another number", "one"]
    assert listed(api, kitchen) == ["two"]
    assert [each["project"] for each in api.get("/messages?direction=inbound")["items"]] == [
        wedding["id"], kitchen["id"], wedding["id"],
    ]  # fmt: skip


@pytest.mark.covers("X-23")
def test_this_and_following_takes_what_is_to_come(api: Api, clients: Clients) -> None:
    wedding = made(api)
    _, two, _ = texts(api, clients, "one", "two", "three")
    api.patch(f"/messages/{two}", {"project": wedding["id"], "following": True})
    texts(api, clients, "four")
    assert listed(api, wedding) == ["four", "three", "two"]
    api.patch(f"/messages/{two}", {"project": None, "following": True})
    texts(api, clients, "five")
    assert listed(api, wedding) == []


def test_a_projects_messages_are_paged(api: Api, clients: Clients) -> None:
    wedding = made(api)
    first, *_ = texts(api, clients, "one", "two", "three")
    api.patch(f"/messages/{first}", {"project": wedding["id"], "following": True})
    page = api.get(f"/projects/{wedding['id']}/messages?limit=2")
    rest = api.get(f"/projects/{wedding['id']}/messages?limit=2&after={page['next']}")
    assert [each["text"] for each in (*page["items"], *rest["items"])] == ["three", "two", "one"]
    assert rest["next"] is None


@pytest.mark.covers("H-17")
def test_a_text_is_sent_into_a_project(api: Api, clients: Clients) -> None:
    wedding = made(api)
    clients.says_yes()
    sent = api.post("/messages", {"to": CLIENT, "text": "See you", "project": wedding["id"]})
    assert sent.status_code == 201
    assert listed(api, wedding) == ["See you"]


@pytest.mark.covers("X-23")
def test_an_archived_project_takes_nothing_and_nothing_is_sent(api: Api, clients: Clients) -> None:
    wedding = made(api)
    clients.says_yes()
    (one,) = texts(api, clients, "one")
    api.patch(f"/messages/{one}", {"project": wedding["id"], "following": True})
    assert api.patch(f"/projects/{wedding['id']}", {"archived": True}).json()["archived"] is True
    texts(api, clients, "two")
    answers = [
        api.patch(f"/messages/{one}", {"project": wedding["id"]}),
        api.post("/messages", {"to": CLIENT, "text": "x", "project": wedding["id"]}),
    ]
    assert [(each.status_code, each.json()["reason"]) for each in answers] == [(409, "archived")] * 2
    assert "x" not in clients.send_all()
    assert listed(api, wedding) == ["one"]
    api.patch(f"/projects/{wedding['id']}", {"archived": False})
    texts(api, clients, "three")
    assert listed(api, wedding) == ["three", "one"]


@pytest.mark.covers("P10", "rules 27")
def test_another_businesss_project_contact_or_message_is_not_found(api: Api, other: Api, clients: Clients) -> None:
    clients.says_yes()
    (one,) = texts(api, clients, "one")
    ours, theirs = made(api), made(other, "Theirs")
    client = api.post("/contacts", {"name": "Nora Vale"}).json()["id"]
    answers = [
        api.patch(f"/messages/{one}", {"project": theirs["id"]}),
        api.post("/messages", {"to": CLIENT, "text": "x", "project": theirs["id"]}),
        other.patch(f"/messages/{one}", {"project": theirs["id"]}),
        other.call("GET", f"/projects/{ours['id']}/messages"),
        other.call("GET", f"/projects/{theirs['id']}/messages?after={one}"),
    ]
    assert [each.status_code for each in answers] == [404] * 5
    assert other.post("/projects", {"name": "x", "contacts": [client]}).status_code == 422
    assert other.patch(f"/projects/{theirs['id']}", {"contacts": [client]}).status_code == 422
    assert "x" not in clients.send_all()
    assert api.get(f"/messages/{one}")["project"] is None


def test_a_note_for_members_cannot_be_sorted(api: Api, clients: Clients) -> None:
    clients.says_yes()
    clients.texts("STOP")
    note = api.get("/messages?direction=notice")["items"][0]["id"]
    answer = api.patch(f"/messages/{note}", {"project": made(api)["id"]})
    assert (answer.status_code, answer.json()["reason"]) == (409, "notice")


def test_the_same_key_makes_one_project(api: Api) -> None:
    answers = [api.post("/projects", {"name": "Once"}, Idempotency_Key="k1").json() for _ in range(2)]
    assert answers[0] == answers[1]
    assert len(api.get("/projects")["items"]) == 1
