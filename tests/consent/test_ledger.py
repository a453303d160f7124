"""The only writer of consent: append-only, in any order the same, and never ahead of a proven STOP (P4, P11)."""

import datetime as dt
import itertools
from collections.abc import Callable
from dataclasses import replace
from functools import partial

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlmodel import Session

from portal import clock
from portal.accounts.sender import SMS
from portal.consent import ledger, subscription
from portal.consent.state import Carrier, Kind, Origin, Proof, State, Status, fold
from portal.database import Database
from tests.consent.conftest import CLIENT, Books
from tests.consent.test_state import Fact, facts
from tests.postgres import is_under_test

_numbers = itertools.count(5_000_000)
_refused = pytest.raises(sa.exc.DBAPIError, match="never changed or removed")
AT = dt.datetime(2026, 11, 22, 15, 0, tzinfo=dt.UTC)


def recorded(books: Books, many: list[Fact]) -> tuple[State, State]:
    """A new number with these facts in this order: what its row says, and what its entries add up to."""
    number = f"+1412{next(_numbers)}"

    def work(session: Session) -> None:
        for fact in many:
            row = subscription.lock(session, books.business, SMS, number)
            ledger.record(
                session, row, Kind(fact.kind), origin=Origin(fact.origin), proof=Proof(fact.proof), actor="client",
                scope=fact.scope, carrier=Carrier(fact.carrier) if fact.carrier else None, occurred_at=fact.occurred_at,
            )  # fmt: skip

    books.database.write(work)
    return subscription.state_of(books.row(number)), fold(books.entries(number))


@pytest.mark.covers("P4")
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(many=st.lists(facts, min_size=1, max_size=7), data=st.data())
def test_facts_recorded_in_any_order_and_any_number_of_times_leave_the_same_row(
    books: Books, many: list[Fact], data: st.DataObject
) -> None:
    repeated = many + data.draw(st.lists(st.sampled_from(many), max_size=3))
    first, others = recorded(books, many), recorded(books, data.draw(st.permutations(repeated)))
    for row, folded in (first, others):
        assert row == folded
    assert replace(first[0], consent_seq=None) == replace(others[0], consent_seq=None)


@pytest.mark.covers("P4")
def test_a_start_that_was_sent_before_a_known_stop_changes_nothing(books: Books) -> None:
    """They arrive in the wrong order; what was sent first stays first."""
    books.record(Kind.OPTED_IN, occurred_at=AT)
    books.record(Kind.OPTED_OUT, occurred_at=AT + dt.timedelta(seconds=2))
    late = books.record(Kind.OPTED_IN, occurred_at=AT + dt.timedelta(seconds=1))
    assert not late.has_changed_status
    assert books.row().status == Status.OPTED_OUT


@pytest.mark.covers("P4", "P9")
def test_a_stop_without_a_proven_time_is_the_latest_fact_even_when_the_clock_jumped_back(
    books: Books, monkeypatch: pytest.MonkeyPatch
) -> None:
    books.record(Kind.OPTED_IN)
    monkeypatch.setattr(clock, "now", lambda: AT - dt.timedelta(days=400))
    assert books.record(Kind.OPTED_OUT).after.status is Status.OPTED_OUT
    assert not books.record(Kind.OPTED_IN).has_changed_status
    assert books.row().status == Status.OPTED_OUT


@pytest.mark.covers("P4")
def test_the_counters_follow_every_change(books: Books) -> None:
    for kind in (Kind.ASKED, Kind.OPTED_IN, Kind.OPTED_OUT, Kind.OPTED_IN, Kind.DECLINED):
        books.record(kind)
    books.record(Kind.DECLINED, "+14155550139")
    counted = books.database.read(lambda session: subscription.counts(session, books.business))
    assert {status: count for status, count in counted.items() if count} == {"opted_out": 1, "declined": 1}


CHANGES = (
    "UPDATE ledger_entry SET kind = 'opted_in' WHERE seq = 4",
    "UPDATE ledger_entry SET actor = actor",
    "DELETE FROM ledger_entry WHERE seq = 5",
    "DELETE FROM ledger_entry",
)


@pytest.mark.covers("P11", "rules 17")
def test_the_database_refuses_to_change_or_remove_an_entry(written: Books) -> None:
    before = written.entries()
    for statement in CHANGES:
        with _refused:
            written.database.write(partial(execute, statement))
    assert written.entries() == before


def execute(statement: str, session: Session) -> None:
    session.connection().exec_driver_sql(statement)


def truncate(database: Database) -> None:
    database.write(partial(execute, "TRUNCATE ledger_entry CASCADE"))


def replace_an_entry(database: Database) -> None:
    """SQLite's way around a trigger on DELETE."""
    columns = ", ".join(column.key for column in ledger.table.columns)
    statement = f"INSERT OR REPLACE INTO ledger_entry ({columns}) SELECT {columns} FROM ledger_entry WHERE seq = 4"
    database.write(partial(execute, statement))


@pytest.mark.covers("P11", "rules 17")
@pytest.mark.parametrize("remove", [truncate] if is_under_test() else [replace_an_entry])
def test_the_database_refuses_its_own_ways_around(written: Books, remove: Callable[[Database], None]) -> None:
    before = written.entries()
    with _refused:
        remove(written.database)
    assert written.entries() == before


@pytest.mark.covers("P11")
def test_a_business_numbers_its_entries_without_a_gap_whatever_fails_between(books: Books) -> None:
    def fail(session: Session) -> None:
        row = subscription.lock(session, books.business, SMS, CLIENT)
        ledger.record(session, row, Kind.OPTED_IN, origin=Origin.FORM, proof=Proof.HANDSET, actor="client")
        raise ValueError

    books.record(Kind.OPTED_IN)
    with pytest.raises(ValueError):  # noqa: PT011 (our own)
        books.database.write(fail)
    books.record(Kind.OPTED_OUT)
    assert [entry.seq for entry in books.entries()] == [1, 2]
    assert books.verify().problem == ""
