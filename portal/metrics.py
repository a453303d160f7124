"""What this process has counted since it started, for `/metrics`; a closed list of names, and never a number's own."""

import threading
from collections import Counter

NAMES = {
    "webhook_accepted_total": "Provider events stored and answered 2xx, by provider.",
    "webhook_duplicate_total": "Provider events that had been stored before, by provider.",
    "webhook_rejected_total": "Provider events refused, by provider and reason.",
    "sends_total": "Texts handed to a provider, by provider and result.",
    "sender_rests_total": "Rests of senders whose provider took no texts, by provider and trouble.",
    "stop_drain_timeout_total": "STOPs answered although a text was still on its way after ten seconds. Must be 0.",
}

Labels = tuple[tuple[str, str], ...]

_counts: Counter[tuple[str, Labels]] = Counter()
_lock = threading.Lock()


def count(name: str, **labels: str) -> None:
    """One more. Raises KeyError for a name that is not in the list; labels are words of ours, never of a request."""
    NAMES[name]
    with _lock:
        _counts[name, tuple(sorted(labels.items()))] += 1


def counted(name: str) -> dict[Labels, int]:
    """The counts of one name by its labels."""
    with _lock:
        return {labels: number for (found, labels), number in _counts.items() if found == name}
