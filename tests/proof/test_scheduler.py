"""The scheduler keeps its word: one seed is one schedule, on any machine, however busy it is."""

import os
import time
from typing import Any

import pytest
import sqlalchemy as sa

from portal.accounts.key import Secrets
from portal.database import Database
from tests.postgres import FOLDER
from tests.proof import locks
from tests.proof.block import database
from tests.proof.scene import Scene
from tests.proof.scheduler import Scheduler
from tests.proof.stage import built

ONCE_BROKEN = (
    35  # a thread that the machine let wait here posted after its deadline, in virtual time, and past the drain
)
LOCK = sa.text("SELECT pg_advisory_xact_lock(1)")
SLOW = sa.text("SELECT pg_sleep(0.05)")


class Slow(dict[str, Any]):
    """Looked at by the carrier between its last look at the deadline and its note of the POST."""

    def __getitem__(self, name: str) -> Any:
        time.sleep(0.05)
        return super().__getitem__(name)


class Busy(Scene):
    """The same scene on a machine that is slow at the worst moment."""

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self.carrier.texts = Slow()


def told(kind_of_scene: type[Scene], secrets: Secrets) -> tuple[list[Any], list[Any], list[str]]:
    """What happened in this schedule, in a database of its own."""
    with database(os.environ.get(FOLDER)) as url, built(url, secrets) as stage:
        history = stage.perform(ONCE_BROKEN, kind_of_scene).history
    posts = [(post.at, post.number, post.message_id, post.purpose, post.result) for post in history.posts]
    return posts, history.acks, history.violations()


@pytest.mark.covers("P1")
@pytest.mark.usefixtures("database_url")  # on PostgreSQL too
def test_a_busy_machine_plays_the_same_schedule(secrets: Secrets) -> None:
    usual, busy = told(Scene, secrets), told(Busy, secrets)
    assert usual == busy
    assert usual[2] == []
    assert usual[1], "nothing was acknowledged, so nothing was compared"


@pytest.mark.only_on_postgres
@pytest.mark.parametrize("seed", range(4))
def test_who_waits_for_a_lock_lets_others_go_on_and_who_is_slow_does_not(
    seed: int, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    schedule, said = Scheduler(), list[str]()

    def holds() -> None:
        with database.engine.begin() as connection:
            connection.execute(LOCK)
            for _ in range(5):
                schedule.step()
            said.append("released")

    def waits() -> None:
        schedule.sleep(0.0003)
        with database.engine.begin() as connection:
            connection.execute(LOCK)
            said.append("locked")

    def is_slow() -> None:
        with database.engine.begin() as connection:
            began = schedule.steps
            connection.execute(SLOW)
            assert schedule.steps == began

    schedule.begin(seed)
    with locks.kept(schedule, database.engine, monkeypatch) as kept:
        for work in (holds, waits, is_slow):
            schedule.spawn("house", work)
        schedule.run()
    assert sorted(said) == ["locked", "released"]
    assert kept.waits == (said == ["released", "locked"])
