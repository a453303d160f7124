"""The list in a real browser: keys, boxes that outlive a refresh, colleagues who see it, a phone, no JavaScript."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Dialog, Locator, Page, expect

from portal.messaging import saved_view, word_search
from tests.browser.conftest import Served, violations
from tests.browser.test_desk import HOSTILE, OWEN, PRIYA, ROSA, Desk, furnish, row_of
from tests.conftest import Person

pytestmark = pytest.mark.browser


@pytest.fixture
def desk(served: Served, chromium: Browser) -> Iterator[Desk]:
    ids = served.app.state.database.write(lambda session: furnish(session, served.world.hearth.id))
    context = chromium.new_context(viewport={"width": 1280, "height": 800})
    served.sign_in(context, served.world.alice)
    yield Desk(served, context, ids)
    context.close()


def other(desk: Desk, chromium: Browser, who: Person) -> BrowserContext:
    context = chromium.new_context(viewport={"width": 1280, "height": 800})
    desk.served.sign_in(context, who)
    return context


def box_of(page: Page, name: str) -> Locator:
    return page.get_by_role("checkbox", name=f"Select {name}")


@pytest.mark.covers("H-15", "H-16")
def test_the_list_is_walked_opened_and_left_by_single_keys(desk: Desk) -> None:
    desk.texts_us("the newest", ROSA)
    page = desk.open("/sms")
    page.keyboard.press("j")
    expect(row_of(page, "Rosa Delgado")).to_be_focused()
    page.keyboard.press("ArrowDown")
    expect(row_of(page, "Rosa Delgado")).not_to_be_focused()
    page.keyboard.press("k")
    expect(row_of(page, "Rosa Delgado")).to_be_focused()
    page.keyboard.press("x")
    expect(box_of(page, "Rosa Delgado")).to_be_checked()
    expect(page.locator("#keys-said")).to_have_text("Rosa Delgado selected")
    page.keyboard.press("Enter")
    expect(page.get_by_label("Message", exact=True)).to_be_visible()
    page.keyboard.press("/")
    expect(page.get_by_label("Search by")).to_be_focused()


def test_two_keys_in_a_row_open_a_page_and_one_alone_says_what_may_follow(desk: Desk) -> None:
    page = desk.open("/sms")
    page.keyboard.press("g")
    expect(page.locator("#keys-said")).to_contain_text("t for Today")
    page.keyboard.press("t")
    page.wait_for_url(f"{desk.served.url}/")
    page.keyboard.press("g")
    page.keyboard.press("s")
    page.wait_for_url(f"{desk.served.url}/sms")


def test_the_help_is_a_dialog_that_names_every_key_and_nothing_works_behind_it(desk: Desk) -> None:
    page = desk.open("/sms")
    page.keyboard.press("?")
    dialog = page.get_by_role("dialog", name="Keyboard")
    expect(dialog).to_be_visible()
    for words in ("Next row", "Select the row", "Search", "SMS Status", "Sort into a project", "Back"):
        expect(dialog).to_contain_text(words)
    page.keyboard.press("j")
    expect(page.locator("a.row:focus")).to_have_count(0)
    assert violations(page) == []
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()


def test_no_key_does_anything_while_somebody_types(desk: Desk) -> None:
    page = desk.open(desk.thread(ROSA))
    page.get_by_label("Message", exact=True).fill("")
    page.get_by_label("Message", exact=True).press_sequentially("g t ? x j /")
    expect(page.get_by_label("Message", exact=True)).to_have_value("g t ? x j /")
    expect(page.get_by_role("dialog")).to_have_count(0)
    assert page.url.endswith(desk.thread(ROSA))


def test_single_keys_can_be_switched_off_and_on_again(desk: Desk) -> None:
    """WCAG 2.2, 2.1.4; arrows in the list and Escape are no letters and stay."""
    page = desk.open("/settings/account")
    page.get_by_role("button", name="Switch single keys off").click()
    expect(page.get_by_text("Single keys do nothing any more.")).to_be_visible()
    page.goto(desk.served.url + "/sms")
    for key in ("j", "x", "?", "/"):
        page.keyboard.press(key)
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(page.locator("a.row:focus, input:focus")).to_have_count(0)
    page.locator("a.row").first.focus()
    page.keyboard.press("ArrowDown")
    expect(page.locator("a.row").nth(1)).to_be_focused()
    page.goto(desk.served.url + "/settings/account")
    page.get_by_role("button", name="Switch single keys on").click()
    expect(page.get_by_text("Single keys work everywhere now.")).to_be_visible()
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keyboard")).to_be_visible()


@pytest.mark.covers("H-18")
def test_a_row_of_boxes_is_checked_with_shift_and_outlives_a_text_that_arrives(desk: Desk) -> None:
    page = desk.open("/sms")
    expect(page.get_by_role("group", name="With the selected numbers")).to_be_hidden()
    boxes = page.locator(".pick input")
    boxes.nth(0).click()
    boxes.nth(2).click(modifiers=["Shift"])
    expect(page.locator("[data-selected]")).to_have_text("3 selected")
    boxes.nth(1).click()
    expect(page.locator("[data-selected]")).to_have_text("2 selected")
    chosen = {row.get_attribute("id") for row in page.locator("#bulk li:has(input:checked)").all()}
    desk.texts_us("Hello there", PRIYA)
    expect(row_of(page, "Priya Raman")).to_contain_text("Hello there")
    expect(page.locator("[data-selected]")).to_have_text("2 selected")
    assert {row.get_attribute("id") for row in page.locator("#bulk li:has(input:checked)").all()} == chosen
    page.get_by_role("checkbox", name="Select all on this page").check()
    expect(page.locator("[data-selected]")).to_have_text("3 selected")
    page.get_by_role("button", name="Opt out").click()
    expect(page.get_by_role("heading", name="Opt 3 numbers out")).to_be_visible()
    page.get_by_label("Who asked, and why").fill("One letter for all")
    page.get_by_label("Another way").check()
    page.get_by_role("button", name="Opt 3 numbers out").click()
    expect(page.get_by_role("heading", name="3 of 3 opted out")).to_be_visible()
    assert violations(page) == []


@pytest.mark.covers("H-16")
def test_what_one_does_to_several_a_colleague_sees_at_once(desk: Desk, chromium: Browser) -> None:
    """Two people, two browsers: assigned, put off and opted out without a reload; views and filters stay theirs."""
    desk.texts_us("Hello?", ROSA)
    context = other(desk, chromium, desk.served.world.bob)
    theirs = context.new_page()
    theirs.goto(desk.served.url + "/sms?assigned=me")
    everything = context.new_page()
    everything.goto(desk.served.url + "/sms")
    expect(row_of(theirs, "Rosa Delgado")).to_have_count(0)
    page = desk.open("/sms")
    box_of(page, "Rosa Delgado").check()
    page.get_by_label("Assign to").last.select_option(label="Bob")
    page.get_by_role("button", name="Assign").click()
    expect(page.get_by_text("1 conversation assigned to Bob.")).to_be_visible()
    expect(row_of(theirs, "Rosa Delgado")).to_be_visible()
    expect(row_of(everything, "Rosa Delgado")).to_contain_text("Bob")
    box_of(page, "Owen Hartley").check()
    page.get_by_role("button", name="Snooze").click()
    expect(row_of(everything, "Owen Hartley")).to_contain_text("Snoozed until")
    desk.texts_us("I am back", OWEN)
    expect(row_of(everything, "Owen Hartley")).not_to_contain_text("Snoozed until")
    desk.texts_us("STOP", OWEN)
    expect(row_of(everything, "Owen Hartley")).to_contain_text("Opted out")
    expect(everything.locator("a.chart-row", has_text="Opted out")).to_contain_text("1")
    context.close()


def test_filters_being_chosen_are_left_alone_and_then_show_themselves_as_chips(desk: Desk) -> None:
    page = desk.open("/sms")
    page.locator("summary", has_text="Filters").click()
    page.get_by_label("Unread", exact=True).check()
    desk.texts_us("something arrives meanwhile", ROSA)
    expect(row_of(page, "Rosa Delgado")).to_contain_text("something arrives meanwhile")
    expect(page.get_by_label("Unread", exact=True)).to_be_checked()
    page.get_by_role("button", name="Show", exact=True).click()
    expect(row_of(page, "Owen Hartley")).to_have_count(0)
    assert "unread=yes" in page.url
    page.get_by_role("link", name="Unread (remove this filter)").click()
    expect(row_of(page, "Owen Hartley")).to_be_visible()
    page.go_back()
    expect(row_of(page, "Owen Hartley")).to_have_count(0)


@pytest.mark.covers("P16")
def test_hostile_texts_are_found_as_text(desk: Desk) -> None:
    for text in HOSTILE:
        desk.texts_us(f"needle {text}")
    events: list[str] = []
    page = desk.context.new_page()

    def dismiss(dialog: Dialog) -> None:
        events.append("dialog")
        dialog.dismiss()

    page.on("dialog", dismiss)
    page.on("console", lambda message: events.append(f"console {message.text}"))
    page.on("request", lambda request: events.append(request.url))
    while desk.served.app.state.database.read(word_search.is_behind):
        desk.write(word_search.take_in)
    page.goto(desk.served.url + "/sms")
    for q in ("needle", *(text.replace("\x00", "") for text in HOSTILE)):  # no keyboard types a NUL
        page.get_by_label("Search by").fill(q)
        page.get_by_label("Search by").press("Enter")
        expect(page.locator("main")).to_be_visible()
    page.goto(desk.served.url + "/sms?q=needle")
    expect(page.locator("mark").first).to_have_text("needle")
    assert page.locator(".found :is(script, img, svg[onload], iframe, style, base)").count() == 0
    assert [event for event in events if not event.startswith(desk.served.url)] == []


def test_on_a_phone_the_list_is_one_column_and_nothing_jumps(desk: Desk, chromium: Browser) -> None:
    """The layout does not shift while the page loads, and not when boxes are checked or a text arrives."""
    context = chromium.new_context(viewport={"width": 390, "height": 844}, has_touch=True)
    desk.served.sign_in(context, desk.served.world.alice)
    world = desk.served.world
    for n in range(4):
        name = f"A list of numbers {n}"
        desk.write(
            lambda session, name=name: saved_view.save(
                session, world.hearth.id, world.alice.id, name=name, query=f"q={name}"
            )
        )
    context.add_init_script(
        "new PerformanceObserver((list) => { for (const each of list.getEntries()) "
        "if (!each.hadRecentInput) window.shifted = (window.shifted ?? 0) + each.value; })"
        ".observe({ type: 'layout-shift', buffered: true });"
    )
    page = context.new_page()
    for path in ("/sms", desk.thread(ROSA), "/sms?q=ros"):
        page.goto(desk.served.url + path)
        expect(page.locator("main")).to_be_visible()
        page.wait_for_load_state("load")
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
        assert page.evaluate("window.shifted ?? 0") < 0.1, path
    page.goto(desk.served.url + "/sms")
    box_of(page, "Rosa Delgado").check()
    group = page.get_by_role("group", name="With the selected numbers")
    expect(group).to_be_in_viewport()
    assert violations(page) == []
    row_of(page, "Owen Hartley").click()
    expect(page.get_by_label("Message", exact=True)).to_be_visible()
    expect(page.locator("#numbers")).to_be_hidden()
    context.close()


@pytest.mark.covers("H-15", "H-18")
def test_the_list_works_without_javascript(desk: Desk, chromium: Browser) -> None:
    context = chromium.new_context(java_script_enabled=False, viewport={"width": 1280, "height": 900})
    desk.served.sign_in(context, desk.served.world.alice)
    page = context.new_page()
    page.goto(desk.served.url + "/sms")
    page.locator("summary", has_text="Filters").click()
    page.get_by_label("Needs a look").check()
    page.get_by_role("button", name="Show", exact=True).click()
    expect(row_of(page, "Priya Raman")).to_be_visible()
    expect(row_of(page, "Owen Hartley")).to_have_count(0)
    page.locator("summary", has_text="Save this view").click()
    page.get_by_label("Name of the view").fill("Doubtful")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_role("link", name="Doubtful")).to_be_visible()
    page.get_by_role("link", name="All", exact=True).first.click()
    box_of(page, "Owen Hartley").check()
    box_of(page, "Rosa Delgado").check()
    page.get_by_role("button", name="Opt out").click()
    page.get_by_label("Who asked, and why").fill("Both called")
    page.get_by_label("By phone").check()
    page.get_by_role("button", name="Opt 2 numbers out").click()
    expect(page.get_by_role("heading", name="2 of 2 opted out")).to_be_visible()
    page.goto(desk.served.url + "/sms?status=opted_out")
    expect(page.locator("a.row")).to_have_count(2)
    context.close()
