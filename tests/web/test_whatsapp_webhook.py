"""WhatsApp at the door: batches count piece by piece, forgeries change nothing, and the four outcomes of a request
against a pretend Cloud API (behaviours.md W-8)."""

import threading
from collections.abc import Iterator
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
import sqlalchemy as sa
from sqlmodel import Session
from starlette.applications import Starlette
from starlette.testclient import TestClient

from portal import clock
from portal.accounts import business as businesses
from portal.accounts import sender
from portal.accounts.sender import WHATSAPP
from portal.consent import ledger, subscription
from portal.consent.purpose import Purpose
from portal.consent.state import Kind, Origin, Proof, Status
from portal.messaging import claim, message, outbox, outcome
from portal.messaging.message import Fate
from portal.messaging.spending import Limits
from portal.providers.provider import Outbound, Unknown
from portal.providers.whatsapp import WhatsApp
from portal.tables import metadata
from tests.conftest import World
from tests.pretend_whatsapp import ACCOUNT, NUMBER, SECRET, TOKEN, PretendWhatsApp, Rule
from tests.pretend_whatsapp.company import change, payload, signature
from tests.pretend_whatsapp.company import message as said

CLIENT, SITE = "+14155550132", "https://portal.example.com"
CREDENTIALS = {"phone_number_id": ACCOUNT, "app_secret": SECRET, "access_token": TOKEN, "verify_token": "v"}
ASK = {"name": "ask_first", "language": "en_US", "parameters": []}


@dataclass
class Door:
    """Hearth's webhook, and what is behind it."""

    client: TestClient
    site: World

    @property
    def path(self) -> str:
        return f"/webhooks/whatsapp/{self.site.hearth.id}/messages"

    def post(self, body: bytes, headers: dict[str, str] | None = None) -> int:
        given = {"Content-Type": "application/json", **(signature(body) if headers is None else headers)}
        return int(self.client.post(self.path, content=body, headers=given).status_code)

    def row(self, number: str = CLIENT) -> Any:
        return self.site.read(lambda session: subscription.find(session, self.site.hearth.id, WHATSAPP, number))

    def count(self, table: str) -> int:
        query = sa.select(sa.func.count()).select_from(metadata.tables[table])
        return int(self.site.read(lambda session: session.connection().execute(query).scalar()))

    def asks(self, url: str) -> Any:
        """One request leaves for the client, as a template; what the provider said to it."""

        def queue(session: Session) -> None:
            row = subscription.lock(session, self.site.hearth.id, WHATSAPP, CLIENT)
            row = ledger.record(
                session, row, Kind.ASKED, origin=Origin.BUSINESS_FIRST, proof=Proof.ATTESTED, actor="member:1"
            ).row
            outbox.queue(session, row, "Reply YES or STOP", purpose=Purpose.OPT_IN_REQUEST, template=ASK)

        self.site.write(queue)
        (claimed,) = self.site.write(lambda session: claim.take(session, 1, Limits(0, 0)))
        row = claimed.row
        text = Outbound(
            row.id, row.number, row.sender_number, row.text, CREDENTIALS, "", row.channel, row.template, row.user_id
        )
        result = WhatsApp(url, timeout=1.0).send(text, deadline=clock.monotonic() + 2)
        self.site.write(lambda session: outcome.mark(session, row, result))
        return result

    def request(self) -> Any:
        """The request as the thread has it."""
        query = sa.select(message.table).where(message.table.c.purpose == "opt_in_request")
        return self.site.read(lambda session: session.connection().execute(query).first())


@pytest.fixture
def door(app: Starlette, site: World) -> Door:
    def add(session: Session) -> None:
        business = businesses.get(session, site.hearth.id)
        businesses.change_policy(session, business, has_whatsapp=True)
        sender.add(session, business, channel=WHATSAPP, number=NUMBER, provider="whatsapp", credentials=CREDENTIALS)

    site.write(add)
    return Door(TestClient(app, base_url=SITE, raise_server_exceptions=False), site)


@pytest.fixture
def hook(door: Door) -> Iterator[str]:
    """A real server that hands each webhook on to the door."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            status = door.post(body, {"X-Hub-Signature-256": self.headers["X-Hub-Signature-256"]})
            self.send_response(status)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            """Keep the test output quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/hook"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.covers("P2", "P5", "rules 21")
def test_nine_of_ten_changes_act_and_the_broken_one_is_kept(door: Door) -> None:
    numbers = [f"+1415555014{place}" for place in range(10)]
    changes: list[Any] = [change(messages=[said(f"wamid.{number}", number, "STOP")]) for number in numbers]
    changes[3] = {"field": "messages", "value": "broken"}
    body = payload(changes)
    assert [door.post(body), door.post(body)] == [200, 200]
    statuses = [row.status if (row := door.row(number)) else None for number in numbers]
    assert statuses == [None if place == 3 else Status.OPTED_OUT for place in range(10)]
    assert door.count("provider_event") == 10


@pytest.mark.covers("P5", "rules 21")
def test_what_meta_did_not_sign_changes_nothing(door: Door) -> None:
    body = payload([change(messages=[said("wamid.1", CLIENT, "STOP")])])
    forged: tuple[dict[str, str], ...] = (
        {},
        signature(body, "another secret"),
        signature(body + b" "),
        {"X-Hub-Signature-256": "sha256="},
    )
    assert [door.post(body, headers) for headers in forged] == [403] * 4
    assert (door.row(), door.count("provider_event")) == (None, 0)
    assert door.post(b"no json", signature(b"no json")) == 400


@pytest.mark.covers("P21")
def test_a_large_batch_is_read_and_an_endless_one_is_not(door: Door) -> None:
    filler = change(messages=[said("wamid.1", CLIENT, "x" * 200_000)])
    assert door.post(payload([filler])) == 200
    assert door.post(payload([change(messages=[said("wamid.2", CLIENT, "x" * 3_200_000)])])) == 413


@pytest.mark.covers("W-8", "W-9", "X-20", "P12")
def test_the_first_outcome_is_that_they_cannot_be_reached_there(door: Door, hook: str) -> None:
    with PretendWhatsApp(webhook=hook, absent=[CLIENT], is_held=True) as meta:
        door.asks(meta.url)
        assert door.request().status == Fate.SENT, "Meta takes the text, and tells later"
        meta.settle()
    found, row = door.request(), door.row()
    assert (found.status, found.error_code) == (Fate.FAILED, "131026")
    assert found.reason == "This number could not be reached on WhatsApp."
    assert bool(row.is_undeliverable)


@pytest.mark.covers("W-8", "W-11", "W-13", "rules 22")
@pytest.mark.parametrize(("answer", "status"), [("YES", Status.OPTED_IN), ("STOP", Status.OPTED_OUT)])
def test_the_second_and_third_are_their_yes_and_their_no(door: Door, hook: str, answer: str, status: Status) -> None:
    """With reports twice, shuffled and several in one webhook, as Meta has them."""
    rule = Rule(callbacks=("sent", "delivered", "read"), copies=2, shuffled=True)
    with PretendWhatsApp(webhook=hook, rules=[rule], batch=4, seed=3) as meta:
        door.asks(meta.url)
        meta.settle()
        assert door.request().status == Fate.DELIVERED
        delivery = meta.send_inbound(CLIENT, answer)
        assert delivery.status == 200
    assert door.row().status == status


@pytest.mark.covers("W-8", "W-16")
def test_the_fourth_is_silence_and_a_lost_answer_is_resolved_by_the_report(door: Door, hook: str) -> None:
    """What may have been sent is never sent twice; the report names our own id."""
    with PretendWhatsApp(webhook=hook, rules=[Rule("drop", callbacks=("delivered",))]) as meta:
        assert isinstance(door.asks(meta.url), Unknown)
        meta.settle()
        assert len(meta.requests) == 1
    assert (door.request().status, door.row().status) == (Fate.DELIVERED, Status.REQUESTED)
