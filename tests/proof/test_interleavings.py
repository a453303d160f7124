"""The real code paths under schedules that a seed decides: every order of steps, pauses, crashes and repetitions.

PORTAL_PROOF_SEEDS makes it larger. A failure names its seed: PORTAL_PROOF_FIRST=<seed> PORTAL_PROOF_SEEDS=1.
On SQLite transactions are steps; on PostgreSQL so is every statement, beside real locks.
"""

import itertools
import time
from collections import Counter
from collections.abc import Callable, Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy import event
from sqlmodel import Session

from portal import chance, clock, column
from portal import database as databases
from portal.accounts.key import Secrets
from portal.consent import subscription
from portal.database import Database
from portal.messaging import claim, drain, flight, message, outbox, outcome, provider_event
from portal.statement import Statement, param
from tests.conftest import populate
from tests.postgres import is_under_test
from tests.proof import checker
from tests.proof.conftest import size
from tests.proof.scene import Duel, Scene
from tests.proof.scheduler import Scheduler

PATIENCE = 0.004  # seconds after which a step on PostgreSQL is taken to wait for a lock
FIRST = size("PORTAL_PROOF_FIRST", 1)
SEEDS = size("PORTAL_PROOF_SEEDS", 60 if is_under_test() else 300)
DUELS = 30
MUTANT_SEEDS = 40 if is_under_test() else 150


@dataclass
class Bench:
    """A database, a clock and a scheduler for many schedules."""

    database: Database
    schedule: Scheduler
    business_id: str
    found: Counter[str] = field(default_factory=Counter)

    def summary(self, seeds: int, seconds: float) -> str:
        where = "PostgreSQL" if is_under_test() else "SQLite"
        counted = ", ".join(f"{self.found[kind]} {kind}" for kind in self.found)
        return f"interleavings on {where}: {seeds} schedules ({seeds / seconds:.0f} a second), {counted}"

    def play(self, seeds: range, kind_of_scene: type[Scene] = Scene) -> Iterator[tuple[int, str, list[str]]]:
        """(seed, what kind, which problems), schedule after schedule."""
        for seed in seeds:
            processes = ("web", ("worker 1", "worker 2")) if is_under_test() else ("house", ("house",))
            scene = kind_of_scene(
                self.database, self.schedule, self.business_id, seed=seed, web=processes[0], workers=processes[1]
            )
            scene.play()
            self.found["stops raced"] += len(scene.history.stops)
            self.found["texts that left"] += len(scene.history.posts)
            for kind, problems in checker.problems(scene).items():
                self.found[kind] += len(problems)
                yield seed, kind, problems


@pytest.fixture
def bench(database: Database, secrets: Secrets, monkeypatch: pytest.MonkeyPatch) -> Iterator[Bench]:
    with ThreadPoolExecutor(200, "actor") as pool:
        schedule = Scheduler(pool, patience=PATIENCE, pauses=0.008) if is_under_test() else Scheduler(pool)
        world = populate(database, secrets)
        monkeypatch.setattr(clock, "now", schedule.now)
        monkeypatch.setattr(clock, "monotonic", schedule.monotonic)
        monkeypatch.setattr(chance, "between", lambda low, high: schedule.chance.uniform(low, high))
        monkeypatch.setattr(drain, "LOOK_AGAIN", 0.5)
        monkeypatch.setattr(drain, "asyncio", SimpleNamespace(sleep=sleeping(schedule)))
        monkeypatch.setattr(column, "time", SimpleNamespace(time_ns=lambda: int(schedule.now().timestamp() * 1e9)))
        ids = itertools.count(1)
        monkeypatch.setattr(column, "secrets", SimpleNamespace(token_hex=lambda size: f"{next(ids):0{2 * size}x}"))
        if is_under_test():
            monkeypatch.setattr(databases, "time", SimpleNamespace(sleep=lambda seconds: schedule.step()))
            stop_at_statements(database, schedule, monkeypatch)
        else:
            trust_the_disk(database)
        yield Bench(database, schedule, world.hearth.id)


def sleeping(schedule: Scheduler) -> Callable[[float], Coroutine[Any, Any, None]]:
    async def sleep(seconds: float) -> None:
        schedule.sleep(seconds)

    return sleep


def trust_the_disk(database: Database) -> None:
    """Durability is proven elsewhere; here only order counts, and no sync is ten times as fast."""
    assert database._writer is not None
    connection = database._writer._connection.connection.dbapi_connection
    assert connection is not None
    connection.execute("PRAGMA synchronous=OFF")


def stop_at_statements(database: Database, schedule: Scheduler, monkeypatch: pytest.MonkeyPatch) -> None:
    """PostgreSQL runs transactions side by side, so every statement is a step."""
    ready = Statement._ready

    def stopping(self: Statement, session: Session) -> Any:
        schedule.step()
        return ready(self, session)

    monkeypatch.setattr(Statement, "_ready", stopping)
    event.listen(database.engine, "before_cursor_execute", lambda *_: schedule.step())


@pytest.mark.covers("P1", "P3", "P4", "P6", "P20")
def test_no_order_of_steps_breaks_a_promise(bench: Bench, report: Callable[[str], None]) -> None:
    started = time.monotonic()
    broken = [
        f"seed {seed}: {kind}: {problems}"
        for seed, kind, problems in bench.play(range(FIRST, FIRST + SEEDS))
        if problems
    ]
    drift = bench.database.read(lambda session: checker.drift(session, bench.business_id))
    report(bench.summary(SEEDS, time.monotonic() - started))
    assert not broken, "\n".join(broken[:20])
    assert not drift, "\n".join(drift)


def no_drain(monkeypatch: pytest.MonkeyPatch) -> None:
    async def wait(database: Database, subscription_id: str) -> None:
        return None

    monkeypatch.setattr(drain, "wait", wait)


def no_second_gate(monkeypatch: pytest.MonkeyPatch) -> None:
    """Claims trust what was decided when the text was queued, and a STOP cancels nothing."""
    monkeypatch.setattr(claim, "_why_not", lambda *_: None)
    monkeypatch.setattr(outbox, "cancel_waiting", lambda *_, **__: 0)


def no_deadline(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(flight, "START_WITHIN", 1e9)


def no_expiry(monkeypatch: pytest.MonkeyPatch) -> None:
    """A STOP ends what is queued and forgets what is on its way, which may yet be tried again."""
    monkeypatch.setattr(flight, "stop", lambda *_, **__: None)


def no_doubt(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a dead sender may have sent is queued again."""
    again = Statement(sa.update(message.table).where(message.table.c.id == param("id")).values(status="queued"))
    monkeypatch.setattr(outcome, "_end", lambda session, message_id, *_: again.run(session, id=message_id))


def no_row_lock(monkeypatch: pytest.MonkeyPatch) -> None:
    """Claim and STOP read the same row without waiting for each other: only PostgreSQL lets them."""
    monkeypatch.setattr(subscription, "_LOCK", Statement(_unlocked(subscription._LOCK)))
    monkeypatch.setattr(claim, "_CANDIDATES", Statement(_unlocked(claim._CANDIDATES)))


def _unlocked(statement: Statement) -> sa.Select[Any]:
    clause = statement._clause
    assert isinstance(clause, sa.Select)
    unlocked: sa.Select[Any] = clause.with_only_columns(*clause.selected_columns)
    unlocked._for_update_arg = None
    return unlocked


def no_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every repetition of an event is taken for a new one."""
    monkeypatch.setattr(provider_event, "keep", lambda *_: True)


ON_SQLITE = [
    (no_deadline, "violations"),
    (no_expiry, "violations"),
    (no_doubt, "doubled"),
    (no_memory, "doubled"),
]
ON_POSTGRES = [(no_row_lock, "violations")]


@pytest.mark.covers("P1", "P20")
def test_a_claim_and_a_stop_at_the_same_moment(bench: Bench) -> None:
    broken = [(seed, problems) for seed, _, problems in bench.play(range(1, DUELS + 1), Duel) if problems]
    assert broken == []


@pytest.mark.covers("P1", "P6")
@pytest.mark.parametrize(
    ("break_it", "kind"),
    [
        (no_drain, "violations"),
        (no_second_gate, "violations"),
        *(ON_POSTGRES if is_under_test() else ON_SQLITE),
    ],
)
def test_the_checker_sees_what_each_safeguard_prevents(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, break_it: Callable[[pytest.MonkeyPatch], None], kind: str
) -> None:
    """A proof that cannot fail proves nothing."""
    break_it(monkeypatch)
    seeds, scene = (range(1, DUELS + 1), Duel) if break_it is no_row_lock else (range(1, MUTANT_SEEDS + 1), Scene)
    assert any(problems for _, found, problems in bench.play(seeds, scene) if found == kind)
