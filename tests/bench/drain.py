"""V7 and V8: how many texts a second leave through a real socket, beside a client that does nothing else."""

import contextlib
import json
import time
import urllib.request
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from tests.bench import scene
from tests.bench.child import BenchError, Child
from tests.bench.figure import Figure
from tests.bench.pace import Pace, take_turns
from tests.bench.scene import SLOTS, Scene

RAMP = 0.3  # seconds until every slot is busy
LATENCY = 0.05  # seconds, for V8


class Twilio:
    """The pretend one, in a process of its own."""

    def __init__(self, stack: contextlib.ExitStack, *arguments: str) -> None:
        self.url = stack.enter_context(Child("tests.pretend_twilio", *arguments)).said

    def control(self, **order: Any) -> int:
        """How many texts it was asked for since it was last cleared."""
        request = urllib.request.Request(f"{self.url}/_control", json.dumps(order).encode(), method="POST")
        with urllib.request.urlopen(request) as answer:
            return int(json.load(answer)["requests"])


def http(folder: Path, pace: Pace) -> list[Figure]:
    """V7, V8."""
    with contextlib.ExitStack() as stack:
        twilio = Twilio(stack)
        bare = stack.enter_context(Child("tests.bench.sender", "bare", twilio.url))
        texts = int(_slice(twilio, bare, pace.seconds) * (pace.seconds + 2 * RAMP) * pace.rounds * 2) + SLOTS
        made = scene.set_up(folder, f"sqlite:///{folder / 'portal.db'}", min(texts, 2000), twilio=twilio.url)
        _queue(made, texts)
        ours = stack.enter_context(Child("tests.bench.sender", "portal", environment=scene.environment(made.settings)))
        measures: dict[str, Callable[[], float]] = {
            "bare": partial(_slice, twilio, bare, pace.seconds), "ours": partial(_slice, twilio, ours, pace.seconds)
        }  # fmt: skip
        at_once = take_turns(measures, pace.rounds)
        twilio.control(rules=[{"latency": [LATENCY, LATENCY]}])
        late = take_turns(measures, pace.rounds)
    _check(made)
    return _figures(at_once, late)


def _slice(twilio: Twilio, sender: Child, seconds: float) -> float:
    """Texts that arrived per second while every slot was busy."""
    twilio.control(clear=True)
    sender.ask({})
    time.sleep(RAMP)
    before, start = twilio.control(), time.perf_counter()
    time.sleep(seconds)
    after, end = twilio.control(), time.perf_counter()
    sender.ask({})
    if after == before:
        raise BenchError("no text left")
    return (after - before) / (end - start)


def _queue(made: Scene, texts: int) -> None:
    with scene.opened(made.settings) as database:
        for _ in range(-(-texts // len(made.numbers))):
            scene.queue_texts(database, made.business, made.numbers)


def _check(made: Scene) -> None:
    """Raises BenchError unless every text is either sent or still queued, and some are left."""
    with scene.opened(made.settings) as database:
        found = scene.fates(database, made)
    if set(found) != {"sent", "queued"}:
        raise BenchError(f"after the drain the texts are {found}")


def _figures(at_once: dict[str, list[float]], late: dict[str, list[float]]) -> list[Figure]:
    ideal = [SLOTS / LATENCY] * len(late["ours"])
    return [
        Figure("V7", "drain, 0 ms", "/s", at_once["ours"], at_once["bare"],
               note=f"floor: http.client in {SLOTS} threads that send and do nothing else"),
        Figure("V8", f"drain, 50 ms, {SLOTS} slots", "/s", late["ours"], ideal, note="floor: the ideal"),
        Figure("V8", "the same beside the bare client", "/s", late["ours"], late["bare"],
               note="floor of the second: the client of V7, which this machine may keep from the ideal too"),
    ]  # fmt: skip
