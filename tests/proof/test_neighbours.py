"""Two processes that serve and one that works behave as one: what one of them takes in, the others know at once.

Nothing here ticks (without_ticks.py), so whatever happens in one process was caused by a notification of another.
"""

import http.client
import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode

import pytest
from sqlmodel import Session
from twilio.request_validator import RequestValidator

from portal.accounts import key
from portal.accounts.sender import SMS
from portal.consent import subscription
from portal.consent.state import Origin, Proof
from portal.database import Database
from portal.messaging import opt_in
from tests.conftest import ACCOUNT, OUR_NUMBER, TOKEN, World, migrate, populate
from tests.postgres import Databases
from tests.pretend_twilio.server import PretendTwilio
from tests.proof.fleet import Program, free_port, post, wait_until
from tests.test_bell import bells
from tests.test_serve import clean

SECRET = "s" * 40
CLIENT = "+14155550132"
PUBLIC_URL = "http://127.0.0.1:9"


@dataclass
class Neighbours:
    """Where two processes serve; a third one works. `twilio` is what all of them send to."""

    ports: list[int]
    world: World
    thread: str
    twilio: PretendTwilio

    def texts(self, port: int, words: str, sid: str) -> int:
        """The client's text, as Twilio posts it to one of the two; the status of the answer."""
        fields = {
            "MessageSid": f"SM{sid:0>32}", "AccountSid": ACCOUNT, "From": CLIENT, "To": OUR_NUMBER, "Body": words,
            "NumMedia": "0", "NumSegments": "1",
        }  # fmt: skip
        path = f"/webhooks/twilio/{self.world.hearth.id}/messages"
        signature = RequestValidator(TOKEN).compute_signature(f"{PUBLIC_URL}{path}", fields)
        head = {"X-Twilio-Signature": signature, "Content-Type": "application/x-www-form-urlencoded"}
        return post(port, path, urlencode(fields).encode(), head, within=30)[0]

    def sends(self, port: int, words: str) -> int:
        """A text of a program of the business; the status of the answer."""
        head = {"Authorization": f"Bearer {self.world.hearth.token}", "Content-Type": "application/json"}
        body = json.dumps({"to": CLIENT, "text": words})
        return post(port, "/api/v1/messages", body.encode(), head, within=30)[0]


@pytest.fixture
def neighbours(postgres_databases: Databases, tmp_path: Path) -> Iterator[Neighbours]:
    url = postgres_databases.fresh(migrate)
    ports = [free_port(), free_port()]
    database = Database(url, secrets=key.load(tmp_path / "portal.keys", root=SECRET, may_create=True))
    world = populate(database, database.read(key.of))
    thread = database.write(lambda session: opt_in_client(session, world.hearth.id))
    database.dispose()
    with PretendTwilio(accounts={ACCOUNT: TOKEN}) as twilio:
        environment = clean() | {
            "PORTAL_DATABASE_URL": url, "PORTAL_SECRET_KEY": SECRET, "PORTAL_PUBLIC_URL": PUBLIC_URL,
            "PORTAL_QUIET_HOURS": "off",
            "PORTAL_KEY_FILE": str(tmp_path / "portal.keys"), "PORTAL_TWILIO_API_URL": twilio.url,
        }  # fmt: skip
        programs = [without_ticks(f"serve {port}", ["serve", "--no-jobs", "--port", str(port)], environment, tmp_path,
                                  "is open at") for port in ports]  # fmt: skip
        programs.append(without_ticks("worker", ["worker"], environment, tmp_path, "runs the jobs"))
        try:
            for program in programs:
                program.start(should_wait=False)
            wait_until(lambda: all(program.ready in program.said() for program in programs), "three processes")
            wait_until(lambda: len(bells(url)) == len(programs), "everybody listening")
            yield Neighbours(ports, world, thread, twilio)
        finally:
            for program in programs:
                program.kill()
    postgres_databases.drop(url)


def without_ticks(name: str, words: list[str], environment: dict[str, str], folder: Path, ready: str) -> Program:
    command = [sys.executable, "-m", "tests.proof.without_ticks", *words]
    return Program(name, command, environment, folder / f"{name}.log", ready)


def opt_in_client(session: Session, business_id: str) -> str:
    row = subscription.lock(session, business_id, SMS, CLIENT)
    opt_in.opt_in(
        session, row, origin=Origin.FORM, proof=Proof.HANDSET, actor="client", scope="informational",
        confirmation="form.confirmation",
    )  # fmt: skip
    return str(row.id)


class Page:
    """An open live page of a member."""

    def __init__(self, port: int, cookie: str) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        self._connection.request("GET", "/events", headers={"Cookie": f"id={cookie}"})
        self._answer = self._connection.getresponse()
        assert self._answer.status == 200

    def hears(self, name: str) -> bool:
        """Reads on until it comes; the connection's timeout ends a hopeless wait."""
        return any(line.decode().strip() == f"event: {name}" for line in self._answer)

    def close(self) -> None:
        self._answer.close()
        self._connection.close()


@pytest.mark.only_on_postgres
@pytest.mark.covers("P20")
def test_a_text_one_process_takes_in_is_on_the_others_live_page_and_its_answer_leaves_by_a_third(
    neighbours: Neighbours,
) -> None:
    here, there = neighbours.ports
    page = Page(there, neighbours.world.alice.cookie)
    assert neighbours.texts(here, "Is Friday all right?", "1") == 200
    assert page.hears(f"thread-{neighbours.thread}")
    page.close()
    assert neighbours.sends(here, "Yes, at ten.") == 201
    wait_until(lambda: any(each["Body"] == "Yes, at ten." for each in neighbours.twilio.requests), "the answer's leave")
