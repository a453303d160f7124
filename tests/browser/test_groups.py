"""A text to a group in a real browser, with axe at each step and the keyboard for the last one (F-5, M-12)."""

import pytest
from playwright.sync_api import Browser, expect
from sqlmodel import Session

from portal.accounts import business as businesses
from portal.accounts.business import Capability
from portal.accounts.sender import SMS
from portal.consent import subscription
from portal.consent.state import Origin, Proof
from portal.contacts import contact, group
from portal.messaging import opt_in
from tests.browser.conftest import Served, violations

pytestmark = pytest.mark.browser
expect.set_options(timeout=15_000)  # machines that test are busy ones


def prepared(session: Session, home: str) -> str:
    """A group of one who said Yes and one whom nobody asked; texts to groups are on."""
    found = businesses.get(session, home)
    businesses.grant(session, found, Capability.GROUP_MESSAGES)
    businesses.change(session, found, has_group_messages=True)
    made = group.create(session, home, name="Spring")
    for name, number in (("Ada", "+14155550141"), ("Bea", "+14155550142")):
        group.add(session, made, [contact.create(session, home, name=name, numbers=[number]).id])
    row = subscription.lock(session, home, SMS, "+14155550141")
    opt_in.opt_in(
        session, row, origin=Origin.FORM, proof=Proof.HANDSET, actor="client", scope="informational",
        confirmation="form.confirmation", evidence={"words": "the disclaimer"},
    )  # fmt: skip
    return made.id


@pytest.mark.covers("F-5", "M-12")
def test_a_text_to_a_group_shows_who_gets_it_and_asks_before_it_goes(chromium: Browser, served: Served) -> None:
    home = served.world.hearth.id
    here = served.app.state.database.write(lambda session: prepared(session, home))
    context = chromium.new_context(viewport={"width": 390, "height": 844})
    served.sign_in(context, served.world.alice)
    page = context.new_page()
    page.goto(f"{served.url}/groups/{here}")
    page.get_by_role("link", name="Text this group").click()
    page.get_by_label("Message").fill("Hearth here: a date is free on Sunday. Who would like it? 📷")
    expect(page.locator("#segments-group")).to_contain_text("UCS-2")
    expect(page.locator("#tally")).to_contain_text("has not agreed to texts")
    assert violations(page) == []
    page.get_by_role("button", name="Look it over").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Send 1 text?")
    assert violations(page) == []
    page.get_by_role("button", name="Send 1 text").press("Enter")
    expect(page.locator("#sending")).to_contain_text("Has not agreed to texts")
    assert violations(page) == []
    context.close()
