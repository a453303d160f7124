"""The real code paths under schedules that a seed decides: every order of steps, pauses, crashes and repetitions.

PORTAL_PROOF_SEEDS makes it larger. A failure names its seed: PORTAL_PROOF_FIRST=<seed> PORTAL_PROOF_SEEDS=1.
The long form, in several processes: `python -m tests.proof --seeds 1-20000 --on postgresql` (__main__.py).
"""

import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import sqlalchemy as sa

from portal.accounts.key import Secrets
from portal.consent import subscription
from portal.database import Database
from portal.messaging import claim, drain, flight, message, outbox, outcome, provider_event
from portal.statement import Statement, param
from tests.postgres import is_under_test
from tests.proof.conftest import size
from tests.proof.scene import Duel, Scene
from tests.proof.stage import Stage, built, said

FIRST = size("PORTAL_PROOF_FIRST", 1)
SEEDS = size("PORTAL_PROOF_SEEDS", 60 if is_under_test() else 300)
DUELS = 30
MUTANT_SEEDS = 40 if is_under_test() else 150


@pytest.fixture
def stage(database_url: str, secrets: Secrets) -> Iterator[Stage]:
    with built(database_url, secrets) as made:
        yield made


@pytest.mark.long
@pytest.mark.covers("P1", "P3", "P4", "P6", "P20")
def test_no_order_of_steps_breaks_a_promise(stage: Stage, report: Callable[[str], None]) -> None:
    started = time.monotonic()
    broken = stage.broken(range(FIRST, FIRST + SEEDS))
    report(said(stage.found, on_postgres=is_under_test(), seconds=time.monotonic() - started))
    assert not broken, "\n".join(broken[:20])


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
def test_a_claim_and_a_stop_at_the_same_moment(stage: Stage) -> None:
    broken = [(seed, problems) for seed, _, problems in stage.play(range(1, DUELS + 1), Duel) if problems]
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
    stage: Stage, monkeypatch: pytest.MonkeyPatch, break_it: Callable[[pytest.MonkeyPatch], None], kind: str
) -> None:
    """A proof that cannot fail proves nothing."""
    break_it(monkeypatch)
    seeds, scene = (range(1, DUELS + 1), Duel) if break_it is no_row_lock else (range(1, MUTANT_SEEDS + 1), Scene)
    assert any(problems for _, found, problems in stage.play(seeds, scene) if found == kind)
