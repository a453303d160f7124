"""A clock that jumps: nothing leaves by itself until it is sane again, nothing is lost by it, nothing leaves twice."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import pytest
from sqlmodel import Session

from portal import clock
from portal.consent.purpose import Purpose
from portal.database import Database
from portal.jobs import sending, watching
from portal.jobs.timetable import Timetable
from portal.messaging import clock_watch, outbox, quarantine
from portal.messaging.clock_watch import CALM, ClockWatch
from portal.messaging.dispatch import Dispatcher
from portal.messaging.spending import Limits
from portal.providers.provider import Providers
from tests.messaging.conftest import Road
from tests.messaging.test_dispatch import Taking, wait_for

NOON = dt.datetime(2026, 11, 23, 20, 0, tzinfo=dt.UTC)


@dataclass
class Clocks:
    """The one on the wall, and the even one."""

    wall: dt.datetime = NOON
    even: float = 1000.0

    def passes(self, seconds: float) -> None:
        self.wall += dt.timedelta(seconds=seconds)
        self.even += seconds

    def jumps(self, **by: float) -> None:
        self.wall += dt.timedelta(**by)


@pytest.fixture
def clocks(monkeypatch: pytest.MonkeyPatch) -> Clocks:
    made = Clocks()
    monkeypatch.setattr(clock, "now", lambda: made.wall)
    monkeypatch.setattr(clock, "monotonic", lambda: made.even)
    return made


@dataclass
class Machine:
    """One process: what its ticks do, and what its provider was given."""

    timetable: Timetable
    provider: Taking = field(default_factory=Taking)

    def ticks(self) -> list[str]:
        """One turn of the jobs that matter here; the texts that left since the last."""
        watching.watch_clock(self.timetable)
        sending.lapse_requests(self.timetable)
        dispatcher = self.timetable.dispatcher
        while dispatcher._turn():
            wait_for(lambda: bool(dispatcher._share.free))
        left = [text.text for text in self.provider.texts]
        self.provider.texts.clear()
        return left


@pytest.fixture
def machine(clocks: Clocks, database: Database) -> Iterator[Machine]:
    provider = Taking()
    known: Any = {"twilio": provider}
    dispatcher = Dispatcher(
        database, Providers(known, "https://portal.example.com"), Limits(0, 0), slots=1, watch=ClockWatch()
    )
    yield Machine(Timetable(database, dispatcher), provider)
    dispatcher._pool.shutdown(wait=True)


@pytest.fixture
def agreed(machine: Machine, clocks: Clocks, road: Road) -> Road:
    """A client who said Yes and has the confirmation; a reminder is due in a day, and one in an hour."""
    road.says_yes()
    machine.ticks()
    for text, ahead in (("in an hour", 3600), ("tomorrow", 86400)):
        due_at = clocks.wall + dt.timedelta(seconds=ahead)
        expires_at = due_at + dt.timedelta(hours=2)
        queue = partial(outbox.queue, purpose=Purpose.AUTOMATED, due_at=due_at, expires_at=expires_at)
        road.write(partial(_queued, road=road, text=text, queue=queue))
    return road


def _queued(session: Session, road: Road, text: str, queue: Any) -> None:
    queue(session, road.row(), text, once_key=text)


def is_on(road: Road) -> bool:
    return bool(road.database.read(quarantine.is_on))


@pytest.mark.covers("P9")
@pytest.mark.parametrize("by", [{"days": 1}, {"hours": 1}, {"days": 4100}, {"hours": -1}, {"days": -1}, {"minutes": 3}])
def test_after_a_jump_nothing_leaves_and_once_the_clock_is_right_again_each_text_leaves_once(
    by: dict[str, float], machine: Machine, clocks: Clocks, agreed: Road
) -> None:
    clocks.passes(1)
    clocks.jumps(**by)
    assert machine.ticks() == []
    assert is_on(agreed)
    clocks.passes(60)
    assert machine.ticks() == []
    clocks.jumps(**{unit: -size for unit, size in by.items()})
    for _ in range(int(CALM) + 10):
        clocks.passes(1)
        if not is_on(agreed):
            break
        assert machine.ticks() == []
    assert not is_on(agreed)
    clocks.passes(3600)
    assert machine.ticks() == ["in an hour"]
    clocks.passes(86400)
    assert machine.ticks() == ["tomorrow"]
    assert machine.ticks() == []


@pytest.mark.covers("P9")
def test_answers_leave_while_the_clock_is_off(machine: Machine, clocks: Clocks, agreed: Road) -> None:
    clocks.jumps(days=1)
    machine.ticks()
    agreed.texts_us("STOP")
    assert len(machine.ticks()) == 1


@pytest.mark.covers("P9")
def test_a_clock_behind_the_ledger_stays_in_quarantine_however_calm_it_is(
    machine: Machine, clocks: Clocks, agreed: Road
) -> None:
    clocks.jumps(hours=-1)
    for _ in range(10):
        machine.ticks()
        clocks.passes(CALM)
    assert is_on(agreed)
    assert agreed.database.read(clock_watch.is_behind)
    clocks.passes(3600)
    machine.ticks()
    assert not is_on(agreed)


def test_an_operator_ends_it_before_and_a_restore_is_not_ended_by_calm(
    machine: Machine, clocks: Clocks, agreed: Road
) -> None:
    agreed.write(lambda session: quarantine.enter(session, quarantine.RESTORE))
    clocks.jumps(hours=1)
    machine.ticks()
    clocks.passes(CALM + 1)
    machine.ticks()
    assert agreed.database.read(quarantine.current).why == quarantine.RESTORE
    assert not agreed.database.read(clock_watch.is_off)
    clocks.jumps(hours=1)
    machine.ticks()
    agreed.write(lambda session: quarantine.end(session, by="operator"))
    clocks.passes(1)
    machine.ticks()
    assert not is_on(agreed)


@pytest.mark.parametrize("step", [0.0, 1.0, -1.0, 100.0, -4.9])
def test_what_a_time_server_corrects_is_no_jump(step: float, clocks: Clocks) -> None:
    watch = ClockWatch()
    for _ in range(5):
        clocks.passes(2)
        clocks.jumps(seconds=step)
        assert watch.jump() == ""
    assert watch.skew == pytest.approx(5 * step)


def test_a_jump_is_told_until_the_quarantine_is_on_disk(clocks: Clocks) -> None:
    watch = ClockWatch()
    clocks.jumps(hours=-2)
    note = watch.jump()
    assert note == watch.jump() == "The clock jumped 7200 seconds back."
    watch.entered("an older one")
    assert watch.jump() == note
    watch.entered(note)
    assert watch.jump() == ""
