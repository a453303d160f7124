"""How long and how often to measure, and how to let several things take turns so that drift hits them alike."""

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeVar

T = TypeVar("T")


@dataclass(frozen=True)
class Pace:
    """Slices of `seconds`, `rounds` of them each."""

    seconds: float
    rounds: int


QUICK = Pace(0.2, 2)
USUAL = Pace(1.0, 5)


def from_environment(default: Pace) -> Pace:
    """PORTAL_BENCH_SECONDS asks for longer slices, and then for at least five."""
    seconds = float(os.environ.get("PORTAL_BENCH_SECONDS", default.seconds))
    return Pace(seconds, max(default.rounds, 5) if seconds > QUICK.seconds else default.rounds)


def take_turns(measures: Mapping[str, Callable[[], T]], rounds: int) -> dict[str, list[T]]:
    """Every measure once in each round, a different one first each time."""
    found: dict[str, list[T]] = {name: [] for name in measures}
    names = list(measures)
    for turn in range(rounds):
        first = turn % len(names)
        for name in names[first:] + names[:first]:
            found[name].append(measures[name]())
    return found
