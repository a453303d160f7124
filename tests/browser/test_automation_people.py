"""Choosing contacts for an automation in a real browser, with and without a script."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import Served
from tests.browser.test_automation import DESK, PHONE, Room, furnish

pytestmark = pytest.mark.browser
expect.set_options(timeout=15_000)  # machines that test are busy ones


@pytest.fixture
def room(served: Served) -> Room:
    return Room(served, served.app.state.database.write(lambda session: furnish(session, served.world.hearth.id)))


@pytest.fixture(params=[(True, DESK), (False, PHONE)], ids=["desk with script", "phone without script"])
def page(request: pytest.FixtureRequest, room: Room, chromium: Browser) -> Iterator[Page]:
    has_script, size = request.param
    context = chromium.new_context(viewport=size, java_script_enabled=has_script)
    room.served.sign_in(context, room.served.world.alice)
    yield context.new_page()
    context.close()


@pytest.mark.covers("H-23")
def test_several_contacts_are_found_by_name_chosen_and_left_out_again(room: Room, page: Page) -> None:
    """Enter in the search saves nothing; what was typed and checked before it stays."""
    page.goto(f"{room.served.url}/automations/new")
    page.get_by_label("Name", exact=True).fill("A few words")
    page.get_by_role("radio", name="A client opts in").check()
    page.get_by_label("Text", exact=True).fill("Hello from {business}")
    page.get_by_role("radio", name="Only some of them").check()
    find = page.get_by_label("Name, e-mail or number of a contact")
    find.fill("ros")
    find.press("Enter")
    rosa, owen = (page.get_by_role("checkbox", name=name) for name in ("Rosa Delgado", "Owen Hartley"))
    rosa.check()
    find.fill("owe")
    page.get_by_role("button", name="Find").click()
    owen.check()
    expect(rosa).to_be_checked()
    rosa.uncheck()
    expect(page.get_by_label("Text", exact=True)).to_have_value("Hello from {business}")
    page.get_by_role("button", name="Save the draft").click()
    expect(page.get_by_text("Only to clients among one chosen contact")).to_be_visible()
    page.get_by_role("link", name="Edit").click()
    expect(owen).to_be_checked()
    expect(rosa).to_have_count(0)
