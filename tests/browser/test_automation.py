"""Automations and Today in a real browser: written, tried, switched on and cancelled, with and without a script."""

import datetime as dt
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, ViewportSize, expect
from sqlmodel import Session

from portal import clock
from portal.accounts.sender import SMS
from portal.automations import automation as automations
from portal.automations.rule import Rule
from portal.automations.scheduled_text import ScheduledText
from portal.consent import subscription
from portal.consent.state import Origin, Proof
from portal.contacts import contact
from portal.messaging import inbox, opt_in
from portal.messaging.inbox import Rules
from portal.providers.provider import InboundText
from portal.questionnaires import questionnaire
from tests.browser.conftest import Served, violations
from tests.conftest import OUR_NUMBER

pytestmark = pytest.mark.browser
expect.set_options(timeout=15_000)  # machines that test are busy ones

Scheme = Literal["light", "dark"]
ROSA, OWEN = "+14155550132", "+14155550133"
PHONE, DESK = ViewportSize(width=390, height=844), ViewportSize(width=1280, height=900)
TEXT = "Hi {first_name|there}, this is {business}."


@dataclass
class Room:
    """Hearth with Rosa and Owen, who said Yes."""

    served: Served
    ids: dict[str, str]

    def write(self, work: Any) -> Any:
        return self.served.app.state.database.write(work)

    def automation(self, *, is_on: bool, due_in: dt.timedelta | None = None, **values: Any) -> str:
        """One that is waiting for opt-ins, with a text for Rosa in so long."""
        given: dict[str, Any] = {"name": "Say hello", "text": TEXT, "event": "opted_in", "delay_minutes": 1440}

        def make(session: Session) -> str:
            made = automations.create(session, self.served.world.hearth.id, Rule(**(given | values)), actor="tests")
            if is_on:
                automations.switch_on(session, made, actor="tests")
            if due_in is not None:
                session.add(_text(made, self.ids[ROSA], clock.now() + due_in))
            return made.id

        return str(self.write(make))

    def texts_us(self, text: str, number: str = ROSA) -> None:
        carrier = self.served.app.state.providers.get("rehearsal")
        event = InboundText(f"in:{clock.monotonic()}", "rehearsal", number, OUR_NUMBER, text)
        home = self.served.world.hearth.id
        self.write(
            lambda session: inbox.receive(
                session, home, carrier, event, raw=b"x", arrived_at=clock.now(), rules=Rules()
            )
        )


def _text(automation: automations.Automation, subscription_id: str, due_at: dt.datetime) -> ScheduledText:
    return ScheduledText(
        business_id=automation.business_id, automation_id=automation.id, version=1, subscription_id=subscription_id,
        number=ROSA, occasion="tests", text=automation.text, due_at=due_at, expires_at=due_at + dt.timedelta(hours=6),
        created_at=clock.now(),
    )  # fmt: skip


def furnish(session: Session, home: str) -> dict[str, str]:
    ids = {}
    for name, number in (("Rosa Delgado", ROSA), ("Owen Hartley", OWEN)):
        row = subscription.lock(session, home, SMS, number)
        contact.create(session, home, name=name, email="client@example.com", numbers=[number])
        opt_in.opt_in(
            session, row, origin=Origin.FORM, proof=Proof.HANDSET, actor="client", scope="informational",
            confirmation="form.confirmation", evidence={"words": "the disclaimer"},
        )  # fmt: skip
        ids[number] = row.id
    asked = questionnaire.create(session, home, "Before your session")
    questionnaire.publish(session, asked)
    return ids


@pytest.fixture
def room(served: Served) -> Room:
    return Room(served, served.app.state.database.write(lambda session: furnish(session, served.world.hearth.id)))


@pytest.fixture
def context(room: Room, chromium: Browser) -> Iterator[BrowserContext]:
    made = chromium.new_context(viewport=DESK)
    room.served.sign_in(made, room.served.world.alice)
    yield made
    made.close()


@pytest.fixture(params=[(True, DESK), (False, PHONE)], ids=["desk with script", "phone without script"])
def page(request: pytest.FixtureRequest, room: Room, chromium: Browser) -> Iterator[Page]:
    has_script, size = request.param
    context = chromium.new_context(viewport=size, java_script_enabled=has_script)
    room.served.sign_in(context, room.served.world.alice)
    yield context.new_page()
    context.close()


@pytest.mark.covers("H-23", "X-16")
def test_an_owner_writes_one_tries_it_and_switches_it_on(room: Room, page: Page) -> None:
    page.goto(f"{room.served.url}/automations")
    page.get_by_role("link", name=re.compile("Remind before a project")).click()
    expect(page.get_by_label("How many days").nth(0)).to_be_visible()
    expect(page.get_by_label("Date and time")).to_be_hidden()
    page.get_by_role("radio", name="One moment, once").check()
    expect(page.get_by_label("Date and time")).to_be_visible()
    page.get_by_label("Date and time").fill("2020-01-01T09:00")
    page.get_by_label("Text", exact=True).fill("Happy holidays, {first_name|dear friend}! Yours, {business}")
    page.get_by_role("button", name="Save the draft").click()
    expect(page.get_by_text("This moment has passed.").last).to_be_visible()
    expect(page.get_by_label("Text", exact=True)).to_have_value(re.compile("Happy holidays"))
    page.get_by_label("Date and time").fill(f"{clock.now().year + 1}-01-01T09:00")
    page.get_by_role("button", name="Save the draft").click()
    expect(page.locator(".bar", has_text="Get it")).to_contain_text("2")
    page.get_by_text("One by one").click()
    expect(page.get_by_text("Happy holidays, Rosa! Yours, Hearth Photography")).to_be_visible()
    page.get_by_role("button", name="Switch on").click()
    expect(page.get_by_text("It is on. Only what happens from now on counts.")).to_be_visible()
    page.get_by_role("button", name="Pause").click()
    expect(page.get_by_text("What becomes due meanwhile is skipped and never sent later.")).to_be_visible()
    page.get_by_role("button", name="Switch on again").click()
    expect(page.locator(".lede .badge")).to_have_text("On")


@pytest.mark.covers("H-23")
def test_a_test_goes_to_a_number_that_opted_in_and_to_no_other(room: Room, page: Page) -> None:
    found = room.automation(is_on=False)
    page.goto(f"{room.served.url}/automations/{found}")
    page.get_by_label("Search for a number").fill("rosa")
    page.get_by_role("button", name="Search").click()
    room.texts_us("STOP")
    page.get_by_label("Rosa Delgado").check()
    page.get_by_role("button", name="Send the test").click()
    expect(page.get_by_text("Not sent. This client opted out.")).to_be_visible()


@pytest.mark.covers("X-16")
def test_one_scheduled_text_is_cancelled_after_saying_that_it_is_for_good(room: Room, page: Page) -> None:
    found = room.automation(is_on=True, due_in=dt.timedelta(hours=2))
    page.goto(f"{room.served.url}/automations/{found}")
    page.get_by_text("Cancel this text").click()
    expect(page.get_by_text("It cannot be put back")).to_be_visible()
    page.get_by_role("button", name="Cancel it for good").click()
    expect(page.locator(".scheduled .badge")).to_have_text("Cancelled")
    expect(page.locator(".scheduled")).to_contain_text("A member cancelled it.")


@pytest.mark.covers("H-23")
def test_a_stop_is_seen_at_once_on_every_open_page(room: Room, context: BrowserContext) -> None:
    found = room.automation(is_on=True, due_in=dt.timedelta(hours=2))
    automation, today = context.new_page(), context.new_page()
    automation.goto(f"{room.served.url}/automations/{found}")
    today.goto(room.served.url)
    expect(today.locator(".ahead")).to_contain_text("Rosa Delgado")
    room.texts_us("STOP")
    expect(automation.locator(".forecast")).to_contain_text("Would be skipped now: This client opted out.")
    expect(today.get_by_text("1 more is due and will be skipped as things stand.")).to_be_visible()
    expect(today.locator(".ahead")).to_have_count(0)


@pytest.mark.covers("X-16")
def test_what_becomes_due_goes_out_and_its_row_says_so(room: Room, context: BrowserContext) -> None:
    found = room.automation(is_on=True, due_in=dt.timedelta(seconds=1))
    page = context.new_page()
    page.goto(f"{room.served.url}/automations/{found}")
    expect(page.locator(".scheduled .badge")).to_have_text("Sent", timeout=30_000)
    expect(page.locator(".scheduled")).to_contain_text("Hi Rosa, this is Hearth Photography.")


def test_the_phone_beside_the_form_shows_the_words_as_they_are_typed(room: Room, context: BrowserContext) -> None:
    page = context.new_page()
    page.goto(f"{room.served.url}/automations/new")
    text = page.get_by_label("Text", exact=True)
    text.fill("Dear ")
    page.get_by_role("button", name="{first_name|there}").click()
    expect(text).to_have_value("Dear {first_name|there}")
    expect(text).to_be_focused()
    expect(page.locator(".phone-bubble")).to_have_text("Dear Sam")
    text.fill("ç" * 71)
    expect(page.locator("#segments")).to_contain_text("2 segments · UCS-2 because of “ç”")


def test_the_scheduled_texts_of_a_conversation_are_one_click_away(room: Room, context: BrowserContext) -> None:
    room.automation(is_on=True, due_in=dt.timedelta(hours=2))
    page = context.new_page()
    page.goto(f"{room.served.url}/sms/{room.ids[ROSA]}")
    page.locator("summary", has=page.locator("[href*=ellipsis]")).click()
    page.get_by_role("link", name="Scheduled texts").click()
    expect(page.locator(".scheduled")).to_contain_text("Say hello")
    contact_id = room.served.world.read(
        lambda session: subscription.get(session, room.served.world.hearth.id, room.ids[ROSA]).contact_id
    )
    page.goto(f"{room.served.url}/contacts/{contact_id}")
    page.get_by_text("Scheduled texts", exact=True).click()
    expect(page.locator("#scheduled")).to_be_visible()


@pytest.mark.parametrize(("width", "scheme"), [(390, "dark"), (1280, "light")])
def test_axe_finds_nothing_and_nothing_is_wider_than_the_screen(
    room: Room, chromium: Browser, width: int, scheme: Scheme
) -> None:
    empty = chromium.new_context(viewport=ViewportSize(width=width, height=800), color_scheme=scheme)
    room.served.sign_in(empty, room.served.world.charlie)
    full = chromium.new_context(viewport=ViewportSize(width=width, height=800), color_scheme=scheme)
    room.served.sign_in(full, room.served.world.alice)
    draft = room.automation(is_on=False, event="date", delay_minutes=0, at=clock.now() + dt.timedelta(days=3))
    running = room.automation(is_on=True, due_in=dt.timedelta(hours=2))
    room.texts_us("STOP", OWEN)
    looks = [
        (empty, "/"), (empty, "/automations"), (full, "/"), (full, "/automations"), (full, "/automations/new"),
        (full, f"/automations/{draft}"), (full, f"/automations/{draft}/edit"), (full, f"/automations/{running}?try=1"),
        (full, "/automations/scheduled"),
    ]  # fmt: skip
    found: dict[str, object] = {}
    for context, path in looks:
        page = context.new_page()
        page.goto(room.served.url + path)
        if page.evaluate("document.documentElement.scrollWidth") > width:
            found[f"{path} is too wide"] = width
        for panel in page.locator("details:not(.menu)").all():
            panel.evaluate("each => { each.open = true; }")
        if problems := violations(page):
            found[path] = problems
        page.close()
    empty.close()
    full.close()
    assert found == {}
