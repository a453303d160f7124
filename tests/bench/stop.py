"""V1 to V5: how many STOPs a second, and how long one takes, beside the floors."""

import contextlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from tests.bench import scene
from tests.bench.child import BenchError, Child
from tests.bench.figure import Figure
from tests.bench.pace import Pace, take_turns
from tests.bench.scene import Scene

IN_FLIGHT = (16, 64)
WARM_UP = 0.3  # seconds
SHARE = 0.7  # of floor A that the product certainly stays below: so many numbers are prepared
Answer = dict[str, Any]
Floors = Mapping[str, tuple[str, ...]]  # the arguments of each one's server


@dataclass
class Road:
    """One server under the load client. The product's requests are used up, a floor's begin anew."""

    client: Child
    server: Child
    requests: Path
    is_product: bool = False
    sent: int = 0

    def slice(self, seconds: float, in_flight: int) -> Answer:
        """Raises BenchError when anything but 2xx came back, or when nothing did."""
        answer = self.client.ask({
            "address": ["127.0.0.1", int(self.server.said)], "requests": str(self.requests),
            "first": self.sent if self.is_product else None, "seconds": seconds, "in_flight": in_flight,
        })  # fmt: skip
        self.sent += answer["sent"]
        if answer["refused"] or not answer["sent"]:
            raise BenchError(f"a STOP was not taken: {answer['refused'] or 'no request was left'}")
        return answer


@dataclass
class Bench:
    """The load client, the floors, and later the product, for as long as its block lasts."""

    folder: Path
    pace: Pace
    stack: contextlib.ExitStack
    roads: dict[str, Road]

    @classmethod
    def of(
        cls, stack: contextlib.ExitStack, folder: Path, pace: Pace, floors: Mapping[str, tuple[str, ...]]
    ) -> "Bench":
        client = stack.enter_context(Child("tests.bench.load"))
        requests = scene.requests_file(folder, "0" * 32, scene.first_numbers(2000))
        roads = {
            name: Road(client, stack.enter_context(Child("tests.bench.server", *arguments)), requests)
            for name, arguments in floors.items()
        }
        return cls(folder, pace, stack, roads)

    def add_product(self, url: str, seconds: float, fastest: Road, text: str = "STOP") -> Scene:
        """Prepare as many opted-in numbers as `seconds` of load can use up, then start the product on them."""
        count = int(fastest.slice(WARM_UP, 64)["per_second"] * SHARE * (seconds + 2 * WARM_UP)) + 500
        made = scene.set_up(self.folder, url, count, text=text)
        server = self.stack.enter_context(
            Child("tests.bench.server", "portal", environment=scene.environment(made.settings))
        )
        client = fastest.client
        self.roads["ours"] = Road(client, server, made.requests, is_product=True)
        for road in self.roads.values():
            road.slice(WARM_UP, 64)
        return made

    def take_turns(self, in_flight: int) -> dict[str, list[Answer]]:
        measures: dict[str, Callable[[], Answer]] = {
            name: partial(road.slice, self.pace.seconds, in_flight) for name, road in self.roads.items()
        }
        return take_turns(measures, self.pace.rounds)


def sqlite(folder: Path, pace: Pace) -> list[Figure]:
    """V1 to V4."""
    with contextlib.ExitStack() as stack:
        bench = Bench.of(stack, folder, pace, {"a": ("a",), "b": ("b", str(folder / "floor.db"))})
        seconds = pace.seconds * pace.rounds * (len(IN_FLIGHT) + 1)
        made = bench.add_product(f"sqlite:///{folder / 'portal.db'}", seconds, bench.roads["a"])
        found = {in_flight: bench.take_turns(in_flight) for in_flight in (*IN_FLIGHT, 1)}
        sent = bench.roads["ours"].sent
    _check(made, sent)
    figures = [_rate("V1", n, found[n], "b", "A and one INSERT with its fsync, on the loop") for n in IN_FLIGHT]
    figures += [_rate("V2", n, found[n], "a", "parse_qsl and HMAC") for n in IN_FLIGHT]
    return [*figures, _median_time(found[1]), _slow_times(found[64])]


def postgres(folder: Path, url: str, floor_url: str, pace: Pace) -> list[Figure]:
    """V5."""
    with contextlib.ExitStack() as stack:
        bench = Bench.of(stack, folder, pace, {"floor": ("postgres", floor_url)})
        seconds = pace.seconds * pace.rounds * len(IN_FLIGHT)
        made = bench.add_product(url, seconds, bench.roads["floor"])
        found = {in_flight: bench.take_turns(in_flight) for in_flight in IN_FLIGHT}
        sent = bench.roads["ours"].sent
    _check(made, sent)
    floor = "psycopg async, one INSERT; this cluster is thrown away and runs with fsync=off"
    return [_rate("V5", n, found[n], "floor", floor) for n in IN_FLIGHT]


def _check(made: Scene, sent: int) -> None:
    """Raises BenchError unless exactly the numbers that said STOP are opted out, and the ledger verifies."""
    with scene.opened(made.settings) as database:
        found = scene.statuses(database, made)
        scene.verify(database, made)
    if found["opted_out"] != sent or found["opted_in"] != len(made.numbers) - sent:
        raise BenchError(f"{sent} STOPs were answered 2xx, but the statuses are {found}")


def _rate(name: str, in_flight: int, found: dict[str, list[Answer]], floor: str, what: str) -> Figure:
    return Figure(
        name, f"STOP, {in_flight} in flight", "/s", [each["per_second"] for each in found["ours"]],
        [each["per_second"] for each in found[floor]], note=f"floor: {what}",
    )  # fmt: skip


def _median_time(found: dict[str, list[Answer]]) -> Figure:
    ours, floors = ([each["p50"] * 1000 for each in found[name]] for name in ("ours", "b"))
    return Figure("V3", "STOP p50, one in flight", "ms", ours, floors)


def _slow_times(found: dict[str, list[Answer]]) -> Figure:
    ours = found["ours"]
    slowest = max(each["slowest"] for each in ours) * 1000
    return Figure(
        "V4", "STOP p99, 64 in flight", "ms", [each["p99"] * 1000 for each in ours],
        [each["p50"] * 1000 for each in ours], note=f"beside its own p50; the slowest took {slowest:.0f} ms",
    )  # fmt: skip
