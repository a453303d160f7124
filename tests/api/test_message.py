"""Messages over the API: through the same gate as a member's, and read page by page."""

import datetime as dt
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
import time_machine
from starlette.testclient import TestClient

from portal.accounts.key import Secrets
from portal.accounts.sender import SMS
from portal.app import create_app
from portal.consent import subscription
from portal.database import Database
from portal.messaging import claim, message
from portal.messaging.message import Direction, Fate
from portal.messaging.spending import Limits
from portal.settings import Settings
from tests.api.conftest import CLIENT, SECOND, STRANGER, Api, Clients
from tests.conftest import OUR_NUMBER, World

TEXT = {"to": CLIENT, "text": "See you on Friday"}


def statuses(api: Api, query: str = "") -> list[str]:
    return [each["status"] for each in api.get(f"/messages{query}")["items"]]


@pytest.mark.covers("H-16")
def test_a_text_to_a_client_who_agreed_is_queued_and_can_be_read(api: Api, clients: Clients) -> None:
    clients.says_yes()
    answer = api.post("/messages", TEXT | {"channel": "sms", "purpose": "conversation"})
    assert answer.status_code == 201
    assert set(answer.json()) == {"id", "status"}
    assert answer.json()["status"] == "queued"
    read = api.get(f"/messages/{answer.json()['id']}")
    assert read["text"] == "See you on Friday"
    assert (read["direction"], read["channel"], read["number"]) == ("outbound", "sms", CLIENT)
    assert (read["purpose"], read["segments"], read["project"]) == ("conversation", 1, None)
    assert read["consent_entry"] == clients.entries()[0].seq
    assert answer.headers["location"] == f"/api/v1/messages/{read['id']}"


@pytest.mark.covers("H-4", "P13")
@pytest.mark.parametrize("spelling", ["(415) 555-0132", "+1 415 555 0132", "415.555.0132", "1-415-555-0132"])
def test_every_spelling_of_the_number_reaches_the_same_client(api: Api, clients: Clients, spelling: str) -> None:
    clients.says_yes()
    assert api.post("/messages", TEXT | {"to": spelling}).status_code == 201
    assert api.get("/messages?direction=outbound")["items"][0]["number"] == CLIENT


@pytest.mark.covers("H-22")
def test_after_a_stop_the_answer_says_why_and_what_would_change_it(api: Api, clients: Clients) -> None:
    clients.says_yes()
    clients.texts("STOP")
    answer = api.post("/messages", TEXT)
    assert answer.status_code == 409
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["reason"] == "opted_out"
    assert "START" in answer.json()["unlock"]
    assert TEXT["text"] not in clients.send_all()


@pytest.mark.covers("rules 13")
def test_a_text_that_respects_quiet_hours_waits_for_the_opening_and_says_when(
    settings: Settings, secrets: Secrets, houses: Callable[[Database], World]
) -> None:
    """interface.md 6.8 and 6.11."""
    app = create_app(replace(settings, quiet_hours="law"), with_jobs=False, secrets=secrets)
    site = houses(app.state.database)
    api = Api(TestClient(app, base_url="https://portal.example.com"), site.hearth.token)
    clients = Clients(site)
    with time_machine.travel(dt.datetime(2026, 11, 24, 6, 0, tzinfo=dt.UTC), tick=False):
        clients.says_yes()
        clients.send_all()
        answer = api.post("/messages", TEXT | {"respect_quiet_hours": True})
        assert (answer.status_code, answer.json()["status"]) == (201, "deferred")
        assert answer.json()["send_at"] == "2026-11-24T17:00:00Z"
        read = api.get(f"/messages/{answer.json()['id']}")
        assert (read["status"], read["send_at"]) == ("deferred", "2026-11-24T17:00:00Z")
        assert read["reason"] == "quiet_hours"
        assert api.post("/messages", TEXT).json()["status"] == "queued"
        clients.texts("Hello?")
        assert api.post("/messages", TEXT | {"respect_quiet_hours": True}).json()["status"] == "queued"
    app.state.database.dispose()


def test_a_number_nobody_asked_is_refused_and_gets_no_row(api: Api, clients: Clients) -> None:
    answer = api.post("/messages", TEXT | {"to": STRANGER})
    assert (answer.status_code, answer.json()["reason"]) == (409, "no_consent")
    assert answer.json()["unlock"]
    assert clients.row(STRANGER) is None


@pytest.mark.covers("rules 8")
@pytest.mark.parametrize("to", ["+1 800 555 0100", "415 555 0132 x12", "911", "call me", "+442079460123", OUR_NUMBER])
def test_a_number_that_cannot_be_texted_is_named_with_a_sentence(api: Api, to: str) -> None:
    answer = api.post("/messages", TEXT | {"to": to})
    assert answer.status_code == 422
    assert answer.json()["fields"]["to"][0].endswith(".")


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"text": ""}, "text"),
        ({"text": " \n"}, "text"),
        ({"text": "x" * 1601}, "text"),
        ({"text": "a\x00b"}, "text"),
        ({"text": 5}, "text"),
        ({"purpose": "marketing"}, "purpose"),
        ({"purpose": "automated"}, "purpose"),
        ({"channel": "fax"}, "channel"),
        ({"send_at": "2030-01-01T00:00:00Z"}, "send_at"),
        ({"project": 7}, "project"),
        ({"project": "no id"}, "project"),
        ({"to": None}, "to"),
    ],
)
def test_a_field_that_breaks_a_rule_is_named(api: Api, clients: Clients, change: dict[str, Any], field: str) -> None:
    clients.says_yes()
    before = len(statuses(api))
    answer = api.post("/messages", TEXT | change)
    assert answer.status_code == 422
    assert list(answer.json()["fields"]) == [field]
    assert len(statuses(api)) == before


@pytest.mark.parametrize("body", [b"", b"{", b"[1", b"\xff\xfe", b'{"to": "\\ud800", "text": "x"}', b"NaN"])
def test_broken_json_is_told_apart_from_broken_values(api: Api, body: bytes) -> None:
    headers = {"Authorization": f"Bearer {api.token}"}
    answer = api.client.post("/api/v1/messages", content=body, headers=headers)
    assert answer.status_code in (400, 422)
    assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.covers("rules 29")
def test_segments_are_counted_as_they_are_charged(api: Api, clients: Clients) -> None:
    clients.says_yes()
    made = [api.post("/messages", TEXT | {"text": text}).json()["id"] for text in ("x" * 160, "x" * 161, "ж" * 71)]
    assert [api.get(f"/messages/{each}")["segments"] for each in made] == [1, 2, 2]


@pytest.mark.covers("H-16")
def test_messages_are_listed_newest_first_and_filtered(api: Api, clients: Clients) -> None:
    clients.says_yes()
    clients.says_yes(SECOND)
    clients.send_all()
    clients.texts("Thank you")
    api.post("/messages", TEXT)
    found = api.get("/messages?number=%28415%29+555-0132")["items"]
    assert [each["direction"] for each in found] == ["outbound", "inbound", "notice", "outbound"]
    assert {each["number"] for each in found} == {CLIENT}
    assert statuses(api, "?number=+14155550132&direction=inbound") == ["received"]
    assert statuses(api, f"?number={SECOND.replace('+', '%2B')}&direction=outbound") == ["sent"]
    assert statuses(api, "?status=queued") == ["queued"]
    [sent] = api.get("/messages?status=sent&number=4155550132")["items"]
    assert sent["provider_id"].startswith("SM")
    assert sent["purpose"] == "opt_in_confirmation"
    assert sent["sent_at"].endswith("Z")


def test_a_list_goes_on_where_it_ended_and_skips_nothing(api: Api, clients: Clients) -> None:
    clients.says_yes()
    for i in range(7):
        api.post("/messages", TEXT | {"text": f"text {i}"})
    whole = [each["id"] for each in api.get(f"/messages?number={CLIENT[1:]}")["items"]]
    for query in ("?limit=3", f"?limit=3&number={CLIENT[1:]}"):
        pieces: list[str] = []
        after: str | None = ""
        while after is not None:
            page = api.get(f"/messages{query}" + (f"&after={after}" if after else ""))
            assert len(page["items"]) <= 3
            pieces += [each["id"] for each in page["items"]]
            after = page["next"]
        assert pieces == whole


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("?limit=0", "limit"),
        ("?limit=201", "limit"),
        ("?limit=x", "limit"),
        ("?direction=sideways", "direction"),
        ("?status=lost", "status"),
        ("?number=abc", "number"),
        ("?after=%00", "after"),
        ("?statuss=sent", "statuss"),
        ("?limit=1&limit=2", "limit"),
    ],
)
def test_a_parameter_that_is_not_known_is_named(api: Api, query: str, field: str) -> None:
    answer = api.call("GET", f"/messages{query}")
    assert answer.status_code == 422
    assert list(answer.json()["fields"]) == [field]


def test_a_cursor_that_leads_nowhere_is_absent(api: Api) -> None:
    assert api.call("GET", "/messages?after=0000").status_code == 404


def test_what_waits_can_be_cancelled_and_never_leaves(api: Api, clients: Clients) -> None:
    clients.says_yes()
    clients.send_all()
    made = api.post("/messages", TEXT).json()["id"]
    answer = api.call("DELETE", f"/messages/{made}")
    assert (answer.status_code, answer.json()["status"]) == (200, "cancelled")
    assert clients.send_all() == []


def test_what_is_held_can_be_cancelled(api: Api, clients: Clients, site: World) -> None:
    clients.says_yes()

    def hold(session: Any) -> str:
        row = subscription.lock(session, site.hearth.id, SMS, CLIENT)
        made = message.add(
            session, row, direction=Direction.OUTBOUND, status=Fate.HELD, text="later", purpose="conversation"
        )
        return str(made)

    held = site.write(hold)
    assert api.get("/subscriptions")["items"][0]["held"] == 1
    assert api.call("DELETE", f"/messages/{held}").json()["status"] == "cancelled"
    assert api.get("/subscriptions")["items"][0]["held"] == 0


def test_what_has_left_cannot_be_cancelled(api: Api, clients: Clients) -> None:
    clients.says_yes()
    made = api.post("/messages", TEXT).json()["id"]
    clients.send_all()
    answer = api.call("DELETE", f"/messages/{made}")
    assert (answer.status_code, answer.json()["reason"]) == (409, "not_waiting")
    assert api.get(f"/messages/{made}")["status"] == "sent"


@pytest.mark.covers("H-14", "rules 11")
def test_the_confirmation_cannot_be_cancelled(api: Api, clients: Clients) -> None:
    clients.says_yes()
    [confirmation] = api.get("/messages?status=queued")["items"]
    assert confirmation["purpose"] == "opt_in_confirmation"
    assert api.call("DELETE", f"/messages/{confirmation['id']}").status_code == 409
    assert len(clients.send_all()) == 1


def test_what_is_on_its_way_cannot_be_cancelled(api: Api, clients: Clients, site: World) -> None:
    clients.says_yes()
    clients.send_all()
    made = api.post("/messages", TEXT).json()["id"]
    [claimed] = site.write(lambda session: claim.take(session, 1, Limits(0, 0)))
    assert claimed.row.id == made
    assert api.call("DELETE", f"/messages/{made}").status_code == 409


def test_nothing_is_sent_where_no_sender_is(api: Api, clients: Clients, site: World) -> None:
    from portal.accounts.sender import Sender

    clients.says_yes()

    def switch_off(session: Any) -> None:
        session.get(Sender, site.hearth.sender).is_active = False

    site.write(switch_off)
    answer = api.post("/messages", TEXT)
    assert (answer.status_code, answer.json()["reason"]) == (409, "sender_off")
    [row] = api.get("/subscriptions")["items"]
    assert (row["may_text"], row["reason"]) == (False, "sender_off")
