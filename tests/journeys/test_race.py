"""STOPs raced against sends in a real process that is killed at random; its Twilio is slow and forgetful.

`PORTAL_PROOF_STOPS` and `PORTAL_PROOF_KILLS` make it longer. The carrier's own log is checked against the moment each
STOP was answered 2xx (promises P1, P2, P6). On PostgreSQL the same, with the database under test.
"""

import http.client
import os
import random
import signal
import socket
import threading
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

import pytest
import sqlalchemy as sa
from sqlmodel import Session
from twilio.request_validator import RequestValidator

from portal.accounts import key
from portal.accounts.sender import SMS
from portal.consent import subscription, verification
from portal.consent.state import Origin, Proof
from portal.database import Database
from portal.messaging import message, opt_in, thread
from tests.conftest import ACCOUNT, OUR_NUMBER, TOKEN, World, populate
from tests.pretend_twilio import PretendTwilio, Rule
from tests.test_serve import Process, clean

STOPS = int(os.environ.get("PORTAL_PROOF_STOPS", "40"))
KILLS = int(os.environ.get("PORTAL_PROOF_KILLS", "2"))
TEXTS = 4  # queued to each number before it stops
SECRET = "s" * 40
PATIENCE = 120.0  # seconds until everything must have been answered, kills included
RUDE = [
    Rule("drop", probability=0.05, latency=(0.0, 0.3)),
    Rule("refuse", probability=0.05, status=503, retry_after="1"),
    Rule("refuse", probability=0.03, status=500),
    Rule("accept", latency=(0.0, 0.4), callbacks=("sent", "delivered"), copies=2, shuffled=True),
]


@dataclass
class Arena:
    """One installation, its numbers, and when each STOP was acknowledged (monotonic nanoseconds)."""

    environment: dict[str, str]
    url: str
    numbers: list[str]
    business: str
    acknowledged: dict[str, int] = field(default_factory=dict)


def secrets_at(path: Path) -> key.Secrets:
    return key.load(path, root=SECRET, may_create=True)


@pytest.fixture
def twilio(tmp_path: Path) -> Iterator[PretendTwilio]:
    with PretendTwilio(rules=RUDE, seed=7, accounts={ACCOUNT: TOKEN}, keeps_stops=False) as made:
        yield made


@pytest.fixture
def arena(database_url: str, tmp_path: Path, twilio: PretendTwilio) -> Arena:
    database = Database(database_url, secrets=secrets_at(tmp_path / "race.keys"))
    world = populate(database, secrets_at(tmp_path / "race.keys"))
    numbers = [f"+1415555{i:04d}" for i in range(STOPS)]
    for number in numbers:
        database.write(lambda session, number=number: prepare(session, world, number))  # type: ignore[misc]
    database.dispose()
    with socket.create_server(("127.0.0.1", 0)) as free:
        url = f"http://127.0.0.1:{free.getsockname()[1]}"
    environment = clean() | {
        "PORTAL_DATABASE_URL": database_url, "PORTAL_SECRET_KEY": SECRET, "PORTAL_QUIET_HOURS": "off",
        "PORTAL_KEY_FILE": str(tmp_path / "race.keys"), "PORTAL_PUBLIC_URL": url, "PORTAL_TWILIO_API_URL": twilio.url,
    }  # fmt: skip
    return Arena(environment, url, numbers, world.hearth.id)


def prepare(session: Session, world: World, number: str) -> None:
    """An opted-in number with its confirmation and some texts waiting."""
    row = subscription.lock(session, world.hearth.id, SMS, number)
    opt_in.opt_in(session, row, origin=Origin.FORM, proof=Proof.HANDSET, actor="client", scope="informational",
                  confirmation="form.confirmation", evidence={"words": "the disclaimer"})  # fmt: skip
    for i in range(TEXTS):
        thread.write(session, world.hearth.id, row.id, f"text {i}", member_id=None, once_key=f"{number}:{i}")


class Server:
    """The portal as a process that somebody kills."""

    def __init__(self, arena: Arena) -> None:
        self._arena = arena
        self._process = self._start()

    def kill(self) -> None:
        self._process.tell(signal.SIGKILL)
        self.close()
        self._process = self._start()

    def close(self) -> None:
        self._process.kill()
        self._process.end()

    def end(self) -> None:
        self._process.tell(signal.SIGTERM)
        assert self._process.end()[0] == 0
        self.close()

    def _start(self) -> Process:
        port = str(urlsplit(self._arena.url).port)
        process = Process(self._arena.environment, "serve", "--port", port)
        process.line(r"open at")
        return process


def stop(arena: Arena, number: str, sid: str, until: float) -> None:
    """Tell the portal, as Twilio would, again and again until it answers 2xx."""
    path = f"/webhooks/twilio/{arena.business}/messages"
    fields = {
        "MessageSid": sid, "AccountSid": ACCOUNT, "From": number, "To": OUR_NUMBER, "Body": "STOP", "NumMedia": "0",
        "NumSegments": "1", "FromCity": "",
    }  # fmt: skip
    signature = RequestValidator(TOKEN).compute_signature(arena.url + path, fields)
    headers = {"X-Twilio-Signature": signature, "Content-Type": "application/x-www-form-urlencoded"}
    while time.monotonic() < until and number not in arena.acknowledged:
        connection = http.client.HTTPConnection(urlsplit(arena.url).netloc, timeout=15)
        try:
            connection.request("POST", path, urlencode(fields), headers)
            if connection.getresponse().status == 200:
                arena.acknowledged[number] = time.monotonic_ns()
        except (OSError, http.client.HTTPException):
            time.sleep(0.05)  # the server was just killed: Twilio's next try
        finally:
            connection.close()


def race(arena: Arena, server: Server, chance: random.Random) -> None:
    until = time.monotonic() + PATIENCE
    threads = [
        threading.Timer(chance.uniform(0.0, 2.0 + STOPS / 50), stop, (arena, number, f"SM{i:032x}", until))
        for i, number in enumerate(arena.numbers)
    ]
    for each in threads:
        each.start()
    for _ in range(KILLS):
        time.sleep(chance.uniform(0.3, 1.5))
        server.kill()
    for each in threads:
        each.join()


@pytest.mark.covers("P1", "P2", "P6", "H-20")
def test_stops_raced_against_sends_and_kills_break_no_promise(
    arena: Arena, twilio: PretendTwilio, tmp_path: Path
) -> None:
    server = Server(arena)
    race(arena, server, random.Random(int(os.environ.get("PORTAL_PROOF_SEED", "1"))))
    time.sleep(3.0)  # a text that broke the promise would leave in this time: senders look every second
    server.end()
    late = [r for r in twilio.requests if r["monotonic_ns"] > arena.acknowledged.get(r["To"], 2**63)]
    sent = Counter(r["StatusCallback"] for r in twilio.requests if r["act"] != "refuse" or r["status"] != 503)
    doubled = [url for url, times in sent.items() if times > 1]
    database = Database(arena.environment["PORTAL_DATABASE_URL"], secrets=secrets_at(tmp_path / "race.keys"))
    standing = dict(database.read(status_of))
    verified = database.read(lambda session: verification.verify(session, arena.business))
    stored = database.read(lambda session: inbound(session, arena.business))
    database.dispose()
    print(f"\n{STOPS} STOPs, {KILLS} kills, {len(twilio.requests)} POSTs: late {len(late)}, doubled {len(doubled)}")
    assert sorted(arena.acknowledged) == arena.numbers
    assert late == []
    assert doubled == []
    assert {standing[number] for number in arena.numbers} == {"opted_out"}
    assert stored == STOPS
    assert verified.problem == ""


def status_of(session: Session) -> Any:
    table = subscription.table
    return [tuple(row) for row in session.connection().execute(sa.select(table.c.number, table.c.status))]


def inbound(session: Session, business_id: str) -> int:
    table = message.table
    query = sa.select(sa.func.count()).where(table.c.business_id == business_id, table.c.direction == "inbound")
    return int(session.connection().execute(query).scalar_one())
