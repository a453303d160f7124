"""What can go wrong around the portal, and when, in one run: all of it drawn from one seed."""

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

GOOD = {"act": "accept", "latency": [0.0, 0.3], "callbacks": ["sent", "delivered"], "copies": 2, "shuffled": True}
PROVIDER: Mapping[str, Sequence[Mapping[str, Any]]] = {
    "busy": [{"act": "refuse", "status": 503, "retry_after": "1"}],
    "broken": [{"act": "refuse", "status": 500}],
    "slow": [{**GOOD, "latency": [2.0, 9.0]}],
    "drops": [{"act": "drop", "probability": 0.7}, GOOD],
    "resets": [{"act": "reset", "probability": 0.7}, GOOD],
    "hangs": [{"act": "hang", "probability": 0.3}, GOOD],
    "cuts": [{"act": "cut", "probability": 0.7}, GOOD],
    "garbles": [{"act": "garble", "probability": 0.7}, GOOD],
}
"""The rules that the pretend provider has meanwhile (tests/pretend_twilio/rule.py)."""
KILL, FREEZE, FULL, DATABASE = "kill", "freeze", "full", "database"
ANYWHERE = (*PROVIDER, KILL, FREEZE)


@dataclass(frozen=True)
class Fault:
    """`what` begins `at` so many seconds after the start and `lasts` so long; `whom` chooses among the processes."""

    what: str
    at: float
    lasts: float
    whom: int


def script(seed: int, *, seconds: float, on_postgres: bool) -> tuple[Fault, ...]:
    """About one fault a second, one after the other or over each other."""
    chance = random.Random(seed)
    kinds = (*ANYWHERE, DATABASE) if on_postgres else (*ANYWHERE, FULL)
    at, found = 0.0, []
    while (at := at + chance.uniform(0.3, 1.8)) < seconds:
        found.append(Fault(chance.choice(kinds), at, chance.uniform(0.2, 4.0), chance.randrange(100)))
    return tuple(found)
