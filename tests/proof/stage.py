"""A database, a clock and a scheduler, on which scene after scene is played: the real code paths under schedules that a
seed decides.

On SQLite transactions are steps; on PostgreSQL so is every statement, beside real locks. Only order is looked at here,
so nothing is synced to a disk: durability has proofs of its own (test_durability.py).
"""

import itertools
import weakref
from collections import Counter
from collections.abc import Callable, Coroutine, Iterator
from concurrent.futures import Future
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy import event
from sqlmodel import Session

from portal import budget as budgets
from portal import chance, clock, column
from portal import database as databases
from portal import road as roads
from portal.accounts.key import Secrets
from portal.database import Database, Lane
from portal.messaging import drain
from portal.statement import Statement
from portal.writer import Log, Piece, T, Work
from tests.conftest import populate
from tests.proof import checker, locks
from tests.proof.scene import Scene
from tests.proof.scheduler import Scheduler

KINDS = ("violations", "lost", "doubled")


@dataclass
class Stage:
    """`found` counts what was raced and what went wrong."""

    database: Database
    schedule: Scheduler
    business_id: str
    found: Counter[str] = field(default_factory=Counter)

    def play(self, seeds: range, kind_of_scene: type[Scene] = Scene) -> Iterator[tuple[int, str, list[str]]]:
        """(seed, what kind, which problems), schedule after schedule."""
        for seed in seeds:
            self.found["schedules"] += 1
            scene = self.perform(seed, kind_of_scene)
            for kind, problems in checker.problems(scene).items():
                self.found[kind] += len(problems)
                yield seed, kind, problems

    def perform(self, seed: int, kind_of_scene: type[Scene] = Scene) -> Scene:
        """One schedule, to its end."""
        web, workers = ("house", ("house",)) if self.database.is_sqlite else ("web", ("worker 1", "worker 2"))
        scene = kind_of_scene(self.database, self.schedule, self.business_id, seed=seed, web=web, workers=workers)
        scene.play()
        self.found["stops raced"] += len(scene.history.stops)
        self.found["texts that left"] += len(scene.history.posts)
        return scene

    def broken(self, seeds: range) -> list[str]:
        """What broke in these schedules, and in what they left behind."""
        problems = [f"seed {seed}: {kind}: {each}" for seed, kind, found in self.play(seeds) for each in found]
        drift = self.database.read(lambda session: checker.drift(session, self.business_id))
        self.found["violations"] += len(drift)
        return problems + [f"after seeds {seeds[0]}-{seeds[-1]}: {each}" for each in drift]


def said(found: Counter[str], *, on_postgres: bool, seconds: float) -> str:
    """One line that a report can quote."""
    named = ", ".join(f"{found[kind]} {kind}" for kind in ("stops raced", "texts that left", *KINDS))
    where, tries = "PostgreSQL" if on_postgres else "SQLite", found["schedules"]
    return f"interleavings on {where}: {tries} schedules ({tries / seconds:.0f} a second), {named}"


@contextmanager
def built(url: str, secrets: Secrets) -> Iterator[Stage]:
    """On a migrated, empty database."""
    with ExitStack() as stack:
        budget = budgets.of(has_web=False)
        database = Database(url, secrets=secrets, budget=budget)
        stack.callback(database.dispose)
        patch = stack.enter_context(pytest.MonkeyPatch.context())
        schedule = Scheduler(pauses=0.03 if database.is_sqlite else 0.008)
        world = populate(database, secrets)
        keep_time(schedule, patch)
        if database.is_sqlite:
            write_here(database, patch)
        else:
            stop_at_statements(database, schedule, patch)
            share_one_thread(database, Places(schedule, budget.direct), patch)
            stack.enter_context(locks.kept(schedule, database.engine, patch))
        yield Stage(database, schedule, world.hearth.id)


def keep_time(schedule: Scheduler, patch: pytest.MonkeyPatch) -> None:
    """Time, luck and ids are the schedule's."""
    patch.setattr(clock, "now", schedule.now)
    patch.setattr(clock, "monotonic", schedule.monotonic)
    patch.setattr(chance, "between", lambda low, high: schedule.chance.uniform(low, high))
    patch.setattr(drain, "LOOK_AGAIN", 0.5)
    patch.setattr(drain, "asyncio", SimpleNamespace(sleep=sleeping(schedule)))
    patch.setattr(column, "time", SimpleNamespace(time_ns=lambda: int(schedule.now().timestamp() * 1e9)))
    ids = itertools.count(1)
    patch.setattr(column, "secrets", SimpleNamespace(token_hex=lambda size: f"{next(ids):0{2 * size}x}"))


def sleeping(schedule: Scheduler) -> Callable[[float], Coroutine[Any, Any, None]]:
    async def sleep(seconds: float) -> None:
        schedule.sleep(seconds)

    return sleep


def write_here(database: Database, patch: pytest.MonkeyPatch) -> None:
    """The writer's own code without its thread, which only ever had one piece of work: handing it over and back takes
    longer than the work. And without syncs."""
    writer = database._writer
    assert writer is not None
    connection = writer._connection
    session = database._session(connection)
    road = session.info["road"] = roads.of(connection)
    road.cursor.execute("PRAGMA synchronous=OFF")
    log = Log(f"{database.engine.url.database}-wal")

    def submit(work: Work[T], lane: Lane) -> Future[T]:
        answer: Future[T] = Future()
        piece = Piece(work, answer, None)
        writer._commit(session, [piece])
        piece.settle()
        log.shorten(road.cursor)
        return answer

    patch.setattr(writer, "submit", submit)


def stop_at_statements(database: Database, schedule: Scheduler, patch: pytest.MonkeyPatch) -> None:
    """PostgreSQL runs transactions side by side, so every statement is a step."""
    ready = Statement._ready

    def stopping(self: Statement, session: Session) -> Any:
        schedule.step()
        return ready(self, session)

    patch.setattr(Statement, "_ready", stopping)
    event.listen(database.engine, "before_cursor_execute", lambda *_: schedule.step())
    patch.setattr(databases, "time", SimpleNamespace(sleep=lambda seconds: schedule.step()))


def share_one_thread(database: Database, places: "Places", patch: pytest.MonkeyPatch) -> None:
    """What belongs to a thread belongs to an actor, and who must wait waits in steps."""
    patch.setattr(database, "_inside", Own(places.schedule))
    patch.setattr(database._turnstile, "_inside", Own(places.schedule))
    patch.setattr(database._turnstile, "_places", places)


class Own:
    """To each actor its own, as `threading.local` is to threads."""

    def __init__(self, schedule: Scheduler) -> None:
        vars(self).update(_schedule=schedule, _of=weakref.WeakKeyDictionary(), _outside={})

    def __getattr__(self, name: str) -> Any:
        try:
            return self._mine()[name]
        except KeyError:
            raise AttributeError(name) from None

    def __setattr__(self, name: str, value: Any) -> None:
        self._mine()[name] = value

    def _mine(self) -> dict[str, Any]:
        actor = self._schedule.acting
        found: dict[str, Any] = self._outside if actor is None else self._of.setdefault(actor, {})
        return found


class Places:
    """The turnstile's semaphore, for actors: who finds no place waits in steps, with all the patience there is."""

    def __init__(self, schedule: Scheduler, free: int) -> None:
        self.schedule, self._free = schedule, free

    def acquire(self, timeout: float) -> bool:
        while not self._free:
            self.schedule.step()
        self._free -= 1
        return True

    def release(self) -> None:
        self._free += 1
