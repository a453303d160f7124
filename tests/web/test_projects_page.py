"""`/projects` and one project (H-17): list, make, change, contacts, archive with undo, its own messages."""

import datetime as dt
import html
import re
from typing import Any

import pytest
from sqlalchemy import event
from sqlmodel import Session, select

from portal import clock, local_time
from portal.accounts import business as businesses
from portal.accounts.audit import AuditEntry
from portal.accounts.member import Role
from portal.contacts import contact, project
from portal.messaging import message, project_text, sorting
from portal.statement import Statement
from tests.conftest import as_member, person
from tests.web.scene import Scene, field, words
from tests.web.test_status_page import PARTIAL

SECOND = "+14155550133"


def made(scene: Scene, name: str, **values: Any) -> str:
    return str(scene.write(lambda session: project.create(session, scene.site.hearth.id, name=name, **values).id))


def client_of(scene: Scene, name: str) -> str:
    return str(scene.write(lambda session: contact.create(session, scene.site.hearth.id, name=name).id))


def sort(scene: Scene, message_id: str, project_id: str, *, following: bool = False) -> None:
    actor = f"member:{scene.site.alice.id}"
    scene.write(
        lambda session: sorting.sort(
            session, scene.site.hearth.id, message_id, project_id, actor=actor, following=following
        )
    )


def texts(scene: Scene, *said: str, number: str = "+14155550132") -> list[str]:
    """The ids of these inbound messages."""
    for each in said:
        scene.texts_us(each, number)
    return [row.id for row in scene.messages(number) if row.direction == "inbound"][-len(said) :]


def undo_url(page: str) -> str:
    found = re.search(r'<form method="post" action="(/projects/[^"]+)"[^>]*>(?:(?!</form>).)*>Undo<', page, re.DOTALL)
    assert found is not None, "no undo on the page"
    return found.group(1)


def test_an_empty_list_teaches_what_a_project_is(scene: Scene) -> None:
    page = scene.alice().get("/projects").text
    said = words(page)
    assert "A project gathers what was said about one piece of work" in said
    assert 'href="/projects/new"' in page
    assert 'aria-current="page"' in page, "the page is in the navigation"


@pytest.mark.covers("H-17")
def test_a_project_is_made_listed_and_changed(scene: Scene) -> None:
    today = scene.site.read(lambda s: local_time.today(businesses.get(s, scene.site.hearth.id).timezone))
    tomorrow = (today + dt.timedelta(days=1)).isoformat()
    answer = scene.alice().post(
        "/projects", data={"name": " Garden  party ", "stage": "planned", "starts_on": tomorrow}
    )
    assert answer.status_code == 303
    where = answer.headers["location"]
    page = scene.client.get(where).text
    assert "Garden party" in words(page)
    assert "No messages in this project yet" in words(page)
    assert "Garden party Tomorrow Planned" in words(scene.client.get("/projects?stage=planned").text)
    assert "Garden party" not in words(scene.client.get("/projects").text)
    scene.client.post(where, data={"name": "Garden day", "stage": "done", "starts_on": "", "ends_on": ""})
    assert "Garden day No date Done" in words(scene.client.get("/projects?stage=done").text)


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"name": " "}, "Please give a name."),
        ({"name": "x" * 121}, "Please use at most 120 characters."),
        ({"starts_on": "2026-02-30"}, "Please choose a day of the calendar."),
        ({"starts_on": "0026-02-03"}, "Please choose a day between 1990 and 2200."),
        ({"starts_on": "2026-12-02", "ends_on": "2026-12-01"}, "It cannot end before it starts."),
        ({"stage": "lost"}, "Not a valid choice"),
    ],
)
def test_what_breaks_a_rule_comes_back_with_everything_typed(
    scene: Scene, typed: dict[str, str], sentence: str
) -> None:
    there = f"/projects/{made(scene, 'Before')}"
    for url in ("/projects", there):
        answer = scene.alice().post(url, data={"name": "Garden", "stage": "active"} | typed)
        assert answer.status_code == 422
        assert sentence in words(answer.text)
        assert field(answer.text, "name") == typed.get("name", "Garden").strip()
    assert words(scene.client.get("/projects").text).count("Before") == 1
    assert "Garden" not in words(scene.client.get("/projects").text)


@pytest.mark.covers("H-17")
def test_a_project_shows_its_own_messages_newest_first_each_with_its_place(scene: Scene) -> None:
    row_id = scene.named("Rosa Delgado")
    scene.named("Owen Hartley", SECOND)
    one, two, _ = texts(scene, "one of ours", "two of ours", "not sorted")
    (other,) = texts(scene, "from Owen", number=SECOND)
    wedding, kitchen = made(scene, "Wedding"), made(scene, "Kitchen")
    for text, work in ((one, wedding), (two, kitchen), (other, wedding)):
        sort(scene, text, work)
    page = scene.alice().get(f"/projects/{wedding}").text
    said = words(page)
    assert said.index("from Owen") < said.index("one of ours")
    assert "two of ours" not in said
    assert "not sorted" not in said
    assert f'href="/sms/{row_id}/messages/{one}"' in page
    there = scene.client.get(f"/sms/{row_id}/messages/{one}").headers["location"]
    assert f'id="message-{one}"' in scene.client.get(there).text


def test_a_text_for_later_says_when_it_goes_out(scene: Scene) -> None:
    scene.says_yes()
    wedding = made(scene, "Wedding")
    scene.we_write("See you")
    (one,) = [row.id for row in scene.messages() if row.text == "See you"]
    sort(scene, one, wedding)
    assert "Queued:" not in words(scene.alice().get(f"/projects/{wedding}").text)
    later = clock.now() + dt.timedelta(days=1)
    scene.write(lambda s: s.exec(message.table.update().where(message.table.c.id == one).values(due_at=later)))
    assert re.search(r"Queued: goes out \d+ \w+ \d{4}, \d\d:\d\d", words(scene.client.get(f"/projects/{wedding}").text))


def test_the_messages_are_paged_and_an_open_page_asks_for_them_alone(scene: Scene) -> None:
    ids = texts(scene, *(f"text {n:02d}." for n in range(55)))
    wedding = made(scene, "Wedding")
    sort(scene, ids[0], wedding, following=True)
    first = scene.alice().get(f"/projects/{wedding}").text
    (older,) = re.findall(r'rel="next" href="([^"]+)"', first)
    second = scene.client.get(html.unescape(older), headers=PARTIAL).text
    assert "text 54." in first
    assert "text 05." in first
    assert "text 04." not in first
    assert second.lstrip().startswith('<section id="project-texts"')
    assert "<html" not in second
    assert [f"text {n:02d}." in second for n in (5, 4, 0)] == [False, True, True]


def test_contacts_are_found_added_removed_and_put_back(scene: Scene) -> None:
    rosa = client_of(scene, "Rosa Delgado")
    client_of(scene, "Owen Hartley")
    there = f"/projects/{made(scene, 'Wedding')}"
    found = scene.alice().get(f"{there}?find=ros").text
    assert "Add Rosa Delgado" in words(found)
    assert "Owen Hartley" not in found
    partial = scene.client.get(f"{there}?find=ros", headers=PARTIAL).text
    assert partial.lstrip().startswith('<div id="found"')
    assert scene.client.post(f"{there}/contacts/{rosa}/add").status_code == 303
    page = scene.client.get(there).text
    assert "Remove Rosa Delgado" in words(page)
    assert "Add Rosa" not in words(scene.client.get(f"{there}?find=ros").text)
    scene.client.post(f"{there}/contacts/{rosa}/remove")
    page = scene.client.get(there).text
    assert "Nobody yet." in words(page)
    scene.client.post(undo_url(page))
    assert "Remove Rosa Delgado" in words(scene.client.get(there).text)


@pytest.mark.covers("H-17")
def test_archiving_keeps_the_messages_and_is_undone_by_one_click(scene: Scene) -> None:
    (one,) = texts(scene, "keep me")
    wedding = made(scene, "Wedding")
    sort(scene, one, wedding, following=True)
    there = f"/projects/{wedding}"
    assert scene.alice().post(f"{there}/archive").status_code == 303
    page = scene.client.get(there).text
    assert "This project is archived" in words(page)
    assert "keep me" in words(page)
    assert "Wedding" in words(scene.client.get("/projects?stage=archived").text)
    assert "Wedding" not in words(scene.client.get("/projects").text)
    texts(scene, "after the archive")
    assert "after the archive" not in words(scene.client.get(there).text)
    scene.client.post(undo_url(page))
    texts(scene, "after the undo")
    said = words(scene.client.get(there).text)
    assert "after the undo" in said
    assert "This project is archived" not in said


@pytest.mark.covers("P10")
def test_who_may_only_read_sees_no_form(scene: Scene) -> None:
    wedding = made(scene, "Wedding", contact_ids=[client_of(scene, "Rosa Delgado")])
    nina = scene.write(lambda session: person(session, scene.site.hearth.id, "nina", Role.COUNSEL))
    as_member(scene.client, nina)
    for url in ("/projects", f"/projects/{wedding}"):
        page = scene.client.get(url).text
        forms = set(re.findall(r'<form[^>]*action="([^"]+)"', page))
        assert forms <= {"/sign-out"}, url
        assert "/projects/new" not in page


@pytest.mark.covers("P10", "rules 27")
def test_somebody_elses_contact_is_not_added(scene: Scene) -> None:
    there = f"/projects/{made(scene, 'Wedding')}"
    stranger = scene.write(lambda s: contact.create(s, scene.site.other.id, name="Stranger").id)
    assert scene.alice().post(f"{there}/contacts/{stranger}/add").status_code == 404
    assert scene.client.get(f"/projects/new?contact={stranger}").status_code == 404
    made_for = scene.client.post("/projects", data={"name": "x", "stage": "active", "contact": stranger})
    assert made_for.status_code == 404
    assert "Stranger" not in scene.client.get(f"{there}?find=str").text
    assert "Active 1" in words(scene.client.get("/projects").text)


def test_changes_are_noted_with_who_made_them(scene: Scene) -> None:
    where = scene.alice().post("/projects", data={"name": "Garden", "stage": "active"}).headers["location"]
    scene.client.post(where, data={"name": "Garden day", "stage": "active"})
    scene.client.post(f"{where}/archive")
    scene.client.post(f"{where}/restore")
    found = scene.site.read(lambda s: s.exec(select(AuditEntry).where(AuditEntry.object == where.split("/")[-1])).all())
    assert [each.action for each in sorted(found, key=lambda each: (each.at, each.id))] == [
        "project.created", "project.changed", "project.archived", "project.restored",
    ]  # fmt: skip
    assert {each.actor for each in found} == {f"member:{scene.site.alice.id}"}


def test_a_page_of_messages_costs_one_query_however_many(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    ids = texts(scene, *(f"text {n}" for n in range(20)))
    wedding = made(scene, "Wedding")
    sort(scene, ids[0], wedding, following=True)
    seen: list[str] = []
    ready = Statement._ready

    def watched(self: Statement, session: Session) -> Any:
        seen.append("statement")
        return ready(self, session)

    monkeypatch.setattr(Statement, "_ready", watched)
    event.listen(scene.site.database.engine, "before_cursor_execute", lambda *facts: seen.append(facts[2]))

    def work(session: Session) -> int:
        seen.clear()
        return len(project_text.page(session, scene.site.hearth.id, wedding).rows)

    assert scene.site.read(work) == 20
    assert [each for each in seen if each != "BEGIN"] == ["statement"]
