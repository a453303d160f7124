"""Writes that nobody waits for travel together on PostgreSQL, and nothing that follows can tell."""

from collections.abc import Iterator
from typing import Any

import pytest
import sqlalchemy as sa
from sqlmodel import Session, select

from portal.accounts.allowance import Allowance
from portal.clock import now
from portal.column import table_of
from portal.database import Database
from portal.statement import Statement, param, params

_table = table_of(Allowance)
ADD = Statement(sa.insert(_table).values(**params("id", "count", "until")))
RAISE = Statement(sa.update(_table).where(_table.c.id == param("id")).values(count=_table.c.count + 1))
LOWER = Statement(sa.update(_table).where(_table.c.id == param("id")).values(count=_table.c.count - 1), is_apart=True)
DOUBLE = Statement(sa.update(_table).where(_table.c.id == param("id")).values(count=_table.c.count * 2), is_apart=True)
COUNT = Statement(sa.select(_table.c.id, _table.c.count).order_by(_table.c.id))
VERSION = Statement(sa.select(sa.literal(1).label("one")))


@pytest.fixture
def sent(database: Database, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """What went to PostgreSQL through a Statement, one line per round trip."""
    if database.is_sqlite:
        yield []
        return
    import psycopg

    found: list[str] = []
    execute: Any = psycopg.RawCursor.execute

    def watched(self: Any, query: Any, *arguments: Any, **named: Any) -> Any:
        found.append(str(query))
        return execute(self, query, *arguments, **named)

    monkeypatch.setattr(psycopg.RawCursor, "execute", watched)
    yield found


def add(session: Session, name: str, count: int = 1) -> None:
    ADD.post(session, id=name, count=count, until=now())


def test_one_statement_for_many_says_how_many_rows_it_touched(database: Database) -> None:
    once = Statement(lambda insert: insert(_table).values(**params("id", "count", "until")).on_conflict_do_nothing())

    def work(session: Session) -> tuple[int, int, int, int]:
        add(session, "a")
        many = [{"id": name, "count": 7, "until": now()} for name in "abc"]
        added = once.each(session, many)
        raised = RAISE.each(session, [{"id": name} for name in "bcd"])
        return added, raised, RAISE.each(session, []), RAISE.each(session, [{"id": "a"}])

    assert database.write(work) == (2, 2, 0, 1)
    assert counts(database) == {"a": 2, "b": 8, "c": 8}


def counts(database: Database) -> dict[str, int]:
    return {row.id: row.count for row in database.read(COUNT.rows)}


def test_posted_writes_are_kept_at_the_commit(database: Database, sent: list[str]) -> None:
    def work(session: Session) -> None:
        for name in "abc":
            add(session, name)

    database.write(work)
    assert len(sent) == (0 if database.is_sqlite else 1)
    assert counts(database) == {"a": 1, "b": 1, "c": 1}


def test_a_question_about_what_was_posted_is_answered_with_it(database: Database) -> None:
    def work(session: Session) -> list[Any]:
        add(session, "a", 5)
        return COUNT.rows(session)

    assert [row.count for row in database.write(work)] == [5]


def test_a_question_about_something_else_does_not_send_what_waits(database: Database, sent: list[str]) -> None:
    def work(session: Session) -> None:
        add(session, "a")
        VERSION.rows(session)
        add(session, "b")

    database.write(work)
    assert len(sent) == (0 if database.is_sqlite else 2)
    assert set(counts(database)) == {"a", "b"}


def test_a_write_sees_what_was_posted_before_it(database: Database) -> None:
    """In one statement with the INSERT it would not find the row."""

    def work(session: Session) -> None:
        add(session, "a", 5)
        RAISE.post(session, id="a")
        RAISE.post(session, id="a")
        LOWER.post(session, id="a")
        assert RAISE.run(session, id="a") == 1

    database.write(work)
    assert counts(database) == {"a": 7}


def test_writes_that_are_apart_share_a_round_trip_with_what_is_added_after_them(
    database: Database, sent: list[str]
) -> None:
    def work(session: Session) -> None:
        LOWER.post(session, id="a")
        DOUBLE.post(session, id="b")
        add(session, "c")

    database.write(lambda session: add(session, "a", 5))
    database.write(lambda session: add(session, "b", 5))
    sent.clear()
    database.write(work)
    assert len(sent) == (0 if database.is_sqlite else 1)
    assert counts(database) == {"a": 4, "b": 10, "c": 1}


def test_objects_see_what_was_posted(database: Database) -> None:
    def work(session: Session) -> int:
        add(session, "a", 5)
        found = session.exec(select(Allowance)).one()
        found.count += 1
        RAISE.post(session, id="a")
        session.refresh(found)
        return found.count

    assert database.write(work) == 7


def test_what_a_failed_piece_posted_is_forgotten(database: Database) -> None:
    def fails(session: Session) -> None:
        add(session, "a")
        raise LookupError

    with pytest.raises(LookupError):
        database.write(fails)
    database.write(lambda session: add(session, "b"))
    assert set(counts(database)) == {"b"}


def test_a_posted_write_that_the_database_refuses_fails_its_piece(database: Database) -> None:
    def twice(session: Session) -> None:
        add(session, "a")
        add(session, "a")

    with pytest.raises(Exception, match=r"(?i)unique"):
        database.write(twice)
    assert counts(database) == {}


def test_constants_and_percent_signs_reach_the_database_as_they_are(database: Database) -> None:
    """A literal with the driver's own placeholder in it must not become one."""
    odd = "100%s $1 %% ?"
    ask = Statement(sa.select(sa.literal(odd).label("odd"), param("given", sa.String()).label("given")))
    row = database.read(lambda session: ask.first(session, given="x"))
    assert (row.odd, row.given) == (odd, "x")
    keep = Statement(sa.insert(_table).values(id=odd, count=1, **params("until")))
    database.write(lambda session: keep.post(session, until=now()))
    assert counts(database) == {odd: 1}


def test_rows_that_nobody_would_fetch_are_a_mistake_and_say_so(database: Database) -> None:
    """They would keep the statement open, and SQLite could not commit behind it."""
    statement = Statement(sa.delete(table_of(Allowance)).returning(table_of(Allowance).c.id))
    for way in (statement.run, statement.post):
        with pytest.raises(TypeError, match="ask for them"):
            database.write(way)
