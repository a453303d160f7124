"""Texts are sorted into projects in a real browser: by menu, by keyboard, by drag, without a script; and undone."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page, expect
from sqlmodel import Session

from portal.contacts import contact, project
from portal.contacts.project import Project
from tests.browser.conftest import Served, violations
from tests.browser.test_desk import HOSTILE, ROSA, Desk, furnish

pytestmark = pytest.mark.browser
expect.set_options(timeout=15_000)  # machines that test are busy ones

WIDTHS = [390, 1280]


@dataclass
class Sorter:
    """Rosa's conversation with four texts, and three projects: hers has the digit 1."""

    desk: Desk
    ids: dict[str, str]

    @property
    def url(self) -> str:
        return self.desk.thread(ROSA)

    def open(self, width: int = 1280) -> Page:
        page = self.desk.open(self.url)
        page.set_viewport_size({"width": width, "height": 844})
        return page

    def change(self, work: Any, name: str) -> None:
        home = self.desk.served.world.hearth.id
        self.desk.write(lambda session: work(session, project.get(session, home, self.ids[name])))


def projects(session: Session, home: str) -> dict[str, str]:
    (rosa,) = contact.having(session, home, ROSA)
    made = [project.create(session, home, name=name) for name in ("Kitchen", "Anniversary")]
    made.append(project.create(session, home, name="Delgado wedding", contact_ids=[rosa.id]))
    return {each.name: each.id for each in made}


@pytest.fixture
def sorter(served: Served, chromium: Browser) -> Iterator[Sorter]:
    home = served.world.hearth.id
    ids = served.app.state.database.write(lambda session: furnish(session, home))
    context = chromium.new_context(viewport={"width": 1280, "height": 800})
    served.sign_in(context, served.world.alice)
    desk = Desk(served, context, ids)
    made = desk.write(lambda session: projects(session, home))
    for words in ("one", "two", "three", "four"):
        desk.texts_us(f"text {words}")
    yield Sorter(desk, made)
    context.close()


def text(page: Page, words: str) -> Locator:
    return page.locator(".text.in", has_text=f"text {words}")


def chip(page: Page, words: str) -> Locator:
    return text(page, words).locator(".sort-chip")


def toast(page: Page) -> Locator:
    return page.locator(".toasts")


@pytest.mark.covers("H-17", "X-23")
@pytest.mark.parametrize("width", WIDTHS)
def test_by_menu_with_the_suggestion_first_and_undone(sorter: Sorter, width: int) -> None:
    page, colleague = sorter.open(width), sorter.open()
    chip(page, "two").click()
    options = page.get_by_role("dialog").locator(".sort-options button")
    expect(options.first).to_contain_text("Delgado wedding")
    expect(options.first).to_contain_text("suggested")
    expect(options.first).to_be_focused()
    options.first.click()
    expect(page.get_by_role("dialog")).to_be_hidden()
    expect(toast(page)).to_contain_text("The text is now in “Delgado wedding”.")
    for each in (page, colleague):
        expect(chip(each, "two")).to_contain_text("Delgado wedding")
        expect(chip(each, "three")).to_contain_text("Sort")
    expect(text(page, "two")).to_be_focused()
    toast(page).get_by_role("button", name="Undo").click()
    expect(toast(page)).to_contain_text("Undone.")
    for each in (page, colleague):
        expect(chip(each, "two")).to_have_text("Sort")


@pytest.mark.covers("X-23")
@pytest.mark.parametrize("width", WIDTHS)
def test_this_and_all_that_follow_by_menu(sorter: Sorter, width: int) -> None:
    page = sorter.open(width)
    chip(page, "three").click()
    page.get_by_label("This and all that follow").check()
    page.get_by_role("dialog").get_by_role("button", name="Kitchen").click()
    expect(toast(page)).to_contain_text("2 texts are now in “Kitchen”, and new ones will be too.")
    sorter.desk.texts_us("text five")
    expect(chip(page, "five")).to_contain_text("Kitchen")
    expect(chip(page, "two")).to_have_text("Sort")
    expect(page.get_by_role("link", name="New texts: Kitchen")).to_be_visible()


@pytest.mark.covers("H-17", "X-23")
def test_by_keyboard_alone(sorter: Sorter) -> None:
    page = sorter.open()
    page.get_by_role("region", name="Texts").focus()
    page.keyboard.press("j")
    expect(text(page, "four")).to_be_focused()
    page.keyboard.press("k")
    page.keyboard.press("ArrowUp")
    expect(text(page, "two")).to_be_focused()
    page.keyboard.press("p")
    expect(page.get_by_role("dialog")).to_be_visible()
    page.keyboard.press("1")
    expect(page.get_by_role("dialog")).to_be_hidden()
    expect(page.get_by_role("status").filter(has_text="The text is now in “Delgado wedding”.")).to_be_visible()
    expect(chip(page, "two")).to_contain_text("Delgado wedding")
    expect(text(page, "two")).to_be_focused()
    page.keyboard.press("u")
    expect(chip(page, "two")).to_have_text("Sort")
    page.keyboard.press("p")
    page.keyboard.press("f")
    page.keyboard.press("2")
    expect(toast(page)).to_contain_text("3 texts are now in “Anniversary”")
    for words in ("two", "three", "four"):
        expect(chip(page, words)).to_contain_text("Anniversary")
    page.keyboard.press("p")
    page.keyboard.press("0")
    expect(chip(page, "two")).to_have_text("Sort")
    expect(chip(page, "three")).to_contain_text("Anniversary")


def test_quick_fingers_lose_nothing(sorter: Sorter) -> None:
    """Faster than any answer comes: each press of a digit is one text sorted."""
    page = sorter.open()
    text(page, "one").evaluate("element => element.focus()")
    for key in ("p", "1", "j", "p", "2", "j", "p", "3", "j", "p", "1"):
        page.keyboard.press(key)
    for words, name in (("one", "Delgado wedding"), ("two", "Anniversary"), ("three", "Kitchen")):
        expect(chip(page, words)).to_contain_text(name)
    expect(chip(page, "four")).to_contain_text("Delgado wedding")
    expect(page.get_by_role("dialog")).to_be_hidden()


def test_texts_that_are_replaced_under_the_fingers_lose_no_key(sorter: Sorter) -> None:
    """A refresh may come between two keys; the next one goes on from the same text."""
    page = sorter.open()
    text(page, "one").evaluate("element => element.focus()")
    page.evaluate("document.querySelectorAll('.texts').forEach(each => { each.outerHTML = each.outerHTML })")
    for key in ("j", "p", "3"):
        page.keyboard.press(key)
    expect(chip(page, "two")).to_contain_text("Kitchen")
    expect(chip(page, "one")).to_have_text("Sort")


def test_keys_are_letters_where_somebody_types(sorter: Sorter) -> None:
    page = sorter.open()
    page.get_by_label("Message").focus()
    page.keyboard.type("p1 ups")
    expect(page.get_by_label("Message")).to_have_value("p1 ups")
    expect(page.get_by_role("dialog")).to_be_hidden()
    expect(chip(page, "four")).to_have_text("Sort")


def test_escape_leaves_the_menu_and_the_text_as_they_were(sorter: Sorter) -> None:
    page = sorter.open()
    chip(page, "two").focus()
    page.keyboard.press("p")
    expect(page.get_by_role("dialog")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_be_hidden()
    page.keyboard.press("1")
    expect(chip(page, "two")).to_have_text("Sort")


@pytest.mark.covers("X-23")
def test_by_drag_onto_a_project(sorter: Sorter) -> None:
    page = sorter.open()
    bar = page.get_by_role("region", name="Projects")
    text(page, "three").locator("[data-grip]").drag_to(bar.get_by_role("link", name="Kitchen"))
    expect(chip(page, "three")).to_contain_text("Kitchen")
    expect(page).to_have_url(re.compile(sorter.url + "$"))
    toast(page).get_by_role("button", name="Undo").click()
    expect(chip(page, "three")).to_have_text("Sort")


def test_a_text_that_is_sorted_far_up_stays_where_it_is_on_the_screen(sorter: Sorter) -> None:
    for n in range(30):
        sorter.desk.texts_us(f"filler {n}")
    page = sorter.open()
    chip(page, "two").scroll_into_view_if_needed()
    before = page.locator(".thread-scroll").evaluate("element => element.scrollTop")
    chip(page, "two").click()
    page.get_by_role("dialog").get_by_role("button", name="Kitchen").click()
    expect(chip(page, "two")).to_contain_text("Kitchen")
    after = page.locator(".thread-scroll").evaluate("element => element.scrollTop")
    assert abs(after - before) < 60


@pytest.mark.covers("X-23")
def test_a_project_archived_under_the_open_menu_is_said_and_nothing_moves(sorter: Sorter) -> None:
    page = sorter.open()
    page.get_by_label("Message").fill("half a sentence")
    chip(page, "two").click()
    option = page.get_by_role("dialog").get_by_role("button", name="Kitchen")
    expect(option).to_be_visible()
    sorter.change(project.archive, "Kitchen")
    option.click()
    expect(toast(page)).to_contain_text("This project was archived meanwhile")
    expect(chip(page, "two")).to_have_text("Sort")
    expect(page.get_by_label("Message")).to_have_value("half a sentence")


@pytest.mark.covers("H-17")
def test_a_project_page_lists_its_texts_and_hears_of_new_ones(sorter: Sorter) -> None:
    listed = sorter.desk.open(f"/projects/{sorter.ids['Kitchen']}")
    expect(listed.get_by_role("heading", name="No messages in this project yet")).to_be_visible()
    page = sorter.open()
    chip(page, "two").click()
    page.get_by_role("dialog").get_by_role("button", name="Kitchen").click()
    expect(listed.locator(".project-text")).to_contain_text(["text two"])
    listed.get_by_role("link", name="In its conversation").click()
    expect(listed).to_have_url(re.compile(r"/sms/\w+#message-"))
    expect(text(listed, "two")).to_be_in_viewport()


def test_clients_are_found_added_removed_and_put_back(sorter: Sorter) -> None:
    page = sorter.desk.open(f"/projects/{sorter.ids['Kitchen']}")
    page.get_by_label("Add a contact").fill("ow")
    page.get_by_role("button", name="Add Owen Hartley").click()
    expect(page.get_by_text("Owen Hartley belongs to this project now.")).to_be_visible()
    page.get_by_role("button", name="Remove Owen Hartley").click()
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_role("button", name="Remove Owen Hartley")).to_be_visible()


@pytest.mark.covers("H-17", "X-23")
def test_everything_works_without_javascript(sorter: Sorter, chromium: Browser) -> None:
    context = chromium.new_context(java_script_enabled=False, viewport={"width": 390, "height": 844})
    sorter.desk.served.sign_in(context, sorter.desk.served.world.alice)
    page = context.new_page()
    page.goto(sorter.desk.served.url + "/projects")
    page.get_by_role("link", name="New project").click()
    page.get_by_label("Name").fill("Garden")
    page.get_by_label("Starts on").fill("2026-12-05")
    page.get_by_role("button", name="Create the project").click()
    page.goto(sorter.desk.served.url + sorter.url)
    expect(text(page, "two").locator("[data-grip]")).to_be_hidden()
    chip(page, "two").click()
    page.get_by_label("This and all that follow").check()
    page.get_by_role("button", name="Garden").click()
    expect(page.get_by_text("3 texts are now in “Garden”, and new ones will be too.")).to_be_visible()
    for words, name in (("one", "Sort"), ("two", "Garden"), ("four", "Garden")):
        expect(chip(page, words)).to_contain_text(name)
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_text("Undone.")).to_be_visible()
    expect(chip(page, "two")).to_have_text("Sort")
    page.get_by_role("link", name="New texts: no project").click()
    page.get_by_role("button", name="Kitchen").click()
    expect(page.get_by_role("link", name="New texts: Kitchen")).to_be_visible()
    context.close()


@pytest.mark.covers("P16")
def test_no_projects_name_runs_anything_anywhere(sorter: Sorter) -> None:
    home = sorter.desk.served.world.hearth.id
    names = [name.replace("\x00", "") for name in HOSTILE]

    def make(session: Session) -> list[Project]:
        (rosa,) = contact.having(session, home, ROSA)
        return [project.create(session, home, name=name, contact_ids=[rosa.id]) for name in names]

    made = sorter.desk.write(make)
    page = sorter.desk.context.new_page()
    events: list[str] = []
    page.on("dialog", lambda dialog: events.append(f"dialog {dialog.message}"))
    page.on("console", lambda message: events.append(f"console {message.text}"))
    page.on("pageerror", lambda error: events.append(f"error {error}"))
    page.on("request", lambda request: events.append(request.url))
    page.goto(sorter.desk.served.url + sorter.url)
    for digit in range(1, 10):
        text(page, "two").evaluate("element => element.focus()")
        page.keyboard.press("p")
        expect(page.get_by_role("dialog")).to_be_visible()
        page.keyboard.press(str(digit))
        expect(toast(page)).to_contain_text("is now in")
        page.locator("[data-toast-close]").click()
    for path in ("/projects", *(f"/projects/{each.id}" for each in made)):
        page.goto(sorter.desk.served.url + path)
        expect(page.locator("main")).to_be_visible()
    assert page.locator("iframe").count() == 0
    assert [event for event in events if not event.startswith(sorter.desk.served.url)] == []


@pytest.mark.parametrize("width", WIDTHS)
def test_axe_finds_nothing_while_sorting(sorter: Sorter, width: int) -> None:
    page = sorter.open(width)
    chip(page, "two").click()
    expect(page.locator(".sort-options")).to_be_visible()
    found = {"menu": violations(page)}
    page.get_by_role("dialog").get_by_role("button", name="Kitchen").click()
    expect(toast(page)).to_contain_text("The text is now")
    expect(chip(page, "two")).to_contain_text("Kitchen")
    found["toast"] = violations(page)
    for path in (f"/projects/{sorter.ids['Kitchen']}?find=o", f"{sorter.url}/sort", "/projects/new", "/projects"):
        page.set_viewport_size({"width": width, "height": 844})
        page.goto(sorter.desk.served.url + path)
        if page.evaluate("document.documentElement.scrollWidth") > width:
            found[f"{path} is too wide"] = [("wide", [])]
        found[path] = violations(page)
    assert {name: problems for name, problems in found.items() if problems} == {}
