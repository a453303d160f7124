"""Runs actors one step at a time, in an order and at a time that one seed decides.

An actor is a function that stops at every `step()` until it is chosen again; all share one thread, and exactly one of
them runs. Time is virtual: it moves a little with each step, sometimes by a lot, and to the next alarm when everybody
sleeps; how long anything really takes decides nothing. A killed actor never comes back from its step: whatever it had
not committed is gone, as after `kill -9`.
"""

import datetime as dt
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any, Protocol

from greenlet import getcurrent, greenlet

START = dt.datetime(2026, 11, 22, 15, 0, tzinfo=dt.UTC)
TICK = 0.0001  # virtual seconds that a step takes
PAUSES = (0.05, 0.5, 1.0, 2.1, 3.0, 6.0, 9.0, 13.0)  # a slow disk, a paused process, a busy machine


class Killed(BaseException):
    """The process of this actor died here."""


class Standing(Enum):
    READY = "ready"
    SLEEPING = "sleeping"
    LOCKED_OUT = "waiting for the lock of another"


@dataclass(eq=False)
class Actor:
    """One thread of one process (`group`), as a greenlet; `waits_on` is what it asked the database, while that waits
    for a lock."""

    group: str
    fiber: Any
    standing: Standing = Standing.READY
    wakes_at: float = 0.0
    is_killed: bool = False
    waits_on: Any = None


class Locks(Protocol):
    """Knows who may go on: locks.py for PostgreSQL. On SQLite nobody ever waits inside a step."""

    def granted(self, waiting: Sequence[Actor], *, is_urgent: bool) -> Sequence[Actor]:
        """Who of them has got its lock. `is_urgent`: nobody else can go on, so at least one."""
        ...


class Scheduler:
    """`pauses` is how often (0 to 1) time makes a jump."""

    def __init__(self, *, pauses: float = 0.03) -> None:
        self._pauses = pauses
        self._actors: list[Actor] = []
        self._errors: list[BaseException] = []
        self._main: Any = None  # the greenlet of `run`
        self.locks: Locks | None = None
        self.acting: Actor | None = None  # who runs; None outside of a schedule
        self.chance = random.Random(0)
        self.time = 0.0
        self.steps = 0

    def begin(self, seed: int) -> None:
        """A new schedule; time goes on from where the last one ended."""
        self.chance = random.Random(seed)
        self._actors.clear()
        self._errors.clear()
        self.time = float(int(self.time) + 60)

    def now(self) -> dt.datetime:
        return START + dt.timedelta(seconds=round(self.time, 6))

    def monotonic(self) -> float:
        return self.time

    def spawn(self, group: str, work: Callable[..., Any], *arguments: Any) -> None:
        self._actors.append(Actor(group, greenlet(lambda: self._live(work, arguments))))

    def kill(self, group: str) -> None:
        """Everything of this process ends where it stands, the caller included."""
        for actor in self._actors:
            if actor.group == group:
                actor.is_killed = True
                actor.standing = Standing.READY if actor.standing is Standing.SLEEPING else actor.standing

    def step(self) -> None:
        """A point where anything may happen; outside of actors nothing does."""
        if self.acting is not None:
            self._yield(self.acting, Standing.READY)

    def sleep(self, seconds: float) -> None:
        assert self.acting is not None
        self.acting.wakes_at = self.time + seconds
        self._yield(self.acting, Standing.SLEEPING)

    def lock_out(self, waits_on: Any) -> None:
        """Until `locks` says that it may go on. A dead process is no reason: what it asked for is still being done."""
        assert self.acting is not None
        self.acting.waits_on, self.acting.standing = waits_on, Standing.LOCKED_OUT
        self._main.switch()

    def run(self) -> None:
        """Until every actor is gone. The first error of any ends them all and is raised."""
        self._main = getcurrent()
        while self._actors:
            self._admit()
            ready = self._pass_time()
            if ready:
                self._let(self.chance.choice(ready))
            if self._errors:
                for group in {actor.group for actor in self._actors}:
                    self.kill(group)
        if self._errors:
            raise self._errors[0]

    def _live(self, work: Callable[..., Any], arguments: tuple[Any, ...]) -> None:
        try:
            if self.acting is not None and not self.acting.is_killed:
                work(*arguments)
        except Killed:
            pass
        except BaseException as error:
            self._errors.append(error)

    def _yield(self, actor: Actor, standing: Standing) -> None:
        if actor.is_killed:
            raise Killed
        actor.standing = standing
        self._main.switch()
        if actor.is_killed:
            raise Killed

    def _admit(self) -> None:
        """Whoever waited for a lock that is free now is ready to go on."""
        waiting = self._those(Standing.LOCKED_OUT)
        if waiting:
            assert self.locks is not None
            for actor in self.locks.granted(waiting, is_urgent=not self._those(Standing.READY)):
                actor.standing = Standing.READY

    def _pass_time(self) -> list[Actor]:
        """Who is ready then."""
        self.time += TICK
        if self.chance.random() < self._pauses:
            self.time += self.chance.choice(PAUSES)
        sleeping = self._those(Standing.SLEEPING)
        if len(sleeping) == len(self._actors):
            self.time = max(self.time, min(each.wakes_at for each in sleeping))
        for each in sleeping:
            if each.wakes_at <= self.time:
                each.standing = Standing.READY
        return self._those(Standing.READY)

    def _let(self, actor: Actor) -> None:
        """Go on until its next step."""
        actor.fiber.parent = self._main  # whoever spawned it may be gone
        self.acting = actor
        actor.fiber.switch()
        self.acting = None
        if actor.fiber.dead:
            self._actors.remove(actor)
        self.steps += 1

    def _those(self, standing: Standing) -> list[Actor]:
        return [each for each in self._actors if each.standing is standing]
