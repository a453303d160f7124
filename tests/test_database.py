"""The two verbs of the edges on both databases, and what PostgreSQL needs so that a collision loses no STOP."""

import asyncio
import itertools
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

import psycopg
import pytest
import sqlalchemy as sa
from sqlmodel import Session

from portal import clock
from portal.accounts import business as businesses
from portal.accounts.key import Secrets
from portal.consent import subscription
from portal.consent.state import Status
from portal.contacts import contact
from portal.database import Database, Lane, announce
from portal.messaging import inbox
from portal.messaging.inbox import Rules
from portal.providers.provider import InboundText
from portal.statement import Statement, param, params
from tests.conftest import OUR_NUMBER, migrate, populate
from tests.messaging.conftest import Silent
from tests.postgres import Databases

_business = sa.table("business", sa.column("id"), sa.column("name"))
NAMES = Statement(sa.select(_business.c.name).order_by(_business.c.name))
RENAME = Statement(sa.update(_business).where(_business.c.id == param("id")).values(**params("name")))
_ids = itertools.count(1)
_provider: Any = Silent()


@pytest.fixture
def postgres(postgres_databases: Databases, secrets: Secrets) -> Iterator[Database]:
    """Always PostgreSQL: SQLite's writer has a test of its own."""
    url = postgres_databases.fresh(migrate)
    found = Database(url, secrets=secrets)
    yield found
    found.dispose()
    postgres_databases.drop(url)


def add(name: str) -> Callable[[Session], str]:
    return lambda session: businesses.create(session, name).id


def names(database: Database) -> list[str]:
    return [row.name for row in database.read(NAMES.rows)]


def test_a_write_is_kept_and_a_failed_one_leaves_nothing(database: Database) -> None:
    def fail(session: Session) -> None:
        businesses.create(session, "Lost")
        raise ValueError("no")

    assert database.write(add("Kept"))
    with pytest.raises(ValueError, match="no"):
        database.write(fail)
    assert names(database) == ["Kept"]


def test_the_same_verbs_are_awaited_on_an_event_loop(database: Database) -> None:
    async def scene() -> list[Any]:
        await asyncio.gather(*(database.writing(add(f"Business {n}"), lane=Lane.CONSENT) for n in range(9)))
        return await database.reading(NAMES.rows)

    assert len(asyncio.run(scene())) == 9


@pytest.mark.covers("P2")
def test_reads_cannot_write(database: Database) -> None:
    with pytest.raises(Exception, match=r"read-?only"):
        database.read(add("Sneaked"))
    assert names(database) == []


def test_a_write_inside_a_write_is_a_mistake_and_says_so(database: Database) -> None:
    with pytest.raises(RuntimeError, match="inside a write"):
        database.write(lambda session: database.write(add("Nested")))
    assert names(database) == []
    assert database.write(add("Kept"))


def test_an_announcement_comes_after_the_commit_and_never_for_what_failed(database: Database) -> None:
    heard: list[tuple[frozenset[str], list[str]]] = []
    database.listen(lambda topics: heard.append((topics, names(database))))

    def work(session: Session, error: Exception | None = None) -> None:
        businesses.create(session, "Somebody")
        announce(session, "a topic")
        if error:
            raise error

    with pytest.raises(ValueError, match="no"):
        database.write(lambda session: work(session, ValueError("no")))
    database.write(work)
    assert heard == [(frozenset({"a topic"}), ["Somebody"])]


def test_a_listener_that_fails_does_not_fail_the_write(database: Database) -> None:
    def fails(topics: frozenset[str]) -> None:
        raise ValueError

    database.listen(fails)
    database.write(lambda session: announce(session, "a topic"))
    assert database.write(add("Next"))


def orm_rename(session: Session, business_id: str, name: str) -> None:
    businesses.change(session, businesses.get(session, business_id), name=name)
    session.flush()


def core_rename(session: Session, business_id: str, name: str) -> None:
    RENAME.run(session, id=business_id, name=name)


@pytest.mark.covers("P6", "P20")
@pytest.mark.parametrize("rename", [orm_rename, core_rename])
def test_what_a_deadlock_stopped_is_tried_again(
    postgres: Database, rename: Callable[[Session, str, str], None]
) -> None:
    one, other = postgres.write(add("One")), postgres.write(add("Other"))
    both_hold_one = threading.Barrier(2)
    tries: list[str] = []
    heard: list[frozenset[str]] = []
    one_is_done = threading.Event()
    postgres.listen(heard.append)
    postgres.listen(lambda _: one_is_done.set())

    def crossing(first: str, second: str, name: str) -> Callable[[Session], None]:
        def work(session: Session) -> None:
            tries.append(name)
            if tries.count(name) == 2:  # else it may have its row again before who waits for that is awake
                one_is_done.wait(10)
            announce(session, name)
            rename(session, first, f"{name} was first")
            if tries.count(name) == 1:
                both_hold_one.wait(10)
            rename(session, second, f"{name} was second")

        return work

    with ThreadPoolExecutor(2) as callers:
        asked = [
            callers.submit(postgres.write, crossing(one, other, "A")),
            callers.submit(postgres.write, crossing(other, one, "B")),
        ]
    assert [each.exception() for each in asked] == [None, None]
    assert len(tries) == 3
    assert sorted(heard, key=str) == [frozenset({"A"}), frozenset({"B"})]


@pytest.mark.covers("P6", "P20")
@pytest.mark.parametrize("verb", ["read", "write"])
def test_a_database_that_was_restarted_is_not_noticed(postgres: Database, verb: str) -> None:
    """Every pooled connection is dead, as after a restart of PostgreSQL; a STOP must not fall on one of them."""
    with ThreadPoolExecutor(4) as callers:
        together = threading.Barrier(4)
        list(callers.map(lambda _: postgres.write(lambda session: together.wait(10)), range(4)))
    end_connections(postgres)
    work: Callable[[Session], Any] = NAMES.rows
    assert getattr(postgres, verb)(work) == []


@pytest.mark.covers("P6")
def test_a_connection_lost_in_the_commit_is_never_tried_again(
    postgres: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody knows whether such a COMMIT happened; doing it twice could send a text twice."""
    tries: list[int] = []
    real = Session.commit

    def cut(session: Session) -> None:
        end_connections(postgres)
        real(session)

    def work(session: Session) -> None:
        tries.append(1)
        businesses.create(session, "Doubtful")

    monkeypatch.setattr(Session, "commit", cut)
    with pytest.raises(sa.exc.OperationalError):
        postgres.write(work)
    assert len(tries) == 1


def end_connections(database: Database) -> None:
    with psycopg.connect(database.url.replace("+psycopg", ""), autocommit=True) as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )


def says(database: Database, business_id: str, number: str, text: str) -> None:
    event = InboundText(f"in:{next(_ids)}", "AC", number, OUR_NUMBER, text)
    arrived_at = clock.now()
    database.write(
        lambda session: inbox.receive(
            session, business_id, _provider, event, raw=b"", arrived_at=arrived_at, rules=Rules()
        ),
        lane=Lane.CONSENT,
    )


def deadlocks(database: Database) -> int:
    with psycopg.connect(database.url.replace("+psycopg", ""), autocommit=True) as connection:
        connection.execute("SELECT pg_stat_force_next_flush()")
        found = connection.execute("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()")
        row = found.fetchone()
        assert row is not None
        return int(row[0])


@pytest.mark.covers("P6", "P20")
def test_new_and_old_clients_who_text_together_never_wait_for_each_other(postgres: Database, secrets: Secrets) -> None:
    """A first text makes a number and its counter, a later one moves counters: both lock the ledger's end before."""
    world = populate(postgres, secrets)
    old = [f"+1415555{number:04d}" for number in range(100, 124)]
    new = [f"+1416555{number:04d}" for number in range(100, 124)]
    for number in old:
        says(postgres, world.hearth.id, number, "Hello")
    texts = [pair for each in zip(old, new, strict=True) for pair in zip(each, ("START", "STOP"), strict=True)]
    with ThreadPoolExecutor(16) as callers:
        list(callers.map(lambda pair: says(postgres, world.hearth.id, *pair), texts))
    assert deadlocks(postgres) == 0
    counted = postgres.read(lambda session: subscription.counts(session, world.hearth.id))
    assert (counted["opted_out"], counted["none"]) == (24, 24)


@pytest.mark.covers("P1", "X-15")
def test_two_numbers_of_one_contact_may_stop_at_the_same_moment(postgres: Database, secrets: Secrets) -> None:
    """Each STOP pauses the other number: a crossing that cannot be ordered, so the loser is tried again."""
    world = populate(postgres, secrets)
    numbers = ["+14155550132", "+14155550133"]
    postgres.write(lambda session: contact.create(session, world.hearth.id, name="Ines", numbers=numbers))
    together = threading.Barrier(2)

    def stop(number: str) -> None:
        together.wait(10)
        says(postgres, world.hearth.id, number, "STOP")

    with ThreadPoolExecutor(2) as callers:
        list(callers.map(stop, numbers))
    found = [postgres.read(partial(find, world.hearth.id, number)) for number in numbers]
    assert [(row.status, row.is_paused) for row in found] == [(Status.OPTED_OUT, True)] * 2


def find(business_id: str, number: str, session: Session) -> Any:
    return subscription.find(session, business_id, "sms", number)
