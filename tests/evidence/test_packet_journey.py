"""From a real form to a stranger's verifier: the whole way, and then one byte of it changed."""

import copy
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import Session
from starlette.applications import Starlette
from starlette.testclient import TestClient

from portal import clock
from portal.accounts import business as businesses
from portal.accounts.sender import SMS
from portal.consent import subscription
from portal.evidence import packet
from portal.messaging import inbox, outcome
from portal.messaging.inbox import Rules
from portal.providers.provider import InboundText, StatusUpdate
from portal.web import client_page
from tests.conftest import OUR_NUMBER, World
from tests.web.door import E164, YES, Door, made
from tests.web.scene import Scene

pytestmark = pytest.mark.covers("rules 17", "P11")


@pytest.fixture
def told(app: Starlette, site: World, client: TestClient, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """Opted in by a real form, confirmed and delivered, reminded, stopped by the handset."""
    monkeypatch.setattr(client_page, "SAME_TIME", 0.02)
    door = Door(client, site, site.write(lambda session: made(session, site.hearth.id)))
    door.headers["Referer"] = "https://hearth.example/book"
    assert door.send(YES | {"time_zone": "America/Los_Angeles"}).status_code == 303
    scene = Scene(app, site, client)
    scene.send_all()
    site.write(lambda session: arrived(session, site.hearth.id, scene.messages(E164)))
    scene.we_write("A reminder of your session tomorrow at 15:00.", E164)
    scene.send_all()
    stop = InboundText("in:SM1", "AC", E164, OUR_NUMBER, "STOP")
    site.write(
        lambda session: inbox.receive(
            session, site.hearth.id, app.state.providers.get("twilio"), stop, raw=b"", arrived_at=clock.now(),
            rules=Rules(),
        )
    )  # fmt: skip

    def read(session: Session) -> dict[str, Any]:
        home = businesses.get(session, site.hearth.id)
        return packet.of(session, home, subscription.find(session, home.id, SMS, E164))

    return dict(site.read(read))


def arrived(session: Session, business_id: str, texts: list[Any]) -> None:
    """The carrier reports each of them."""
    for each in texts:
        report = StatusUpdate(f"st:{each.id}", "AC", each.provider_id or "", "delivered", 5, message_id=each.id)
        outcome.report(session, business_id, report)


def verified(found: dict[str, Any], folder: Path) -> tuple[int, str]:
    """What the program that ships in the packet says, run with nothing but Python."""
    (folder / "verify.py").write_text(found["verifier"], encoding="utf-8")
    (folder / "evidence.json").write_text(json.dumps(found, ensure_ascii=False), encoding="utf-8")
    run = subprocess.run(
        [sys.executable, "-I", "-S", "verify.py", "evidence.json"],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=60,
    )
    return run.returncode, run.stdout + run.stderr


def test_a_stranger_finds_all_well_and_the_story_is_whole(told: dict[str, Any], tmp_path: Path) -> None:
    code, said = verified(told, tmp_path)
    assert (code, "as they were signed" in said) == (0, True), said
    (consent,) = told["consents"]
    assert (consent["form_title"], consent["form_version"]) == ("Before your session", 1)
    assert (consent["referrer"], consent["time_zone"]) == ("https://hearth.example/book", "America/Los_Angeles")
    assert "May we text you?" in consent["block_html"]
    assert consent["confirmation"]["status"] == "delivered"
    assert [each["words"] for each in told["opt_outs"]] == ["STOP"]
    reminder = next(each for each in told["messages"] if (each["text"] or "").startswith("A reminder"))
    assert reminder["entry"] == consent["seq"]


def test_one_changed_byte_is_named(told: dict[str, Any], tmp_path: Path) -> None:
    forged = copy.deepcopy(told)
    entry = next(each for each in forged["entries"] if each["kind"] == "opted_in")
    entry["values"]["referrer"] = entry["values"]["referrer"].replace("book", "bock")
    code, said = verified(forged, tmp_path)
    assert (code, said.strip()) == (1, f"Entry {entry['seq']}: its evidence referrer was changed afterwards.")
