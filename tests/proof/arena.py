"""One installation with its processes and its provider, raced by clients; and what broke, once all is quiet.

The provider's log, in order of arrival, is checked against the moment at which the first byte of each 2xx was here:
both clocks are this machine's.
"""

import json
import time
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

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
from tests.proof import checker
from tests.proof.distance import Distance
from tests.proof.fleet import Program, fleet, free_port, post, pretend_twilio, wait_until
from tests.test_serve import clean

TEXTS = 16  # waiting for each number before it stops
SECRET = "s" * 40
WORDS = ("STOP", "stop please", "Unsubscribe", "STOP please")


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
    may_fail: bool = False  # where disks and databases fail, a STOP may be answered 5xx, and comes again

    def database(self) -> Database:
        return Database(self.database_url, secrets=key.load(self.keys, root=SECRET, may_create=True))

    def requests(self) -> list[dict[str, Any]]:
        """Every text the provider was asked to send, in order of arrival."""
        return [json.loads(line) for line in self.log.read_text().splitlines()]


def installed(database_url: str, folder: Path, distance: Distance, *, stops: int, on_postgres: bool) -> Arena:
    """Everything is there, and nothing runs yet. `stops` is how many clients there are, who all stop."""
    port, keys = free_port(), folder / "portal.keys"
    known = ("--account", ACCOUNT, "--token", TOKEN, "--forgets-stops")
    twilio = pretend_twilio(folder, clean(), distance.target, *known)
    environment = clean() | {
        "PORTAL_DATABASE_URL": database_url, "PORTAL_SECRET_KEY": SECRET, "PORTAL_KEY_FILE": str(keys),
        "PORTAL_PUBLIC_URL": f"http://127.0.0.1:{port}", "PORTAL_TWILIO_API_URL": f"http://127.0.0.1:{distance.port}",
        "PORTAL_QUIET_HOURS": "off", "PORTAL_AUTOMATED_PER_DAY": "0", "PORTAL_CAP_DRAIN_SECOND": "0",
        "PORTAL_CAP_SEGMENTS_DAY": "0", "PORTAL_CAP_INSTALLATION_SEGMENTS_DAY": "0",
    }  # fmt: skip
    programs = fleet(environment, port, folder, on_postgres=on_postgres)
    numbers = [f"+1415555{i:04d}" for i in range(stops)]
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
        assert status in (0, 200) or (arena.may_fail and status >= 500), f"a STOP was answered {status}"
        if status == 200:
            arena.acknowledged[number] = answered
        else:
            time.sleep(0.1)  # the server was just killed, or cannot write


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


def findings(arena: Arena, requests: list[dict[str, Any]], *, within: float) -> dict[str, list[Any]]:
    """What broke, by promise, once nothing can leave any more."""
    database = arena.database()
    try:
        wait_until(lambda: is_quiet(database), "the last text's end", within=within)
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
