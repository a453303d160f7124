"""The questionnaire in a real browser: with and without a script, by keyboard alone, in a frame, and at its editor."""

import functools
import http.server
import threading
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
import sqlalchemy as sa
from playwright.sync_api import Browser, BrowserContext, Page, ViewportSize, expect
from sqlmodel import Session, select

from portal.accounts import business as businesses
from portal.messaging import message, one_time_code
from portal.questionnaires import questionnaire as questionnaires
from portal.questionnaires.question import Question
from portal.questionnaires.questionnaire import Confirmation, Questionnaire
from portal.questionnaires.submission import Submission
from portal.statement import Statement
from tests.browser.conftest import Served, violations

pytestmark = pytest.mark.browser
PHONE = ViewportSize(width=390, height=844)
E164 = "+14155550132"
QUESTIONS = (
    Question("name", "text", "Your name", True),
    Question("days", "choices", "Which days suit you?", False, ("Saturday", "Sunday")),
    Question("optin", "opt_in", "May we text you?", True),
)


@pytest.fixture
def form(served: Served) -> Questionnaire:
    def make(session: Session) -> Questionnaire:
        found = questionnaires.create(session, served.world.hearth.id, "Before your session")
        questionnaires.save_draft(session, found, title="Before your session", questions=QUESTIONS)
        questionnaires.publish(session, found)
        return found

    made: Questionnaire = served.world.write(make)
    return made


@pytest.fixture(params=[True, False], ids=["with script", "without script"])
def context(request: pytest.FixtureRequest, chromium: Browser) -> Iterator[BrowserContext]:
    made = chromium.new_context(java_script_enabled=request.param, viewport=PHONE)
    yield made
    made.close()


@pytest.fixture
def scripted(chromium: Browser) -> Iterator[BrowserContext]:
    made = chromium.new_context(viewport=PHONE)
    yield made
    made.close()


def texts(served: Served) -> list[str]:
    query = Statement(sa.select(message.table.c.number).where(message.table.c.direction == "outbound"))
    return [row.number for row in served.world.read(query.rows)]


@pytest.mark.covers("H-9", "rules 9")
def test_the_number_appears_on_yes_and_goes_on_no(served: Served, form: Questionnaire, context: BrowserContext) -> None:
    page = context.new_page()
    page.goto(f"{served.url}/f/{form.token}")
    number = page.get_by_label("Mobile number to text")
    seen = [number.is_visible()]
    for answer in ("Yes", "No", "Yes"):
        page.get_by_role("radiogroup", name="May we text you?").get_by_label(answer).check()
        seen.append(number.is_visible())
    assert seen == [False, True, False, True]


@pytest.mark.covers("H-1", "H-14", "rules 9")
def test_a_client_says_yes_and_is_told_which_number_is_texted(
    served: Served, form: Questionnaire, context: BrowserContext
) -> None:
    page = context.new_page()
    page.goto(f"{served.url}/f/{form.token}")
    page.get_by_label("Your name").fill("Rosa")
    page.get_by_label("Saturday").check()
    page.get_by_label("Yes").check()
    page.get_by_label("Mobile number to text").fill("(415) 555-0132")
    page.get_by_role("button", name="Send answers").click()
    expect(page.get_by_role("heading", name="Thank you")).to_be_visible()
    expect(page.get_by_text("We will text +1 415 555 0132")).to_be_visible()
    assert texts(served) == [E164]


@pytest.mark.covers("H-13")
def test_a_mistake_comes_back_with_everything_typed(
    served: Served, form: Questionnaire, context: BrowserContext
) -> None:
    page = context.new_page()
    page.goto(f"{served.url}/f/{form.token}")
    page.get_by_label("Your name").fill("Rosa")
    page.get_by_label("Sunday").check()
    page.get_by_label("Yes").check()
    page.get_by_label("Mobile number to text").fill("555")
    page.get_by_role("button", name="Send answers").click()
    expect(page.get_by_role("alert")).to_contain_text("Mobile number to text")
    expect(page.get_by_label("Your name")).to_have_value("Rosa")
    expect(page.get_by_label("Sunday")).to_be_checked()
    expect(page.get_by_label("Mobile number to text")).to_have_value("555")


def test_the_number_is_echoed_while_it_is_typed(served: Served, form: Questionnaire, scripted: BrowserContext) -> None:
    page = scripted.new_page()
    page.goto(f"{served.url}/f/{form.token}")
    page.get_by_label("Yes").check()
    number = page.get_by_label("Mobile number to text")
    said = []
    for typed in (
        "(415) 555-0132",
        "+1 415 555 0132",
        "1 415 555 0132",
        "415 555",
        "(415) 555-CARD",
        "+44 7700 900123",
    ):
        number.fill(typed)
        said.append(page.locator("[data-echo]").inner_text())
    assert said == ["We will text +1 415 555 0132"] * 3 + ["", "", "We will text +447700900123"]


@pytest.mark.covers("H-9")
def test_the_form_can_be_filled_in_by_keyboard_alone(
    served: Served, form: Questionnaire, context: BrowserContext
) -> None:
    page = context.new_page()
    page.goto(f"{served.url}/f/{form.token}")
    page.get_by_label("Your name").focus()
    press(page, "Rosa", "Tab", "Space", "Tab", "Tab", "Space")  # name; Saturday; past Sunday; Yes
    expect(page.get_by_label("Mobile number to text")).to_be_visible()
    press(page, "Tab", "Tab", "Tab", "4155550132", "Enter")  # past the two links beside the words
    expect(page.get_by_role("heading", name="Thank you")).to_be_visible()
    assert texts(served) == [E164]


def press(page: Page, *keys: str) -> None:
    for key in keys:
        if key in ("Tab", "Space", "Enter", "ArrowDown"):
            page.keyboard.press(key)
        else:
            page.keyboard.type(key)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1280])
def test_axe_finds_nothing_on_what_clients_see(
    served: Served, form: Questionnaire, chromium: Browser, width: int, scheme: Any
) -> None:
    context = chromium.new_context(viewport=ViewportSize(width=width, height=844), color_scheme=scheme)
    page = context.new_page()
    said: list[str] = []
    page.on("console", lambda line: said.append(line.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.goto(f"{served.url}/f/{form.token}")
    found = violations(page)
    page.get_by_label("Yes").check()
    page.get_by_role("button", name="Send answers").click()
    expect(page.get_by_role("alert")).to_be_visible()
    found += violations(page)
    page.get_by_label("Your name").fill("Rosa")
    page.get_by_label("Mobile number to text").fill("415 555 0132")
    page.get_by_role("button", name="Send answers").click()
    expect(page.get_by_role("heading", name="Thank you")).to_be_visible()
    found += violations(page)
    page.goto(f"{served.url}/opt-in/hearth-photography")
    found += violations(page)
    wide = page.evaluate("document.documentElement.scrollWidth") > width
    context.close()
    assert (found, wide) == ([], False)
    assert [line for line in said if "422" not in line] == []


@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("path", ["", "/new", "/{id}", "/{id}/share", "/{id}/results"])
def test_axe_finds_nothing_on_what_members_see(
    served: Served, form: Questionnaire, chromium: Browser, path: str, width: int
) -> None:
    context = chromium.new_context(viewport=ViewportSize(width=width, height=844))
    served.sign_in(context, served.world.alice)
    page = context.new_page()
    page.goto(served.url + "/questionnaires" + path.format(id=form.id))
    found = violations(page)
    wide = page.evaluate("document.documentElement.scrollWidth") > width
    context.close()
    assert (found, wide) == ([], False)


# the editor


@pytest.fixture
def desk(served: Served, form: Questionnaire, chromium: Browser) -> Iterator[Page]:
    context = chromium.new_context(viewport=ViewportSize(width=1280, height=1600))
    served.sign_in(context, served.world.alice)
    page = context.new_page()
    page.goto(f"{served.url}/questionnaires/{form.id}")
    yield page
    context.close()


def order(served: Served, form: Questionnaire) -> list[str]:
    def read(session: Session) -> list[str]:
        found = questionnaires.get(session, served.world.hearth.id, form.id)
        return [each.id for each in questionnaires.questions_of(found.draft)]

    found: list[str] = served.world.read(read)
    return found


def test_the_preview_follows_the_typing(desk: Page) -> None:
    desk.get_by_label("Title").fill("Typed just now")
    desk.locator("#label-name").fill("What shall we call you?")
    expect(desk.locator("#preview")).to_contain_text("Typed just now")
    expect(desk.locator("#preview").get_by_label("What shall we call you?")).to_be_visible()


def test_a_question_is_dragged_to_another_place(served: Served, form: Questionnaire, desk: Page) -> None:
    grip, target = desk.locator("#question-optin [data-grip]"), desk.locator("#question-name")
    grip.hover()
    desk.mouse.down()
    box = target.bounding_box()
    assert box
    desk.mouse.move(box["x"] + 20, box["y"] + 30, steps=8)
    with desk.expect_navigation():
        desk.mouse.up()
    assert order(served, form) == ["optin", "name", "days"]


def test_a_question_is_moved_by_keyboard_and_keeps_the_focus(served: Served, form: Questionnaire, desk: Page) -> None:
    button = desk.get_by_role("button", name="Move question 3 up")
    button.focus()
    with desk.expect_navigation():
        desk.keyboard.press("Enter")
    expect(desk.get_by_role("button", name="Move question 2 up")).to_be_focused()
    with desk.expect_navigation():
        desk.keyboard.press("Enter")
    expect(desk.get_by_role("button", name="Move question 1 down")).to_be_focused()
    assert order(served, form) == ["optin", "name", "days"]


def test_enter_in_a_field_saves_the_draft_and_moves_nothing(served: Served, form: Questionnaire, desk: Page) -> None:
    desk.locator("#label-name").fill("Your full name")
    with desk.expect_navigation():
        desk.locator("#label-name").press("Enter")
    expect(desk.locator("#label-name")).to_have_value("Your full name")
    assert order(served, form) == ["name", "days", "optin"]


# in a frame on another site


@pytest.fixture
def other_site(served: Served, form: Questionnaire, tmp_path: Any) -> Iterator[str]:
    """A page of the business's own, on another origin, with the one-line loader on it."""
    (tmp_path / "index.html").write_text(
        "<!doctype html><title>Our site</title><h1>Our site</h1>"
        f'<script src="{served.url}/static/embed.js" data-form="{form.token}" data-title="Our form" async></script>'
    )
    handler = functools.partial(Quiet, directory=str(tmp_path))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:
        """Tests stay quiet."""


def allow(served: Served, origin: str) -> None:
    def work(session: Session) -> None:
        businesses.change(session, businesses.get(session, served.world.hearth.id), embed_origins=[origin])

    served.world.write(work)


@pytest.mark.covers("C", "X-22")
def test_the_loader_makes_a_frame_as_tall_as_the_form_and_a_yes_works_in_it(
    served: Served, other_site: str, scripted: BrowserContext
) -> None:
    allow(served, other_site)
    page = scripted.new_page()
    page.goto(other_site)
    frame = page.frame_locator("iframe[title='Our form']")
    yes = frame.get_by_label("Yes")
    expect(yes).to_be_visible()
    before = height(page)
    yes.check()
    expect(frame.get_by_label("Mobile number to text")).to_be_visible()
    expect(page.locator("iframe")).not_to_have_css("height", f"{before}px")
    assert height(page) > before
    assert not frame.locator("html").evaluate("html => html.scrollHeight > window.innerHeight + 1")
    frame.get_by_label("Your name").fill("Rosa")
    frame.get_by_label("Mobile number to text").fill("415 555 0132")
    frame.get_by_role("button", name="Send answers").click()
    expect(frame.get_by_role("heading", name="Thank you")).to_be_visible()
    assert texts(served) == [E164]
    sent = served.world.read(lambda session: session.exec(select(Submission)).one().visibility)
    assert (sent["in_view_before_yes"], sent["contrast"] >= 4.5) == (True, True)


def height(page: Page) -> float:
    box = page.locator("iframe").bounding_box()
    assert box
    return box["height"]


@pytest.mark.covers("C")
def test_a_site_that_is_not_on_the_list_gets_an_empty_frame(
    served: Served, other_site: str, scripted: BrowserContext
) -> None:
    allow(served, "https://hearth.example")
    page = scripted.new_page()
    said: list[str] = []
    page.on("console", lambda line: said.append(line.text))
    page.goto(other_site)
    expect(page.locator("iframe")).to_be_attached()
    page.wait_for_load_state("networkidle")
    assert page.frame_locator("iframe").get_by_label("Your name").count() == 0
    assert any("frame-ancestors" in line for line in said)


@pytest.mark.covers("P14")
def test_the_browser_does_the_work_that_a_form_asks_for(
    served: Served, form: Questionnaire, scripted: BrowserContext
) -> None:
    served.app.state.settings = replace(served.app.state.settings, form_work_bits=12)
    page = scripted.new_page()
    page.goto(f"{served.url}/f/{form.token}")
    page.get_by_label("Your name").fill("Rosa")
    page.get_by_label("No").check()
    page.get_by_role("button", name="Send answers").click()
    expect(page.get_by_role("heading", name="Thank you")).to_be_visible()


@pytest.mark.covers("X-29")
def test_a_client_types_the_code_that_came_to_the_phone(
    served: Served, form: Questionnaire, context: BrowserContext
) -> None:
    """With and without a script: a slip comes back beside what was typed, the right code opts in."""
    asks_for_a_code(served, form)
    page = context.new_page()
    page.goto(f"{served.url}/f/{form.token}")
    page.get_by_label("Your name").fill("Rosa")
    page.get_by_label("Yes").check()
    page.get_by_label("Mobile number to text").fill("(415) 555-0132")
    page.get_by_role("button", name="Send answers").click()
    digits = code_on_the_phone(served)
    page.get_by_label("Code from the text").fill("12345")
    page.get_by_role("button", name="Confirm").click()
    expect(page.get_by_text("Please enter the six digits of the code.")).to_be_visible()
    expect(page.get_by_label("Code from the text")).to_have_value("12345")
    page.get_by_label("Code from the text").fill(digits)
    page.get_by_role("button", name="Confirm").click()
    expect(page.get_by_text("You are opted in: +1 415 555 0132 gets our texts.")).to_be_visible()


def test_the_page_that_asks_for_a_code_is_for_everybody(
    served: Served, form: Questionnaire, scripted: BrowserContext
) -> None:
    asks_for_a_code(served, form)
    page = scripted.new_page()
    page.goto(f"{served.url}/f/{form.token}")
    page.get_by_label("Your name").fill("Rosa")
    page.get_by_label("Yes").check()
    page.get_by_label("Mobile number to text").fill("(415) 555-0132")
    page.get_by_role("button", name="Send answers").click()
    page.get_by_label("Code from the text").fill("x")
    page.get_by_role("button", name="Confirm").click()
    expect(page.get_by_label("Code from the text")).to_be_focused()
    assert violations(page) == []


def asks_for_a_code(served: Served, form: Questionnaire) -> None:
    def work(session: Session) -> None:
        found = questionnaires.get(session, served.world.hearth.id, form.id)
        found.confirmation = Confirmation.CODE
        session.add(found)

    served.world.write(work)


def code_on_the_phone(served: Served) -> str:
    sent = served.world.read(lambda session: session.exec(select(Submission)).one())
    return one_time_code.of(served.world.secrets, sent.id, E164)
