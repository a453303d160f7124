"""Long tests begin first, one on each worker: whoever is left with one at the end keeps all others waiting."""

import os
from collections.abc import Sequence

import pytest


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """After everything that will not be run has been taken out."""
    is_long = [item.get_closest_marker("long") is not None for item in items]
    order = spread(is_long, workers=int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1")))
    items[:] = [items[at] for at in order]


def spread(is_long: Sequence[bool], *, workers: int) -> list[int]:
    """Places of all tests in a new order: each worker begins with one stretch of it, as even as can be, and so with its
    share of the long ones."""
    long = [at for at, each in enumerate(is_long) if each]
    others = iter([at for at, each in enumerate(is_long) if not each])
    order = list[int]()
    for worker in range(workers):
        size = (len(is_long) - len(order)) // (workers - worker)
        share = long[worker::workers][:size]
        order += [*share, *(at for _, at in zip(range(size - len(share)), others, strict=False))]
    return order + sorted(set(range(len(is_long))) - set(order))
