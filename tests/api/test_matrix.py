"""P10 and P12 for the API, made from its table: every call as everybody who may not, and every call against a STOP."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import sqlalchemy as sa
from httpx2 import Response
from sqlmodel import Session
from starlette.applications import Starlette
from starlette.testclient import TestClient

from portal.accounts import business as businesses
from portal.accounts.business import Capability
from portal.accounts.member import RIGHTS, Role
from portal.api.operation import Operation
from portal.api.routes import OPERATIONS
from portal.automations import plan
from portal.tables import metadata
from tests.api.conftest import CLIENT, SECOND, Api, Clients
from tests.conftest import World

CANARY = "CANARY-51d0"
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
ASKED = {"reason": CANARY, "received_by": "phone", "received_at": "2026-11-21T23:05:00Z"}
BODIES: dict[str, Any] = {
    "PATCH /business": {"name": "Hearth Photography"},
    "POST /questionnaires": {"title": CANARY, "questions": [{"kind": "opt_in", "label": CANARY}]},
    "POST /contacts": {"name": CANARY, "numbers": [{"number": SECOND}]},
    "PATCH /contacts/{id}": {"name": f"{CANARY} changed"},
    "POST /contacts/{id}/erasure": {"reason": "asked"},
    "POST /subscriptions/{id}/opt-out": ASKED,
    "POST /subscriptions/{id}/legal-hold": {"reason": CANARY},
    "DELETE /subscriptions/{id}/legal-hold": {"reason": CANARY},
    "PUT /wordings/{key}": {"language": "fr", "text": None},
    "POST /messages": {"to": CLIENT, "text": CANARY},
    "POST /opt-in-requests": {"number": CLIENT, "basis": "client_asked"},
    "PATCH /messages/{id}": {"project": None, "following": True},
    "POST /projects": {"name": CANARY},
    "PATCH /projects/{id}": {"name": f"{CANARY} changed"},
    "POST /groups": {"name": CANARY},
    "PATCH /groups/{id}": {"name": f"{CANARY} changed"},
    "POST /groups/{id}/messages": {"text": CANARY},
    "PATCH /flows/{id}": {"name": f"{CANARY} changed"},
    "POST /flows/{id}/invitations": {"contact": "{contacts}", "group": "{groups}", "basis": "client_asked"},
    "POST /automations": {"name": CANARY, "text": CANARY, "when": {"event": "opted_in", "delay_minutes": 60}},
    "PATCH /automations/{id}": {"name": f"{CANARY} changed"},
    "POST /webhook-endpoints": {"url": f"https://hooks.example.com/{CANARY}"},
    "POST /reviews/{id}": {"decision": "opt_out", "reason": CANARY},
    "PATCH /webhook-endpoints/{id}": {"events": ["message.received"]},
}


def name(operation: Operation) -> str:
    return f"{operation.method} {operation.path}"


WITH_IDS = [each for each in OPERATIONS if "{id}" in each.path]
LISTS = [each for each in OPERATIONS if "{id}" not in each.path and each.method == "GET"]
WITHOUT_ID = [each for each in OPERATIONS if "{id}" not in each.path and each.is_write]


@pytest.fixture
def ids(api: Api, owner: Api, clients: Clients) -> dict[str, str]:
    """One real thing of each kind of Hearth's, by the first part of its path."""
    rule = api.post("/automations", BODIES["POST /automations"]).json()
    made = api.post("/contacts", {"name": f"{CANARY} Client", "numbers": [{"number": CLIENT}]}).json()
    row_id = clients.says_yes(words=CANARY)
    clients.texts(CANARY)
    asked = api.post("/questionnaires", BODIES["POST /questionnaires"]).json()
    work = api.post("/projects", {"name": f"{CANARY} Project", "contacts": [made["id"]]}).json()
    sent = api.post("/messages", BODIES["POST /messages"] | {"project": work["id"]}).json()
    clients.site.write(plan.take_events)
    waiting = api.get(f"/automations/{rule['id']}/scheduled-texts")["items"][0]
    group, texted = together(api, clients, made["id"])
    hook = owner.post("/webhook-endpoints", {"url": f"https://hooks.example.com/{CANARY}/1"}).json()
    return {
        "contacts": made["id"], "subscriptions": row_id, "questionnaires": asked["id"], "messages": sent["id"],
        "projects": work["id"], "reviews": row_id, "groups": group, "group-messages": texted,
        "webhook-endpoints": hook["id"], "automations": rule["id"], "scheduled-texts": waiting["id"],
        "flows": api.get("/flows")["items"][0]["id"],
    }  # fmt: skip


def together(api: Api, clients: Clients, contact_id: str) -> tuple[str, str]:
    """A group with this contact, and a text to it, where the operator has granted that."""

    def granted(session: Session) -> None:
        found = businesses.get(session, clients.business)
        businesses.grant(session, found, Capability.GROUP_MESSAGES)
        businesses.change(session, found, has_group_messages=True)

    clients.site.write(granted)
    made = api.post("/groups", {"name": f"{CANARY} Group"}).json()["id"]
    api.call("PUT", f"/groups/{made}/contacts/{contact_id}")
    return made, api.post(f"/groups/{made}/messages", {"text": CANARY}).json()["id"]


def path(operation: Operation, ids: dict[str, str]) -> str:
    others = {"{key}": "help", "{contact}": ids.get("contacts", ""), "{message}": ids.get("group-messages", "")}
    found = operation.path.replace("{id}", ids.get(operation.path.split("/")[1], ""))
    for name, value in others.items():
        found = found.replace(name, value)
    return found


def filled(operation: Operation, ids: dict[str, str]) -> dict[str, Any] | None:
    """What the call takes, with real ids in it; None where it takes nothing."""
    found = BODIES.get(name(operation))
    if found is None:
        return None
    known = {f"{{{kind}}}": each for kind, each in ids.items()}
    return {key: known.get(value, value) if isinstance(value, str) else value for key, value in found.items()}


def call(api: Api, operation: Operation, ids: dict[str, str]) -> Response:
    return api.call(operation.method, path(operation, ids), filled(operation, ids))


def dump(app: Starlette, business_id: str) -> str:
    """Everything a business owns, as text."""
    return json.dumps(list(_rows(app, business_id)), default=str, sort_keys=True)


def _rows(app: Starlette, business_id: str) -> Iterator[Any]:
    with app.state.database.engine.connect() as connection:
        for table in metadata.sorted_tables:
            owner = table.c.id if table.name == "business" else table.c.get("business_id")
            if owner is not None:
                rows = connection.execute(sa.select(table).where(owner == business_id))
                yield table.name, sorted(str(tuple(row)) for row in rows)


def test_every_write_has_a_body_here() -> None:
    assert {name(each) for each in OPERATIONS if each.body} == set(BODIES)
    assert len(WITH_IDS) >= 8


@pytest.mark.covers("P10")
@pytest.mark.parametrize("token", [None, "portal_unknown"])
def test_nobody_reads_or_writes_without_a_token(
    client: TestClient, app: Starlette, site: World, ids: dict[str, str], token: str | None
) -> None:
    before = dump(app, site.hearth.id)
    for operation in OPERATIONS:
        answer = call(Api(client, token), operation, ids)
        assert answer.status_code == 401, name(operation)
        assert CANARY not in answer.text, name(operation)
    assert dump(app, site.hearth.id) == before


@pytest.mark.covers("P10", "rules 27")
def test_another_business_finds_nothing_and_changes_nothing(
    app: Starlette, site: World, other: Api, ids: dict[str, str]
) -> None:
    before = dump(app, site.hearth.id)
    for operation in WITH_IDS:
        answer = call(other, operation, ids)
        assert answer.status_code == 404, name(operation)
        assert CANARY not in answer.text, name(operation)
    assert dump(app, site.hearth.id) == before


@pytest.mark.covers("P10")
def test_another_businesss_lists_hold_nothing_of_ours(other: Api, ids: dict[str, str]) -> None:
    for operation in LISTS:
        answer = call(other, operation, ids)
        assert answer.status_code == 200, name(operation)
        for secret in (CANARY, CLIENT, *ids.values()):
            assert secret not in answer.text, name(operation)
        cursor = ids.get(operation.path.split("/")[1])
        if cursor:
            assert other.call("GET", f"{operation.path}?after={cursor}").status_code == 404, name(operation)


@pytest.mark.covers("P10", "rules 27")
def test_what_another_business_writes_is_its_own(app: Starlette, site: World, other: Api, ids: dict[str, str]) -> None:
    """Also with our numbers: consent given to one business is worth nothing to another."""
    before = dump(app, site.hearth.id)
    for operation in WITHOUT_ID:
        answer = call(other, operation, ids)
        is_gated = operation.path in ("/messages", "/opt-in-requests")
        assert answer.status_code in ((409,) if is_gated else (200, 201)), name(operation)
    assert dump(app, site.hearth.id) == before


@pytest.mark.covers("P10")
@pytest.mark.parametrize("role", list(Role))
def test_a_role_without_the_right_is_refused(
    client: TestClient,
    app: Starlette,
    site: World,
    ids: dict[str, str],
    token_of: Callable[[str, Role], str],
    role: Role,
) -> None:
    mine = Api(client, token_of(site.hearth.id, role))
    for operation in sorted(OPERATIONS, key=lambda each: each.path.endswith("/erasure")):  # takes the others' ids along
        before = dump(app, site.hearth.id)
        answer = call(mine, operation, ids)
        if operation.right in RIGHTS[role]:
            assert answer.status_code in (200, 201, 409), (name(operation), answer.text)
        else:
            assert answer.status_code == 403, name(operation)
            assert CANARY not in answer.text
            assert dump(app, site.hearth.id) == before, name(operation)


@pytest.mark.long
@pytest.mark.covers("P12", "H-19")
def test_no_call_under_any_method_opts_a_stopped_number_in(owner: Api, clients: Clients) -> None:
    """Every path of the table and those one might guess, with every method and every kind of body, as the owner."""
    made = owner.post("/contacts", {"name": "Nora Vale", "numbers": [{"number": CLIENT}]}).json()
    row_id = clients.says_yes()
    clients.texts("STOP")
    clients.send_all()
    ids = {"contacts": made["id"], "subscriptions": row_id}
    guesses = [
        f"/subscriptions/{row_id}{rest}" for rest in ("/opt-in", "/opt_in", "/restore", "/undo", "/merge", "/status")
    ]
    guesses += [
        "/import",
        "/opt-in-requests",
        "/opt-in",
        "/consent",
        f"/contacts/{made['id']}/opt-in",
        "/subscriptions",
    ]
    bodies: list[Any] = [
        None, {}, {"status": "opted_in"}, {"opt_in": "Y"}, {"number": CLIENT, "status": "opted_in"}, *BODIES.values(),
        {"name": "Nora", "numbers": []}, {"name": "Nora", "numbers": [{"number": CLIENT}]},
        {"keywords": {"opt_in": ["Pronto"], "opt_out": []}}, {"to": CLIENT, "text": "hi", "purpose": "conversation"},
    ]  # fmt: skip
    for where in [*dict.fromkeys(path(each, ids) for each in OPERATIONS), *guesses]:
        for method in METHODS:
            for body in bodies:
                answer = owner.call(method, where, body)
                if method in ("GET", "HEAD") or answer.status_code in (404, 405):
                    break  # the body is not even read
    assert clients.row().status == "opted_out"
    kinds = [each.kind for each in clients.entries()]
    assert kinds.count("opted_in") == 1
    assert kinds.index("opted_in") < kinds.index("opted_out")
    assert clients.send_all() == []


@pytest.mark.covers("H-19", "P12")
def test_the_table_has_no_call_that_could_record_a_consent() -> None:
    """Reading the table: what writes below /subscriptions is the opt-out, and the hold, which changes no consent."""
    writes = [name(each) for each in OPERATIONS if each.is_write and each.path.startswith("/subscriptions")]
    hold = "/subscriptions/{id}/legal-hold"
    assert writes == ["POST /subscriptions/{id}/opt-out", f"POST {hold}", f"DELETE {hold}"]
    asks = "/opt-in-requests"  # a question, not an answer
    assert not any("opt-in" in each.path.replace(asks, "") or "import" in each.path for each in OPERATIONS)
