"""The real application behind a real port, and a real browser before it: rehearsal provider, sending and jobs on."""

import shutil
import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import uvicorn
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright
from starlette.applications import Starlette

from portal.accounts.key import Secrets
from portal.app import create_app
from portal.settings import Settings
from tests import machine
from tests.conftest import NO_CAPS, Person, World, populate

FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
START = 30.0  # seconds until the server must answer


@dataclass(frozen=True)
class Served:
    """The application on its own port, with Alice's and Charlie's businesses in it."""

    url: str
    app: Starlette
    world: World

    def sign_in(self, context: BrowserContext, who: Person) -> None:
        context.add_cookies([{"name": "id", "value": who.cookie, "url": self.url}])


class Server(uvicorn.Server):
    """Says when it listens."""

    def __init__(self, app: Starlette) -> None:
        super().__init__(uvicorn.Config(app, log_level="warning", timeout_graceful_shutdown=1))
        self.ready = threading.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.ready.set()


@pytest.fixture
def served(tmp_path: Path, sqlite_template: Path, secrets: Secrets) -> Iterator[Served]:
    """A fresh installation for each test."""
    shutil.copy(sqlite_template, tmp_path / "served.db")
    with socket.create_server(("127.0.0.1", 0)) as listener:
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        settings = Settings(
            database_url=f"sqlite:///{tmp_path / 'served.db'}", key_file=str(tmp_path / "served.keys"), public_url=url,
            form_min_seconds=0, caps=NO_CAPS, demo=True, quiet_hours="off", automated_per_day=0,
        )  # fmt: skip
        app = create_app(settings, secrets=secrets)
        server = Server(app)
        thread = threading.Thread(target=server.run, args=([listener],), daemon=True)
        thread.start()
        assert server.ready.wait(START), "the server did not start"
        yield Served(url, app, populate(app.state.database, secrets, provider="rehearsal"))
        server.should_exit = True
        thread.join(START)


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=machine.provide_browser(), args=FLAGS)
        yield browser
        browser.close()


AT_REST = """() => Promise.allSettled(document.getAnimations()
    .filter((each) => each.effect.getComputedTiming().endTime !== Infinity).map((each) => each.finished))"""
AXE = Axe().axe_script
ASKED = "(options) => axe.run(options).then((found) => found.violations)"


def violations(page: Page) -> list[tuple[str, list[str]]]:
    """What axe has to say about the page as it is now, whole and at rest: nothing may lie under a bar or be half faded
    in while it measures. Only what is wrong is told, and nothing else leaves the page: the same findings in half the
    time."""
    height = page.evaluate("document.documentElement.scrollHeight")
    width = page.viewport_size["width"] if page.viewport_size else 1280
    page.set_viewport_size({"width": width, "height": max(height, 800)})
    page.evaluate(AT_REST)
    page.evaluate(AXE)
    found = page.evaluate(ASKED, {"runOnly": RULES, "resultTypes": ["violations"]})
    return [(rule["id"], [node["html"] for node in rule["nodes"]]) for rule in found]
