"""Contacts in a real browser, on a desk and on a phone: write down, change, merge, take back, attach, and stay deaf to
hostile names."""

import secrets
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Dialog, Page, expect
from sqlmodel import Session

from portal import clock
from portal.accounts.sender import SMS
from portal.consent import subscription
from portal.consent.state import Origin, Proof
from portal.messaging import contact_desk, inbox, opt_in
from portal.messaging.contact_desk import Who
from portal.messaging.inbox import Rules
from portal.providers.provider import InboundText
from tests.browser.conftest import Served, violations
from tests.browser.test_desk import HOSTILE
from tests.conftest import OUR_NUMBER

pytestmark = pytest.mark.browser
expect.set_options(timeout=15_000)  # machines that test are busy ones

ROSA, OTHER, STRANGER = "+14155550132", "+14155550133", "+14155550134"
WHO = Who("member:x", "203.0.113.9")


class Book:
    """Hearth's contacts, open in a browser as Alice."""

    def __init__(self, served: Served, context: BrowserContext) -> None:
        self.served, self.context, self.home = served, context, served.world.hearth.id

    def open(self, path: str) -> Page:
        page = self.context.new_page()
        page.goto(self.served.url + path)
        return page

    def write(self, work: Any) -> Any:
        return self.served.app.state.database.write(work)

    def add(self, name: str, *numbers: str) -> str:
        made = self.write(lambda session: contact_desk.create(session, self.home, WHO, name=name, numbers=numbers).id)
        return f"/contacts/{made}"

    def says_yes(self, number: str) -> None:
        def work(session: Session) -> None:
            row = subscription.lock(session, self.home, SMS, number)
            opt_in.opt_in(
                session, row, origin=Origin.FORM, proof=Proof.HANDSET, actor="client", scope="informational",
                confirmation="form.confirmation", evidence={"words": "the disclaimer"},
            )  # fmt: skip

        self.write(work)

    def texts_us(self, text: str, number: str) -> None:
        carrier = self.served.app.state.providers.get("rehearsal")
        event = InboundText(f"in:{secrets.token_hex(12)}", "rehearsal", number, OUR_NUMBER, text)
        self.write(
            lambda session: inbox.receive(
                session, self.home, carrier, event, raw=b"x", arrived_at=clock.now(), rules=Rules()
            )
        )

    def row(self, number: str) -> Any:
        database = self.served.app.state.database
        return database.read(lambda session: subscription.find(session, self.home, SMS, number))


@pytest.fixture(params=[1280, 390])
def book(served: Served, chromium: Browser, request: pytest.FixtureRequest) -> Iterator[Book]:
    context = chromium.new_context(viewport={"width": request.param, "height": 844})
    served.sign_in(context, served.world.alice)
    yield Book(served, context)
    context.close()


@pytest.mark.covers("H-3", "X-14")
def test_somebody_is_written_down_and_a_new_number_is_explained_before_it_is_saved(book: Book) -> None:
    page = book.open("/contacts")
    page.get_by_role("link", name="New contact").first.click()
    page.get_by_label("Name").fill("Rosa Delgado")
    page.get_by_label("New number").fill("(415) 555-0132")
    page.get_by_role("button", name="Add a date").click()
    expect(page.get_by_label("Name")).to_have_value("Rosa Delgado")
    page.get_by_label("What is it?").fill("Birthday")
    page.get_by_label("Day").fill("1990-05-17")
    page.get_by_role("button", name="Save", exact=True).last.click()
    expect(page.get_by_role("heading", name="Rosa Delgado")).to_be_visible()
    expect(page.get_by_text("17 May 1990")).to_be_visible()
    page.get_by_role("link", name="Edit").click()
    page.get_by_label("Number +1 415 555 0132").fill("415 555 0133")
    page.get_by_label("Number +1 415 555 0132").press("Enter")
    review = page.locator("#review")
    expect(review).to_be_focused()
    expect(review).to_contain_text("+1 415 555 0133 is a new number without consent")
    assert book.row(OTHER) is None
    assert violations(page) == []
    review.get_by_role("button", name="Yes, save this").click()
    expect(page.locator(".timeline")).to_contain_text("Number changed from +1 415 555 0132 to +1 415 555 0133")
    assert not book.row(ROSA).is_current


@pytest.mark.covers("X-15", "P12")
def test_two_records_are_merged_and_split_again_with_one_click_each(book: Book) -> None:
    rosa = book.add("Rosa Delgado", ROSA)
    book.add("R. Delgado", OTHER)
    book.says_yes(ROSA)
    book.says_yes(OTHER)
    book.texts_us("STOP", OTHER)
    page = book.open(rosa)
    page.get_by_role("link", name="Merge…").click()
    page.get_by_label("Search by name").fill("r. d")
    expect(page.locator("#choices li")).to_have_count(1)
    page.get_by_role("link", name="R. Delgado").click()
    expect(page.get_by_text("will be paused", exact=True)).to_be_visible()
    assert violations(page) == []
    page.get_by_role("button", name="Merge into Rosa Delgado").click()
    expect(page.locator("#flashes")).to_contain_text("No consent was carried over.")
    expect(page.locator(".numbers").first).to_contain_text("Paused")
    page.locator("#flashes").get_by_role("button").click()
    expect(page.locator("#flashes")).to_contain_text("is a contact of its own again")
    expect(page.locator(".numbers").first).to_contain_text("Paused")
    page.goto(f"{book.served.url}/contacts")
    expect(page.locator("#contacts li")).to_have_count(2)


def test_an_unknown_sender_is_attached_with_one_click(book: Book) -> None:
    book.add("Owen Hartley")
    rosa = book.add("Rosa Delgado", ROSA)
    book.texts_us("Hi, it is me with my new phone", STRANGER)
    page = book.open("/contacts")
    page.get_by_role("link", name="Unknown senders").click()
    page.get_by_role("link", name="Attach to…").click()
    page.get_by_label("Search contacts").fill("ros")
    expect(page.locator("#choices li")).to_have_count(1)
    page.get_by_role("button", name="Attach to Rosa Delgado").click()
    expect(page.locator(".text.in")).to_contain_text(["Hi, it is me with my new phone"])
    page.goto(book.served.url + rosa)
    expect(page.locator(".timeline")).to_contain_text("Number +1 415 555 0134 added")


def test_the_page_of_a_client_is_live(book: Book) -> None:
    page = book.open(book.add("Rosa Delgado", ROSA))
    book.says_yes(ROSA)
    expect(page.locator(".numbers").first).to_contain_text("Opted in")
    book.texts_us("Are you there?", ROSA)
    expect(page.locator(".timeline")).to_contain_text("Are you there?")
    book.texts_us("STOP", ROSA)
    expect(page.locator(".numbers").first).to_contain_text("Opted out")


def test_a_search_narrows_the_list_while_it_is_typed(book: Book) -> None:
    for n, name in enumerate(("Rosa Delgado", "Owen Hartley", "Priya Raman")):
        book.add(name, f"+1415555010{n}")
    page = book.open("/contacts")
    search = page.get_by_label("Search by")
    search.fill("ow")
    expect(page.locator("#contacts li")).to_have_count(1)
    expect(search).to_be_focused()
    search.fill("0102")
    expect(page.locator("#contacts li")).to_contain_text(["Priya Raman"])
    search.fill("nobody")
    expect(page.get_by_text("Nobody found")).to_be_visible()


@pytest.mark.covers("P16")
def test_hostile_names_run_nothing_anywhere(book: Book) -> None:
    """No dialog, no request to anybody else, no report of the policy: in the list, on the page, in forms and merges."""
    page = book.open("/contacts")
    said: list[str] = []

    def dismiss(dialog: Dialog) -> None:
        said.append(dialog.message)
        dialog.dismiss()

    page.on("dialog", dismiss)
    page.on("console", lambda message: said.append(message.text) if message.type == "error" else None)
    page.on("request", lambda sent: said.append(sent.url) if not sent.url.startswith(book.served.url) else None)
    urls = [book.add(name[:120]) for name in HOSTILE]
    book.add("Rosa Delgado", ROSA)
    for text in HOSTILE:
        book.texts_us(text, STRANGER)
    page.goto(f"{book.served.url}/contacts")
    for url in urls[::4]:
        for path in (url, f"{url}/edit", f"{url}/merge", f"{url}/merge?with={urls[1].rsplit('/', 1)[1]}"):
            page.goto(book.served.url + path)
    page.goto(f"{book.served.url}/contacts?unknown=1")
    page.goto(f"{book.served.url}/sms/{book.row(STRANGER).id}/contact?q=rosa")
    page.get_by_role("button", name="Attach to Rosa Delgado").click()
    page.goto(f"{book.served.url}/contacts/{book.row(STRANGER).contact_id}")
    expect(page.locator(".timeline")).to_contain_text("<script>alert(1)</script>")
    assert [each for each in said if "409" not in each] == []
