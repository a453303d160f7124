"""The desk in a real browser: live without reload, by keyboard, without JavaScript, and deaf to hostile texts."""

import re
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

import pytest
from playwright.sync_api import Browser, BrowserContext, Dialog, Locator, Page, Route, expect
from sqlmodel import Session

from portal import clock
from portal.accounts.sender import SMS
from portal.consent import ledger, subscription
from portal.consent.state import Kind, Origin, Proof
from portal.contacts import contact
from portal.messaging import inbox, opt_in, segment
from portal.messaging.inbox import Rules
from portal.providers.provider import InboundText
from portal.questionnaires import questionnaire
from tests.browser.conftest import Served, violations
from tests.conftest import OUR_NUMBER

pytestmark = pytest.mark.browser
expect.set_options(timeout=15_000)  # machines that test are busy ones

ROSA, OWEN, PRIYA = "+14155550132", "+14155550133", "+14155550134"
HOSTILE = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    '"><svg/onload=alert(1)>',
    "<iframe src=//evil.example>",
    "javascript:alert(1)",
    "https://evil.example/x.png",
    "{{constructor.constructor('alert(1)')()}}",
    "</textarea><script>alert(1)",
    "<a href=javascript:alert(1) autofocus onfocus=alert(1)>x",
    "\u202egnp.exe \u2066x",
    "\x1b]0;x\x07 \x00",
    '=HYPERLINK("//evil.example")',
    "' onmouseover=alert(1) x='",
    "<style>@import'//evil.example'</style>",
    "<base href=//evil.example>",
    "<div hx-get=//evil.example hx-trigger=load></div>",
    "<hx-partial hx-target=body>x</hx-partial>",
]


@dataclass
class Desk:
    """Hearth's desk with three clients, open in a browser as Alice."""

    served: Served
    context: BrowserContext
    ids: dict[str, str]

    def open(self, path: str) -> Page:
        page = self.context.new_page()
        page.goto(self.served.url + path)
        return page

    def thread(self, number: str) -> str:
        return f"/sms/{self.ids[number]}"

    def write(self, work: Any) -> Any:
        return self.served.app.state.database.write(work)

    def texts_us(self, text: str, number: str = ROSA) -> None:
        carrier = self.served.app.state.providers.get("rehearsal")
        event = InboundText(f"in:{secrets.token_hex(12)}", "rehearsal", number, OUR_NUMBER, text)
        home = self.served.world.hearth.id
        self.write(
            lambda session: inbox.receive(
                session, home, carrier, event, raw=b"x", arrived_at=clock.now(), rules=Rules()
            )
        )


def furnish(session: Session, home: str) -> dict[str, str]:
    """Rosa and Owen said Yes, Priya's last reply is in doubt, and there is a questionnaire."""
    ids = {}
    for name, number in (("Rosa Delgado", ROSA), ("Owen Hartley", OWEN), ("Priya Raman", PRIYA)):
        row = subscription.lock(session, home, SMS, number)
        contact.create(session, home, name=name, email="client@example.com", numbers=[number])
        done = opt_in.opt_in(
            session, row, origin=Origin.FORM, proof=Proof.HANDSET, actor="client", scope="informational",
            confirmation="form.confirmation", evidence={"words": "the disclaimer"},
        )  # fmt: skip
        ids[number] = row.id
    ledger.record(session, done.row, Kind.REVIEW_OPENED, origin=Origin.REPLY, proof=Proof.HANDSET, actor="client")
    asked = questionnaire.create(session, home, "Before your session")
    questionnaire.publish(session, asked)
    return ids


@pytest.fixture
def desk(served: Served, chromium: Browser) -> Iterator[Desk]:
    ids = served.app.state.database.write(lambda session: furnish(session, served.world.hearth.id))
    context = chromium.new_context(viewport={"width": 1280, "height": 800})
    served.sign_in(context, served.world.alice)
    yield Desk(served, context, ids)
    context.close()


def row_of(page: Page, name: str) -> Locator:
    return page.locator("a.row", has_text=name)


@pytest.mark.covers("H-16", "H-15")
def test_a_text_arrives_in_every_open_page_and_leaves_what_is_being_typed_alone(desk: Desk) -> None:
    thread, listing = desk.open(desk.thread(ROSA)), desk.open("/sms")
    composer = thread.get_by_label("Message")
    composer.fill("half a sentence")
    listing.get_by_label("Search by").fill("ro")
    expect(row_of(listing, "Owen Hartley")).to_have_count(0)
    desk.texts_us("Are you there?")
    expect(thread.locator(".text.in")).to_contain_text(["Are you there?"])
    expect(row_of(listing, "Rosa Delgado")).to_contain_text("Are you there?")
    expect(composer).to_have_value("half a sentence")
    expect(composer).to_be_focused()
    expect(listing.get_by_label("Search by")).to_have_value("ro")


def test_a_thread_on_screen_is_read_and_the_other_page_hears_it(desk: Desk) -> None:
    listing = desk.open("/sms")
    desk.texts_us("Hello?")
    expect(row_of(listing, "Rosa Delgado").locator(".unread")).to_have_count(1)
    desk.open(desk.thread(ROSA))
    expect(row_of(listing, "Rosa Delgado").locator(".unread")).to_have_count(0)


@pytest.mark.covers("H-16")
def test_a_text_goes_out_and_its_fate_comes_in_by_keyboard_alone(desk: Desk) -> None:
    page = desk.open("/sms")
    row_of(page, "Rosa Delgado").focus()
    page.keyboard.press("Enter")
    composer = page.get_by_label("Message")
    expect(composer).to_be_visible()
    composer.focus()
    page.keyboard.type("See you on Friday")
    page.keyboard.press("Control+Enter")
    sent = page.locator(".text.out", has_text="See you on Friday")
    expect(sent).to_contain_text("Delivered")
    expect(composer).to_have_value("")
    expect(composer).to_be_focused()
    expect(sent).to_have_count(1)


def test_what_happens_while_an_answer_is_on_its_way_is_seen_after_it(desk: Desk) -> None:
    """The answer still says Queued when it comes; by then the text is delivered and every event is over."""
    page = desk.open(desk.thread(ROSA))

    def late(route: Route) -> None:
        if route.request.method != "POST":
            route.continue_()
            return
        answer = route.fetch()
        page.wait_for_timeout(2500)
        route.fulfill(response=answer)

    page.route(re.compile(r"/sms/\w+$"), late)
    page.get_by_label("Message").fill("See you on Friday")
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_label("Message")).to_have_value("")
    expect(page.locator(".text.out", has_text="See you on Friday")).to_contain_text("Delivered")


def test_two_quick_clicks_are_one_text(desk: Desk) -> None:
    page = desk.open(desk.thread(ROSA))
    page.get_by_label("Message").fill("Only once")
    page.get_by_role("button", name="Send").dblclick()
    expect(page.locator(".text.out", has_text="Only once")).to_contain_text("Delivered")
    expect(page.locator(".text.out", has_text="Only once")).to_have_count(1)


@pytest.mark.covers("H-22", "H-20")
def test_a_stop_closes_the_open_composer_at_once(desk: Desk) -> None:
    page = desk.open(desk.thread(ROSA))
    page.get_by_label("Message").fill("But")
    desk.texts_us("STOP")
    expect(page.get_by_text("This client opted out.")).to_be_visible()
    expect(page.locator("textarea")).to_have_count(0)
    expect(row_of(page, "Rosa Delgado")).to_contain_text("Opted out")
    expect(page.get_by_role("link", name="Send an opt-in questionnaire")).to_be_visible()


def test_from_one_conversation_to_another_nothing_is_carried_over(desk: Desk) -> None:
    """A refresh keeps what is typed; another client's composer must be another composer."""
    page = desk.open(desk.thread(ROSA))
    page.get_by_label("Message").fill("for Rosa only")
    row_of(page, "Owen Hartley").click()
    expect(page.get_by_role("heading", name="Owen Hartley")).to_be_visible()
    expect(page.get_by_label("Message")).to_have_value("")
    expect(page).to_have_url(re.compile(desk.thread(OWEN)))
    page.get_by_label("Message").fill("Hello Owen")
    page.keyboard.press("Control+Enter")
    expect(page.locator(".text.out", has_text="Hello Owen")).to_contain_text("Delivered")
    page.go_back()
    expect(page.get_by_role("heading", name="Rosa Delgado")).to_be_visible()
    expect(page.locator(".text.out", has_text="Hello Owen")).to_have_count(0)


def test_a_page_whose_scripts_come_slowly_is_live_all_the_same(desk: Desk) -> None:
    """htmx starts by a timer; its SSE extension, a file of its own, may come later than that."""
    page = desk.context.new_page()

    def late(route: Route) -> None:
        page.wait_for_timeout(700)
        route.continue_()

    page.route(re.compile("hx-sse"), late)
    page.goto(desk.served.url + "/sms")
    desk.texts_us("Hello?")
    expect(row_of(page, "Rosa Delgado")).to_contain_text("Hello?")
    desk.texts_us("And again")
    expect(row_of(page, "Rosa Delgado")).to_contain_text("And again")


def test_a_page_has_one_connection_also_after_a_step_back(desk: Desk) -> None:
    page = desk.context.new_page()
    opened: list[str] = []
    page.on("request", lambda request: opened.append(request.url) if request.url.endswith("/events") else None)
    page.goto(desk.served.url + "/sms")
    row_of(page, "Rosa Delgado").click()
    row_of(page, "Owen Hartley").click()
    expect(page.get_by_role("heading", name="Owen Hartley")).to_be_visible()
    desk.texts_us("Hello?", OWEN)
    expect(page.locator(".text.in")).to_contain_text(["Hello?"])
    assert len(opened) == 1
    page.go_back()
    expect(page.get_by_role("heading", name="Rosa Delgado")).to_be_visible()
    desk.texts_us("Hello too")
    expect(page.locator(".text.in")).to_contain_text(["Hello too"])
    assert len(opened) == 2, "the page of before is gone with its connection"


def test_a_refresh_does_not_flicker(desk: Desk) -> None:
    """A request in the background marks nothing as busy."""
    page = desk.open(desk.thread(ROSA))
    page.evaluate("""() => {
        window.busy = 0;
        new MutationObserver((changes) => {
            for (const change of changes) window.busy += change.target.matches(".desk .htmx-request") ? 1 : 0;
        }).observe(document.body, { subtree: true, attributes: true, attributeFilter: ["class"] });
    }""")
    desk.texts_us("Hello?")
    expect(page.locator(".text.in")).to_contain_text(["Hello?"])
    assert page.evaluate("window.busy") == 0


def test_after_a_broken_connection_the_page_catches_up(desk: Desk) -> None:
    page = desk.open(desk.thread(ROSA))
    expect(page.locator(".text.out")).to_have_count(1)
    hub = desk.served.app.state.hub
    hub.close()  # every stream ends, and what happens now is heard by nobody
    desk.texts_us("while you were away")
    hub.is_closed = False
    expect(page.locator(".text.in")).to_contain_text(["while you were away"], timeout=15_000)
    desk.texts_us("and now live again")
    expect(page.locator(".text.in", has_text="and now live again")).to_be_visible()


@pytest.mark.covers("H-18")
def test_an_opt_out_by_hand_opens_over_the_conversation_and_by_keyboard(desk: Desk) -> None:
    page = desk.open(desk.thread(ROSA))
    page.locator("summary", has=page.locator("[href*=ellipsis]")).focus()
    page.keyboard.press("Enter")
    page.get_by_role("link", name="Opt this number out").press("Enter")
    dialog = page.get_by_role("dialog")
    expect(dialog).to_be_visible()
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    page.locator("summary", has=page.locator("[href*=ellipsis]")).click()
    page.get_by_role("link", name="Opt this number out").click()
    dialog.get_by_label("Who asked, and why").fill("Rosa called")
    desk.texts_us("something arrives meanwhile")
    expect(page.locator(".text.in")).to_contain_text(["something arrives meanwhile"])
    expect(dialog.get_by_label("Who asked, and why")).to_have_value("Rosa called")
    dialog.get_by_label("By phone").check()
    assert violations(page) == []
    dialog.get_by_role("button", name="Opt out").click()
    expect(page.get_by_text("This client opted out.")).to_be_visible()
    expect(page.locator(".thread-status")).to_contain_text("recorded by your team")


@pytest.mark.covers("rules 29")
def test_the_counter_says_while_typing_what_the_server_counts(desk: Desk) -> None:
    """The vectors of rules.md section 8."""
    page = desk.open(desk.thread(ROSA))
    place = page.locator(".segments")
    for text in (
        "a" * 160,
        "a" * 161,
        "a" * 307,
        "€" * 80,
        "€" * 81,
        "a" * 152 + "€" + "a" * 152,
        "я" * 71,
        "😀" * 36,
        "é Ç",
        "ç",
    ):
        page.get_by_label("Message").fill(text)
        found = segment.count(text)
        unit = "segment" if found.segments == 1 else "segments"
        because = f" because of “{found.first_non_gsm}”" if found.first_non_gsm else ""
        expect(place).to_have_text(
            f"{found.units} characters · {found.segments} {unit} · {found.encoding}{because} · "
            f"{found.remaining_in_segment} left"
        )


@pytest.mark.covers("P16")
def test_nothing_a_client_texts_runs_or_calls_anywhere(desk: Desk) -> None:
    """Texts, a name and a search; every page that shows them; no dialog, no call to another host, no complaint."""
    for text in HOSTILE:
        desk.texts_us(text)
    desk.texts_us("<script>alert(1)</script>", OWEN)
    page = desk.context.new_page()
    events: list[str] = []

    def dismiss(dialog: Dialog) -> None:
        events.append(f"dialog {dialog.message}")
        dialog.dismiss()

    page.on("dialog", dismiss)
    page.on("console", lambda message: events.append(f"console {message.text}"))
    page.on("pageerror", lambda error: events.append(f"error {error}"))
    page.on("request", lambda request: events.append(request.url))
    hostile_search = "/sms?q=%22%3E%3Cimg%20src%3Dx%20onerror%3Dalert(1)%3E"
    rosa = desk.thread(ROSA)
    for path in ("/", "/sms", rosa, f"{rosa}/questionnaire", f"{rosa}/contact", "/rehearsal", hostile_search):
        page.goto(desk.served.url + path)
        expect(page.locator("main")).to_be_visible()
    page.goto(desk.served.url + rosa)
    desk.texts_us("<img src=x onerror=alert(2)>")
    expect(page.locator(".text.in bdi")).to_contain_text(["<img src=x onerror=alert(2)>"])
    assert page.locator(".text.in a").count() == 0, "no links are made of what a client wrote"
    assert page.locator("iframe").count() == 0
    assert [event for event in events if not event.startswith(desk.served.url)] == []


Scheme = Literal["light", "dark"]


@pytest.mark.parametrize(("width", "scheme"), [(390, "dark"), (1280, "light")])
def test_axe_finds_nothing_on_any_page_of_the_desk(desk: Desk, chromium: Browser, width: int, scheme: Scheme) -> None:
    desk.texts_us("STOP", OWEN)
    desk.texts_us("who is this", "+14155550199")
    context = chromium.new_context(viewport={"width": width, "height": 800}, color_scheme=scheme)
    desk.served.sign_in(context, desk.served.world.alice)
    page = context.new_page()
    page.goto(desk.served.url + "/sms?q=0199")
    unnamed = row_of(page, "+1 415 555 0199").get_attribute("href") or ""
    rosa = desk.thread(ROSA)
    found = {}
    for path in (
        "/", "/sms", "/sms?q=nobody", rosa, desk.thread(OWEN), desk.thread(PRIYA), unnamed, f"{rosa}/opt-out",
        f"{rosa}/contact", f"{rosa}/questionnaire", "/rehearsal",
    ):  # fmt: skip
        page.set_viewport_size({"width": width, "height": 800})
        page.goto(desk.served.url + path)
        if page.evaluate("document.documentElement.scrollWidth") > width:
            found[path] = [("wider than the screen", [""])]
        found[path] = found.get(path, []) + violations(page)
    context.close()
    assert {path: problems for path, problems in found.items() if problems} == {}


def test_on_a_phone_the_conversation_is_the_page(desk: Desk) -> None:
    page = desk.open("/sms")
    page.set_viewport_size({"width": 390, "height": 844})
    row_of(page, "Rosa Delgado").click()
    expect(page.get_by_label("Message")).to_be_visible()
    expect(row_of(page, "Owen Hartley")).to_be_hidden()
    page.get_by_role("link", name="All numbers").click()
    expect(row_of(page, "Owen Hartley")).to_be_visible()


@pytest.mark.covers("H-16", "H-18", "H-22")
def test_everything_works_without_javascript(desk: Desk, chromium: Browser) -> None:
    context = chromium.new_context(java_script_enabled=False, viewport={"width": 1280, "height": 900})
    desk.served.sign_in(context, desk.served.world.alice)
    page = context.new_page()
    desk.texts_us("Hello?")
    page.goto(desk.served.url + "/sms")
    page.get_by_label("Search by").fill("rosa")
    page.get_by_label("Search by").press("Enter")
    expect(row_of(page, "Owen Hartley")).to_have_count(0)
    row_of(page, "Rosa Delgado").click()
    page.get_by_role("button", name="Mark as read").click()
    expect(page.locator(".unread")).to_have_count(0)
    page.get_by_label("Message").fill("")
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_text("Please write a message first.")).to_be_visible()
    page.get_by_label("Message").fill("Hi Rosa")
    page.get_by_role("button", name="Send").click()
    expect(page.locator(".text.out", has_text="Hi Rosa")).to_be_visible()
    expect(page.get_by_role("link", name="Refresh").first).to_be_visible()
    page.locator("summary", has=page.locator("[href*=ellipsis]")).click()
    page.get_by_role("link", name="Opt this number out").click()
    page.get_by_label("Who asked, and why").fill("Rosa called")
    page.get_by_label("By phone").check()
    page.get_by_role("button", name="Opt out").click()
    expect(page.get_by_text("This client opted out.")).to_be_visible()
    context.close()


@pytest.mark.covers("H-14", "H-20", "H-22")
def test_a_newcomer_gets_from_a_yes_to_a_locked_composer_by_following_the_page(desk: Desk) -> None:
    phones = desk.open("/rehearsal")
    phones.get_by_role("button", name="Add the phone").click()
    said = phones.get_by_text(re.compile("Say Yes in the questionnaire with")).inner_text()
    number = re.search(r"\+1 [\d ]+\d", said)
    assert number is not None
    with desk.context.expect_page() as opened:
        phones.get_by_role("link", name="your questionnaire").click()
    form = opened.value
    form.get_by_label("Yes").check()
    form.get_by_label(re.compile("number", re.IGNORECASE)).fill(number.group())
    form.get_by_role("button").last.click()
    case = phones.locator(".phone-case", has_text=number.group())
    expect(case.locator(".phone-bubble")).to_contain_text(["you're opted in"])
    case.get_by_role("button", name="STOP").click()
    expect(case.locator(".phone-bubble")).to_contain_text(["STOP", "You are opted out"])
    case.get_by_role("link", name="In SMS Status").click()
    expect(phones.get_by_text("This client opted out.")).to_be_visible()
