"""Events leave in time, come back when they must, and one receiver's trouble is nobody else's."""

import base64
import datetime as dt
import hashlib
import hmac
import json
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import pytest
from sqlmodel import Session, select

from portal import clock
from portal.accounts import attempt, delivery, endpoint
from portal.accounts.attempt import BATCH, WAITS, Reply
from portal.accounts.courier import Courier
from portal.accounts.delivery import WebhookDelivery
from portal.accounts.endpoint import WebhookEndpoint
from portal.address import Rules
from tests.conftest import House, World

START = dt.datetime(2026, 11, 22, 12, 0, tzinfo=dt.UTC)
GOOD, BAD = Reply(204), Reply(500, "It answered 500.")


@dataclass
class Sent:
    url: str
    body: bytes
    headers: Mapping[str, str]


@dataclass
class Office:
    """A courier whose post goes to a list, a clock that stands still, and what was written to owners."""

    world: World
    answers: dict[str, Callable[[], Reply]] = field(default_factory=dict)
    sent: list[Sent] = field(default_factory=list)
    letters: list[tuple[str, str, str]] = field(default_factory=list)
    now: dt.datetime = START

    def __post_init__(self) -> None:
        self.courier = Courier(self.world.database, post=self.post, tell=self.tell, letter=self.write)

    def post(self, url: str, body: bytes, headers: Mapping[str, str]) -> Reply:
        self.sent.append(Sent(url, body, dict(headers)))
        return self.answers.get(url, lambda: GOOD)()

    def tell(self, session: Session, row: WebhookDelivery) -> dict[str, Any]:
        return {"type": row.kind, "data": {"id": row.object_id}}

    def write(self, to: str, subject: str, text: str) -> None:
        self.letters.append((to, subject, text))

    def add(self, name: str = "one", house: House | None = None) -> str:
        business = (house or self.world.hearth).id

        def work(session: Session) -> str:
            url = f"https://{name}.example.com/"
            return endpoint.create(session, business, url, events=[], rules=Rules())[0].id

        made: str = self.world.write(work)
        return made

    def note(self, *objects: str, house: House | None = None) -> None:
        business = (house or self.world.hearth).id
        for each in objects:
            self.world.write(partial(delivery.note, business_id=business, kind="message.sent", object_id=each))

    def turn(self) -> None:
        """One tick of the timetable, and all that it started."""
        self.courier.turn()
        until = time.monotonic() + 10
        while not self.courier.is_idle and time.monotonic() < until:
            threading.Event().wait(0.002)
        assert self.courier.is_idle

    def later(self, **more: float) -> None:
        self.now += dt.timedelta(**more)

    def rows(self) -> list[WebhookDelivery]:
        query = select(WebhookDelivery).order_by(delivery.table.c.id)
        found: list[WebhookDelivery] = self.world.read(lambda session: list(session.exec(query).all()))
        return found

    def endpoint(self, endpoint_id: str) -> WebhookEndpoint:
        found: WebhookEndpoint = self.world.read(lambda session: session.get(WebhookEndpoint, endpoint_id))
        return found


@pytest.fixture
def office(world: World, monkeypatch: pytest.MonkeyPatch) -> Iterator[Office]:
    made = Office(world)
    monkeypatch.setattr(clock, "now", lambda: made.now)
    yield made
    made.courier.stop()


def test_an_event_is_signed_and_told_in_the_order_it_happened(office: Office) -> None:
    one = office.add()
    for each in ("m1", "m2", "m3"):
        office.note(each)
        office.later(seconds=1)
    office.turn()
    assert [json.loads(each.body)["data"]["id"] for each in office.sent] == ["m1", "m2", "m3"]
    (secret,) = office.world.read(lambda session: endpoint.secrets_of(session, office.endpoint(one)))
    first = office.sent[0]
    signed = f"{first.headers['webhook-id']}.{int(office.now.timestamp())}.".encode() + first.body
    mac = hmac.new(base64.b64decode(secret.removeprefix("whsec_")), signed, hashlib.sha256).digest()
    assert first.headers["webhook-signature"] == "v1," + base64.b64encode(mac).decode()
    assert {each.status for each in office.rows()} == {"delivered"}


def test_what_is_delivered_is_forgotten_and_not_sent_again(office: Office) -> None:
    office.add()
    office.note("m1")
    office.turn()
    office.turn()
    assert len(office.sent) == 1
    (row,) = office.rows()
    assert row.payload is None
    assert [each["status"] for each in row.tries] == [204]


def test_a_failed_try_comes_back_with_the_same_id_and_the_same_bytes(office: Office) -> None:
    office.add()
    office.answers["https://one.example.com/"] = lambda: BAD
    office.note("m1")
    office.turn()
    office.turn()
    assert len(office.sent) == 1
    office.later(seconds=WAITS[0] * 1.3)
    office.turn()
    first, second = office.sent
    assert first.headers["webhook-id"] == second.headers["webhook-id"]
    assert first.body == second.body
    assert first.headers["webhook-timestamp"] != second.headers["webhook-timestamp"]


def test_an_event_is_given_up_after_its_last_try(office: Office) -> None:
    office.add()
    office.answers["https://one.example.com/"] = lambda: BAD
    office.note("m1")
    waits = []
    for _ in range(20):
        office.turn()
        (row,) = office.rows()
        if row.status != "waiting":
            break
        waits.append((row.due_at - office.now).total_seconds())
        office.now = max(row.due_at, office.now + dt.timedelta(minutes=5))
    assert row.status == "failed"
    assert len(row.tries) == len(WAITS) + 1
    assert all(0.8 * usual <= wait <= 1.2 * usual for usual, wait in zip(WAITS, waits, strict=True))


@pytest.mark.covers("P21")
def test_a_receiver_that_is_down_is_asked_once_and_not_for_every_event(office: Office) -> None:
    """Its backlog keeps its tries; a good answer brings all of it."""
    one = office.add()
    office.answers["https://one.example.com/"] = lambda: BAD
    office.note(*(f"m{i}" for i in range(30)))
    office.turn()
    assert len(office.sent) == 1
    office.turn()
    assert len(office.sent) == 1
    assert sorted(each.attempts for each in office.rows()) == [0] * 29 + [1]
    office.answers.clear()
    office.later(minutes=2)
    office.turn()
    assert {each.status for each in office.rows()} == {"delivered"}
    assert office.endpoint(one).failing_since_at is None


@pytest.mark.parametrize(
    ("reply", "least", "most"),
    [
        (Reply(503, "x", "120"), 120, 120),
        (Reply(429, "x", "120"), 120, 120),
        (Reply(429, "x", "999999999"), 24 * 3600, 24 * 3600),
        (Reply(500, "x", "120"), 4, 6),
        (Reply(429, "x", "soon"), 4, 6),
        (Reply(429, "x", "-5"), 4, 6),
        (Reply(429, "x", "1"), 4, 6),
    ],
)
def test_a_busy_receiver_may_say_when_to_come_back_within_bounds(
    office: Office, reply: Reply, least: float, most: float
) -> None:
    office.add()
    office.answers["https://one.example.com/"] = lambda: reply
    office.note("m1")
    office.turn()
    wait = (office.rows()[0].due_at - office.now).total_seconds()
    assert least <= wait <= most


def test_gone_switches_it_off_and_tells_the_owners(office: Office) -> None:
    one = office.add()
    office.answers["https://one.example.com/"] = lambda: Reply(410, "It answered 410.")
    office.note("m1", "m2")
    office.turn()
    found = office.endpoint(one)
    assert found.disabled_at == START
    assert "410" in found.disabled_why
    assert sorted(each.status for each in office.rows()) == ["dropped", "failed"]
    assert [(to, subject) for to, subject, _ in office.letters] == [("alice@example.com", "A webhook was switched off")]
    assert "https://one.example.com/" in office.letters[0][2]
    office.note("m3")
    assert len(office.rows()) == 2


def test_five_days_of_failure_switch_it_off_once(office: Office) -> None:
    one = office.add()
    office.answers["https://one.example.com/"] = lambda: BAD
    for day in range(6):
        office.note(f"m{day}")
        office.turn()
        assert (office.endpoint(one).disabled_at is not None) == (day == 5)
        office.later(days=1, seconds=1)
    assert "five days" in office.endpoint(one).disabled_why
    assert len(office.letters) == 1


def test_one_success_in_five_days_keeps_it_on(office: Office) -> None:
    one = office.add()
    for day in range(8):
        office.answers["https://one.example.com/"] = partial(Reply, 204 if day == 4 else 500)
        office.note(f"m{day}")
        office.turn()
        office.later(days=1, seconds=1)
    assert office.endpoint(one).disabled_at is None


def test_a_letter_that_cannot_be_sent_changes_nothing(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: str) -> None:
        raise OSError("no mail server")

    monkeypatch.setattr(office.courier, "_letter", refuse)
    one = office.add()
    office.answers["https://one.example.com/"] = lambda: Reply(410)
    office.note("m1")
    office.turn()
    assert office.endpoint(one).disabled_at is not None


@pytest.mark.covers("P21")
def test_a_slow_receiver_holds_up_nobody_else(office: Office) -> None:
    free = threading.Event()
    slow = ["https://one.example.com/", "https://two.example.com/", "https://three.example.com/"]
    for name in ("one", "two", "three", "four"):
        office.add(name)
    office.add("other", office.world.other)
    for url in slow:
        office.answers[url] = lambda: (free.wait(10), GOOD)[1]
    office.note("m1")
    office.courier.turn()
    office.note("m1", house=office.world.other)
    office.courier.turn()
    expected = {*slow, "https://other.example.com/"}
    until = time.monotonic() + 8
    while {each.url for each in office.sent} != expected and time.monotonic() < until:
        threading.Event().wait(0.01)
    assert {each.url for each in office.sent} == expected
    office.courier.turn()
    assert len(office.sent) == 4
    free.set()
    until = time.monotonic() + 5
    while not office.courier.is_idle and time.monotonic() < until:
        threading.Event().wait(0.01)
    office.turn()
    assert "https://four.example.com/" in {each.url for each in office.sent}


def test_whoever_waited_longest_is_served_first(office: Office) -> None:
    """A long backlog of one does not stand before a short one of another."""
    small = office.add("small")
    office.later(seconds=1)
    big = office.add("big", office.world.other)
    office.note(*(f"m{i}" for i in range(BATCH * 3)), house=office.world.other)
    office.note("m1")
    ready = office.world.read(lambda session: [each.id for each in attempt.ready(session, limit=10)])
    assert ready == [small, big]
    office.turn()
    assert len(office.sent) == BATCH * 3 + 1


def test_what_one_process_has_claimed_no_other_takes_until_its_lease_is_over(office: Office) -> None:
    """A process that dies between claim and answer: the event is sent again, under the same id."""
    one = office.add()
    office.note("m1")
    batch = office.world.write(lambda session: attempt.claim(session, one, office.tell))
    assert batch is not None
    assert office.world.write(lambda session: attempt.claim(session, one, office.tell)) is None
    office.turn()
    assert office.sent == []
    office.now += attempt.LEASE
    office.turn()
    assert [each.headers["webhook-id"] for each in office.sent] == [batch.due[0].event_id]


def test_nothing_is_sent_inside_a_transaction(office: Office) -> None:
    """While the receiver thinks, everybody else writes."""
    office.add()

    def think() -> Reply:
        office.note("m2", house=office.world.other)
        return GOOD

    office.answers["https://one.example.com/"] = think
    office.note("m1")
    office.turn()
    assert {each.status for each in office.rows()} == {"delivered"}


def test_an_endpoint_deleted_while_its_event_is_on_its_way_ends_quietly(office: Office) -> None:
    one = office.add()

    def vanish() -> Reply:
        office.world.write(lambda session: endpoint.delete(session, endpoint.get(session, office.world.hearth.id, one)))
        return BAD

    office.answers["https://one.example.com/"] = vanish
    office.note("m1", "m2")
    office.turn()
    office.later(hours=1)
    office.turn()
    assert len(office.sent) == 1
    assert office.world.write(delivery.prune) == 2
    assert office.rows() == []


def test_a_secret_that_cannot_be_read_sends_nothing_unsigned(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    one = office.add()

    def spoil(session: Session) -> None:
        found = session.get(WebhookEndpoint, one)
        assert found is not None
        found.secret = "not sealed with our key"
        session.add(found)

    office.world.write(spoil)
    office.note("m1")
    office.turn()
    assert office.sent == []
    assert "rotate" in office.rows()[0].tries[0]["problem"]


def test_after_thirty_days_what_is_finished_goes(office: Office) -> None:
    office.add()
    office.note("m1")
    office.turn()
    office.later(days=29)
    assert office.world.write(delivery.prune) == 0
    office.later(days=2)
    assert office.world.write(delivery.prune) == 1


def test_what_was_begun_is_finished_before_the_courier_stops(office: Office) -> None:
    office.add()
    office.note("m1")
    office.courier.turn()
    office.courier.stop()
    assert [each.status for each in office.rows()] == ["delivered"]


def test_while_it_stops_the_courier_starts_nothing(office: Office) -> None:
    office.add()
    office.note("m1")
    office.courier.stop()
    office.courier.turn()
    assert office.sent == []
