"""P8 and P18 with real processes: we are down while clients text STOP, or an old copy of the database comes back.

The provider posts its webhooks once, to nobody. What it was asked to send is in its own log.
"""

import datetime as dt
import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlmodel import Session

from portal import clock
from portal.accounts import key, sender
from portal.accounts.sender import SMS
from portal.column import table_of
from portal.consent import subscription
from portal.consent.purpose import Purpose
from portal.consent.state import Origin, Proof
from portal.database import Database
from portal.messaging import message, opt_in, outbox, quarantine
from portal.messaging.heartbeat import Heartbeat
from tests import house
from tests.conftest import ACCOUNT, OUR_NUMBER, TOKEN, World, populate
from tests.postgres import is_under_test
from tests.proof.conftest import size
from tests.proof.fleet import Program, fleet, free_port, post, pretend_twilio, wait_until
from tests.test_serve import clean

STOPS = size("PORTAL_PROOF_MISSED_STOPS", 20)
SECRET = "s" * 40
AWAY = dt.timedelta(days=1)


@dataclass
class Site:
    """One installation, its provider and its clients."""

    database_url: str
    keys: Path
    environment: dict[str, str]
    programs: list[Program]
    twilio: Program
    twilio_port: int
    numbers: list[str]
    log: Path
    business: str = ""

    @cached_property
    def database(self) -> Database:
        return Database(self.database_url, secrets=key.load(self.keys, root=SECRET, may_create=True))

    def texted(self) -> list[str]:
        """Whom the provider was asked to text, in order."""
        lines = self.log.read_text().splitlines() if self.log.exists() else []
        return [json.loads(line)["To"] for line in lines]

    def everybody_stops(self) -> None:
        """Each webhook is posted once, to a port where nobody listens."""
        nobody = f"http://127.0.0.1:{free_port()}/"
        for number in self.numbers:
            order = {"inbound": {"sender": number, "to": OUR_NUMBER, "body": "STOP", "url": nobody}}
            assert post(self.twilio_port, "/_control", json.dumps(order).encode(), {}, within=20)[0] == 200

    def count(self, *clauses: Any) -> int:
        return int(self.database.read(lambda session: _count(session, *clauses)))

    def are_all_out(self) -> bool:
        return self.count(subscription.table.c.status == "opted_out") == len(self.numbers)

    def reconcile(self, *more: str) -> "subprocess.CompletedProcess[str]":
        words = [sys.executable, "-m", "portal", "reconcile", *more]
        return subprocess.run(words, cwd=house.ROOT, env=self.environment, capture_output=True, text=True, timeout=120)


def _count(session: Session, *clauses: Any) -> int:
    return int(session.connection().execute(sa.select(sa.func.count()).where(*clauses)).scalar_one())


@pytest.fixture
def away(database_url: str, tmp_path: Path) -> Iterator[Site]:
    """The portal has been away for a day; one automated text for each client is due."""
    port, twilio_port, keys = free_port(), free_port(), tmp_path / "portal.keys"
    twilio = pretend_twilio(tmp_path, clean(), twilio_port, "--account", ACCOUNT, "--token", TOKEN, "--forgets-stops")
    environment = clean() | {
        "PORTAL_DATABASE_URL": database_url, "PORTAL_SECRET_KEY": SECRET, "PORTAL_KEY_FILE": str(keys),
        "PORTAL_PUBLIC_URL": f"http://127.0.0.1:{port}", "PORTAL_TWILIO_API_URL": f"http://127.0.0.1:{twilio_port}",
        "PORTAL_QUIET_HOURS": "off", "PORTAL_CAP_SEGMENTS_DAY": "0", "PORTAL_CAP_INSTALLATION_SEGMENTS_DAY": "0",
    }  # fmt: skip
    programs = fleet(environment, port, tmp_path, on_postgres=is_under_test())
    numbers = [f"+1415555{n:04d}" for n in range(STOPS)]
    made = Site(
        database_url, keys, environment, programs, twilio, twilio_port, numbers, tmp_path / "twilio.jsonl"
    )  # fmt: skip
    made.business = settled(made)
    try:
        twilio.start()
        yield made
    finally:
        for program in (*programs, twilio):
            program.kill()
        made.database.dispose()


def settled(site: Site) -> str:
    """Everybody has agreed, a text for each is due, and the last sign of life is a day old."""
    database = site.database
    world = populate(database, database.read(key.of))

    def prepare(session: Session) -> None:
        ours = sender.table.c.number == OUR_NUMBER  # the other business has no account at this provider
        session.connection().execute(sa.update(sender.table).values(created_at=clock.now() - 2 * AWAY, is_active=ours))
        session.connection().execute(sa.insert(table_of(Heartbeat)).values(id="listening", at=clock.now() - AWAY))
        for number in site.numbers:
            agreed(session, world, number)

    database.write(prepare)
    return world.hearth.id


def agreed(session: Session, world: World, number: str) -> None:
    row = subscription.lock(session, world.hearth.id, SMS, number)
    opt_in.opt_in(
        session, row, origin=Origin.FORM, proof=Proof.HANDSET, actor="client", scope="informational",
        confirmation="form.confirmation",
    )  # fmt: skip
    row = subscription.lock(session, world.hearth.id, SMS, number)
    outbox.queue(session, row, "See you tomorrow", purpose=Purpose.AUTOMATED, once_key=f"due:{number}")


@pytest.mark.covers("P8", "rules 23")
def test_stops_of_a_day_in_which_we_were_down_count_before_any_automated_text(
    away: Site, report: Callable[[str], None]
) -> None:
    away.everybody_stops()
    started = time.monotonic()
    for program in away.programs:
        program.start()
    wait_until(away.are_all_out, "every STOP")
    took = time.monotonic() - started
    waiting = message.table.c.status.in_(("queued", "sending"))
    wait_until(lambda: not away.count(waiting), "an end of every text")
    assert away.texted() == []
    report(f"{STOPS} STOPs of a day without us: 0 missed, 0 texted, all counted {took:.1f} s after the start")


@pytest.mark.covers("P18")
def test_a_restored_copy_sends_nothing_before_the_release_and_nothing_again_after_it(
    away: Site, report: Callable[[str], None]
) -> None:
    """What is in the database is a day old: its texts left since, and the STOPs are only at the provider."""
    away.database.write(lambda session: quarantine.enter(session, quarantine.RESTORE))
    for program in away.programs:
        program.start()
    away.everybody_stops()
    assert away.texted() == []
    started = time.monotonic()
    done = away.reconcile("--release")
    took = time.monotonic() - started
    assert done.returncode == 0, done.stderr
    assert "The quarantine is over" in done.stdout
    assert away.are_all_out()
    assert away.count(message.table.c.status.in_(("queued", "sending"))) == 0
    assert away.texted() == []
    report(f"restore: {STOPS} STOPs found and released in {took:.1f} s, 0 sent before, 0 sent again")
