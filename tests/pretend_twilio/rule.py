"""What the pretend Twilio does with which text; chance comes from one seed."""

import random
from collections.abc import Iterable
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from typing import Any, Literal

Act = Literal["accept", "refuse", "drop", "reset", "hang", "cut", "garble"]


@dataclass(frozen=True)
class Rule:
    """The first rule that fits a text's `To` and wins its throw decides. All times in seconds.

    drop: closes after reading the request; reset: the same with RST; hang: never answers; cut: half an answer;
    garble: an answer that is no JSON. `taken` says whether the text goes out all the same.
    """

    act: Act = "accept"
    number: str = "*"  # a pattern as of the shell
    probability: float = 1.0
    times: int | None = None
    latency: tuple[float, float] = (0.0, 0.0)
    taken: bool = True
    status: int = 400  # of a refusal
    code: int | None = None
    retry_after: str | None = None
    callbacks: tuple[str, ...] = ()  # e.g. ("sent", "delivered"), to the text's StatusCallback
    callback_latency: tuple[float, float] = (0.0, 0.0)
    error_code: str | None = None  # goes with failed and undelivered
    copies: int = 1  # of each callback
    shuffled: bool = False


class Plan:
    """The rules in force, with how often each may still act."""

    def __init__(self, rules: Iterable[Rule] = (), seed: int = 0) -> None:
        self.chance = random.Random(seed)
        self._rules = list(rules)

    def choose(self, number: str) -> Rule:
        for place, rule in enumerate(self._rules):
            if rule.times == 0 or not fnmatchcase(number, rule.number):
                continue
            if rule.probability < 1.0 and self.chance.random() >= rule.probability:
                continue
            if rule.times is not None:
                self._rules[place] = replace(rule, times=rule.times - 1)
            return rule
        return Rule()

    def between(self, bounds: tuple[float, float]) -> float:
        low, high = bounds
        return low if low == high else self.chance.uniform(low, high)


def rule_from(values: dict[str, Any]) -> Rule:
    """A rule out of JSON, where tuples are lists."""
    known: dict[str, Any] = {name: tuple(value) if isinstance(value, list) else value for name, value in values.items()}
    return Rule(**known)
