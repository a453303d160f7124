"""Wording an automatic text in a real browser, on a desk and on a phone: what is missing is said while it is typed."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from portal.accounts import business as businesses
from tests.browser.conftest import Served, violations

pytestmark = pytest.mark.browser
expect.set_options(timeout=15_000)  # machines that test are busy ones

OWN = "{business}: you are opted out, and we stop texting you. START brings you back."


@pytest.fixture(params=[1280, 390])
def context(served: Served, chromium: Browser, request: pytest.FixtureRequest) -> Iterator[BrowserContext]:
    found = chromium.new_context(viewport={"width": request.param, "height": 844})
    served.sign_in(found, served.world.alice)
    yield found
    found.close()


def fits(page: Page) -> bool:
    return bool(page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth"))


@pytest.mark.covers("M-5", "rules 10", "rules 29")
def test_an_owner_words_a_text_sees_it_on_a_phone_and_takes_it_back(served: Served, context: BrowserContext) -> None:
    page = context.new_page()
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text) if message.type == "error" else None)
    page.goto(f"{served.url}/settings")
    page.get_by_role("link", name="Wordings", exact=True).click()
    page.get_by_role("link", name="Spanish").click()
    expect(page.get_by_text("se ha dado de baja y ya no va a recibir")).to_be_visible()
    assert violations(page) == []
    assert fits(page)
    page.get_by_role("link", name="English").click()
    page.get_by_role("link", name="Confirmation of a STOP").click()
    preview, box = page.locator("#phone-preview"), page.get_by_label("Words", exact=True)
    expect(preview).to_contain_text("Hearth Photography: You are opted out")
    box.fill("Goodbye! Come back for 20% off")
    expect(preview).to_contain_text("It must name your business")
    expect(preview).to_contain_text("“20%” is advertising")
    assert violations(page) == []
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_role("alert")).to_contain_text("It must name your business")
    expect(box).to_have_value("Goodbye! Come back for 20% off")
    box.fill(OWN.removeprefix("{business}"))
    box.press("Control+Home")
    page.get_by_role("button", name="{business}").click()
    expect(box).to_have_value(OWN)
    expect(preview).to_contain_text("Hearth Photography: you are opted out, and we stop texting you.")
    expect(preview).not_to_contain_text("It must")
    assert fits(page)
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator("#flashes")).to_contain_text("Version 1 goes out from the next text on.")
    expect(page.get_by_text("Version 1 · goes out now")).to_be_visible()
    assert violations(page) == []
    assert own(served) == {"sms/opt_out.confirmation/en": 1}
    page.get_by_role("button", name="Back to the standard words").click()
    expect(page.locator("#flashes")).to_contain_text("The standard words go out from the next text on.")
    page.get_by_role("link", name="Use these words again").click()
    expect(box).to_have_value(OWN)
    assert own(served) == {}
    assert [each for each in said if "422" not in each] == []


@pytest.mark.covers("M-5")
def test_it_works_without_a_script(served: Served, chromium: Browser) -> None:
    context = chromium.new_context(java_script_enabled=False)
    served.sign_in(context, served.world.alice)
    page = context.new_page()
    page.goto(f"{served.url}/settings/wordings/edit?key=opt_out.confirmation&language=en")
    page.get_by_label("Words", exact=True).fill("Goodbye!")
    page.get_by_role("button", name="Show the preview").click()
    expect(page.locator("#phone-preview")).to_contain_text("It must name your business")
    page.get_by_label("Words", exact=True).fill(OWN)
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("Version 1 · goes out now")).to_be_visible()
    assert own(served) == {"sms/opt_out.confirmation/en": 1}
    context.close()


@pytest.mark.covers("M-5", "M-15", "M-16", "X-3", "X-4")
def test_an_owner_sets_up_what_asks_before_the_first_text(served: Served, context: BrowserContext) -> None:
    page = context.new_page()
    page.goto(f"{served.url}/settings/wordings")
    page.get_by_role("link", name="Tidy prefixes").click()
    expect(page.get_by_text("[Automated Message]: Your contact has been sent")).to_be_visible()
    assert violations(page) == []
    assert fits(page)
    page.get_by_role("button", name="Tidy all 6").click()
    expect(page.locator("#flashes")).to_contain_text("6 texts have tidy prefixes now.")
    column = page.get_by_role("region", name="MO (you text first)")
    column.get_by_role("link", name="Opt-in request to the client").click()
    preview, box = page.locator("#phone-preview"), page.get_by_label("Words", exact=True)
    expect(preview).to_contain_text("[Auto Message] Alice")
    expect(preview).to_contain_text("It should offer HELP")
    box.fill(" asks to text you for {business}. Reply OK or STOP.")
    expect(preview).to_contain_text("It must say who writes: put <Employee Name>")
    box.press("Control+Home")
    page.get_by_role("button", name="<Employee Name>").click()
    expect(preview).to_contain_text("asks to text you for Hearth Photography. Reply OK or STOP.")
    expect(preview).to_contain_text("It must say how to agree")
    page.goto(f"{served.url}/settings/wordings/keywords")
    page.get_by_label("More words that mean Yes").fill("OK")
    page.get_by_label("More words that mean Stop").fill("yes")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_role("alert")).to_contain_text("“yes” always means Yes")
    assert violations(page) == []
    assert fits(page)
    page.get_by_label("More words that mean Stop").fill("ENDE")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator("#flashes")).to_contain_text("These words count from now on.")
    page.goto(f"{served.url}/settings/wordings/edit?key=mo.request.client")
    box.fill("<Employee Name> asks to text you for {business}. Reply OK or STOP.")
    expect(preview).not_to_contain_text("It must")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("Version 1 · goes out now")).to_be_visible()
    assert own(served)["sms/mo.request.client/en"] == 1


def own(served: Served) -> dict[str, int]:
    home = served.world.hearth.id
    database = served.app.state.database
    return dict(database.read(lambda session: businesses.get(session, home).wordings))
