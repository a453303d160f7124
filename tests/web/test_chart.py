"""Pictures of numbers: nothing leaves the picture, nothing that is there is invisible, and sizes are true."""

import itertools
from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portal.web import chart

counts = st.integers(0, 10**9)
TOLERANCE = 0.01


def named(values: Sequence[int]) -> list[tuple[str, int]]:
    return [(f"kind{index}", value) for index, value in enumerate(values)]


@given(st.lists(counts, max_size=11))
def test_shares_fill_the_bar_and_none_is_too_small_to_be_seen(values: list[int]) -> None:
    found = chart.shares(named(values))
    assert [each.kind for each in found] == [kind for kind, value in named(values) if value]
    assert all(each.length >= chart.LEAST - TOLERANCE for each in found)
    edges = [0.0, *(each.start + each.length for each in found)]
    assert all(abs(edge - each.start) < TOLERANCE for edge, each in zip(edges, found, strict=False))
    assert not found or abs(edges[-1] - 100) < TOLERANCE


def test_a_share_of_everything_is_the_whole_bar() -> None:
    assert chart.shares([("all", 7), ("none", 0)]) == (chart.Share("all", 0, 100),)


def test_nothing_at_all_is_an_empty_bar() -> None:
    assert chart.shares([("none", 0)]) == ()


def test_a_share_of_four_in_a_thousand_is_wide_enough() -> None:
    small = chart.shares([("most", 996), ("few", 4)])[1]
    assert small.length == chart.LEAST


few = settings(max_examples=40)
many = st.integers(1, 20).flatmap(
    lambda length: st.tuples(
        *(st.lists(counts, min_size=length, max_size=length) for _ in range(3)),
    )
)


@few
@given(many)
def test_columns_stay_in_the_picture_and_in_their_own_place(lists: tuple[list[int], list[int], list[int]]) -> None:
    one, two, down = lists
    count = len(one)
    found = chart.columns([str(i) for i in range(count)], [("good", one), ("calm", two)], [("bad", down)])
    assert len(found.blocks) == sum(value > 0 for each in lists for value in each)
    for block in found.blocks:
        assert block.y >= 0 - TOLERANCE
        assert block.y + block.height <= 100 + TOLERANCE
        assert block.height >= chart.LEAST - TOLERANCE
        assert 0 <= block.x <= block.x + block.width <= 100 + TOLERANCE


@few
@given(many)
def test_the_scale_reaches_over_the_highest_and_below_the_lowest_in_few_lines(
    lists: tuple[list[int], list[int], list[int]],
) -> None:
    one, _, down = lists
    found = chart.columns([str(i) for i in range(len(one))], [("good", one)], [("bad", down)])
    values = [line.value for line in found.lines]
    assert values[0] <= -max(down)
    assert values[-1] >= max(one)
    assert 0 in values
    assert 2 <= len(values) <= 9
    assert [line.y for line in found.lines] == sorted((line.y for line in found.lines), reverse=True)


def test_heights_are_to_one_scale_upwards_and_downwards() -> None:
    found = chart.columns(["a", "b"], [("good", [30, 10])], [("bad", [0, 20])])
    high, low, hanging = found.blocks
    assert (round(high.height / low.height, 2), round(hanging.height / low.height, 2)) == (3.0, 2.0)
    assert (high.y + high.height, hanging.y) == (found.zero, found.zero)


def test_one_huge_day_leaves_the_small_ones_visible() -> None:
    found = chart.columns(["a", "b"], [("good", [1, 1_000_000])])
    assert [round(each.height, 1) for each in found.blocks] == [chart.LEAST, 84.0]


def test_days_without_anything_have_an_empty_picture_with_its_line() -> None:
    found = chart.columns(["a", "b"], [("good", [0, 0])], [("bad", [0, 0])])
    assert found.blocks == ()
    assert [line.value for line in found.lines] == [0, 1]


@pytest.mark.parametrize("count", [1, 2, 6, 7, 12, 13, 30, 45, 60])
def test_words_under_columns_have_room(count: int) -> None:
    marks = chart.columns([str(i) for i in range(count)], [("good", [1] * count)]).marks
    assert 1 <= len(marks) <= chart.MARKS
    places = [mark.x for mark in marks]
    assert all(right - left >= 100 / chart.MARKS * 0.9 for left, right in itertools.pairwise(places))
    assert places[-1] <= 100 * (1 - 0.8 / chart.MARKS) or count == 1
