"""The limit of a token holds over all processes together, and a read costs a write only once in a while."""

import datetime as dt
from concurrent.futures import ThreadPoolExecutor

import pytest

from portal import clock
from portal.accounts.key import Secrets
from portal.api.shared_meter import CLOSED, PIECES, Empty, SharedMeter
from portal.database import Database
from portal.errors import TooMany
from tests.conftest import World

NOON = dt.datetime(2026, 11, 22, 12, tzinfo=dt.UTC)


class Process:
    """One of several, with what it counted."""

    def __init__(self, database: Database) -> None:
        self.meter, self.database = SharedMeter(), database
        self.calls = self.draws = 0

    def call(self, *, limit: int) -> bool:
        while True:
            try:
                self.meter.count("t", limit=limit)
            except Empty:
                self.draws += 1
                self.meter.keep("t", self.database.write(lambda session: self.meter.draw(session, "t", limit=limit)))
            except TooMany:
                return False
            else:
                self.calls += 1
                return True

    def spend(self, limit: int) -> None:
        while self.call(limit=limit):
            pass


@pytest.mark.parametrize("limit", [1, 7, 60])
def test_four_processes_at_once_never_let_more_through_than_the_limit(
    world: World, monkeypatch: pytest.MonkeyPatch, limit: int
) -> None:
    monkeypatch.setattr(clock, "now", lambda: NOON)
    processes = [Process(world.database) for _ in range(4)]
    with ThreadPoolExecutor(4) as at_once:
        list(at_once.map(lambda each: each.spend(limit), processes))
    assert sum(each.calls for each in processes) == limit


def test_a_draw_is_needed_once_for_each_twentieth(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: NOON)
    process = Process(world.database)
    process.spend(600)
    assert (process.calls, process.draws) == (600, PIECES + 1)


def test_what_one_process_did_not_use_another_may_hear_of_as_too_many_early(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The price of few writes, and no more than that: one piece of each other process."""
    monkeypatch.setattr(clock, "now", lambda: NOON)
    idle, busy = Process(world.database), Process(world.database)
    idle.call(limit=600)
    busy.spend(600)
    assert busy.calls == 600 - 600 // PIECES


def test_the_window_slides_and_a_refused_token_asks_the_database_once_a_second(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    at = [NOON]
    monkeypatch.setattr(clock, "now", lambda: at[0])
    monkeypatch.setattr(clock, "monotonic", lambda: at[0].timestamp())
    process = Process(world.database)
    process.spend(20)
    draws = process.draws
    assert not any(process.call(limit=20) for _ in range(10))
    assert process.draws == draws
    at[0] += dt.timedelta(seconds=CLOSED)
    assert not process.call(limit=20)
    assert process.draws == draws + 1
    at[0] = NOON + dt.timedelta(seconds=60 + 30)  # half of the minute before still counts
    process.spend(20)
    assert process.calls == 20 + 10


def test_without_a_limit_nothing_is_drawn(database: Database, secrets: Secrets) -> None:
    process = Process(database)
    assert all(process.call(limit=0) for _ in range(10))
    assert process.draws == 0
