"""Which backups stay (promises.md F.2: seven daily, four weekly, six monthly)."""

import datetime as dt
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.backup import rotation

pytestmark = [pytest.mark.at_the_door, pytest.mark.covers("promises F")]

NOW = dt.datetime(2026, 11, 22, 3, tzinfo=dt.UTC)
DAY = dt.timedelta(days=1)


def test_after_a_year_of_nights_there_are_seven_days_four_weeks_and_six_months() -> None:
    made = [NOW - DAY * i for i in range(365)]
    kept = rotation.kept(made)
    assert {NOW - DAY * i for i in range(7)} <= kept
    assert len({each.isocalendar()[:2] for each in kept}) >= 4
    assert len({(each.year, each.month) for each in kept}) == 6
    assert 12 <= len(kept) <= 7 + 4 + 6


def test_night_after_night_the_months_grow_old_and_are_not_thinned_away() -> None:
    """What is decided each night on what is left must come to the same as deciding once."""
    left: set[dt.datetime] = set()
    for i in range(400):
        left.add(NOW + DAY * i)
        left = rotation.kept(left)
    assert len({(each.year, each.month) for each in left}) == 6
    assert max(left) - min(left) > dt.timedelta(days=120)


@given(st.lists(st.integers(0, 4000), unique=True, max_size=60))
def test_the_newest_always_stays_and_deciding_again_changes_nothing(days: list[int]) -> None:
    made = [NOW - DAY * each for each in days]
    kept = rotation.kept(made)
    assert kept == rotation.kept(kept)
    assert len(kept) <= 17
    assert (max(made) in kept) if made else not kept


@pytest.mark.parametrize(
    ("hours", "is_due"), [([], True), ([23], False), ([24], True), ([400, 1], False), ([-5], True), ([-5, 2], False)]
)
def test_one_is_due_a_day_after_the_last(hours: list[int], is_due: bool) -> None:
    assert rotation.is_due([NOW - dt.timedelta(hours=each) for each in hours], NOW) is is_due


def test_only_our_own_files_go(tmp_path: Path) -> None:
    for i in range(30):
        (tmp_path / rotation.name(NOW - DAY * i)).touch()
    others = ["notes.txt", "portal-2026.backup", "my portal-20200101T000000Z.backup"]
    for name in others:
        (tmp_path / name).touch()
    gone = rotation.prune(tmp_path)
    left = {each.name for each in tmp_path.iterdir()}
    assert gone == 30 - len(rotation.of(tmp_path)) > 10
    assert set(others) <= left
