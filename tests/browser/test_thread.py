"""Beside a conversation in a browser: panels, notes, replies, texts for later; on a phone, and without scripts."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect
from sqlmodel import Session

from portal import clock, local_time
from portal.consent import ledger, subscription
from portal.consent.state import Kind, Origin, Proof
from portal.messaging import canned_reply, care, send_later
from tests.browser.conftest import violations
from tests.browser.test_desk import OWEN, ROSA, Desk, desk, row_of

__all__ = ["desk"]
pytestmark = pytest.mark.browser
ZONE = "America/New_York"
PHONE, WIDE = (390, 844), (1280, 800)
HOSTILE = "</textarea><img src=x onerror=alert(1)>{first name}"


@pytest.fixture(autouse=True)
def replies(desk: Desk) -> None:
    def work(session: Session) -> None:
        home = desk.served.world.hearth.id
        canned_reply.create(session, home, name="Parking", text="Hi {first name}, park behind {business}.")
        canned_reply.create(session, home, name="Project", text="About {project}: all is ready.")
        canned_reply.create(session, home, name="Hostile", text=HOSTILE)

    desk.write(work)


@pytest.fixture(params=[WIDE, PHONE], ids=["wide", "phone"])
def sized(desk: Desk, request: pytest.FixtureRequest) -> Iterator[Page]:
    """Rosa's conversation, without motion, which axe would measure halfway; never wider than the screen."""
    width, height = request.param
    page = desk.open(desk.thread(ROSA))
    page.emulate_media(reduced_motion="reduce")
    page.set_viewport_size({"width": width, "height": height})
    yield page
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def act(page: Page, path: str) -> None:
    """By the button beside the name, or by the menu of a phone."""
    button = page.locator(f".thread-acts a[href$='{path}']")
    if not button.is_visible():
        page.locator("summary[aria-label=More]").click()
        button = page.locator(f"details.menu[open] a[href$='{path}']")
    button.click()


@pytest.mark.covers("H-22", "X-17")
def test_why_opens_beside_the_conversation_and_leads_back(desk: Desk, sized: Page) -> None:
    sized.locator(".lights-link").click()
    panel = sized.get_by_role("dialog", name="Why may I text Rosa Delgado?")
    expect(panel).to_be_visible()
    expect(panel.get_by_role("link", name="Write a text")).to_have_count(1)
    assert violations(sized) == []
    panel.get_by_role("link", name="Write a text").click()
    expect(panel).to_be_hidden()
    expect(sized.get_by_label("Message")).to_be_focused()
    desk.texts_us("Stop texting me")
    sized.get_by_role("link", name="Why can’t I text?").click()
    panel = sized.get_by_role("dialog", name="Why can’t I text Rosa Delgado?")
    expect(panel).to_contain_text("Stop texting me")
    assert panel.locator(".button.primary").count() == 1
    sized.keyboard.press("Escape")
    expect(panel).to_be_hidden()


def test_a_panel_is_axe_clean_in_every_state(desk: Desk, sized: Page) -> None:
    for path in ("/assign", "/snooze", "/note"):
        act(sized, path)
        expect(sized.locator("dialog.side")).to_be_visible()
        assert violations(sized) == [], path
        sized.keyboard.press("Escape")
    sized.get_by_role("link", name="Replies", exact=True).last.click()
    expect(sized.locator("dialog.side")).to_contain_text("Parking")
    assert violations(sized) == []


def test_a_colleague_sees_who_took_it_and_an_undo_takes_it_back(desk: Desk, chromium: Browser, sized: Page) -> None:
    context = chromium.new_context(viewport={"width": 1280, "height": 800})
    desk.served.sign_in(context, desk.served.world.bob)
    bob = context.new_page()
    bob.goto(desk.served.url + desk.thread(ROSA))
    act(sized, "/assign")
    sized.get_by_role("button", name="Alice").click()
    expect(sized.locator(".thread-status")).to_contain_text("You")
    expect(bob.locator(".thread-status")).to_contain_text("Alice")
    sized.get_by_role("button", name="Undo").click()
    expect(sized.locator(".thread-status")).not_to_contain_text("You")
    expect(bob.locator(".thread-status")).not_to_contain_text("Alice")
    context.close()


def test_a_note_is_seen_by_colleagues_at_once_and_by_no_client(desk: Desk, chromium: Browser, sized: Page) -> None:
    context = chromium.new_context(viewport={"width": 1280, "height": 800})
    desk.served.sign_in(context, desk.served.world.bob)
    bob = context.new_page()
    bob.goto(desk.served.url + desk.thread(ROSA))
    act(sized, "/note")
    note = sized.get_by_role("dialog").get_by_label("Note", exact=True)
    expect(note).to_be_focused()
    note.fill("She prefers <b>mornings</b>")
    sized.get_by_role("button", name="Keep the note").click()
    expect(sized.locator(".note")).to_contain_text("She prefers <b>mornings</b>")
    expect(sized.locator(".note")).to_contain_text("only your team sees this")
    expect(bob.locator(".note")).to_contain_text("She prefers")
    phones = desk.open("/rehearsal")
    expect(phones.get_by_text("you're opted in").first).to_be_visible()
    expect(phones.get_by_text("mornings")).to_have_count(0)
    context.close()


def test_a_snooze_ends_when_the_client_writes(desk: Desk, sized: Page) -> None:
    act(sized, "/snooze")
    sized.get_by_role("button", name="Until the client writes").click()
    expect(sized.locator(".thread-status")).to_contain_text("Snoozed until they write")
    desk.texts_us("Hello again")
    expect(sized.locator(".thread-status")).not_to_contain_text("Snoozed")


def test_marked_as_unread_it_stays_so_where_a_colleague_has_it_open(desk: Desk, chromium: Browser) -> None:
    context = chromium.new_context(viewport={"width": 1280, "height": 800})
    desk.served.sign_in(context, desk.served.world.bob)
    bob = context.new_page()
    bob.goto(desk.served.url + desk.thread(ROSA))
    page = desk.open(desk.thread(ROSA))
    page.locator("summary[aria-label=More]").click()
    page.get_by_role("button", name="Mark as unread").click()
    expect(row_of(page, "Rosa Delgado").locator(".unread")).to_have_count(1)
    expect(row_of(bob, "Rosa Delgado").locator(".unread")).to_have_count(1)
    home, rosa = desk.served.world.hearth.id, desk.ids[ROSA]
    desk.write(lambda session: care.snooze(session, home, rosa, care.UNTIL_THEY_WRITE))
    expect(bob.locator(".thread-status")).to_contain_text("Snoozed")
    expect(row_of(bob, "Rosa Delgado").locator(".unread")).to_have_count(1)
    expect(row_of(page, "Rosa Delgado").locator(".unread")).to_have_count(1)
    desk.texts_us("A new text is read where it is seen")
    expect(row_of(page, "Rosa Delgado").locator(".unread")).to_have_count(0)
    context.close()


@pytest.mark.covers("P16")
def test_a_saved_reply_is_searched_put_in_and_its_gap_is_typed_over(desk: Desk, sized: Page) -> None:
    composer = sized.get_by_label("Message")
    composer.fill("Hello! ")
    sized.get_by_role("link", name="Replies", exact=True).last.click()
    search = sized.get_by_label("Search replies")
    search.fill("park")
    expect(sized.locator(".replies > li:visible")).to_have_count(1)
    search.fill("nothing like it")
    expect(sized.get_by_text("No reply has these words.")).to_be_visible()
    search.fill("about")
    sized.locator(".replies button:visible").click()
    expect(composer).to_have_value("Hello! About {project}: all is ready.")
    expect(composer).to_be_focused()
    expect(sized.locator(".segments")).to_contain_text("39 characters")
    sized.keyboard.type("your wedding")
    expect(composer).to_have_value("Hello! About your wedding: all is ready.")
    sized.keyboard.press("Control+Enter")
    expect(sized.locator(".text.out", has_text="About your wedding")).to_have_count(1)


def test_a_text_with_a_gap_stays_in_the_composer(desk: Desk, sized: Page) -> None:
    composer = sized.get_by_label("Message")
    composer.fill("About {project}: all is ready.")
    sized.get_by_role("button", name="Send", exact=True).click()
    expect(sized.get_by_role("alert")).to_contain_text("in the place of {project}")
    expect(composer).to_have_value("About {project}: all is ready.")
    expect(sized.locator(".text.out", has_text="all is ready")).to_have_count(0)


@pytest.mark.covers("H-16", "P6")
def test_a_text_for_later_waits_is_changed_and_cancelled_and_a_double_click_is_one(desk: Desk, sized: Page) -> None:
    sized.get_by_label("Message").fill("See you tomorrow")
    sized.get_by_text("Send later").click()
    sized.get_by_role("button", name="Send at this time").dblclick()
    waiting = sized.locator(".later .text")
    expect(waiting).to_have_count(1)
    expect(waiting).to_contain_text("tomorrow at 09:00")
    expect(sized.get_by_label("Message")).to_have_value("")
    assert violations(sized) == []
    waiting.get_by_role("link", name="Change").click()
    panel = sized.get_by_role("dialog", name="A text for later")
    panel.get_by_label("Message").fill("See you the day after")
    panel.get_by_role("button", name="Save").click()
    expect(waiting).to_contain_text("See you the day after")
    waiting.get_by_role("button", name="Cancel this text").click()
    expect(sized.locator(".later")).to_have_count(0)
    sized.get_by_role("link", name="Use these words again").click()
    expect(sized.get_by_label("Message")).to_have_value("See you the day after")


def test_enter_in_the_time_never_sends_at_once(desk: Desk, sized: Page) -> None:
    sized.get_by_label("Message").fill("Not now")
    sized.get_by_text("Send later").click()
    sized.locator("[name=send_at]").press("Enter")
    expect(sized.locator(".later .text")).to_contain_text("Not now")
    sized.get_by_label("Message").fill("Not now either")
    sized.get_by_text("Send later").click()
    sized.get_by_label("Message").press("Control+Enter")
    expect(sized.locator(".later .text")).to_have_count(2)
    expect(sized.locator(".texts:not(.later *) .text.out", has_text="Not now")).to_have_count(0)


@pytest.mark.covers("X-16", "H-22")
def test_a_stop_takes_what_waits_off_every_open_page(desk: Desk, sized: Page) -> None:
    home, rosa = desk.served.world.hearth.id, desk.ids[ROSA]
    due_at = clock.now() + send_later.LATE
    desk.write(
        lambda session: send_later.write(
            session, home, rosa, "See you tomorrow", member_id=desk.served.world.alice.id, once_key="x", due_at=due_at
        )
    )
    expect(sized.locator(".later .text")).to_have_count(1)
    desk.texts_us("STOP")
    expect(sized.locator(".later")).to_have_count(0)
    expect(sized.locator(".text.out", has_text="See you tomorrow")).to_contain_text("opted out before it left")


@pytest.fixture
def plain(desk: Desk, chromium: Browser) -> Iterator[BrowserContext]:
    """A browser without JavaScript, on a phone."""
    context = chromium.new_context(java_script_enabled=False, viewport={"width": 390, "height": 844})
    desk.served.sign_in(context, desk.served.world.alice)
    yield context
    context.close()


@pytest.mark.covers("H-16", "H-22")
def test_all_of_it_works_without_javascript(desk: Desk, plain: BrowserContext) -> None:
    page = plain.new_page()
    rosa = desk.served.url + desk.thread(ROSA)
    page.goto(rosa)
    page.get_by_label("Message").fill("Hello!")
    page.get_by_label("Saved reply").select_option(label="Parking")
    page.get_by_role("button", name="Insert").click()
    expect(page.get_by_label("Message")).to_have_value("Hello!\nHi Rosa, park behind Hearth Photography.")
    expect(page.locator(".segments")).to_contain_text("47 characters")
    page.get_by_text("Send later").click()
    page.get_by_role("button", name="Send at this time").click()
    expect(page.locator(".later .text")).to_contain_text("park behind Hearth Photography.")
    page.locator(".later").get_by_role("link", name="Change").click()
    page.get_by_label("When").fill(local_time.input_value(clock.now() - send_later.LATE, ZONE))
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("alert")).to_contain_text("This time has passed.")
    page.goto(rosa)
    page.get_by_role("button", name="Cancel this text").click()
    expect(page.locator(".later")).to_have_count(0)
    for path, button in (("note", "Keep the note"), ("assign", "Alice"), ("snooze", "Next week")):
        page.locator("summary[aria-label=More]").click()
        page.locator(f"details.menu[open] a[href$='/{path}']").click()
        if path == "note":
            page.get_by_label("Note", exact=True).fill("Plain")
        page.get_by_role("button", name=button).click()
    expect(page.locator(".note")).to_contain_text("Plain")
    expect(page.locator(".thread-status")).to_contain_text("You")
    expect(page.locator(".thread-status")).to_contain_text("Snoozed until")
    page.get_by_role("button", name="Undo").click()
    expect(page.locator(".thread-status")).not_to_contain_text("Snoozed")
    page.locator(".lights-link").click()
    expect(page.get_by_role("heading", name="Why may I text Rosa Delgado?")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


@pytest.mark.covers("X-17")
def test_a_carrier_block_is_explained_with_the_sentence_to_hand_out(desk: Desk) -> None:
    def block(session: Session) -> None:
        row = subscription.lock_by_id(session, desk.served.world.hearth.id, desk.ids[OWEN])
        ledger.record(
            session, row, Kind.CARRIER_BLOCKED, origin=Origin.PROVIDER, proof=Proof.ATTESTED, actor="provider",
            evidence={"code": "21610"},
        )  # fmt: skip

    desk.write(block)
    page = desk.open(f"{desk.thread(OWEN)}/why")
    expect(page.get_by_role("heading", name="Why can’t I text Owen Hartley?")).to_be_visible()
    expect(page.get_by_text(re.compile("Please text START to"))).to_be_visible()
    expect(page.get_by_role("link", name="Ask by e-mail")).to_be_visible()
    assert violations(page) == []
