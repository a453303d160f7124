"""Every night: what is owed, what is found, how long an opt-out took, and how much of the ledger was walked."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest
import sqlalchemy as sa
import time_machine
from sqlmodel import Session

from portal import clock
from portal.accounts.business import Business
from portal.column import table_of
from portal.consent import ledger
from portal.database import Database
from portal.evidence import auditing
from portal.messaging import inbox, message, receipt
from portal.messaging.inbox import Rules
from portal.messaging.message import Direction, Fate
from portal.providers.provider import InboundText
from portal.watch import self_audit
from portal.watch.self_audit import DAY
from tests.conftest import OUR_NUMBER, World
from tests.messaging.conftest import CLIENT, Road

BEGIN = dt.datetime(2026, 11, 1, 12, 0, tzinfo=dt.UTC)  # clocks of New York change on this day
BUSINESS = table_of(Business)


@pytest.fixture
def time() -> Iterator[Any]:
    with time_machine.travel(BEGIN, tick=False) as travelled:
        yield travelled


@pytest.fixture
def road(world: World, database: Database, time: Any) -> Road:
    """The businesses are born at BEGIN, and receipts are kept since."""

    def begin(session: Session) -> None:
        session.connection().execute(sa.update(BUSINESS).values(created_at=BEGIN))
        session.connection().execute(sa.update(receipt.start).values(since_at=BEGIN))

    database.write(begin)
    return Road(world, database)


def owed(road: Road) -> list[str]:
    return [
        each.on_day.isoformat() for each in road.database.read(auditing.owed) if each.business_id == road.business
    ]  # fmt: skip


def audited(road: Road) -> list[Any]:
    """Everything that is owed is looked at; the rows, newest first."""
    for each in road.database.read(auditing.owed):
        if each.business_id == road.business:
            auditing.look(road.database, each.business_id, each.on_day)
    return road.database.read(lambda session: self_audit.page(session, road.business))


def stop_after(road: Road, seconds: float, number: str = CLIENT) -> None:
    """A STOP that waited so long between its arrival and the ledger."""
    event = InboundText(f"in:SM{number}{seconds}", "AC", number, OUR_NUMBER, "STOP", None, channel="sms")
    arrived_at = clock.now() - dt.timedelta(seconds=seconds)
    road.write(
        lambda session: inbox.receive(
            session, road.business, road.provider, event, raw=b"STOP", arrived_at=arrived_at, rules=Rules()
        )
    )


def test_a_day_is_owed_when_it_is_over_and_settled_in_its_own_zone(road: Road, time: Any) -> None:
    """New York's 1 November 2026 has 25 hours and ends at 05:00 UTC; an hour later what was on its way has landed."""
    time.move_to(dt.datetime(2026, 11, 2, 5, 59, tzinfo=dt.UTC))
    assert owed(road) == []
    time.move_to(dt.datetime(2026, 11, 2, 6, 0, tzinfo=dt.UTC))
    assert owed(road) == ["2026-11-01"]
    since, until = self_audit.bounds(dt.date(2026, 11, 1), "America/New_York")
    assert until - since == dt.timedelta(hours=25)


def test_missed_days_are_caught_up_and_at_most_thirty_one(road: Road, time: Any) -> None:
    time.shift(4 * DAY)
    assert owed(road) == ["2026-11-01", "2026-11-02", "2026-11-03", "2026-11-04"]
    assert len(audited(road)) == 4
    assert owed(road) == []
    time.shift(100 * DAY)
    assert (len(owed(road)), owed(road)[-1]) == (31, "2027-02-12")


def test_a_day_of_a_clock_that_had_jumped_hides_no_real_day(road: Road, time: Any) -> None:
    time.shift(400 * DAY)
    audited(road)
    time.move_to(BEGIN + 2 * DAY)
    assert owed(road) == ["2026-11-01", "2026-11-02"]


@pytest.mark.covers("P1", "P11")
def test_the_night_says_that_no_text_left_after_an_opt_out_and_how_fast_the_slowest_was(road: Road, time: Any) -> None:
    for number, seconds in (("+14155550133", 0.2), (CLIENT, 0.35), ("+14155550134", 0.1)):
        road.says_yes(number)
        road.send_all()
        stop_after(road, seconds, number)
        road.send_all()
    time.shift(DAY)
    (row,) = audited(road)
    assert (row.texts, row.covered, row.uncovered, row.after_opt_out) == (6, 6, 0, 0)
    assert (row.opt_outs, row.timed, row.slowest_ms, row.median_ms) == (3, 3, 350, 200)
    assert (row.ledger_from, row.ledger_seq, row.problem, row.is_whole) == (0, 6, "", True)
    assert self_audit.sentence(row) == "Texts after opt-out: 0. Slowest suppression 0.4 s."


@pytest.mark.covers("P1")
def test_a_text_after_an_opt_out_is_in_the_sentence_of_its_night(road: Road, time: Any) -> None:
    seq = road.says_yes().seq
    road.send_all()
    stop_after(road, 0.1)
    time.shift(dt.timedelta(seconds=1))
    late = {"text": "Buy", "status": Fate.SENT, "purpose": "conversation", "consent_seq": seq}
    road.write(lambda session: message.add(session, road.row(), direction=Direction.OUTBOUND, **late))
    time.shift(DAY)
    (row,) = audited(road)
    assert (row.uncovered, row.after_opt_out) == (1, 1)
    assert not self_audit.is_clean(row)


@pytest.mark.covers("P11")
def test_the_ledger_is_walked_from_where_the_last_walk_ended_and_whole_once_a_week(road: Road, time: Any) -> None:
    walked = []
    for _ in range(9):
        road.says_yes()
        time.shift(DAY)
        row = audited(road)[0]
        walked.append((row.ledger_from, row.ledger_seq))
    assert walked == [(0, 1), (1, 2), (2, 3), (3, 4), (4, 5), (5, 6), (6, 7), (0, 8), (8, 9)]


@pytest.mark.covers("P11")
def test_a_changed_entry_is_named_and_stays_said_until_it_is_put_right(road: Road, time: Any) -> None:
    road.says_yes()
    time.shift(DAY)
    audited(road)
    road.says_yes()
    entry = table_of(ledger.LedgerEntry)

    drop_triggers(road)
    change = sa.update(entry).where(entry.c.seq == 2).values(actor="somebody")
    road.write(lambda session: session.connection().execute(change))
    for _ in range(2):
        time.shift(DAY)
        assert audited(road)[0].problem == "Entry 2 was changed after it was written."


def drop_triggers(road: Road) -> None:
    """What somebody with the database's password would do first."""

    def work(session: Session) -> None:
        connection = session.connection()
        if connection.dialect.name == "sqlite":
            rows = connection.exec_driver_sql(
                "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'ledger_entry'"
            )
            for (name,) in rows.all():
                connection.exec_driver_sql(f"DROP TRIGGER {name}")
        else:
            connection.exec_driver_sql("ALTER TABLE ledger_entry DISABLE TRIGGER USER")

    road.write(work)


def test_two_looks_at_one_day_make_one_row_and_a_look_at_today_gives_way(road: Road, time: Any) -> None:
    road.says_yes()
    road.send_all()
    first = auditing.look(road.database, road.business, BEGIN.date())
    assert first == replace(auditing.look(road.database, road.business, BEGIN.date()), ledger_from=0)
    assert [row.is_whole for row in road.database.read(lambda session: self_audit.page(session, road.business))] == [
        False
    ]
    time.shift(DAY)
    assert [row.is_whole for row in audited(road)] == [True]


def test_the_hash_of_a_night_changes_with_any_receipt_of_it(road: Road, time: Any) -> None:
    road.says_yes()
    before = auditing.look(road.database, road.business, BEGIN.date()).receipts
    road.send_all()
    assert auditing.look(road.database, road.business, BEGIN.date()).receipts != before


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(0.0, "0 s"), (0.004, "0.01 s"), (0.35, "0.4 s"), (0.4, "0.4 s"), (9.94, "10 s"), (12.1, "13 s"), (61, "1.1 min"),
     (3600, "1 h"), (9000, "2.5 h")],
)  # fmt: skip
def test_seconds_are_said_so_that_they_never_sound_faster_than_they_were(seconds: float, said: str) -> None:
    assert self_audit.duration(round(seconds * 1000)) == said


def test_a_day_without_a_stop_says_so() -> None:
    row = SimpleNamespace(after_opt_out=0, slowest_ms=None)
    assert self_audit.sentence(row) == "Texts after opt-out: 0. No opt-out by text."
