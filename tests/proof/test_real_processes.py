"""The same promises with real processes: raced, killed with SIGKILL and started again, beside a rude provider.

PORTAL_PROOF_STOPS, _KILLS, _SEED, and on PostgreSQL _WORKERS make it larger. The provider's log, in order of arrival,
is checked against the moment at which the first byte of each 2xx was here: both clocks are this machine's.
"""

import json
import random
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
import sqlalchemy as sa
from sqlmodel import Session
from twilio.request_validator import RequestValidator

from portal.accounts import key
from portal.accounts.sender import SMS
from portal.column import table_of
from portal.consent import subscription
from portal.consent.state import Origin, Proof, Status
from portal.database import Database
from portal.messaging import flight, message, opt_in, thread
from portal.messaging.provider_event import ProviderEvent
from tests.conftest import ACCOUNT, OUR_NUMBER, TOKEN, World, populate
from tests.postgres import is_under_test
from tests.proof import checker
from tests.proof.conftest import size
from tests.proof.distance import Distance
from tests.proof.fleet import Program, fleet, free_port, post, pretend_twilio, wait_until
from tests.test_serve import clean

STOPS = size("PORTAL_PROOF_STOPS", 60)
KILLS = size("PORTAL_PROOF_KILLS", 3)
SEED = size("PORTAL_PROOF_SEED", 1)
TEXTS = 16  # waiting for each number before it stops
SPREAD = 6.0 + STOPS / 12  # seconds in which the STOPs come
PATIENCE = 120.0 + KILLS * 20  # seconds after which a STOP counts as never answered
SECRET = "s" * 40
WORDS = ("STOP", "stop please", "Unsubscribe", "STOP please")
RUDE = [
    {"act": "drop", "probability": 0.05, "latency": [0.0, 0.4]},
    {"act": "refuse", "probability": 0.03, "status": 503, "retry_after": "1"},
    {"act": "refuse", "probability": 0.02, "status": 500},
    {"act": "refuse", "probability": 0.03, "status": 400, "code": 21610},
    {"act": "accept", "latency": [0.0, 0.4], "callbacks": ["sent", "delivered"], "copies": 2, "shuffled": True},
]


@dataclass
class Arena:
    """One installation with its processes, its clients, and when each STOP was acknowledged (monotonic nanoseconds)."""

    database_url: str
    keys: Path
    port: int
    business: str
    numbers: list[str]
    programs: list[Program]
    twilio: Program
    log: Path
    asked: dict[str, int] = field(default_factory=dict)
    acknowledged: dict[str, int] = field(default_factory=dict)
    kills: int = 0

    def database(self) -> Database:
        return Database(self.database_url, secrets=key.load(self.keys, root=SECRET, may_create=True))

    def requests(self) -> list[dict[str, Any]]:
        """Every text the provider was asked to send, in order of arrival."""
        return [json.loads(line) for line in self.log.read_text().splitlines()]


@pytest.fixture
def distance() -> Iterator[Distance]:
    with Distance(free_port(), longest=0.3, seed=SEED) as made:
        yield made


@pytest.fixture
def arena(database_url: str, tmp_path: Path, distance: Distance) -> Iterator[Arena]:
    made = installed(database_url, tmp_path, distance)
    try:
        made.twilio.start()
        post(distance.target, "/_control", json.dumps({"rules": RUDE, "seed": SEED}).encode(), {}, within=10)
        yield made
    finally:
        for program in (*made.programs, made.twilio):
            program.kill()


def installed(database_url: str, folder: Path, distance: Distance) -> Arena:
    """Everything is there, and nothing runs yet."""
    port, keys = free_port(), folder / "portal.keys"
    known = ("--account", ACCOUNT, "--token", TOKEN, "--forgets-stops")
    twilio = pretend_twilio(folder, clean(), distance.target, *known)
    environment = clean() | {
        "PORTAL_DATABASE_URL": database_url, "PORTAL_SECRET_KEY": SECRET, "PORTAL_KEY_FILE": str(keys),
        "PORTAL_PUBLIC_URL": f"http://127.0.0.1:{port}", "PORTAL_TWILIO_API_URL": f"http://127.0.0.1:{distance.port}",
        "PORTAL_QUIET_HOURS": "off", "PORTAL_AUTOMATED_PER_DAY": "0",
        "PORTAL_CAP_SEGMENTS_DAY": "0", "PORTAL_CAP_INSTALLATION_SEGMENTS_DAY": "0",
    }  # fmt: skip
    programs = fleet(environment, port, folder, on_postgres=is_under_test())
    numbers = [f"+1415555{i:04d}" for i in range(STOPS)]
    made = Arena(database_url, keys, port, "", numbers, programs, twilio, folder / "twilio.jsonl")
    made.business = settled(made)
    return made


def settled(arena: Arena) -> str:
    """Everybody has opted in, and texts wait for them; the id of their business."""
    database = arena.database()
    world = populate(database, database.read(key.of))

    def prepare(session: Session) -> None:
        for number in arena.numbers:
            opted_in_with_texts(session, world, number)

    database.write(prepare)
    database.dispose()
    return world.hearth.id


def opted_in_with_texts(session: Session, world: World, number: str) -> None:
    row = subscription.lock(session, world.hearth.id, SMS, number)
    opt_in.opt_in(
        session, row, origin=Origin.FORM, proof=Proof.HANDSET, actor="client", scope="informational",
        confirmation="form.confirmation",
    )  # fmt: skip
    for turn in range(TEXTS):
        thread.write(session, world.hearth.id, row.id, f"Text {turn}", member_id=None, once_key=f"{number}:{turn}")


def stop(arena: Arena, place: int, at: float, until: float) -> None:
    """Twilio posts one STOP, and posts it again until somebody answers 2xx."""
    number = arena.numbers[place]
    fields = {
        "MessageSid": f"SM{place:032x}", "AccountSid": ACCOUNT, "From": number, "To": OUR_NUMBER,
        "Body": WORDS[place % len(WORDS)], "NumMedia": "0", "NumSegments": "1", "FromCity": "",
    }  # fmt: skip
    path = f"/webhooks/twilio/{arena.business}/messages"
    url = f"http://127.0.0.1:{arena.port}{path}"
    headers = {
        "X-Twilio-Signature": RequestValidator(TOKEN).compute_signature(url, fields),
        "Content-Type": "application/x-www-form-urlencoded",
    }
    time.sleep(at)  # a race needs a start; the checker needs none
    arena.asked[number] = time.monotonic_ns()
    while time.monotonic() < until and number not in arena.acknowledged:
        status, answered = post(arena.port, path, urlencode(fields).encode(), headers, within=15)
        assert status in (0, 200), f"a STOP was answered {status}"
        if status == 200:
            arena.acknowledged[number] = answered
        else:
            time.sleep(0.1)  # the server was just killed


def race(arena: Arena, *, kills: int) -> None:
    chance = random.Random(SEED)
    until = time.monotonic() + PATIENCE
    with ThreadPoolExecutor(STOPS) as phones:
        stops = [phones.submit(stop, arena, place, chance.uniform(0.0, SPREAD), until) for place in range(STOPS)]
        for _ in range(kills):
            time.sleep(chance.uniform(0.1, SPREAD / max(1, kills)))
            victim = chance.choice(arena.programs)
            victim.kill()
            arena.kills += 1
            victim.start()
        for each in stops:
            each.result()


def is_quiet(database: Database) -> bool:
    """No text waits and none is on its way: nothing can leave any more."""
    m, f = message.table, flight.table
    waiting = sa.select(sa.func.count()).where(m.c.status.in_(("queued", "held", "sending")))
    flying = sa.select(sa.func.count()).select_from(f)

    def read(session: Session) -> bool:
        return not any(session.connection().execute(query).scalar_one() for query in (waiting, flying))

    return database.read(read)


def late(arena: Arena, requests: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """P1: what arrived after the STOP of its number was acknowledged, but for one confirmation of the STOP."""
    found, confirmed = [], set()
    for request in requests:
        number = request["To"]
        if request["monotonic_ns"] <= arena.acknowledged.get(number, 2**63):
            continue
        message_id = message_of(request)
        if "You are opted out" in request["Body"] and (number not in confirmed or message_id in confirmed):
            confirmed |= {number, message_id}
            continue
        found.append(request)
    return found


def close(arena: Arena, requests: list[dict[str, Any]]) -> int:
    """STOPs with a text on its way: one was with the provider less than half a second before, or until the 2xx."""
    half = 500_000_000
    return len(
        {
            request["To"]
            for request in requests
            if arena.asked[request["To"]] - half < request["monotonic_ns"] < arena.acknowledged.get(request["To"], 0)
        }
    )


def doubled(requests: list[dict[str, Any]]) -> list[str]:
    """P6: what was asked again although an earlier time may have been taken: only a 503 proves that it was not."""
    earlier: dict[str, list[int]] = defaultdict(list)
    found = []
    for request in requests:
        before = earlier[message_of(request)]
        if any(status != 503 for status in before):
            found.append(message_of(request))
        before.append(request["status"] if request["act"] == "refuse" else 0)
    return found


def message_of(request: dict[str, Any]) -> str:
    return str(parse_qs(urlsplit(request["StatusCallback"]).query)["message"][0])


def lost(database: Database, arena: Arena) -> list[str]:
    """P2: STOPs that were acknowledged and are not on the disk, or have no effect."""
    events = table_of(ProviderEvent)

    def read(session: Session) -> list[str]:
        stored = set(session.connection().execute(sa.select(events.c.event_id)).scalars())
        rows = {number: subscription.find(session, arena.business, SMS, number) for number in arena.numbers}
        return [
            number
            for place, number in enumerate(arena.numbers)
            if number in arena.acknowledged
            and (f"in:SM{place:032x}" not in stored or rows[number].status != Status.OPTED_OUT)
        ]

    return database.read(read)


def findings(arena: Arena, requests: list[dict[str, Any]]) -> dict[str, list[Any]]:
    """What broke, by promise, once nothing can leave any more."""
    database = arena.database()
    try:
        wait_until(lambda: is_quiet(database), "the last text's end", within=PATIENCE)
        requests += arena.requests()
        return {
            "violations": late(arena, requests),
            "lost": lost(database, arena),
            "doubled": doubled(requests),
            "never answered": sorted(set(arena.numbers) - set(arena.acknowledged)),
            "drift": database.read(lambda session: checker.drift(session, arena.business)),
        }
    finally:
        database.dispose()


@pytest.mark.covers("P1", "P2", "P6", "P20", "H-20")
def test_stops_raced_against_sends_and_kills_break_no_promise(arena: Arena, report: Callable[[str], None]) -> None:
    for program in arena.programs:
        program.start()
    race(arena, kills=KILLS)
    requests: list[dict[str, Any]] = []
    found = findings(arena, requests)
    where = f"{len(arena.programs)} on {'PostgreSQL' if is_under_test() else 'SQLite'}"
    raced = (
        f"{STOPS} STOPs ({close(arena, requests)} with a text on its way), {arena.kills} kills, {len(requests)} POSTs"
    )
    counted = ", ".join(f"{len(each)} {name}" for name, each in found.items())
    report(f"real processes, {where}: {raced}: {counted}")
    assert {name: each for name, each in found.items() if each} == {}


@pytest.mark.covers("P1")
def test_without_waiting_the_race_is_lost(arena: Arena) -> None:
    """A proof that cannot fail proves nothing: the same race, and a STOP is answered as soon as it is on disk."""
    arena.programs[0].words[1:3] = ["-m", "tests.proof.without_drain"]
    for program in arena.programs:
        program.start()
    race(arena, kills=0)
    assert findings(arena, [])["violations"] != []
