"""The dispatcher: its two seconds begin with the claim, and one broken outcome or credential stops nobody else."""

import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from sqlmodel import Session

from portal import clock
from portal.accounts import sender
from portal.database import Database
from portal.errors import SettingsError
from portal.messaging import flight, outcome
from portal.messaging.dispatch import Dispatcher
from portal.messaging.spending import Limits
from portal.providers.provider import Accepted, Outbound, Providers, Result
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

    def slow(*arguments: Any, **more: Any) -> bool:
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
    real = outcome.mark
    is_told = threading.Event()

    def broken_for_one(session: Session, claimed: Any, result: Result) -> None:
        if claimed.number == CLIENT:
            is_told.set()
            raise ValueError("a row like no other")
        real(session, claimed, result)

    monkeypatch.setattr(outcome, "mark", broken_for_one)
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


def wait_for(is_so: Callable[[], bool]) -> None:
    """Look until it is so; the limit only ends a hopeless wait."""
    until = clock.monotonic() + 20
    while not is_so():
        assert clock.monotonic() < until
        threading.Event().wait(0.01)
