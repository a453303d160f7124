"""Sorting texts from the conversation (H-17, X-23): with and without a script, undo, clear outcomes, hostile names."""

import datetime as dt
import re
from collections.abc import Callable
from typing import Any

import pytest
from sqlmodel import Session

from portal import clock
from portal.accounts.member import Role
from portal.consent import subscription
from portal.contacts import project
from portal.contacts.project import Project
from tests.conftest import as_member, person
from tests.web.scene import Scene, words
from tests.web.test_status_page import HIDDEN, HOSTILE, PARTIAL

SECOND = "+14155550133"


class Sorter:
    """Rosa's conversation with Hearth's projects."""

    def __init__(self, scene: Scene) -> None:
        self.scene, self.home = scene, scene.site.hearth.id
        self.row_id = scene.named("Rosa Delgado")
        scene.says_yes()
        self.contact = str(scene.row().contact_id)
        self.wedding = self.made("Delgado wedding", contact_ids=[self.contact])
        self.kitchen = self.made("Kitchen")
        self.url = f"/sms/{self.row_id}/sort"
        scene.alice()

    def made(self, name: str, **values: Any) -> str:
        return str(self.scene.write(lambda session: project.create(session, self.home, name=name, **values).id))

    def text(self, words: str) -> str:
        """The id of this inbound message."""
        self.scene.texts_us(words)
        return str(self.scene.messages()[-1].id)

    def where(self, message_id: str) -> str | None:
        found: str | None = next(row.project_id for row in self.scene.messages() if row.id == message_id)
        return found

    def post(self, headers: dict[str, str] | None = None, **data: str) -> Any:
        return self.scene.client.post(self.url, data=data, headers=headers)

    def change(self, work: Callable[[Session, Project], None], project_id: str) -> None:
        self.scene.write(lambda session: work(session, project.get(session, self.home, project_id)))

    def thread(self) -> str:
        return str(self.scene.client.get(f"/sms/{self.row_id}").text)


@pytest.fixture
def sorter(scene: Scene) -> Sorter:
    return Sorter(scene)


def undo_url(page: str) -> str:
    found = re.search(r'action="(/sms/\w+/sort/\w+/undo)"', page)
    assert found is not None, "no undo on the page"
    return found.group(1)


def chip(page: str, message_id: str) -> str:
    found = re.search(rf'<a class="sort-chip[^"]*"[^>]*data-sort="{message_id}"[^>]*>(.*?)</a>', page, re.DOTALL)
    assert found is not None, "no chip at the message"
    return words(found.group(1))


@pytest.mark.covers("H-17", "X-23")
def test_a_text_is_sorted_and_undone_without_a_script(sorter: Sorter) -> None:
    one = sorter.text("About the flowers")
    client = sorter.scene.client
    assert "Sort" in chip(sorter.thread(), one)
    menu = client.get(f"{sorter.url}?message={one}").text
    assert "About the flowers" in menu
    answer = sorter.post(message=one, project=sorter.wedding)
    assert answer.status_code == 303
    there = client.get(answer.headers["location"])
    assert there.headers["location"].endswith(f"#message-{one}")
    page = client.get(there.headers["location"]).text
    assert "The text is now in “Delgado wedding”." in words(page)
    assert chip(page, one) == "Project Delgado wedding"
    assert client.post(undo_url(page)).status_code == 303
    page = sorter.thread()
    assert "Undone." in words(page)
    assert "Sort" in chip(page, one)


@pytest.mark.covers("X-23")
def test_with_a_script_the_answer_is_one_sentence_with_its_undo(sorter: Sorter) -> None:
    one, two = sorter.text("one"), sorter.text("two")
    answer = sorter.post(PARTIAL, message=one, project=sorter.wedding, following="on")
    assert answer.status_code == 200
    assert "2 texts are now in “Delgado wedding”, and new ones will be too." in words(answer.text)
    assert [sorter.where(each) for each in (one, two)] == [sorter.wedding] * 2
    undone = sorter.scene.client.post(undo_url(answer.text), headers=PARTIAL)
    assert "Undone." in words(undone.text)
    assert [sorter.where(each) for each in (one, two)] == [None, None]
    again = sorter.scene.client.post(undo_url(answer.text), headers=PARTIAL)
    assert "This was undone already." in words(again.text)


@pytest.mark.covers("X-23")
def test_the_suggested_project_comes_first_and_keeps_its_digit(sorter: Sorter) -> None:
    one = sorter.text("one")
    for n in range(3):
        sorter.made(f"Other {n}")
    menu = sorter.scene.client.get(f"{sorter.url}?message={one}", headers=PARTIAL).text
    assert "<html" not in menu
    first, *rest = re.findall(r"<button[^>]*name=\"project\".*?</button>", menu, re.DOTALL)
    assert words(first) == "1 Delgado wedding suggested"
    assert "0 No project now" in words(rest[-1])


def test_the_thread_shows_nine_numbered_projects_and_the_rest_are_in_the_menu(sorter: Sorter) -> None:
    one = sorter.text("one")
    for n in range(12):
        sorter.made(f"Project {n:02d}")
    assert len(re.findall(r"data-project=", sorter.thread())) == 9
    menu = sorter.scene.client.get(f"{sorter.url}?message={one}").text
    assert len(re.findall(r"<option ", menu)) == 14 - 9


def test_where_new_texts_go_is_said_and_can_be_set_alone(sorter: Sorter) -> None:
    one = sorter.text("one")
    assert "New texts: no project" in words(sorter.thread())
    answer = sorter.post(PARTIAL, project=sorter.kitchen)
    assert "New texts will be in “Kitchen”." in words(answer.text)
    two = sorter.text("two")
    assert (sorter.where(one), sorter.where(two)) == (None, sorter.kitchen)
    assert "New texts: Kitchen" in words(sorter.thread())


def test_a_project_can_be_made_while_sorting(sorter: Sorter) -> None:
    one = sorter.text("one")
    answer = sorter.post(PARTIAL, message=one, new="  Anniversary  session ")
    assert "“Anniversary session”" in words(answer.text)
    made = sorter.where(one)
    assert made is not None
    people = sorter.scene.site.read(
        lambda session: project.contacts_of(session, project.get(session, sorter.home, made))
    )
    assert [each.id for each in people] == [sorter.contact]


def test_a_project_without_a_name_is_not_made(sorter: Sorter) -> None:
    one = sorter.text("one")
    answer = sorter.post(message=one, new="   ")
    assert answer.status_code == 422
    assert "Please give a name." in words(answer.text)
    assert "Please give a name." in words(sorter.post(PARTIAL, message=one, new=" ").text)
    assert sorter.where(one) is None


@pytest.mark.covers("X-23")
def test_a_project_archived_under_an_open_thread_is_a_clear_answer(sorter: Sorter) -> None:
    one = sorter.text("one")
    sorter.change(project.archive, sorter.wedding)
    answer = sorter.post(PARTIAL, message=one, project=sorter.wedding)
    assert "This project was archived meanwhile" in words(answer.text)
    assert "undo" not in answer.text
    plain = sorter.post(message=one, project=sorter.wedding)
    page = sorter.scene.client.get(f"/sms/{sorter.row_id}").text
    assert plain.status_code == 303
    assert "This project was archived meanwhile" in words(page)
    assert sorter.where(one) is None
    assert "Delgado wedding" not in page.replace("“Delgado wedding”", "")


def test_texts_of_an_archived_project_still_say_where_they_belong(sorter: Sorter) -> None:
    one = sorter.text("one")
    sorter.post(message=one, project=sorter.wedding)
    sorter.change(project.archive, sorter.wedding)
    assert chip(sorter.thread(), one) == "Project Delgado wedding (archived)"


@pytest.mark.covers("X-23")
def test_a_colleague_cannot_undo_and_hears_why(sorter: Sorter) -> None:
    one = sorter.text("one")
    url = undo_url(sorter.post(PARTIAL, message=one, project=sorter.wedding).text)
    answer = as_member(sorter.scene.client, sorter.scene.site.bob).post(url, headers=PARTIAL)
    assert "Only who sorted this can undo it." in words(answer.text)
    assert sorter.where(one) == sorter.wedding


@pytest.mark.covers("X-23")
def test_after_a_colleague_sorted_it_again_undo_does_nothing_and_says_so(sorter: Sorter) -> None:
    one = sorter.text("one")
    url = undo_url(sorter.post(PARTIAL, message=one, project=sorter.wedding).text)
    as_member(sorter.scene.client, sorter.scene.site.bob)
    sorter.post(PARTIAL, message=one, project=sorter.kitchen)
    answer = sorter.scene.alice().post(url, headers=PARTIAL)
    assert "sorted again since, so nothing was undone" in words(answer.text)
    assert sorter.where(one) == sorter.kitchen


@pytest.mark.covers("P10", "rules 27")
def test_what_is_not_in_this_thread_or_not_ours_is_a_404(sorter: Sorter) -> None:
    one = sorter.text("one")
    sorter.scene.texts_us("elsewhere", SECOND)
    other_thread = sorter.scene.messages(SECOND)[-1].id
    other_row = sorter.scene.row(SECOND).id
    theirs = str(
        sorter.scene.write(lambda session: project.create(session, sorter.scene.site.other.id, name="Theirs").id)
    )
    url = undo_url(sorter.post(PARTIAL, message=one, project=sorter.wedding).text)
    client = sorter.scene.client
    answers = [
        sorter.post(message=other_thread, project=sorter.wedding), sorter.post(message=one, project=theirs),
        sorter.post(project=theirs), sorter.post(message="nonsense", project=sorter.wedding),
        client.get(f"{sorter.url}?message={other_thread}"), client.get(f"/sms/{sorter.row_id}/messages/{other_thread}"),
        client.post(url.replace(sorter.row_id, other_row)), client.get(f"/projects/{theirs}"),
        as_member(client, sorter.scene.site.charlie).post(url), client.get(f"/sms/{sorter.row_id}/messages/{one}"),
    ]  # fmt: skip
    assert [each.status_code for each in answers] == [404] * len(answers)
    assert sorter.where(one) == sorter.wedding


def test_a_notice_has_no_menu(sorter: Sorter) -> None:
    sorter.scene.texts_us("STOP")
    notices = [each for each in sorter.scene.messages() if each.direction == "notice"]
    assert notices
    page = sorter.thread()
    for each in notices:
        assert f'data-sort="{each.id}"' not in page
        assert sorter.scene.client.get(f"{sorter.url}?message={each.id}").status_code == 404


@pytest.mark.covers("H-17")
def test_the_link_to_a_text_opens_the_page_of_the_thread_that_shows_it(sorter: Sorter) -> None:
    first = sorter.text("the first of many")
    for n in range(60):
        sorter.text(f"text {n}")
    latest = sorter.scene.messages()[-1].id
    client = sorter.scene.client
    for message_id in (first, latest):
        there = client.get(f"/sms/{sorter.row_id}/messages/{message_id}").headers["location"]
        assert there.endswith(f"#message-{message_id}")
        assert f'id="message-{message_id}"' in client.get(there).text
    assert "texts_before" not in there


@pytest.mark.covers("P10")
def test_who_may_only_read_sees_where_a_text_belongs_and_nothing_to_change_it(sorter: Sorter) -> None:
    one = sorter.text("one")
    sorter.post(message=one, project=sorter.wedding)
    nina = sorter.scene.write(lambda session: person(session, sorter.home, "nina", Role.COUNSEL))
    as_member(sorter.scene.client, nina)
    page = sorter.thread()
    assert f'class="sort-chip" href="/projects/{sorter.wedding}"' in page
    assert "data-sort" not in page
    assert sorter.post(message=one, project="").status_code == 403
    assert sorter.where(one) == sorter.wedding


@pytest.mark.covers("P16")
@pytest.mark.parametrize("name", HOSTILE)
def test_a_projects_name_is_text_and_nothing_else(sorter: Sorter, name: str) -> None:
    hostile = name.replace("\x00", "")
    made = sorter.made(hostile, contact_ids=[sorter.contact])
    one = sorter.text("one")
    said = sorter.post(PARTIAL, message=one, project=made).text
    sorter.scene.client.post(f"/projects/{made}/archive")
    flashed = sorter.scene.client.get(f"/projects/{made}").text
    pages = {
        url: sorter.scene.client.get(url).text
        for url in (f"/sms/{sorter.row_id}", f"{sorter.url}?message={one}", "/projects?stage=archived", sorter.url)
    }
    for url, page in (pages | {"said": said, "archived": flashed}).items():
        plain = page.replace("<script src=", "")
        assert "<script>" not in plain, url
        assert "<svg onload" not in plain, url
        assert "onerror=alert" not in re.sub(r"&lt;.*?&gt;", "", plain), url
        assert 'href="javascript:' not in plain, url
        assert "</title><script" not in plain, url
        typed = re.sub(r'<input[^>]*name="name"[^>]*>', "", page)
        assert not HIDDEN.search(typed), f"{url}: only a field to edit shows a name as it is"


def test_a_suggestion_is_the_project_with_the_date_nearest_the_text(sorter: Sorter) -> None:
    today = clock.now().date()
    near = sorter.made("Soon", contact_ids=[sorter.contact], starts_on=today + dt.timedelta(days=3))
    sorter.made("Later", contact_ids=[sorter.contact], starts_on=today + dt.timedelta(days=90))
    one = sorter.text("one")
    menu = sorter.scene.client.get(f"{sorter.url}?message={one}").text
    suggested = re.search(r'<button[^>]*value="(\w+)"[^>]*>(?:(?!</button>).)*suggested', menu, re.DOTALL)
    assert suggested is not None
    assert suggested.group(1) == near


def test_a_number_without_a_contact_is_offered_the_open_projects_and_no_suggestion(sorter: Sorter) -> None:
    sorter.scene.texts_us("who is this", SECOND)
    row = sorter.scene.row(SECOND)
    menu = sorter.scene.client.get(f"/sms/{row.id}/sort?message={sorter.scene.messages(SECOND)[-1].id}").text
    assert "Delgado wedding" in menu
    assert "suggested" not in menu


def test_without_projects_the_thread_says_how_to_begin(scene: Scene) -> None:
    row_id = scene.named("Rosa Delgado")
    scene.texts_us("hello")
    page = scene.alice().get(f"/sms/{row_id}").text
    found = re.search(r'href="(/projects/new\?contact=\w+)"', page)
    assert found is not None
    assert "data-sort=" not in page
    assert "For Rosa Delgado" in words(scene.client.get(found.group(1)).text)


def test_sorting_changes_nothing_of_the_consent(sorter: Sorter) -> None:
    one = sorter.text("one")
    before = sorter.scene.entries()
    status = sorter.scene.row().status
    sorter.post(message=one, project=sorter.wedding, following="on")
    assert sorter.scene.entries() == before
    assert sorter.scene.row().status == status
    assert sorter.scene.site.read(lambda s: subscription.counts(s, sorter.home))["opted_in"] == 1
