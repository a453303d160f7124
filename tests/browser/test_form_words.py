"""The fixed words in a real browser: offers asked without a script, and how the words stood measured with one."""

from typing import Any

import pytest
from playwright.sync_api import Browser, Page, ViewportSize, expect
from sqlmodel import Session

from portal.accounts.sender import SMS
from portal.consent import ledger, subscription
from portal.consent.state import Kind
from portal.questionnaires import questionnaire as questionnaires
from portal.questionnaires.question import Question
from tests.browser.conftest import Served, violations

pytestmark = pytest.mark.browser
QUESTIONS = (
    Question("name", "text", "Your name", True),
    *(Question(f"more{i}", "paragraph", f"Anything about day {i}?") for i in range(6)),
    Question("optin", "opt_in", "May we text you?", True),
    Question("offers", "opt_in_marketing", "Offers too?"),
)


@pytest.fixture
def url(served: Served) -> str:
    def make(session: Session) -> str:
        found = questionnaires.create(session, served.world.hearth.id, "Before your session")
        questionnaires.save_draft(session, found, title="Before your session", questions=QUESTIONS)
        questionnaires.publish(session, found)
        return found.token

    return f"{served.url}/f/{served.world.write(make)}"


def entry(served: Served) -> Any:
    def find(session: Session) -> Any:
        row = subscription.find(session, served.world.hearth.id, SMS, "+14155550132")
        return next(each for each in ledger.entries(session, row.business_id, row.id) if each.kind == Kind.OPTED_IN)

    return served.world.read(find)


def read(page: Page, block: int) -> None:
    """Scroll the words into view and stay for a frame, as somebody who reads them does."""
    page.locator(".disclaimer").nth(block).scroll_into_view_if_needed()
    page.evaluate("() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")


@pytest.mark.covers("rules 15", "rules 17", "rules 9")
@pytest.mark.parametrize("has_script", [True, False], ids=["with script", "without script"])
def test_offers_are_asked_after_a_yes_and_the_words_are_measured_where_there_is_a_script(
    served: Served, url: str, chromium: Browser, has_script: bool
) -> None:
    context = chromium.new_context(java_script_enabled=has_script, viewport=ViewportSize(width=390, height=844))
    page = context.new_page()
    page.goto(url)
    first, second = (page.get_by_role("radiogroup", name=name) for name in ("May we text you?", "Offers too?"))
    expect(second).to_be_hidden()
    page.get_by_label("Your name").fill("Rosa")
    if has_script:
        read(page, 0)
    first.get_by_label("Yes").check()
    expect(second).to_be_visible()
    if has_script:
        read(page, 1)
    assert not second.get_by_label("Yes").is_checked()
    second.get_by_label("Yes").check()
    page.get_by_label("Mobile number to text").fill("(415) 555-0132")
    assert not has_script or violations(page) == []
    page.get_by_role("button", name="Send answers").click()
    expect(page.get_by_role("heading", name="Thank you")).to_be_visible()
    found = entry(served)
    assert found.scope == "marketing"
    seen = (found.evidence["visibility"], found.evidence["marketing"]["visibility"])
    if not has_script:
        assert seen == ("not measured", "not measured")
    for each in seen if has_script else ():
        assert (each["width_px"], each["in_view"], each["in_view_before_yes"]) == (390, True, True)
        assert (each["font_px"] >= 12, each["contrast"] >= 4.5) == (True, True)
    context.close()
