"""Opt-ins and opt-outs by day: the counts are what the ledger adds up to, however it was counted."""

import datetime as dt
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.dialects import sqlite

from portal.consent import subscription
from portal.consent.state import Carrier, Kind, Origin, Proof, Status, fold
from portal.reports import consent_day, tally
from portal.reports.movement import Movement
from portal.reports.tally import Step
from tests.reports.history import NUMBERS, Said, Told, facts

EVER = dt.date(2026, 1, 1), dt.date(2030, 1, 1)
ZONES = ("America/New_York", "Asia/Kathmandu", "Pacific/Apia", "UTC")
NO = (Status.DECLINED, Status.OPTED_OUT)
many = settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])


def by_brute_force(entries: Sequence[Any], zone: str) -> Counter[Step]:
    """After each entry of the whole ledger, fold everything that was known of its number, anew."""
    counts: Counter[Step] = Counter()
    for entry in entries:
        mine = [each for each in entries if each.subscription_id == entry.subscription_id]
        before = fold([each for each in mine if each.seq < entry.seq]).status
        after = fold([each for each in mine if each.seq <= entry.seq]).status
        moved = None
        if after == Status.OPTED_IN != before:
            moved = Movement.OPTED_IN
        elif before == Status.OPTED_IN != after:
            moved = Movement.OPTED_OUT
        elif before == Status.REQUESTED != after and entry.kind == "lapsed":
            moved = Movement.LAPSED
        elif after in NO and before not in NO:
            moved = Movement.REFUSED
        elif after == Status.REQUESTED != before:
            moved = Movement.ASKED
        if moved is not None:
            counts[entry.recorded_at.astimezone(ZoneInfo(zone)).date(), moved, entry.origin] += 1
    return counts


@many
@given(history=st.lists(facts, min_size=1, max_size=14), zone=st.sampled_from(ZONES), cut=st.integers(0, 14))
def test_days_are_what_a_fold_of_the_whole_ledger_says_whenever_the_job_ran(
    begin: Callable[[], Told], history: list[Said], zone: str, cut: int
) -> None:
    told = begin()
    told.tell(history[:cut])
    told.count(zone)
    told.tell(history[cut:])
    expected = by_brute_force(told.all_entries(), zone)
    assert told.read(zone, *EVER).counts == expected  # what the job counted, and the rest of the ledger
    told.count(zone)
    assert told.read(zone, *EVER).counts == expected  # everything counted by the job
    assert told.tally(zone).counts == expected  # everything counted at once


@many
@given(history=st.lists(facts, min_size=1, max_size=14))
def test_who_came_less_who_left_is_exactly_who_is_opted_in(begin: Callable[[], Told], history: list[Said]) -> None:
    told = begin()
    told.tell(history)
    counts = told.read("UTC", *EVER).counts
    sums = Counter[Movement]()
    for (_, moved, _), count in counts.items():
        sums[moved] += count
    statuses = told.database.read(lambda session: subscription.counts(session, told.business))
    assert sums[Movement.OPTED_IN] - sums[Movement.OPTED_OUT] == statuses["opted_in"]


def yes(number: str = NUMBERS[0], *, after: int = 0) -> Said:
    return Said(number, Kind.OPTED_IN, Origin.FORM, Proof.HANDSET, None, after, 0)


def stop(number: str = NUMBERS[0], *, after: int = 0) -> Said:
    return Said(number, Kind.OPTED_OUT, Origin.REPLY, Proof.HANDSET, Carrier.BLOCKED, after, 0)


def test_a_piece_that_somebody_else_stored_is_not_stored_again(told: Told) -> None:
    told.tell([yes(), yes(NUMBERS[1])])
    piece = told.tally("UTC", limit=1)

    def store() -> bool:
        done: bool = told.database.write(lambda session: consent_day.store(session, told.business, "UTC", piece))
        return done

    assert (store(), store()) == (True, False)
    assert sum(told.read("UTC", *EVER).counts.values()) == 2


def test_another_time_zone_counts_the_days_anew(told: Told) -> None:
    told.tell([yes()])  # 03:00 UTC on 30 October
    told.count("UTC")
    assert [day for day, _, _ in told.read("UTC", *EVER).counts] == [dt.date(2026, 10, 30)]
    assert [day for day, _, _ in told.read("America/New_York", *EVER).counts] == [dt.date(2026, 10, 29)]
    told.count("America/New_York")
    assert [day for day, _, _ in told.read("America/New_York", *EVER).counts] == [dt.date(2026, 10, 29)]


@pytest.mark.parametrize(
    ("utc", "day"),
    [
        ("2026-11-01T03:59:59Z", dt.date(2026, 10, 31)), ("2026-11-01T04:00:00Z", dt.date(2026, 11, 1)),
        ("2026-11-02T04:59:59Z", dt.date(2026, 11, 1)), ("2026-11-02T05:00:00Z", dt.date(2026, 11, 2)),
    ],
)  # fmt: skip
def test_the_day_of_25_hours_has_all_of_them(told: Told, utc: str, day: dt.date) -> None:
    """New York, 1 November 2026: the clocks go back at two."""
    told.now = dt.datetime.fromisoformat(utc)
    told.tell([yes()])
    assert list(told.read("America/New_York", *EVER).counts) == [(day, Movement.OPTED_IN, "form")]


def test_a_long_tail_is_said_to_be_behind(told: Told, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(consent_day, "TAIL", 2)
    told.tell([yes(), stop(after=1), yes(after=1)])
    assert told.read("UTC", *EVER).is_behind
    told.count("UTC")
    assert not told.read("UTC", *EVER).is_behind


def test_the_job_knows_who_is_behind_and_leaves_the_others_alone(told: Told) -> None:
    def behind() -> list[str]:
        found = told.database.read(consent_day.behind)
        return [business for business, _ in found if business == told.business]

    assert behind() == []
    told.tell([yes()])
    assert behind() == [told.business]
    told.count("America/New_York")
    assert behind() == []


def test_a_piece_reads_its_own_numbers_and_never_the_whole_ledger(told: Told) -> None:
    if told.database.read(lambda session: session.get_bind().dialect.name) != "sqlite":
        return  # a planner with statistics is not to be foretold
    asked = tally.facts(["a", "b"], 300).compile(dialect=sqlite.dialect(), compile_kwargs={"literal_binds": True})
    plan = told.database.read(lambda session: session.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {asked}").all())
    assert ["ledger_entry_by_subscription" in row.detail for row in plan] == [True]


def test_days_outside_the_range_are_left_out(told: Told) -> None:
    told.tell([yes(), stop(after=48)])
    told.count("UTC")
    told.tell([yes(after=48)])
    day = dt.date(2026, 11, 1)
    assert told.read("UTC", day, day).counts == {(day, Movement.OPTED_OUT, "reply"): 1}
