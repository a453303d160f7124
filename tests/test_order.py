"""The order of tests leaves nobody out, and every worker begins with what takes long."""

import pytest

from tests import order


@pytest.mark.parametrize("workers", [1, 2, 3, 4, 7])
@pytest.mark.parametrize(
    ("count", "long"), [(0, ()), (1, (0,)), (10, ()), (10, (7, 8, 9)), (97, (3, 50, 96)), (9, range(9))]
)
def test_every_test_has_one_place(count: int, long: tuple[int, ...], workers: int) -> None:
    found = order.spread([at in long for at in range(count)], workers=workers)
    assert sorted(found) == list(range(count))


def test_each_worker_begins_with_its_share_of_the_long_ones() -> None:
    """Its stretch is as long as the others': 25 of 100."""
    found = order.spread([at >= 92 for at in range(100)], workers=4)
    assert [found[start : start + 3] for start in (0, 25, 50, 75)] == [
        [92, 96, 0], [93, 97, 23], [94, 98, 46], [95, 99, 69],
    ]  # fmt: skip
