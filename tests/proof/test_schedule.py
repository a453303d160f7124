"""Automations in real processes that somebody kills: planned, decided and sent once, whatever dies in between.

PORTAL_PROOF_KILLS and PORTAL_PROOF_SEED make it larger. The provider's log is checked against what was scheduled.
"""

import datetime as dt
import json
import random
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlmodel import Session

from portal import clock
from portal.accounts import key
from portal.accounts.sender import SMS
from portal.automations import automation
from portal.automations.rule import Rule
from portal.automations.scheduled_text import WAITING, t
from portal.consent import subscription
from portal.consent.state import Origin, Proof
from portal.database import Database
from portal.messaging import message, opt_in, trigger_event
from tests.conftest import ACCOUNT, TOKEN, populate
from tests.postgres import is_under_test
from tests.proof.arena import doubled
from tests.proof.conftest import size
from tests.proof.fleet import Program, fleet, free_port, post, pretend_twilio, wait_until
from tests.test_serve import clean

CLIENTS = 60
OPTED_OUT = 10  # every tenth
KILLS = size("PORTAL_PROOF_KILLS", 3)
SEED = size("PORTAL_PROOF_SEED", 1)
AHEAD = dt.timedelta(seconds=12)  # until the moment of the second automation
PATIENCE = 120.0 + KILLS * 20
SECRET = "s" * 40
WELCOME, ONCE = "Welcome to all", "Once for all"
RUDE = [{"act": "accept", "latency": [0.0, 0.3]}]


@dataclass
class Town:
    """One installation with its processes, and the clients of its one business."""

    database: Database
    business: str
    programs: list[Program]
    log: Path

    @property
    def numbers(self) -> list[str]:
        return [f"+1415555{i:04d}" for i in range(CLIENTS)]

    @property
    def stopped(self) -> set[str]:
        return set(self.numbers[::OPTED_OUT])

    def requests(self) -> list[dict[str, Any]]:
        """Every text the provider was asked to send, in order of arrival."""
        return [json.loads(line) for line in self.log.read_text().splitlines()]


@pytest.fixture
def town(database_url: str, tmp_path: Path) -> Iterator[Town]:
    port, provider, keys = free_port(), free_port(), tmp_path / "portal.keys"
    twilio = pretend_twilio(tmp_path, clean(), provider, "--account", ACCOUNT, "--token", TOKEN)
    environment = clean() | {
        "PORTAL_DATABASE_URL": database_url, "PORTAL_SECRET_KEY": SECRET, "PORTAL_KEY_FILE": str(keys),
        "PORTAL_PUBLIC_URL": f"http://127.0.0.1:{port}", "PORTAL_TWILIO_API_URL": f"http://127.0.0.1:{provider}",
        "PORTAL_QUIET_HOURS": "off", "PORTAL_AUTOMATED_PER_DAY": "0",
        "PORTAL_CAP_SEGMENTS_DAY": "0", "PORTAL_CAP_INSTALLATION_SEGMENTS_DAY": "0",
    }  # fmt: skip
    programs = fleet(environment, port, tmp_path, on_postgres=is_under_test())
    database = Database(database_url, secrets=key.load(keys, root=SECRET, may_create=True))
    business = populate(database, database.read(key.of)).hearth.id
    made = Town(database, business, programs, tmp_path / "twilio.jsonl")
    try:
        twilio.start()
        post(provider, "/_control", json.dumps({"rules": RUDE, "seed": SEED}).encode(), {}, within=10)
        yield made
    finally:
        for program in (*programs, twilio):
            program.kill()
        database.dispose()


def settle(town: Town) -> None:
    """Two automations are on; everybody opts in, and every tenth opts out again at once."""

    def work(session: Session) -> None:
        values: list[dict[str, Any]] = [
            {"text": WELCOME, "event": "opted_in"},
            {"text": ONCE, "event": "date", "at": clock.now() + AHEAD},
        ]
        for each in values:
            made = automation.create(session, town.business, Rule(name=each["text"], **each), actor="proof")
            automation.switch_on(session, made, actor="proof")
        for number in town.numbers:
            row = subscription.lock(session, town.business, SMS, number)
            opt_in.opt_in(
                session, row, origin=Origin.FORM, proof=Proof.HANDSET, actor="client", scope="informational",
                confirmation="form.confirmation",
            )  # fmt: skip
            if number in town.stopped:
                opt_in.opt_out(
                    session, subscription.lock_by_id(session, town.business, row.id), origin=Origin.REPLY,
                    proof=Proof.HANDSET, actor="client", should_confirm=False,
                )  # fmt: skip

    town.database.write(work)


def disturb(town: Town) -> None:
    chance = random.Random(SEED)
    for _ in range(KILLS):
        time.sleep(chance.uniform(0.3, AHEAD.total_seconds() / KILLS))
        victim = chance.choice(town.programs[-2:])
        victim.kill()
        victim.start()


def is_over(town: Town) -> bool:
    """The moment has passed, everything that is scheduled was decided, and nothing is on its way."""
    m = message.table

    def read(session: Session) -> bool:
        planned = sa.select(sa.func.count()).select_from(t)
        waiting = planned.where(t.c.status.in_(WAITING))
        leaving = sa.select(sa.func.count()).select_from(m).where(m.c.status.in_(("queued", "sending")))
        return (
            not trigger_event.is_any(session)
            and session.scalar(planned) == 2 * CLIENTS
            and not session.scalar(waiting)
            and not session.scalar(leaving)
        )

    return town.database.read(read)


def standings(town: Town) -> Counter[tuple[str, str, str]]:
    """How many scheduled texts of which words are where, and where their messages are."""
    m = message.table

    def read(session: Session) -> Counter[tuple[str, str, str]]:
        query = sa.select(t.c.text, t.c.status, sa.func.coalesce(m.c.status, t.c.reason)).outerjoin(
            m, m.c.id == t.c.message_id
        )
        return Counter((row[0], row[1], row[2]) for row in session.execute(query))

    return town.database.read(read)


@pytest.mark.covers("P6", "P20", "H-23", "X-16", "rules 3")
def test_automations_in_processes_that_are_killed_lose_and_double_nothing(
    town: Town, report: Callable[[str], None]
) -> None:
    settle(town)
    for program in town.programs:
        program.start()
    disturb(town)
    wait_until(lambda: is_over(town), "the end of all scheduled texts", within=PATIENCE)
    requests, found = town.requests(), standings(town)
    got = Counter((each["To"], each["Body"]) for each in requests if each["Body"] in (WELCOME, ONCE))
    unknown = sum(count for (_, _, fate), count in found.items() if fate == "unknown")
    where = f"{len(town.programs)} on {'PostgreSQL' if is_under_test() else 'SQLite'}"
    report(
        f"automations, {where}: {2 * CLIENTS} scheduled, "
        f"{KILLS} kills, {sum(got.values())} sent, {unknown} shown as unknown, {len(doubled(requests))} doubled"
    )
    assert doubled(requests) == []
    assert [each for each, count in got.items() if count > 1] == []
    assert {number for number, _ in got} & town.stopped == set()
    for words in (WELCOME, ONCE):
        assert found[words, "skipped", "opted_out"] == len(town.stopped)
        assert found[words, "queued", "sent"] + found[words, "queued", "unknown"] == CLIENTS - len(town.stopped)
