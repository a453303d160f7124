"""P18 with real processes and the real commands: an old backup comes back after a STOP and some texts.

What the provider was asked to send is in its own log; the portal is killed, not stopped.
"""

import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlmodel import Session

from portal.accounts import key, sender
from portal.accounts.sender import SMS
from portal.consent import subscription
from portal.consent.purpose import Purpose
from portal.consent.state import Origin, Proof
from portal.database import Database
from portal.messaging import message, opt_in, outbox, quarantine
from tests import house
from tests.conftest import ACCOUNT, OUR_NUMBER, TOKEN, World, populate
from tests.proof.fleet import Program, fleet, free_port, post, pretend_twilio, wait_until
from tests.test_serve import clean

SECRET = "s" * 40
NUMBERS = [f"+1415555{n:04d}" for n in range(5)]
STOPPED = NUMBERS[0]
BUSY = [{"act": "refuse", "status": 503, "retry_after": "1"}]
WELL = [{"act": "accept", "callbacks": ["sent", "delivered"]}]


@dataclass
class Site:
    """One installation on SQLite with its provider."""

    folder: Path
    environment: dict[str, str]
    port: int
    serve: Program
    twilio: Program
    twilio_port: int
    business: str = ""

    def open(self) -> Database:
        secrets = key.load(self.folder / "portal.keys", root=SECRET, may_create=False)
        return Database(self.environment["PORTAL_DATABASE_URL"], secrets=secrets)

    def ask(self, query: Any) -> Any:
        database = self.open()
        try:
            return database.read(lambda session: session.connection().execute(query).scalar_one())
        finally:
            database.dispose()

    def portal(self, *words: str) -> str:
        done = subprocess.run(
            [sys.executable, "-m", "portal", *words], cwd=house.ROOT, env=self.environment, capture_output=True,
            text=True, timeout=240, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        return done.stdout

    def control(self, **order: Any) -> None:
        assert post(self.twilio_port, "/_control", json.dumps(order).encode(), {}, within=30)[0] == 200

    def accepted(self) -> list[str]:
        """Whom the provider took a text for, in order."""
        lines = (self.folder / "twilio.jsonl").read_text().splitlines()
        return [each["To"] for each in map(json.loads, lines) if each["act"] == "accept"]

    def stops(self) -> None:
        url = f"http://127.0.0.1:{self.port}/webhooks/twilio/{self.business}/messages"
        self.control(inbound={"sender": STOPPED, "to": OUR_NUMBER, "body": "STOP", "url": url})

    def is_out(self) -> bool:
        s = subscription.table
        return bool(self.ask(sa.select(s.c.status).where(s.c.number == STOPPED)) == "opted_out")

    def waiting(self) -> int:
        m = message.table
        return int(self.ask(sa.select(sa.func.count()).where(m.c.status.in_(("queued", "sending")))))


@pytest.fixture
def site(database_url: str, tmp_path: Path) -> Iterator[Site]:
    port, twilio_port = free_port(), free_port()
    environment = clean() | {
        "PORTAL_DATABASE_URL": database_url, "PORTAL_SECRET_KEY": SECRET,
        "PORTAL_KEY_FILE": str(tmp_path / "portal.keys"), "PORTAL_PUBLIC_URL": f"http://127.0.0.1:{port}",
        "PORTAL_TWILIO_API_URL": f"http://127.0.0.1:{twilio_port}", "PORTAL_QUIET_HOURS": "off",
        "PORTAL_AUTOMATED_PER_DAY": "0",
    }  # fmt: skip
    known = ("--account", ACCOUNT, "--token", TOKEN, "--forgets-stops")
    twilio = pretend_twilio(tmp_path, clean(), twilio_port, *known)
    [serve] = fleet(environment, port, tmp_path, on_postgres=False)
    made = Site(tmp_path, environment, port, serve, twilio, twilio_port)
    made.business = settled(made)
    try:
        twilio.start()
        yield made
    finally:
        for program in (serve, twilio):
            program.kill()


def settled(site: Site) -> str:
    """Everybody has agreed, and an automated text waits for each."""
    key.load(site.folder / "portal.keys", root=SECRET, may_create=True)
    database = site.open()
    world = populate(database, database.read(key.of))

    def prepare(session: Session) -> None:
        ours = sender.table.c.number == OUR_NUMBER  # the other business has no account at this provider
        session.connection().execute(sa.update(sender.table).values(is_active=ours))
        for number in NUMBERS:
            agreed(session, world, number)

    database.write(prepare)
    database.dispose()
    return world.hearth.id


def agreed(session: Session, world: World, number: str) -> None:
    row = subscription.lock(session, world.hearth.id, SMS, number)
    opt_in.opt_in(
        session, row, origin=Origin.FORM, proof=Proof.HANDSET, actor="client", scope="informational",
        confirmation="form.confirmation",
    )  # fmt: skip
    row = subscription.lock(session, world.hearth.id, SMS, number)
    outbox.queue(session, row, "See you tomorrow", purpose=Purpose.AUTOMATED, once_key=f"due:{number}")


@pytest.mark.at_the_door
@pytest.mark.covers("P18", "promises F", "promises 0.10")
def test_an_old_backup_sends_nothing_twice_and_finds_the_stop_again(site: Site, report: Callable[[str], None]) -> None:
    site.control(rules=BUSY)
    site.serve.start()
    wait_until(lambda: (site.folder / "twilio.jsonl").exists(), "a first try")
    began = time.monotonic()
    site.portal("backup", str(site.folder / "old.backup"))
    backup = time.monotonic() - began
    site.control(rules=WELL)
    wait_until(lambda: not site.waiting(), "every text's end")
    site.stops()
    wait_until(site.is_out, "the STOP")
    site.serve.kill()
    before = site.accepted()
    assert set(before) == set(NUMBERS), "what the backup holds as waiting has left meanwhile"
    began = time.monotonic()
    said = site.portal("restore", str(site.folder / "old.backup"))
    restore = time.monotonic() - began
    assert "Quarantine is on" in said
    assert not site.is_out(), "the copy is older than the STOP"
    site.serve.start()
    database = site.open()
    assert database.read(quarantine.is_on)
    database.dispose()
    assert site.accepted() == before
    site.portal("reconcile", "--release")
    assert site.is_out()
    wait_until(lambda: not site.waiting(), "an end of every text")
    assert [each for each in site.accepted()[len(before) :] if each != STOPPED] == []
    again = len(site.accepted()) - len(before)
    report(
        f"restore of an old backup: backup {backup:.1f} s, restore {restore:.1f} s, 0 sent before the release, "
        f"0 sent again, the STOP was found, {again} repeated confirmations of it"
    )
