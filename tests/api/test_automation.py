"""Automations over the API: on at once, never back, and every scheduled text with what became of it."""

import datetime as dt
from functools import partial
from typing import Any

import pytest

from portal import clock
from portal.automations import due, plan
from portal.automations.candidate import Place
from tests.api.conftest import CLIENT, Api, Clients
from tests.conftest import World

HELLO = {"name": "Welcome", "text": "Hello from {business}", "when": {"event": "opted_in"}}


def run(site: World) -> None:
    """What the timetable's jobs do, once."""
    while site.write(plan.take_events):
        pass
    for each in site.read(plan.waiting):
        place: Place | None = plan.START
        while place is not None:
            piece = site.read(partial(plan.look, automation_id=each, place=place))
            site.write(partial(plan.store, piece=piece))
            place = piece.next
    while site.write(due.run):
        pass


def once(**ahead: float) -> dict[str, Any]:
    at = clock.rfc3339(clock.now() + dt.timedelta(**ahead))
    return {"name": "Once", "text": "See you", "when": {"event": "date", "at": at}}


def test_an_automation_is_on_at_once_and_says_how_it_was_understood(api: Api) -> None:
    answer = api.post("/automations", HELLO)
    assert answer.status_code == 201
    made = answer.json()
    assert answer.headers["location"] == f"/api/v1/automations/{made['id']}"
    assert api.get(f"/automations/{made['id']}") == made
    assert made["condition"] == "on"
    assert made["when"] == {
        "event": "opted_in", "questionnaire": None, "delay_minutes": 0, "date": None, "at": None, "before_days": 0,
        "time": None,
    }  # fmt: skip
    assert made["warnings"] == []
    assert api.get("/automations")["items"] == [made]


@pytest.mark.covers("rules 15")
def test_a_promotional_automation_says_so_and_can_be_made_an_ordinary_one(api: Api) -> None:
    made = api.post("/automations", HELLO | {"marketing": True}).json()
    assert made["marketing"] is True
    assert api.patch(f"/automations/{made['id']}", {"name": "Hi"}).json()["marketing"] is True
    assert api.patch(f"/automations/{made['id']}", {"marketing": False}).json()["marketing"] is False


def test_a_draft_waits_until_it_is_switched_on(api: Api, clients: Clients, site: World) -> None:
    made = api.post("/automations", HELLO | {"draft": True}).json()
    clients.says_yes()
    run(site)
    assert (made["condition"], made["switched_on_at"]) == ("draft", None)
    assert api.post(f"/automations/{made['id']}/switch-on", None).json()["condition"] == "on"
    run(site)
    assert api.get(f"/automations/{made['id']}/scheduled-texts")["items"] == []


def test_a_scheduled_text_is_listed_with_what_became_of_it(api: Api, clients: Clients, site: World) -> None:
    made = api.post("/automations", HELLO).json()
    row_id = clients.says_yes()
    run(site)
    clients.send_all()
    texts = api.get(f"/automations/{made['id']}/scheduled-texts")
    assert texts["next"] is None
    found = texts["items"][0]
    assert (found["number"], found["subscription"], found["status"]) == (CLIENT, row_id, "sent")
    assert found["text"] == "Hello from Hearth Photography"
    assert api.get(f"/messages/{found['message']}")["purpose"] == "automated"


@pytest.mark.covers("H-23", "X-16")
def test_a_text_that_was_due_after_a_stop_is_listed_as_skipped(api: Api, clients: Clients, site: World) -> None:
    made = api.post("/automations", HELLO | {"when": {"event": "opted_in", "delay_minutes": 0}}).json()
    clients.says_yes()
    clients.texts("STOP")
    run(site)
    found = api.get(f"/automations/{made['id']}/scheduled-texts?status=skipped")["items"][0]
    assert (found["status"], found["reason"], found["message"]) == ("skipped", "opted_out", None)
    assert "Hello from Hearth Photography" not in clients.send_all()


@pytest.mark.covers("X-16")
def test_what_will_be_skipped_is_said_at_once(api: Api, clients: Clients, site: World) -> None:
    made = api.post("/automations", once(hours=1)).json()
    clients.says_yes()
    run(site)
    clients.texts("STOP")
    found = api.get(f"/automations/{made['id']}/scheduled-texts")["items"][0]
    assert (found["status"], found["reason"], found["forecast"]) == ("due", None, "opted_out")


def test_a_scheduled_text_can_be_cancelled_once(api: Api, clients: Clients, site: World) -> None:
    made = api.post("/automations", once(hours=1)).json()
    clients.says_yes()
    run(site)
    found = api.get(f"/automations/{made['id']}/scheduled-texts")["items"][0]
    assert api.call("DELETE", f"/scheduled-texts/{found['id']}").json()["status"] == "cancelled"
    again = api.call("DELETE", f"/scheduled-texts/{found['id']}")
    assert (again.status_code, again.json()["reason"]) == (409, "not_waiting")


def test_a_change_is_a_new_version_and_leaves_what_is_scheduled(api: Api, clients: Clients, site: World) -> None:
    made = api.post("/automations", once(hours=1)).json()
    clients.says_yes()
    run(site)
    changed = api.patch(f"/automations/{made['id']}", {"text": "Other words"}).json()
    assert (changed["version"], changed["text"], changed["when"]) == (2, "Other words", made["when"])
    run(site)
    texts = api.get(f"/automations/{made['id']}/scheduled-texts")["items"]
    assert [(each["version"], each["text"]) for each in texts] == [(1, "See you")]


def test_pause_resume_and_end_follow_each_other(api: Api) -> None:
    made = api.post("/automations", HELLO).json()
    where = f"/automations/{made['id']}"
    assert api.post(f"{where}/resume", None).status_code == 409
    assert api.post(f"{where}/pause", None).json()["condition"] == "paused"
    assert api.post(f"{where}/resume", None).json()["condition"] == "on"
    assert api.post(f"{where}/end", None).json()["condition"] == "ended"
    for verb in ("switch-on", "pause", "resume", "end"):
        assert api.post(f"{where}/{verb}", None).status_code == 409
    assert api.patch(where, {"name": "Again"}).status_code == 409


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"text": "Hi {nobody}"}, "text"),
        ({"text": "On {date}"}, "text"),
        ({"when": {"event": "date", "at": "2026-01-01T00:00:00Z"}}, "when.at"),
        ({"when": {"event": "date", "before_days": 1}}, "when.time"),
        ({"when": {"event": "date", "date": "moon", "time": "09:00"}}, "when.date"),
        ({"when": {"event": "opted_in", "time": "09:00"}}, "when.time"),
        ({"when": {"event": "submitted", "questionnaire": "0" * 32}}, "when.questionnaire"),
        ({"when": {"event": "opted_in", "questionnaire": "0" * 32}}, "when.questionnaire"),
        ({"audience": {"contacts": ["0" * 32]}}, "audience"),
        ({"audience": {"contacts": []}}, "audience.contacts"),
        ({"audience": {"everybody": ["x"]}}, "audience.everybody"),
    ],
)
def test_values_that_make_no_rule_are_refused_by_name(api: Api, change: dict[str, Any], field: str) -> None:
    answer = api.post("/automations", HELLO | change)
    assert answer.status_code == 422
    assert list(answer.json()["fields"]) == [field]
    assert api.get("/automations")["items"] == []


@pytest.mark.covers("rules 27", "P10")
def test_another_businesss_clients_are_no_audience(api: Api, other: Api) -> None:
    theirs = other.post("/contacts", {"name": "Nora Vale", "numbers": []}).json()["id"]
    asked = other.post("/questionnaires", {"title": "Q", "questions": [{"kind": "opt_in", "label": "Texts?"}]}).json()
    for change in (
        {"audience": {"contacts": [theirs]}},
        {"audience": {"questionnaires": [asked["id"]]}},
        {"when": {"event": "submitted", "questionnaire": asked["id"]}},
    ):
        assert api.post("/automations", HELLO | change).status_code == 422


def test_a_date_of_projects_is_meant_where_none_is_named(api: Api) -> None:
    made = api.post("/automations", HELLO | {"when": {"event": "date", "before_days": 2, "time": "09:30"}}).json()
    assert made["when"]["date"] == "project.starts_on"


def test_the_same_key_makes_one_automation(api: Api) -> None:
    first = api.post("/automations", HELLO, Idempotency_Key="k1").json()
    assert api.post("/automations", HELLO, Idempotency_Key="k1").json() == first
    assert len(api.get("/automations")["items"]) == 1


def test_lists_are_paged(api: Api, clients: Clients, site: World) -> None:
    for _ in range(3):
        api.post("/automations", HELLO)
    first = api.get("/automations?limit=2")
    rest = api.get(f"/automations?limit=2&after={first['next']}")
    assert (len(first["items"]), len(rest["items"]), rest["next"]) == (2, 1, None)
    assert not {each["id"] for each in first["items"]} & {each["id"] for each in rest["items"]}
