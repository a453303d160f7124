"""The one source of luck on the roads: it spreads tries over time, and tests decide what it says."""

import random

_source = random.SystemRandom()


def between(low: float, high: float) -> float:
    """Anything from `low` to `high`, each equally likely."""
    return _source.uniform(low, high)
