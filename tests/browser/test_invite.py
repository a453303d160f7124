"""Three people invited with the keyboard alone, Enter after Enter; the page follows what becomes of it (F-10, F-11)."""

import pytest
from playwright.sync_api import Browser, expect
from sqlmodel import Session

from portal.contacts import contact, group
from tests.browser.conftest import Served, violations

pytestmark = pytest.mark.browser
expect.set_options(timeout=15_000)  # machines that test are busy ones
NAMES = ("Ada", "Bea", "Cleo")


def prepared(session: Session, home: str) -> str:
    made = group.create(session, home, name="Spring")
    for n, name in enumerate(NAMES):
        group.add(session, made, [contact.create(session, home, name=name, numbers=[f"+1415555014{n}"]).id])
    return made.id


@pytest.mark.covers("F-9", "F-10", "F-11", "F-15")
def test_enter_after_enter_invites_one_after_the_other(chromium: Browser, served: Served) -> None:
    home = served.world.hearth.id
    here = served.app.state.database.write(lambda session: prepared(session, home))
    context = chromium.new_context(viewport={"width": 390, "height": 844})
    served.sign_in(context, served.world.alice)
    page = context.new_page()
    page.goto(f"{served.url}/groups/{here}")
    page.get_by_role("link", name="Invite Participants").first.click()
    page.get_by_label("They gave us this number").check()
    page.get_by_role("button", name="Invite Ada").focus()
    for name in NAMES:
        expect(page.get_by_role("button", name=f"Invite {name}")).to_be_focused()
        page.keyboard.press("Enter")
        expect(page.get_by_role("button", name=f"Invite {name}")).to_have_count(0)
    expect(page.locator(".invitee").filter(has_text="may be asked again in 24 h")).to_have_count(3)
    assert violations(page) == []
    context.close()
