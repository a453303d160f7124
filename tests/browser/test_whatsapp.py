"""The four outcomes of a WhatsApp request as a member meets them, in a browser on a phone, against a pretend Cloud API
that is a real HTTP server (behaviours.md W-5 to W-16)."""

import re
import shutil
import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlmodel import Session

from portal.accounts import business as businesses
from portal.accounts import sender
from portal.accounts.business import Business, Capability
from portal.accounts.key import Secrets
from portal.accounts.language import Language
from portal.accounts.sender import WHATSAPP
from portal.app import create_app
from portal.messaging import feature, whatsapp_template, wording
from portal.messaging.wording_slot import EDITABLE
from portal.settings import Settings
from tests.browser.conftest import START, Server, violations
from tests.conftest import NO_CAPS, World, populate
from tests.pretend_whatsapp import ACCOUNT, NUMBER, SECRET, TOKEN, PretendWhatsApp, Rule

pytestmark = pytest.mark.browser
ABSENT, WILLING, REFUSING, SILENT = (f"+1415555017{last}" for last in range(1, 5))
CREDENTIALS = {"phone_number_id": ACCOUNT, "app_secret": SECRET, "access_token": TOKEN, "verify_token": "v"}
WORDS = "<Employee Name> of {business} would like to write here. Reply YES to agree or STOP to refuse."
THREAD = re.compile(r"/sms/[0-9a-f]{32}")
BODY = "{{1}} of {{2}} would like to write here. Reply YES to agree or STOP to refuse."


@dataclass
class Whatsapp:
    """Alice on her phone, and Meta."""

    url: str
    page: Page
    meta: PretendWhatsApp

    def asks(self, number: str, first: str) -> None:
        """New message, WhatsApp, a number, the prompt, Confirm (W-5, W-6)."""
        self.page.goto(f"{self.url}/sms/new")
        self.page.get_by_label("Name or number").fill(number)
        self.page.get_by_label("WhatsApp").check()
        self.page.get_by_role("button", name="Find").click()
        self.page.get_by_role("button", name="Write").click()
        self.page.wait_for_url(THREAD, wait_until="load")  # before its scripts run, the link opens a page instead
        self.page.get_by_role("link", name="Ask for consent").click()
        prompt = self.page.get_by_role("dialog", name="Ask for consent")
        expect(prompt).to_contain_text("Alice of Hearth Photography would like to write here")
        prompt.get_by_label("They asked us to text them").check()
        prompt.get_by_label("Your first text").fill(first)
        prompt.get_by_role("button", name="Confirm and ask").click()
        expect(self.page.get_by_text("Asked.").first).to_be_visible()

    def got(self, number: str) -> list[str]:
        """What Meta was asked to send there: free words, or the name of a template."""
        return [
            each["template"]["name"] if each["type"] == "template" else each["text"]["body"]
            for each in self.meta.requests
            if each["to"] == number.lstrip("+")
        ]


def prepare(session: Session, home: Business) -> None:
    businesses.grant(session, home, Capability.WHATSAPP)
    feature.switch(session, home, Capability.WHATSAPP, on=True, actor="tests", ip="")
    sender.add(session, home, channel=WHATSAPP, number=NUMBER, provider="whatsapp", credentials=CREDENTIALS)
    whatsapp_template.add(
        session, home.id, name="opt_in_request", language="en_US", category="utility", body=BODY, status="approved"
    )
    wording.save(
        session, home, EDITABLE["mo.request.client"], Language.EN, WORDS, actor="tests", ip="", channel=WHATSAPP,
        template={"name": "opt_in_request", "language": "en_US"},
    )  # fmt: skip


@pytest.fixture
def whatsapp(tmp_path: Path, sqlite_template: Path, secrets: Secrets, chromium: Browser) -> Iterator[Whatsapp]:
    shutil.copy(sqlite_template, tmp_path / "served.db")
    rule = Rule(callbacks=("sent", "delivered"))
    with (
        PretendWhatsApp(rules=[rule], absent=[ABSENT]) as meta,
        socket.create_server(("127.0.0.1", 0)) as listener,
    ):
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        settings = Settings(
            database_url=f"sqlite:///{tmp_path / 'served.db'}", key_file=str(tmp_path / "served.keys"), public_url=url,
            caps=NO_CAPS, demo=True, quiet_hours="off", provider_urls={"whatsapp": meta.url},
        )  # fmt: skip
        app = create_app(settings, secrets=secrets)
        world = populate(app.state.database, secrets)
        app.state.database.write(lambda session: prepare(session, businesses.get(session, world.hearth.id)))
        meta.company.webhook = f"{url}/webhooks/whatsapp/{world.hearth.id}/messages"
        server = Server(app)
        thread = threading.Thread(target=server.run, args=([listener],), daemon=True)
        thread.start()
        assert server.ready.wait(START), "the server did not start"
        yield Whatsapp(url, phone(chromium, url, world), meta)
        server.should_exit = True
        thread.join(START)


def phone(chromium: Browser, url: str, world: World) -> Page:
    context = chromium.new_context(viewport={"width": 390, "height": 844})
    context.add_cookies([{"name": "id", "value": world.alice.cookie, "url": url}])
    page: Page = context.new_page()
    page.emulate_media(reduced_motion="reduce")
    return page


@pytest.mark.covers("W-4", "W-5", "W-6", "W-7", "W-8", "W-9", "W-10", "X-20")
def test_who_cannot_be_reached_there_is_offered_an_sms_under_its_own_consent(whatsapp: Whatsapp) -> None:
    whatsapp.asks(ABSENT, "Hello")
    page = whatsapp.page
    expect(page.get_by_text("Would you like to send an SMS instead?")).to_be_visible()
    assert violations(page) == []
    page.get_by_role("button", name="Yes").click()
    expect(page.get_by_label("Texting is off")).to_contain_text("has not agreed to get texts")
    expect(page.locator(".thread-head")).not_to_contain_text("WhatsApp")
    assert whatsapp.got(ABSENT) == ["opt_in_request"]


@pytest.mark.covers("W-1", "W-2", "W-7", "W-8", "W-11", "W-12")
def test_who_accepts_gets_what_was_held_and_both_sides_are_told(whatsapp: Whatsapp) -> None:
    whatsapp.asks(WILLING, "Your pictures are ready")
    page = whatsapp.page
    page.get_by_label("Message", exact=True).fill("Shall I send them?")
    page.get_by_role("button", name="Hold").click()
    expect(page.get_by_text("Held until opt-in")).to_have_count(2)
    page.get_by_label("Message", exact=True).fill("What I was just")
    whatsapp.meta.send_inbound(WILLING, "YES")
    expect(page.get_by_text("Your Contact has opted in.")).to_be_visible()
    expect(page.get_by_text("free words until")).to_be_visible()
    expect(page.get_by_label("Message", exact=True)).to_have_value("What I was just")
    expect(page.get_by_text("Held until opt-in")).to_have_count(0)
    expect(page.locator(".text.out .delivered")).to_have_count(4)
    request, confirmation, *rest = whatsapp.got(WILLING)
    assert (request, "confirmed" in confirmation) == ("opt_in_request", True)
    assert rest == ["Your pictures are ready", "Shall I send them?"]
    assert violations(page) == []


@pytest.mark.covers("W-8", "W-13", "W-14", "W-15")
def test_who_refuses_closes_the_field_and_a_later_yes_opens_it(whatsapp: Whatsapp) -> None:
    whatsapp.asks(REFUSING, "Hello")
    page = whatsapp.page
    whatsapp.meta.send_inbound(REFUSING, "STOP")
    expect(page.get_by_text("Your contact has opted out.")).to_be_visible()
    expect(page.get_by_label("Message", exact=True)).to_have_count(0)
    assert violations(page) == []
    whatsapp.meta.send_inbound(REFUSING, "yes")
    expect(page.get_by_label("Message", exact=True)).to_be_visible()
    expect(page.locator(".lights-link")).to_contain_text("Opted in")
    assert "Hello" not in whatsapp.got(REFUSING)


@pytest.mark.covers("W-8", "W-16", "X-19")
def test_who_is_silent_may_be_asked_again_a_day_later(whatsapp: Whatsapp) -> None:
    whatsapp.asks(SILENT, "Hello")
    page = whatsapp.page
    expect(page.get_by_role("button", name="Resend opt-in request")).to_be_disabled()
    expect(page.get_by_text(re.compile("You may ask again tomorrow at"))).to_be_visible()
    assert violations(page) == []
    assert whatsapp.got(SILENT) == ["opt_in_request"]
