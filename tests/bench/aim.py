"""V10: texts that start after a STOP was answered, with every STOP aimed at a text that is about to leave."""

import contextlib
import json
from collections import Counter
from pathlib import Path
from typing import Any

from tests.bench import scene
from tests.bench.child import BenchError, Child
from tests.bench.drain import Twilio
from tests.bench.figure import Figure
from tests.bench.pace import QUICK, Pace
from tests.bench.scene import Scene

AIMED, AIMED_QUICKLY = 3000, 150
SLOTS = 16
IN_FLIGHT = 16  # STOPs
SHARE = 5  # texts for each STOP, so that the queue lasts
LATENCY = (0.005, 0.05)  # seconds until the pretend Twilio answers


def late_sends(folder: Path, pace: Pace, url: str, database: str) -> list[Figure]:
    """V10 on the database at `url`."""
    count = AIMED_QUICKLY if pace.seconds <= QUICK.seconds else AIMED
    log = folder / "twilio.jsonl"
    with contextlib.ExitStack() as stack:
        twilio = Twilio(stack, "--log", str(log))
        twilio.control(rules=[{"latency": LATENCY}])
        made = scene.set_up(folder, url, count * SHARE, twilio=twilio.url, slots=SLOTS)
        with scene.opened(made.settings) as opened:
            scene.queue_texts(opened, made.business, made.numbers)
        server = stack.enter_context(
            Child("tests.bench.server", "portal", environment=scene.environment(made.settings))
        )
        shots = _shoot(stack, made, int(server.said), log, folder, count)
    sent_at = _arrivals(log)
    late = [number for number, answered_at in shots.items() if sent_at.get(number, 0) > answered_at]
    if late:
        raise BenchError(f"{len(late)} of {count} texts started after their STOP was answered")
    hit = sum(number in sent_at for number in shots)
    note = f"{database}: {count} STOPs at texts about to leave: {hit} had left, {count - hit} were held back; "
    return [Figure("V10", f"late sends, {database}", "", [0.0], note=f"{note}{len(sent_at)} texts left meanwhile")]


def _shoot(stack: contextlib.ExitStack, made: Scene, port: int, log: Path, folder: Path, count: int) -> dict[str, int]:
    """When each STOP's answer came (monotonic, in nanoseconds), by number."""
    numbers = folder / "numbers"
    numbers.write_text("\n".join(made.numbers))
    gun = stack.enter_context(Child("tests.bench.gun", str(port), str(made.requests), str(numbers), str(log)))
    shots: dict[str, int] = gun.ask({"count": count, "in_flight": IN_FLIGHT, "reach": SLOTS * 2})
    if len(shots) != count:
        raise BenchError(f"only {len(shots)} of {count} STOPs found a text ahead of them")
    return shots


def _arrivals(log: Path) -> dict[str, int]:
    """When each number's text began to arrive. Raises BenchError for a number that was texted twice."""
    rows: list[dict[str, Any]] = [json.loads(line) for line in log.read_text().splitlines()]
    twice = [number for number, times in Counter(row["To"] for row in rows).items() if times > 1]
    if twice:
        raise BenchError(f"{len(twice)} numbers were texted twice")
    return {row["To"]: row["monotonic_ns"] for row in rows}
