"""Every page of the demo as a person meets it: accessible, never wider than the screen, silent under the policy.

`PORTAL_SCREENSHOTS=folder` keeps a picture of each at 390 and 1280 pixels, light and dark.
"""

import os
import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import pytest
import sqlalchemy as sa
from playwright.sync_api import Browser, Page, ViewportSize
from sqlmodel import Session, select
from starlette.routing import Route

from portal import demo
from portal.accounts import key
from portal.accounts.endpoint import WebhookEndpoint
from portal.accounts.member import Member
from portal.automations.automation import Automation
from portal.clients import link
from portal.consent.subscription import Subscription
from portal.contacts.contact import Contact
from portal.contacts.project import Project
from portal.demo.project import ARCHIVED
from portal.imports.import_run import ImportRun
from portal.invitations.invitation import Invitation
from portal.messaging.canned_reply import CannedReply
from portal.messaging.group_message import GroupMessage
from portal.messaging.message import Message
from portal.messaging.task import Task
from portal.questionnaires.questionnaire import Questionnaire
from portal.web.page import ACCESS
from portal.web.routes import routes
from tests.browser.conftest import START, Server, violations

pytestmark = [pytest.mark.browser, pytest.mark.covers("H-15", "H-26")]

Scheme = Literal["light", "dark"]
LOOKS: list[tuple[int, Scheme]] = [(390, "dark"), (1280, "light")]
ALL_LOOKS: list[tuple[int, Scheme]] = [(390, "light"), (390, "dark"), (1280, "light"), (1280, "dark")]
PARTS = 4  # of the pages, so that several processes can share them
FOLDER = os.environ.get("PORTAL_SCREENSHOTS", "")
FRAGMENTS = {
    "/settings/preview", "/settings/wordings/preview", "/settings/wordings/edit", "/settings/features/change",
    "/settings/registration/file", "/evidence/nights.csv",
}  # fmt: skip
STATES = ("opted_in", "opted_out", "none", "requested", "declined")


@dataclass(frozen=True)
class Open:
    """The demo on its port, and the paths to look at."""

    url: str
    paths: dict[str, str]


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Open]:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        app, tour = demo.create(tmp_path_factory.mktemp("demo"), url)
        paths = app.state.database.read(paths_of) | {"form": tour.form_url}
        server = Server(app)
        thread = threading.Thread(target=server.run, args=([listener],), daemon=True)
        thread.start()
        assert server.ready.wait(START)
        yield Open(url, paths)
        server.should_exit = True
        thread.join(START)


def paths_of(session: Session) -> dict[str, str]:
    """Each page once, with real ids; a thread for each state."""
    asked = session.exec(select(Questionnaire).where(Questionnaire.version > 0)).first()
    assert asked is not None
    found = {
        "questionnaire": f"/questionnaires/{asked.id}", "share": f"/questionnaires/{asked.id}/share",
        "results": f"/questionnaires/{asked.id}/results", "embed": f"/embed/{asked.token}",
        "thanks": f"/f/{asked.token}/thanks", "opt-in": "/opt-in/hearth-home-photography",
        "opt-in-privacy": "/opt-in/hearth-home-photography/privacy",
        "opt-in-terms": "/opt-in/hearth-home-photography/terms",
        "features-change": "/settings/features/change?feature=first_message_gate&on=yes", "new-found": "/sms/new?q=a",
        "wording": "/settings/wordings/edit?key=help", "wording-es": "/settings/wordings?language=es",
        "wording-asks": "/settings/wordings/edit?key=mo.request.client",
        "wording-notice": "/settings/wordings/edit?key=mt.rejected.user",
        "reading-said": "/settings/reading?text=STOP,+but+please+call+me+about+Friday",
    }  # fmt: skip
    found["member"] = f"/settings/members/{session.exec(select(Member).where(Member.role == 'staff')).one().id}"
    for rule in session.exec(select(Automation)).all():
        found[f"automation-{rule.condition}"] = f"/automations/{rule.id}"
        found["automation-edit"] = f"/automations/{rule.id}/edit"
    for hook in session.exec(select(WebhookEndpoint)).all():
        found["webhook-off" if hook.disabled_at else "webhook"] = f"/settings/webhooks/{hook.id}"
    for left in session.exec(select(Task)).all():
        found["thread-task"] = f"/sms/{left.subscription_id}"
    found |= lists_of(session) | work_of(session) | people_of(session) | beside_of(session) | groups_of(session)
    found |= invited_of(session)
    for state in STATES:
        row = session.exec(select(Subscription).where(Subscription.status == state)).first()
        assert row is not None, f"the demo has nobody who is {state}"
        found[f"thread-{state}"] = f"/sms/{row.id}"
        found[f"why-{state}"] = f"/sms/{row.id}/why"
        found[f"evidence-{state}"] = f"/sms/{row.id}/evidence"
    plain = {
        route.path
        for route in routes()
        if isinstance(route, Route) and route.endpoint in ACCESS and "GET" in (route.methods or ())
    }
    return (
        found
        | {path.strip("/").replace("/", "-") or "today": path for path in plain - FRAGMENTS if "{" not in path}
        | {"missing": "/nothing"}
    )


def beside_of(session: Session) -> dict[str, str]:
    """What stands beside a conversation with a text for later, as pages of their own; and one saved reply."""
    waits = session.exec(select(Message).where(Message.status == "queued", sa.column("member_id").is_not(None))).first()
    reply = session.exec(select(CannedReply)).first()
    assert waits is not None
    assert reply is not None
    here = f"/sms/{waits.subscription_id}"
    return {
        **{f"beside-{name}": f"{here}/{name}" for name in ("assign", "snooze", "note", "replies", "hold", "data")},
        "beside-later": f"{here}/later/{waits.id}", "beside-thread": here, "reply": f"/settings/replies/{reply.id}",
    }  # fmt: skip


def people_of(session: Session) -> dict[str, str]:
    """Clients with a merged record, with a former number, and with two numbers; two that may be one; and a stranger."""
    ids = {each.name: each.id for each in session.exec(select(Contact)).all()}
    stranger = session.exec(select(Subscription).where(sa.column("contact_id").is_(None))).first()
    assert stranger is not None
    priya, rosa = f"/contacts/{ids['Priya Raman']}", f"/contacts/{ids['Rosa Delgado']}"
    return {
        "contact": rosa, "contact-edit": f"{rosa}/edit", "contact-erase": f"{rosa}/erasure",
        "contact-data": f"{rosa}/data",
        "contact-merged": f"/contacts/{ids['Tomás Rivera']}",
        "contact-changed": f"/contacts/{ids['Hannah Brooks']}", "contact-paused": f"/contacts/{ids['Grace Lindqvist']}",
        "contact-choose": f"{priya}/merge", "contact-merge": f"{priya}/merge?with={ids['Priya R.']}",
        "contact-merge-stopped": f"{rosa}/merge?with={ids['Owen Hartley']}", "contacts-none": "/contacts?q=zzzz",
        "own-link": f"{rosa}/own-page", "own-page": own_page(session, ids["Rosa Delgado"]),
        "own-page-paused": own_page(session, ids["Grace Lindqvist"]), "contacts-unknown": "/contacts?unknown=1",
        "contact-attach": f"/sms/{stranger.id}/contact",
    }  # fmt: skip


def lists_of(session: Session) -> dict[str, str]:
    """The list that came in, with a problem; a consent on paper, and where one could be recorded."""
    run = session.exec(select(ImportRun)).one()
    rows = {each.name: f"/contacts/{each.contact_id}/consent/{each.id}" for each in session.exec(select(Subscription))}
    return {"import-run": f"/import/{run.id}", "paper": rows["Zoe Quinn"], "paper-new": rows["Ada Okoro"]}


def own_page(session: Session, contact_id: str) -> str:
    """The client's own, as they open it."""
    client = session.get(Contact, contact_id)
    assert client is not None
    return link.url(key.of(session), "", client)


def groups_of(session: Session) -> dict[str, str]:
    """A group, the two views, and all that is done to a group."""
    sent = session.exec(select(GroupMessage)).one()
    here = f"/groups/{sent.group_id}"
    return {
        "group": here, "group-in": "/groups/opted-in", "group-out": "/groups/opted-out", "group-pick": f"{here}/pick",
        "group-sent": f"{here}/text/{sent.id}", "group-find": f"{here}?find=r",
    }  # fmt: skip


def invited_of(session: Session) -> dict[str, str]:
    """A flow, and a group whose contacts are invited one by one."""
    asked = session.exec(select(Invitation)).first()
    assert asked is not None
    return {
        "flow": f"/flows/{asked.flow_id}",
        "invite-list": f"/invite?group={asked.group_id}&flow={asked.flow_id}&basis=gave_number",
    }


def work_of(session: Session) -> dict[str, str]:
    """A project with texts, one without, an archived one; and where a text is sorted."""
    is_sorted = sa.column("project_id").is_not(None)
    sorted_text = session.exec(select(Message).where(is_sorted)).first()
    assert sorted_text is not None
    empty = session.exec(select(Project).where(Project.name == "Lindqvist anniversary")).one()
    archived = session.exec(select(Project).where(Project.name == ARCHIVED)).one()
    thread = f"/sms/{sorted_text.subscription_id}"
    return {
        "project": f"/projects/{sorted_text.project_id}", "project-empty": f"/projects/{empty.id}",
        "project-archived": f"/projects/{archived.id}", "sort": f"{thread}/sort?message={sorted_text.id}",
        "sort-new": f"{thread}/sort",
    }  # fmt: skip


@pytest.fixture(scope="module")
def page(chromium: Browser, opened: Open) -> Iterator[Page]:
    """Signed in as the demo's owner, through the form."""
    context = chromium.new_context()
    made = context.new_page()
    made.goto(f"{opened.url}/sign-in")
    made.get_by_label("E-mail address").fill("ana@hearth.example")
    made.get_by_label("Password").fill(demo.PASSWORD)
    made.get_by_role("button", name="Sign in").click()
    made.wait_for_url(f"{opened.url}/")
    yield made
    context.close()


@pytest.mark.long
@pytest.mark.parametrize("part", range(PARTS))
@pytest.mark.parametrize(("width", "scheme"), ALL_LOOKS if FOLDER else LOOKS)
def test_every_page_is_accessible_fits_and_stays_within_its_policy(
    page: Page, opened: Open, width: int, scheme: Scheme, part: int
) -> None:
    said: list[str] = []
    page.on("console", lambda message: said.append(f"{page.url}: {message.text}") if message.type == "error" else None)
    page.on("pageerror", lambda error: said.append(f"{page.url}: {error}"))
    page.emulate_media(color_scheme=scheme)
    problems: dict[str, object] = {}
    for name, path in sorted(opened.paths.items())[part::PARTS]:
        page.set_viewport_size(ViewportSize(width=width, height=900))
        page.goto(opened.url + path)
        if FOLDER:
            page.screenshot(path=Path(FOLDER) / f"{name}-{width}-{scheme}.png", full_page=True)
        if page.evaluate("document.documentElement.scrollWidth") > width:
            problems[f"{name} is wider than {width}"] = path
        if found := violations(page):
            problems[name] = found
    assert problems == {}
    assert [line for line in said if "404" not in line] == []
