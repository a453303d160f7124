"""A time on a wall clock is not always one moment, and evidence says so."""

import datetime as dt

import pytest

from portal.consent.evidence import Moment
from portal.consent.state import Status
from portal.evidence import moment

HOME = "America/New_York"


def utc(year: int, month: int, day: int, hour: int, minute: int) -> dt.datetime:
    return dt.datetime(year, month, day, hour, minute, tzinfo=dt.UTC)


def test_an_ordinary_time_is_one_moment() -> None:
    found = moment.read("2026-03-03T14:02", HOME)
    assert (found.moments, found.note) == ((utc(2026, 3, 3, 19, 2),), "")


def test_an_hour_that_came_twice_is_two_moments_and_is_told() -> None:
    found = moment.read("2026-11-01T01:30", HOME)
    assert found.moments == (utc(2026, 11, 1, 5, 30), utc(2026, 11, 1, 6, 30))
    assert found.note == (
        "The clocks were put back on 1 November 2026, so 01:30 came twice in America/New_York. Both are answered."
    )


def test_an_hour_that_never_was_is_told_and_answered_for_the_hour_after() -> None:
    found = moment.read("2026-03-08T02:30", HOME)
    assert found.moments == (utc(2026, 3, 8, 7, 30),)
    assert found.note.startswith("There was no 02:30 on 8 March 2026 in America/New_York: the clocks were put forward")
    assert "This is the answer for 03:30" in found.note


@pytest.mark.parametrize(
    "typed",
    ["", "yesterday", "2026-03-03", "2026-03-03T14:02Z", "2026-13-03T14:02", "0001-01-01T00:00", "9999-12-31T23:59"],
)
def test_what_is_no_time_on_a_wall_clock_is_refused(typed: str) -> None:
    zone = "Asia/Tokyo" if typed.startswith("0") else HOME
    with pytest.raises(ValueError, match=r".*"):
        moment.read(typed, zone)


def test_a_sentence_names_the_clock_that_is_meant() -> None:
    state = Moment(utc(2026, 11, 1, 5, 30), Status.OPTED_IN, "informational", "I agree.")
    assert moment.sentence(state, HOME) == (
        "On 1 November 2026 at 01:30:00 (UTC−04:00, America/New_York): opted in, for conversations and automated "
        "texts, without marketing, by these words: “I agree.”"
    )


@pytest.mark.parametrize(
    ("seconds", "told"),
    [(0.0, "less than a hundredth of a second"), (0.418, "0.42 seconds"), (59, "59 seconds"), (119, "119 seconds"),
     (120, "2 minutes"), (7200, "2 hours"), (172800 * 3, "6 days")],
)  # fmt: skip
def test_a_span_is_exact_where_it_is_short(seconds: float, told: str) -> None:
    assert moment.lasted(seconds) == told
