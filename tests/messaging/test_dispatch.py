"""The dispatcher: its two seconds begin with the claim, and one broken outcome or credential stops nobody else."""

import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import sqlalchemy as sa
from sqlmodel import Session

from portal import clock
from portal.accounts import sender
from portal.database import Database
from portal.errors import SettingsError
from portal.messaging import claim, dispatch, flight, landing
from portal.messaging.dispatch import Dispatcher
from portal.messaging.landing import Landed
from portal.messaging.spending import Limits
from portal.providers.provider import Accepted, Outbound, Providers, Rejected, Result, Trouble
from tests.messaging.conftest import CLIENT, Road

SECOND = "+14155550133"


class Taking:
    """A provider that takes every text and remembers it."""

    name = "twilio"

    def __init__(self) -> None:
        self.texts: list[Outbound] = []
        self.deadlines: list[float] = []
        self.has_one = threading.Semaphore(0)

    def send(self, text: Outbound, *, deadline: float) -> Result:
        self.texts.append(text)
        self.deadlines.append(deadline)
        self.has_one.release()
        return Accepted(f"SM{text.message_id}")


@pytest.fixture
def provider() -> Taking:
    return Taking()


@pytest.fixture
def dispatcher(database: Database, provider: Taking) -> Iterator[Dispatcher]:
    known: Any = {"twilio": provider}
    made = Dispatcher(database, Providers(known, "https://portal.example.com"), Limits(0, 0), slots=4)
    yield made
    made.wake()
    if made._thread.ident:
        made.stop()


def sent(road: Road, number: str = CLIENT) -> list[str]:
    return [each.status for each in road.outbound(number)]


@pytest.mark.covers("P1")
def test_the_two_seconds_begin_with_the_claim_and_not_with_its_commit(
    road: Road, dispatcher: Dispatcher, provider: Taking, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A slow disk or a paused process between the two may not push the first byte past what a STOP waits for."""
    road.says_yes()
    now = [1000.0]
    monkeypatch.setattr(clock, "monotonic", lambda: now[0])
    real = flight.take

    def slow(*arguments: Any, **more: Any) -> list[Any]:
        now[0] += 5.0
        return real(*arguments, **more)

    monkeypatch.setattr(flight, "take", slow)
    dispatcher._turn()
    assert provider.has_one.acquire(timeout=10)
    assert provider.deadlines == [1000.0 + flight.START_WITHIN]


@pytest.mark.covers("P21")
def test_an_outcome_that_cannot_be_written_does_not_stop_the_others(
    road: Road, dispatcher: Dispatcher, provider: Taking, monkeypatch: pytest.MonkeyPatch
) -> None:
    road.says_yes(CLIENT)
    road.says_yes(SECOND)
    real = landing.mark
    is_told = threading.Event()

    def broken_for_one(session: Session, landed: list[Landed]) -> None:
        if any(row.number == CLIENT for row, _ in landed):
            is_told.set()
            raise ValueError("a row like no other")
        real(session, landed)

    monkeypatch.setattr(landing, "mark", broken_for_one)
    dispatcher.start()
    assert is_told.wait(10)
    road.member_writes("Hello", SECOND)
    wait_for(lambda: sent(road, SECOND) == ["sent", "sent"])
    assert sent(road, CLIENT) == ["sending"]


@pytest.mark.covers("P10", "P21")
def test_credentials_that_cannot_be_read_are_one_businesss_trouble(
    road: Road, dispatcher: Dispatcher, provider: Taking, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Sealed with another secret key: its texts fail with a sentence, everybody else's go out."""
    road.says_yes(CLIENT)

    def unreadable(session: Session, sealed: str) -> dict[str, str]:
        raise SettingsError("sealed with another key")

    monkeypatch.setattr(sender, "credentials_of", unreadable)
    dispatcher.start()
    assert provider.has_one.acquire(timeout=10)
    assert provider.texts[0].credentials == {}


@pytest.mark.covers("P6")
def test_stopping_writes_down_what_has_landed(road: Road, dispatcher: Dispatcher, provider: Taking) -> None:
    road.says_yes()
    dispatcher.start()
    assert provider.has_one.acquire(timeout=10)
    dispatcher.stop()
    assert sent(road) == ["sent"]


@pytest.mark.covers("P21")
def test_what_lands_within_some_milliseconds_shares_a_turn(
    road: Road, dispatcher: Dispatcher, provider: Taking, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each turn costs a commit with its fsync; only while a text is on its way is the next one put off."""
    monkeypatch.setattr(dispatch, "GATHER", 0.3)
    may_answer, real, turns = threading.Event(), provider.send, list[float]()

    def slow(text: Outbound, *, deadline: float) -> Result:
        said = real(text, deadline=deadline)
        may_answer.wait(10)
        return said

    def counted(turn: Callable[[], bool] = dispatcher._turn) -> bool:
        turns.append(clock.monotonic())
        return turn()

    monkeypatch.setattr(provider, "send", slow)
    monkeypatch.setattr(dispatcher, "_turn", counted)
    road.says_yes()
    dispatcher.start()
    assert provider.has_one.acquire(timeout=10)
    for _ in range(3):
        dispatcher.wake()
        threading.Event().wait(0.02)
    may_answer.set()
    wait_for(lambda: sent(road) == ["sent"])
    assert turns[1] - turns[0] >= 0.3


@pytest.mark.covers("P1", "P6")
def test_many_that_were_taken_are_marked_together_and_their_leases_end(road: Road) -> None:
    numbers = [CLIENT, SECOND]
    for each in numbers:
        road.says_yes(each)
    claims = road.write(lambda session: claim.take(session, 8, Limits(0, 0)))
    landed: list[Landed] = [(each.row, Accepted(f"SM{each.row.id}")) for each in claims]
    road.write(lambda session: landing.mark(session, landed))
    assert [sent(road, each) for each in numbers] == [["sent"], ["sent"]]
    assert {each.provider_id for number in numbers for each in road.outbound(number)} == {
        f"SM{each.row.id}" for each in claims
    }
    assert not road.write(lambda session: [each for each in claims if in_flight(session, each.row.subscription_id)])


@pytest.mark.covers("P1")
def test_what_was_too_late_to_begin_waits_again(road: Road) -> None:
    road.says_yes()
    (claimed,) = road.write(lambda session: claim.take(session, 1, Limits(0, 0)))
    late = Rejected(Trouble.TEMPORARY, "deadline", "too late")
    road.write(lambda session: landing.mark(session, [(claimed.row, late)]))
    assert sent(road) == ["queued"]
    assert road.outbound(CLIENT)[0].attempts == 1


@pytest.mark.covers("P1", "P6")
def test_of_two_texts_to_one_number_only_one_gets_the_lease(road: Road) -> None:
    """Another process may have been quicker between the look and the claim; the others of the turn go all the same."""
    for each in (CLIENT, SECOND):
        road.says_yes(each)
    first, second = road.write(lambda session: claim.take(session, 8, Limits(0, 0)))
    road.write(lambda session: flight.land_each(session, [second.row]))
    other = first.row._replace(id="another text")
    taken = road.write(lambda session: flight.take(session, [other, second.row], now=clock.now()))
    assert taken == [second.row]


def in_flight(session: Session, subscription_id: str) -> bool:
    found = sa.select(flight.table.c.message_id).where(flight.table.c.subscription_id == subscription_id)
    return bool(session.execute(found).all())


def wait_for(is_so: Callable[[], bool]) -> None:
    """Look until it is so; the limit only ends a hopeless wait."""
    until = clock.monotonic() + 20
    while not is_so():
        assert clock.monotonic() < until
        threading.Event().wait(0.01)
