"""The design in a real browser: accessible, never wider than the screen, quiet under the strict policy."""

import threading
from collections.abc import Iterator
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, ViewportSize, sync_playwright

from tests import gallery, house, machine

pytestmark = pytest.mark.browser
Scheme = Literal["light", "dark"]
POLICY = "default-src 'self'; script-src 'self'; style-src 'self'; object-src 'none'; base-uri 'none'"
FLAGS = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-sync"]
PAGES = gallery.pages()
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


class Handler(SimpleHTTPRequestHandler):
    """Sample pages from memory, the rest from the checkout, all under the policy of the product."""

    def __init__(self, *args: Any) -> None:
        super().__init__(*args, directory=str(house.ROOT))

    def do_GET(self) -> None:
        if self.path not in PAGES:
            super().do_GET()
            return
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.end_headers()
        self.wfile.write(PAGES[self.path].encode())

    def end_headers(self) -> None:
        self.send_header("Content-Security-Policy", POLICY)
        super().end_headers()

    def log_message(self, format: str, *args: Any) -> None:
        """Tests stay quiet."""


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=machine.provide_browser(), args=FLAGS)
        yield browser
        browser.close()


def visit(chromium: Browser, url: str, *, width: int, scheme: Scheme) -> Page:
    """As tall as the page, so that nothing lies under the bar at the bottom of a phone while axe measures it."""
    page = chromium.new_page(viewport=ViewportSize(width=width, height=800), color_scheme=scheme)
    page.goto(url)
    height = page.evaluate("document.documentElement.scrollHeight")
    page.set_viewport_size(ViewportSize(width=width, height=max(height, 800)))
    return page


@pytest.mark.parametrize(("width", "scheme"), [(390, "dark"), (1280, "light")])
@pytest.mark.parametrize("path", PAGES)
def test_axe_finds_nothing(chromium: Browser, address: str, path: str, scheme: Scheme, width: int) -> None:
    """Each layout once and each scheme once; contrast in both is also computed in tests/test_design.py."""
    page = visit(chromium, address + path, width=width, scheme=scheme)
    found = Axe().run(page, options={"runOnly": RULES, "resultTypes": ["violations"]}).response["violations"]
    page.close()
    assert [(rule["id"], [node["html"] for node in rule["nodes"]]) for rule in found] == []


@pytest.mark.parametrize("path", PAGES)
def test_no_page_is_wider_than_the_screen(chromium: Browser, address: str, path: str) -> None:
    """320 is WCAG 1.4.10, the width of a page zoomed to 400 percent."""
    page = chromium.new_page()
    wide = []
    for width in (320, 390, 700, 900, 1280):
        page.set_viewport_size({"width": width, "height": 800})
        page.goto(address + path)
        if page.evaluate("document.documentElement.scrollWidth") > width:
            wide.append(width)
    page.close()
    assert wide == []


def test_the_policy_has_nothing_to_complain_about(chromium: Browser, address: str) -> None:
    page = chromium.new_page()
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    for path in PAGES:
        page.goto(address + path, wait_until="networkidle")
    page.close()
    assert said == []


def test_the_number_appears_on_yes_and_goes_on_no_without_a_script(chromium: Browser, address: str) -> None:
    """H-9."""
    context = chromium.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(address + "/questionnaire")
    number = page.get_by_label("Mobile number to text")
    opt_in = page.get_by_role("radiogroup", name="May we text you")
    seen = [number.is_visible()]
    for answer in ("Yes", "No", "Yes"):
        opt_in.get_by_label(answer).check()
        seen.append(number.is_visible())
    context.close()
    assert seen == [False, True, False, True]


@pytest.mark.parametrize("width", [390, 1280])
def test_a_conversation_opens_at_its_newest_text_without_a_script(chromium: Browser, address: str, width: int) -> None:
    context = chromium.new_context(java_script_enabled=False, viewport=ViewportSize(width=width, height=700))
    page = context.new_page()
    page.goto(address + "/desk")
    box = page.get_by_text("Your contact has opted out").bounding_box()
    composer = page.get_by_label("Message").bounding_box()
    context.close()
    assert box is not None
    assert composer is not None
    assert box["y"] + box["height"] <= composer["y"] < 700


def test_a_copy_button_shows_only_where_it_can_work(chromium: Browser, address: str) -> None:
    context = chromium.new_context(java_script_enabled=False)
    silent = context.new_page()
    silent.goto(address + "/gallery")
    page = chromium.new_page()
    page.goto(address + "/gallery")
    shown = [side.locator("[data-copy]").is_visible() for side in (silent, page)]
    page.close()
    context.close()
    assert shown == [False, True]
