"""The short form of the laboratory: one seed on each database; `python -m tests.faults` is the long one."""

from collections.abc import Callable

import pytest

from tests.faults.__main__ import database
from tests.faults.fault import ANYWHERE, DATABASE, FULL, script
from tests.faults.storm import Storm
from tests.postgres import is_under_test
from tests.proof.conftest import size

SEED = size("PORTAL_FAULTS_SEED", 7)
SECONDS, STOPS = 6.0, 24


def test_one_seed_tells_one_run() -> None:
    assert script(5, seconds=60, on_postgres=False) == script(5, seconds=60, on_postgres=False)
    assert script(5, seconds=60, on_postgres=False) != script(6, seconds=60, on_postgres=False)


@pytest.mark.parametrize("on_postgres", [False, True])
def test_every_kind_of_fault_comes_in_long_runs(on_postgres: bool) -> None:
    came = {each.what for each in script(1, seconds=300, on_postgres=on_postgres)}
    assert came == {*ANYWHERE, DATABASE if on_postgres else FULL}


@pytest.mark.covers("P1", "P2", "P6", "P20")
@pytest.mark.usefixtures("database_url")
def test_no_promise_breaks_in_a_storm(report: Callable[[str], None]) -> None:
    on_postgres = is_under_test()
    faults = script(SEED, seconds=SECONDS, on_postgres=on_postgres)
    with database(on_postgres=on_postgres) as (url, folder):
        storm = Storm(url, folder, seed=SEED, stops=STOPS, on_postgres=on_postgres)
        outcome = storm.run(faults, seconds=SECONDS)
    report(f"faults on {'PostgreSQL' if on_postgres else 'SQLite'}, {outcome.said}")
    assert {name: each for name, each in outcome.found.items() if each} == {}
