"""One run: clients stop while their texts leave, faults come as the seed says, and then all is counted."""

import json
import os
import resource
import signal
import threading
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

import psycopg
import sqlalchemy as sa

from tests.faults.fault import DATABASE, FREEZE, FULL, GOOD, KILL, PROVIDER, Fault
from tests.proof.arena import Arena, close, findings, installed, stop
from tests.proof.distance import Distance
from tests.proof.fleet import Program, free_port, post

PATIENCE = 180.0  # seconds after the last fault in which everything must come to its end
ROOM_LEFT = 4096  # bytes a file may have while the disk is full


@dataclass(frozen=True)
class Outcome:
    """`found` names what broke, by promise; `said` is one line of figures."""

    found: dict[str, list[Any]]
    said: str


class Storm:
    """Use `run` once. `database_url` is a fresh database of its own server: it may be killed."""

    def __init__(self, database_url: str, folder: Path, *, seed: int, stops: int, on_postgres: bool) -> None:
        self._seed, self._folder, self._on_postgres = seed, folder, on_postgres
        self._url, self._stops = database_url, stops
        self._frozen: set[int] = set()

    def run(self, faults: Sequence[Fault], *, seconds: float) -> Outcome:
        with Distance(free_port(), longest=0.2, seed=self._seed) as distance:
            arena = installed(self._url, self._folder, distance, stops=self._stops, on_postgres=self._on_postgres)
            arena.may_fail = True
            try:
                return self._raced(arena, distance, faults, seconds)
            finally:
                for program in (*arena.programs, arena.twilio):
                    program.kill()

    def _raced(self, arena: Arena, distance: Distance, faults: Sequence[Fault], seconds: float) -> Outcome:
        arena.twilio.start()
        self._obey(distance, [GOOD])
        for program in arena.programs:
            program.start()
        chance, until = Random(self._seed), time.monotonic() + seconds + PATIENCE
        with ThreadPoolExecutor(self._stops) as phones:
            places = range(self._stops)
            stops = [phones.submit(stop, arena, each, chance.uniform(0.0, seconds), until) for each in places]
            self._play(arena, distance, faults)
            for each in stops:
                each.result()
        requests: list[dict[str, Any]] = []
        found = findings(arena, requests, within=PATIENCE)
        raced = f"{self._stops} STOPs ({close(arena, requests)} with a text on its way), {len(requests)} POSTs"
        counted = ", ".join(f"{len(each)} {name}" for name, each in found.items())
        return Outcome(found, f"seed {self._seed}: {len(faults)} faults, {arena.kills} kills, {raced}: {counted}")

    def _play(self, arena: Arena, distance: Distance, faults: Sequence[Fault]) -> None:
        """Each fault begins in its time and is over in its own; those of one kind follow each other."""
        start = time.monotonic()
        threads = [threading.Thread(target=self._one, args=(arena, distance, each, start)) for each in faults]
        self._locks = {what: threading.Lock() for what in ("provider", "process", DATABASE)}
        for each in threads:
            each.start()
        for each in threads:
            each.join()
        self._obey(distance, [GOOD])

    def _one(self, arena: Arena, distance: Distance, fault: Fault, start: float) -> None:
        time.sleep(max(0.0, start + fault.at - time.monotonic()))  # the script says when
        kind = "provider" if fault.what in PROVIDER else DATABASE if fault.what == DATABASE else "process"
        with self._locks[kind]:
            if fault.what in PROVIDER:
                self._obey(distance, PROVIDER[fault.what])
                time.sleep(fault.lasts)
                self._obey(distance, [GOOD])
            elif fault.what == DATABASE:
                self._kill_database()
            else:
                self._process(arena, arena.programs[fault.whom % len(arena.programs)], fault)

    def _process(self, arena: Arena, program: Program, fault: Fault) -> None:
        if fault.what == KILL:
            program.kill()
            arena.kills += 1
            time.sleep(fault.lasts / 4)
            program.start()
        elif fault.what == FREEZE:
            os.killpg(program.pid, signal.SIGSTOP)
            time.sleep(fault.lasts)
            os.killpg(program.pid, signal.SIGCONT)
        else:
            assert fault.what == FULL
            _, most = resource.prlimit(program.pid, resource.RLIMIT_FSIZE)
            resource.prlimit(program.pid, resource.RLIMIT_FSIZE, (ROOM_LEFT, most))
            time.sleep(fault.lasts)
            resource.prlimit(program.pid, resource.RLIMIT_FSIZE, (most, most))

    def _kill_database(self) -> None:
        """One of its processes dies, and the server throws everybody out and recovers, as after a crash."""
        address = sa.make_url(self._url).set(drivername="postgresql").render_as_string(hide_password=False)
        try:
            with psycopg.connect(address, connect_timeout=5) as connection:
                os.kill(connection.info.backend_pid, signal.SIGKILL)
                connection.execute("SELECT 1")
        except psycopg.OperationalError:
            pass  # that is what was wanted; or it is still recovering from the last time

    def _obey(self, distance: Distance, rules: Sequence[Any]) -> None:
        order = json.dumps({"rules": list(rules), "seed": self._seed}).encode()
        status, _ = post(distance.target, "/_control", order, {}, within=10)
        assert status == 200, "the pretend provider does not listen"
