"""P10: every page, as everybody who may not: another business, a lower role, nobody. Made from the table of URLs."""

import datetime as dt
import io
import json
import re
from collections.abc import Iterator
from functools import partial
from typing import Any

import pytest
import sqlalchemy as sa
from sqlmodel import Session
from starlette.applications import Starlette
from starlette.routing import Route
from starlette.testclient import TestClient

from portal import clock
from portal.accounts import business as businesses
from portal.accounts import delivery, endpoint, member
from portal.accounts.business import Capability
from portal.accounts.member import RIGHTS, Right, Role
from portal.accounts.sender import SMS
from portal.accounts.session import SignIn
from portal.address import Rules
from portal.automations import automation as automations
from portal.automations.rule import Rule
from portal.automations.scheduled_text import ScheduledText
from portal.column import table_of
from portal.consent import evidence_file, subscription
from portal.consent.state import Origin, Proof
from portal.contacts import contact, group, project
from portal.evidence import checkpoint
from portal.imports import intake, turn
from portal.imports.field import What
from portal.invitations import flow
from portal.messaging import (
    canned_reply,
    group_message,
    message,
    opt_in,
    saved_view,
    sorting,
    task,
    whatsapp_template,
)
from portal.messaging.message import Direction, Fate
from portal.questionnaires import questionnaire
from portal.web.page import ACCESS, PUBLIC, SIGNED_IN, STEPS_UP
from portal.web.routes import routes
from tests.conftest import World, as_member, person

CANARY = "CANARY-7f3a"
NUMBER = "+14155550177"
PAGES = [route for route in routes() if isinstance(route, Route) and route.endpoint in ACCESS]
METHODS = {frozenset({"GET", "HEAD"}): "GET", frozenset({"POST"}): "POST"}


def name(route: Route) -> str:
    return f"{method(route)} {route.path}"


def method(route: Route) -> str:
    return METHODS[frozenset(route.methods or ())]


PROTECTED = [route for route in PAGES if ACCESS[route.endpoint] != PUBLIC]
WITH_IDS = [route for route in PROTECTED if "{" in route.path]


def work(session: Session, home: str, client_id: str, text: str, member_id: str) -> dict[str, str]:
    """A project of Hearth's with one text sorted into it."""
    made = project.create(session, home, name=f"{CANARY} Project", contact_ids=[client_id])
    done = sorting.sort(session, home, text, made.id, actor=f"member:{member_id}")
    assert isinstance(done, sorting.Sorted)
    return {"project": made.id, "sorting": done.undo_id}


def together(session: Session, home: str, client_id: str) -> dict[str, str]:
    """A group, and one text to it."""
    found = businesses.get(session, home)
    businesses.grant(session, found, Capability.GROUP_MESSAGES)
    businesses.change(session, found, has_group_messages=True)
    made = group.create(session, home, name=f"{CANARY} Group")
    group.add(session, made, [client_id])
    sent = group_message.start(session, found, made, CANARY, member_id=None, once_key="tests")
    return {"group": made.id, "group_message": sent.id}


@pytest.fixture
def ids(site: World) -> dict[str, str]:
    """The id of one real thing of each kind of Hearth's; a new kind of parameter must be added here."""

    def make(session: Session) -> dict[str, str]:
        home = site.hearth.id
        client = contact.create(session, home, name=f"{CANARY} Client", email="c@example.com", numbers=[NUMBER])
        row = subscription.lock(session, home, SMS, NUMBER)
        contact.label(session, home, NUMBER)
        opt_in.opt_in(session, row, origin=Origin.FORM, proof=Proof.HANDSET, actor="client", scope="informational",
                      confirmation="form.confirmation", evidence={"words": CANARY})  # fmt: skip
        text = message.add(session, row, direction=Direction.INBOUND, status=Fate.RECEIVED, text=f"{CANARY} text")
        asked = questionnaire.create(session, home, f"{CANARY} Questions")
        questionnaire.publish(session, asked)
        return {
            "subscription": row.id, "message": str(text), "questionnaire": asked.id, "contact": client.id,
            "member": site.hearth.staff.id, "question": asked.draft[0]["id"], "number": NUMBER,
            "view": saved_view.save(session, home, site.alice.id, name=CANARY, query="unread=yes").id,
            "reply": canned_reply.create(session, home, name=f"{CANARY} Parking", text=CANARY).id,
            "template": whatsapp_template.add(
                session, home, name=CANARY.lower(), language="en_US", category="utility", body=CANARY, status="pending"
            ).id,
            "task": task.leave(session, row, str(text)), **webhook(session, home), **automatic(session, home, row),
            **work(session, home, client.id, str(text), site.alice.id), **together(session, home, client.id),
            **listed(session, home), "file": evidence_file.keep(
                session, home, row.id, b"%PDF-1.7 " + CANARY.encode(), actor="tests"
            ).id,
            "flow": flow.create(session, businesses.get(session, home), name=CANARY, actor="tests", ip="").id,
            "checkpoint": str(checkpoint.make(session, home).row.size),
            "sign_in": "0" * 64, "session": "0" * 64,
        }  # fmt: skip

    made: dict[str, str] = site.write(make)
    return made


def listed(session: Session, home: str) -> dict[str, str]:
    """A list that was looked through, with a problem in it."""
    raw = io.BytesIO(f"Name,Phone\n{CANARY},12\n".encode())
    run_id = intake.at_once(session, raw, home, What.CONTACTS, file_name=CANARY, actor="tests")
    found = turn.look(session, run_id)
    assert found is not None
    turn.store(session, found)
    return {"import_run": run_id}


def webhook(session: Session, home: str) -> dict[str, str]:
    made, _ = endpoint.create(session, home, f"https://hooks.example.com/{CANARY}", events=[], rules=Rules())
    return {"endpoint": made.id, "delivery": delivery.test(session, made).id}


def automatic(session: Session, home: str, row: Any) -> dict[str, str]:
    made = automations.create(session, home, Rule(f"{CANARY} Hello", CANARY, "opted_in"), actor="tests")
    now = clock.now()
    text = ScheduledText(
        business_id=home, automation_id=made.id, version=1, subscription_id=row.id, number=NUMBER, occasion="tests",
        text=CANARY, due_at=now, expires_at=now, created_at=now,
    )  # fmt: skip
    session.add(text)
    session.flush()
    return {"automation": made.id, "scheduled_text": text.id}


def url(route: Route, ids: dict[str, str]) -> str:
    return re.sub(r"\{(\w+)(:\w+)?\}", lambda found: ids[found.group(1)], route.path)


def call(client: TestClient, route: Route, ids: dict[str, str]) -> Any:
    where = url(route, ids)
    return client.get(where) if method(route) == "GET" else client.post(where, data={"text": "x", "reason": "x"})


def dump(app: Starlette, business_id: str) -> str:
    """Everything a business owns, as text."""
    return json.dumps(list(_rows(app, business_id)), default=str, sort_keys=True)


def _rows(app: Starlette, business_id: str) -> Iterator[Any]:
    from portal.tables import metadata

    with app.state.database.engine.connect() as connection:
        for table in metadata.sorted_tables:
            if "business_id" in table.c:
                query = sa.select(table).where(table.c.business_id == business_id)
                yield table.name, sorted(str(tuple(row)) for row in connection.execute(query))


def test_every_page_declares_who_may_see_it() -> None:
    elsewhere = ("/api/", "/webhooks/")
    undeclared = [
        route.path
        for route in routes()
        if isinstance(route, Route) and route.endpoint not in ACCESS and not route.path.startswith(elsewhere)
    ]
    assert set(undeclared) <= {"/sign-in", "/healthz", "/readyz", "/metrics", "/events", *UNDECLARED}


UNDECLARED: set[str] = set()
"""Endpoints that check for themselves through `page.admitted`, each tested below by hand."""


@pytest.mark.at_the_door
@pytest.mark.covers("P10")
def test_nobody_sees_a_page_without_signing_in(client: TestClient, ids: dict[str, str]) -> None:
    for route in PROTECTED:
        answer = call(client, route, ids)
        assert answer.status_code in (303, 401), name(route)
        assert answer.headers.get("location", "/sign-in").startswith("/sign-in"), name(route)
        assert CANARY not in answer.text, name(route)


@pytest.mark.covers("P10", "rules 27")
def test_another_business_finds_nothing_and_changes_nothing(
    client: TestClient, app: Starlette, site: World, ids: dict[str, str]
) -> None:
    before = dump(app, site.hearth.id)
    as_member(client, site.charlie)
    for route in WITH_IDS:
        answer = call(client, route, ids)
        assert answer.status_code == 404, name(route)
        assert CANARY not in answer.text, name(route)
        assert dump(app, site.hearth.id) == before, name(route)


@pytest.mark.covers("P10", "M-11", "rules 27")
@pytest.mark.parametrize("main", ["hearth", "other"])
def test_a_main_business_and_its_branch_find_nothing_of_each_other(
    client: TestClient, app: Starlette, site: World, ids: dict[str, str], main: str
) -> None:
    """Charlie's business under Hearth, and Hearth under it: one account is still two tenants."""
    over, under = (site.hearth.id, site.other.id) if main == "hearth" else (site.other.id, site.hearth.id)
    site.write(lambda session: businesses.change(session, businesses.get(session, under), main_id=over))
    before = dump(app, site.hearth.id)
    as_member(client, site.charlie)
    for route in WITH_IDS:
        answer = call(client, route, ids)
        assert answer.status_code == 404, name(route)
        assert CANARY not in answer.text, name(route)
    assert dump(app, site.hearth.id) == before


@pytest.mark.at_the_door
@pytest.mark.covers("P10")
def test_what_asks_for_the_password_again_does_nothing_without_it(
    client: TestClient, app: Starlette, site: World, ids: dict[str, str]
) -> None:
    old = sa.update(table_of(SignIn)).values(proved_at=clock.now() - dt.timedelta(minutes=10))
    site.write(lambda session: session.connection().execute(old))
    before = dump(app, site.hearth.id)
    as_member(client, site.alice)
    routes = [route for route in PROTECTED if route.endpoint in STEPS_UP]
    assert len(routes) >= 5
    for route in routes:
        answer = call(client, route, ids)
        assert (answer.status_code, answer.headers["location"].partition("?")[0]) == (303, "/settings/prove")
    assert dump(app, site.hearth.id) == before


@pytest.mark.covers("P10")
def test_another_businesss_lists_hold_nothing_of_ours(client: TestClient, site: World, ids: dict[str, str]) -> None:
    as_member(client, site.charlie)
    for route in (each for each in PROTECTED if "{" not in each.path and method(each) == "GET"):
        answer = call(client, route, ids)
        assert answer.status_code in (200, 404), name(route)
        assert CANARY not in answer.text, name(route)
        assert NUMBER not in answer.text, name(route)


@pytest.mark.at_the_door
@pytest.mark.covers("P10", "M-7")
def test_a_role_without_the_right_is_refused(client: TestClient, site: World, ids: dict[str, str]) -> None:
    """Those who may not come first, on every page: what the others do may take the thing away."""
    people = {
        role: site.write(partial(person, business_id=site.hearth.id, name=f"nina-{role}", role=role)) for role in Role
    }
    guarded = [each for each in PROTECTED if isinstance(ACCESS[each.endpoint], Right)]
    for may in (False, True):
        for role, who in people.items():
            as_member(client, who)
            for route in (each for each in guarded if (ACCESS[each.endpoint] in RIGHTS[role]) is may):
                answer = call(client, route, ids)
                assert (answer.status_code == 403) is not may, (name(route), role)
                assert may or CANARY not in answer.text, (name(route), role)


@pytest.mark.at_the_door
@pytest.mark.covers("P10")
def test_a_post_without_the_sessions_own_token_changes_nothing(
    client: TestClient, app: Starlette, site: World, ids: dict[str, str]
) -> None:
    as_member(client, site.alice)
    client.headers["X-CSRF-Token"] = site.bob.csrf
    before = dump(app, site.hearth.id)
    for route in (each for each in PROTECTED if method(each) == "POST"):
        assert call(client, route, ids).status_code == 403, name(route)
        assert dump(app, site.hearth.id) == before, name(route)


@pytest.mark.at_the_door
@pytest.mark.covers("P10", "H-26")
def test_a_business_without_the_capability_has_no_texting_pages(
    client: TestClient, site: World, ids: dict[str, str]
) -> None:
    def revoke(session: Session) -> None:
        found = businesses.get(session, site.hearth.id)
        businesses.grant(session, found, Capability.TEXTING, revoke=True)

    site.write(revoke)
    as_member(client, site.alice)
    texting = ("/sms", "/review", "/questionnaires", "/rehearsal", "/automations", "/settings/replies")
    for route in (each for each in PROTECTED if each.path.startswith(texting)):
        assert call(client, route, ids).status_code == 404, name(route)


def test_the_matrix_has_rows() -> None:
    assert len(WITH_IDS) >= 5
    assert SIGNED_IN != PUBLIC
    assert member.RIGHTS
