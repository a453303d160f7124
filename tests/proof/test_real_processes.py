"""The same promises with real processes: raced, killed with SIGKILL and started again, beside a rude provider.

PORTAL_PROOF_STOPS, _KILLS, _SEED, and on PostgreSQL _WORKERS make it larger.
"""

import json
import random
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from tests.postgres import is_under_test
from tests.proof.arena import Arena, close, findings, installed, stop
from tests.proof.conftest import size
from tests.proof.distance import Distance
from tests.proof.fleet import free_port, post

STOPS = size("PORTAL_PROOF_STOPS", 60)
KILLS = size("PORTAL_PROOF_KILLS", 3)
SEED = size("PORTAL_PROOF_SEED", 1)
SPREAD = 6.0 + STOPS / 12  # seconds in which the STOPs come
PATIENCE = 120.0 + KILLS * 20  # seconds after which a STOP counts as never answered
RUDE = [
    {"act": "drop", "probability": 0.05, "latency": [0.0, 0.4]},
    {"act": "refuse", "probability": 0.03, "status": 503, "retry_after": "1"},
    {"act": "refuse", "probability": 0.02, "status": 500},
    {"act": "refuse", "probability": 0.03, "status": 400, "code": 21610},
    {"act": "accept", "latency": [0.0, 0.4], "callbacks": ["sent", "delivered"], "copies": 2, "shuffled": True},
]


@pytest.fixture
def distance() -> Iterator[Distance]:
    with Distance(free_port(), longest=0.3, seed=SEED) as made:
        yield made


@pytest.fixture
def arena(database_url: str, tmp_path: Path, distance: Distance) -> Iterator[Arena]:
    made = installed(database_url, tmp_path, distance, stops=STOPS, on_postgres=is_under_test())
    try:
        made.twilio.start()
        post(distance.target, "/_control", json.dumps({"rules": RUDE, "seed": SEED}).encode(), {}, within=10)
        yield made
    finally:
        for program in (*made.programs, made.twilio):
            program.kill()


def race(arena: Arena, *, kills: int) -> None:
    chance = random.Random(SEED)
    until = time.monotonic() + PATIENCE
    with ThreadPoolExecutor(STOPS) as phones:
        stops = [phones.submit(stop, arena, place, chance.uniform(0.0, SPREAD), until) for place in range(STOPS)]
        for _ in range(kills):
            time.sleep(chance.uniform(0.1, SPREAD / max(1, kills)))
            victim = chance.choice(arena.programs)
            victim.kill()
            arena.kills += 1
            victim.start()
        for each in stops:
            each.result()


@pytest.mark.covers("P1", "P2", "P6", "P20", "H-20")
def test_stops_raced_against_sends_and_kills_break_no_promise(arena: Arena, report: Callable[[str], None]) -> None:
    for program in arena.programs:
        program.start()
    race(arena, kills=KILLS)
    requests: list[dict[str, Any]] = []
    found = findings(arena, requests, within=PATIENCE)
    where = f"{len(arena.programs)} on {'PostgreSQL' if is_under_test() else 'SQLite'}"
    raced = (
        f"{STOPS} STOPs ({close(arena, requests)} with a text on its way), {arena.kills} kills, {len(requests)} POSTs"
    )
    counted = ", ".join(f"{len(each)} {name}" for name, each in found.items())
    report(f"real processes, {where}: {raced}: {counted}")
    assert {name: each for name, each in found.items() if each} == {}


@pytest.mark.covers("P1")
def test_without_waiting_the_race_is_lost(arena: Arena, distance: Distance) -> None:
    """A proof that cannot fail proves nothing: the same race, and a STOP is answered as soon as it is on disk. Texts
    are longer on their way, so that it is lost on a busy machine too, where few leave at the moment of a STOP."""
    distance.longest = 1.5
    arena.programs[0].words[1:3] = ["-m", "tests.proof.without_drain"]
    for program in arena.programs:
        program.start()
    race(arena, kills=0)
    assert findings(arena, [], within=PATIENCE)["violations"] != []
