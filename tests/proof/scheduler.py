"""Runs actors one step at a time, in an order and at a time that one seed decides.

An actor is a function on a thread of its own that stops at every `step()` until it is chosen again. Time is virtual: it
moves a little with each step, sometimes by a lot, and to the next alarm when everybody sleeps. A killed actor never
comes back from its step: whatever it had not committed is gone, as after `kill -9`.
"""

import datetime as dt
import queue
import random
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

START = dt.datetime(2026, 11, 22, 15, 0, tzinfo=dt.UTC)
TICK = 0.0001  # virtual seconds that a step takes
PAUSES = (0.05, 0.5, 1.0, 2.1, 3.0, 6.0, 9.0, 13.0)  # a slow disk, a paused process, a busy machine
STUCK_AFTER = 30.0  # real seconds

_here = threading.local()


class Killed(BaseException):
    """The process of this actor died here."""


class Standing(Enum):
    READY = "ready"
    RUNNING = "running"
    SLEEPING = "sleeping"
    GONE = "gone"


def _closed() -> threading.Lock:
    """A gate that each `release` opens for one passage."""
    lock = threading.Lock()
    lock.acquire()
    return lock


@dataclass(eq=False)
class Actor:
    group: str
    token: threading.Lock = field(default_factory=_closed)
    standing: Standing = Standing.READY
    wakes_at: float = 0.0
    is_killed: bool = False


class Scheduler:
    """`patience` is how long (real seconds) a step may take before others go on beside it: None on SQLite, where no
    step can wait for another; a few milliseconds on PostgreSQL, where one may wait for another's lock. `pauses` is how
    often (0 to 1) time makes a jump.
    """

    def __init__(self, pool: ThreadPoolExecutor, *, patience: float | None = None, pauses: float = 0.03) -> None:
        self._pool, self._patience, self._pauses = pool, patience, pauses
        self._stopped: queue.SimpleQueue[Actor] = queue.SimpleQueue()  # who came to a step, slept or ended
        self._actors: list[Actor] = []
        self._errors: list[BaseException] = []
        self.chance = random.Random(0)
        self.time = 0.0
        self.steps = 0

    def begin(self, seed: int) -> None:
        """A new schedule; time goes on from where the last one ended."""
        self.chance = random.Random(seed)
        self._actors.clear()
        self._errors.clear()
        self._stopped = queue.SimpleQueue()
        self.time = float(int(self.time) + 60)

    def now(self) -> dt.datetime:
        return START + dt.timedelta(seconds=round(self.time, 6))

    def monotonic(self) -> float:
        return self.time

    def spawn(self, group: str, work: Callable[..., Any], *arguments: Any) -> None:
        actor = Actor(group)
        self._actors.append(actor)
        self._pool.submit(self._live, actor, work, arguments)

    def kill(self, group: str) -> None:
        """Everything of this process ends where it stands, the caller included."""
        for actor in self._actors:
            if actor.group == group and actor.standing is not Standing.GONE:
                actor.is_killed = True
                actor.standing = Standing.READY if actor.standing is Standing.SLEEPING else actor.standing

    def step(self) -> None:
        """A point where anything may happen; outside of actors nothing does."""
        actor: Actor | None = getattr(_here, "actor", None)
        if actor is not None:
            self._yield(actor, Standing.READY)

    def sleep(self, seconds: float) -> None:
        actor: Actor = _here.actor
        actor.wakes_at = self.time + seconds
        self._yield(actor, Standing.SLEEPING)

    def run(self) -> None:
        """Until every actor is gone. The first error of any ends them all and is raised."""
        while self._choose():
            if self._errors:
                for group in {actor.group for actor in self._actors}:
                    self.kill(group)
        if self._errors:
            raise self._errors[0]

    def _live(self, actor: Actor, work: Callable[..., Any], arguments: tuple[Any, ...]) -> None:
        _here.actor = actor
        try:
            actor.token.acquire()
            if not actor.is_killed:
                work(*arguments)
        except Killed:
            pass
        except BaseException as error:
            self._errors.append(error)
        finally:
            _here.actor = None
            actor.standing = Standing.GONE
            self._stopped.put(actor)

    def _yield(self, actor: Actor, standing: Standing) -> None:
        if actor.is_killed:
            raise Killed
        actor.standing = standing
        self._stopped.put(actor)
        actor.token.acquire()
        if actor.is_killed:
            raise Killed

    def _choose(self) -> bool:
        """Let one actor go on; False when none is left."""
        self._actors[:] = [each for each in self._actors if each.standing is not Standing.GONE]
        if not self._actors:
            return False
        self._pass_time()
        ready = [each for each in self._actors if each.standing is Standing.READY]
        if ready:
            chosen = self.chance.choice(ready)
            chosen.standing = Standing.RUNNING
            chosen.token.release()
            self.steps += 1
            self._await(chosen, self._patience or STUCK_AFTER)
        elif not self._await(None, STUCK_AFTER):
            raise RuntimeError("every actor waits for another")
        return True

    def _await(self, chosen: Actor | None, seconds: float) -> bool:
        """Until the chosen actor stops again, or any of those that wait for a lock; False when it takes too long."""
        until = time.monotonic() + seconds
        while True:
            try:
                stopped = self._stopped.get(timeout=max(0.0, until - time.monotonic()))
            except queue.Empty:
                return False
            if chosen is None or stopped is chosen:
                return True

    def _pass_time(self) -> None:
        self.time += TICK
        if self.chance.random() < self._pauses:
            self.time += self.chance.choice(PAUSES)
        awake = [each for each in self._actors if each.standing in (Standing.READY, Standing.RUNNING)]
        sleeping = [each for each in self._actors if each.standing is Standing.SLEEPING]
        if not awake and sleeping:
            self.time = max(self.time, min(each.wakes_at for each in sleeping))
        for each in sleeping:
            if each.wakes_at <= self.time:
                each.standing = Standing.READY
