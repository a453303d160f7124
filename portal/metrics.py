"""What this process has counted since it started, for `/metrics`; a closed list of names, and never a number's own."""

import threading
from bisect import bisect_left
from collections import Counter
from dataclasses import dataclass

NAMES = {
    "webhook_accepted_total": "Provider events stored and answered 2xx, by provider.",
    "webhook_duplicate_total": "Provider events that had been stored before, by provider.",
    "webhook_rejected_total": "Provider events refused, by provider and reason.",
    "reconcile_missing_total": "Inbound texts that no webhook had brought, found in a provider's list, by provider.",
    "reconcile_failed_total": "Looks at a provider's list that failed, by provider.",
    "sends_total": "Texts handed to a provider, by provider and result.",
    "sender_rests_total": "Rests of senders whose provider took no texts, by provider and trouble.",
    "sign_in_failed_total": "Sign-ins with a wrong password or an unknown address.",
    "denied_total": "Requests refused for want of a right or a sign-in, by status.",
    "stop_drain_timeout_total": "STOPs answered although a text was still on its way after ten seconds. Must be 0.",
}

TIMES = {
    "webhook_commit_seconds": "From the arrival of a provider's request until what it said is on disk.",
    "webhook_ack_seconds": "From the arrival of a provider's request until it is answered.",
    "stop_drain_seconds": "How long an answer waited because a text was on its way to the number that stopped.",
}
BOUNDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.0, 5.0, 10.0)
"""Seconds; a time is counted under the first that it does not exceed, and under none where it exceeds all."""

Labels = tuple[tuple[str, str], ...]

_counts: Counter[tuple[str, Labels]] = Counter()
_times: dict[str, tuple[list[int], float]] = {}
_lock = threading.Lock()


def count(name: str, *, by: int = 1, **labels: str) -> None:
    """So many more. Raises KeyError for an unlisted name; labels are words of ours, never of a request."""
    NAMES[name]
    with _lock:
        _counts[name, tuple(sorted(labels.items()))] += by


def counted(name: str) -> dict[Labels, int]:
    """The counts of one name by its labels."""
    with _lock:
        return {labels: number for (found, labels), number in _counts.items() if found == name}


@dataclass(frozen=True)
class Times:
    """`within` counts the times that exceed no bound below and not this one, in the order of BOUNDS, then the rest."""

    within: tuple[int, ...]
    total: float


def took(name: str, seconds: float) -> None:
    """One more of those in TIMES. Raises KeyError for a name that is not there."""
    TIMES[name]
    with _lock:
        within, total = _times.get(name) or ([0] * (len(BOUNDS) + 1), 0.0)
        within[bisect_left(BOUNDS, seconds)] += 1
        _times[name] = within, total + seconds


def times(name: str) -> Times:
    with _lock:
        within, total = _times.get(name) or ([0] * (len(BOUNDS) + 1), 0.0)
        return Times(tuple(within), total)
