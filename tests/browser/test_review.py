"""The review queue in a real browser: doubt, held, and the three ways out, on a phone and at a desk."""

import re
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect
from sqlmodel import Session

from portal import clock
from portal.accounts.sender import SMS
from portal.consent import subscription
from portal.consent.purpose import Purpose
from portal.consent.state import Origin, Proof
from portal.contacts import contact
from portal.messaging import inbox, opt_in, outbox
from portal.messaging.gate import Refuse
from portal.messaging.inbox import Rules
from portal.providers.provider import InboundText
from tests.browser.conftest import Served, violations
from tests.conftest import OUR_NUMBER

pytestmark = [pytest.mark.browser, pytest.mark.covers("X-10")]
expect.set_options(timeout=15_000)  # machines that test are busy ones

ROSA, OWEN = "+14155550132", "+14155550133"
DOUBT = "Sorry, wrong number I think"


@dataclass
class Queue:
    """Rosa and Owen have said Yes; Alice is at her desk, or on her phone."""

    served: Served
    context: BrowserContext
    ids: dict[str, str]

    def open(self, path: str = "/review") -> Page:
        page = self.context.new_page()
        page.goto(self.served.url + path)
        return page

    def texts_us(self, text: str, number: str = ROSA) -> None:
        carrier = self.served.app.state.providers.get("rehearsal")
        event = InboundText(f"in:{secrets.token_hex(12)}", "rehearsal", number, OUR_NUMBER, text)
        home = self.served.world.hearth.id
        self.served.app.state.database.write(
            lambda session: inbox.receive(
                session, home, carrier, event, raw=b"x", arrived_at=clock.now(), rules=Rules()
            )
        )

    def is_held(self, number: str = ROSA) -> bool:
        """Whether an automated text is refused."""

        def work(session: Session) -> Any:
            row = subscription.lock(session, self.served.world.hearth.id, SMS, number)
            return outbox.queue(session, row, "A reminder", purpose=Purpose.AUTOMATED)

        return isinstance(self.served.app.state.database.write(work), Refuse)


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
    return ids


@pytest.fixture(params=[390, 1280])
def queue(request: pytest.FixtureRequest, served: Served, chromium: Browser) -> Iterator[Queue]:
    ids = served.app.state.database.write(lambda session: furnish(session, served.world.hearth.id))
    context = chromium.new_context(viewport={"width": request.param, "height": 800})
    served.sign_in(context, served.world.alice)
    yield Queue(served, context, ids)
    context.close()


def item(page: Page, name: str) -> Any:
    return page.locator("article.review", has_text=name)


def test_doubt_holds_and_keep_texting_releases(queue: Queue) -> None:
    """The reply appears in the open page, with its count; a reason is asked for; then the next one stands first."""
    page = queue.open()
    expect(page.get_by_text("No reply is in doubt")).to_be_visible()
    queue.texts_us(DOUBT)
    queue.texts_us("no thanks", OWEN)
    rosa = item(page, "Rosa Delgado")
    expect(rosa.locator("mark")).to_have_text("wrong number")
    expect(rosa).to_contain_text("10 business days left")
    assert queue.is_held()
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    keep = rosa.get_by_role("button", name="Keep texting")
    keep.click()
    expect(rosa.get_by_text("Please write why")).to_be_visible()
    rosa.get_by_label("Why, in a few words").fill("She laughed about it on the phone")
    keep.click()
    expect(page.get_by_text("Kept. Automated texts to Rosa Delgado go on.")).to_be_visible()
    expect(page).to_have_url(re.compile(f"#review-{queue.ids[OWEN]}$"))
    expect(page.locator("article.review")).to_have_count(1)
    expect(page.get_by_role("link", name="Review 1 waiting")).to_be_visible()
    assert not queue.is_held()


def test_doubt_and_opt_out_by_keyboard_alone(queue: Queue) -> None:
    queue.texts_us(DOUBT)
    page = queue.open()
    page.keyboard.press("j")
    expect(item(page, "Rosa Delgado")).to_be_focused()
    reason = page.get_by_label("Why, in a few words")
    for _ in range(4):
        if reason.evaluate("field => field === document.activeElement"):
            break
        page.keyboard.press("Tab")
    page.keyboard.type("Not her")
    page.keyboard.press("Enter")  # takes neither way
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Opt out")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_text("Opted out. No text will go to Rosa Delgado.")).to_be_visible()
    expect(page.get_by_text("No reply is in doubt")).to_be_visible()
    assert violations(page) == []
    page.goto(f"{queue.served.url}/sms/{queue.ids[ROSA]}")
    expect(page.locator("textarea")).to_have_count(0)


@pytest.mark.parametrize("word", ["START", "STOP"])
def test_the_clients_own_word_settles_it_in_the_open_page(queue: Queue, word: str) -> None:
    queue.texts_us(DOUBT)
    page = queue.open()
    expect(item(page, "Rosa Delgado")).to_be_visible()
    queue.texts_us(word)
    expect(page.get_by_text("No reply is in doubt")).to_be_visible()
    assert queue.is_held() is (word == "STOP")


def test_what_is_being_typed_survives_other_replies(queue: Queue) -> None:
    queue.texts_us(DOUBT)
    page = queue.open()
    reason = item(page, "Rosa Delgado").get_by_label("Why, in a few words")
    reason.fill("half a reason")
    queue.texts_us("no thanks", OWEN)
    expect(item(page, "Owen Hartley")).to_be_visible()
    expect(reason).to_have_value("half a reason")
    expect(reason).to_be_focused()


def test_without_javascript_it_works_as_well(queue: Queue, chromium: Browser) -> None:
    queue.texts_us(DOUBT)
    context = chromium.new_context(java_script_enabled=False, viewport={"width": 390, "height": 800})
    queue.served.sign_in(context, queue.served.world.alice)
    page = context.new_page()
    page.goto(f"{queue.served.url}/review")
    page.get_by_label("Why, in a few words").fill("She called")
    page.get_by_role("button", name="Keep texting").click()
    expect(page.get_by_text("Kept. Automated texts to Rosa Delgado go on.")).to_be_visible()
    context.close()
    assert not queue.is_held()
