"""What one process commits, the others hear: rung after the commit, in few notifications, and made good when missed."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import psycopg
import pytest
import sqlalchemy as sa
from sqlmodel import Session

from portal import bell
from portal.bell import MISSED, PAYLOAD
from portal.database import Database, announce
from tests.conftest import migrate
from tests.postgres import Databases
from tests.proof.fleet import wait_until

ON_POSTGRES = pytest.mark.only_on_postgres


class Listening:
    """Two databases as two processes would have them; `heard` is what the second one was told, in order."""

    def __init__(self, url: str) -> None:
        self.first, self.second = Database(url), Database(url)
        self.heard: list[str] = []
        self.own: list[str] = []
        self.first.listen(self.own.extend)
        self.second.listen(self.heard.extend)
        for each in (self.first, self.second):
            each.join()
        wait_until(lambda: MISSED in self.heard and MISSED in self.own, "the first connection")

    def says(self, *topics: str) -> None:
        def say(session: Session) -> None:
            for topic in topics:
                announce(session, topic)

        self.first.write(say)


@pytest.fixture(scope="module")
def address(postgres_databases: Databases) -> Iterator[str]:
    """One database for all: nothing in it is written."""
    url = postgres_databases.fresh(migrate)
    yield url
    postgres_databases.drop(url)


@pytest.fixture
def pair(address: str) -> Iterator[Listening]:
    made = Listening(address)
    yield made
    made.first.dispose()
    made.second.dispose()


@contextmanager
def server(url: str) -> Iterator[psycopg.Connection]:
    address = sa.make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(address, autocommit=True) as connection:
        yield connection


def bells(url: str) -> list[int]:
    """The server's processes that serve a bell."""
    query = "SELECT pid FROM pg_stat_activity WHERE application_name = %s AND datname = current_database()"
    with server(url) as connection:
        return [pid for (pid,) in connection.execute(query, [bell.NAME])]


@pytest.mark.covers("P20")
@ON_POSTGRES
def test_what_one_process_announces_another_one_hears(pair: Listening) -> None:
    pair.says("business:b1", "thread:b1:t1", "outbox")
    wait_until(lambda: set(pair.heard) >= {"business:b1", "thread:b1:t1", "outbox"}, "the news")


@ON_POSTGRES
def test_who_announces_hears_itself_once(pair: Listening) -> None:
    pair.says("business:b1")
    wait_until(lambda: "business:b1" in pair.heard, "the news")
    pair.second.write(lambda session: announce(session, "business:b2"))
    wait_until(lambda: "business:b2" in pair.own, "an answer, behind which nothing of the first is left to come")
    assert pair.own.count("business:b1") == 1


@ON_POSTGRES
def test_what_is_rolled_back_rings_nowhere(pair: Listening) -> None:
    def fail(session: Session) -> None:
        announce(session, "business:lost")
        raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        pair.first.write(fail)
    pair.says("business:kept")
    wait_until(lambda: "business:kept" in pair.heard, "the news")
    assert "business:lost" not in pair.heard


@ON_POSTGRES
def test_a_connection_that_is_lost_comes_back_and_says_that_something_was_missed(pair: Listening, address: str) -> None:
    pair.heard.clear()
    with server(address) as connection:
        for pid in bells(address):
            connection.execute("SELECT pg_terminate_backend(%s)", [pid])
    wait_until(lambda: MISSED in pair.heard, "the resync")
    pair.says("business:after")
    wait_until(lambda: "business:after" in pair.heard, "the news after it")


@ON_POSTGRES
def test_more_than_one_notification_holds_arrives_whole(pair: Listening) -> None:
    topics = {f"thread:business:{each:040d}" for each in range(1000)}
    pair.says(*topics)
    wait_until(lambda: topics <= set(pair.heard), "all of it")


def test_a_flood_is_told_as_something_to_look_at_again() -> None:
    waiting = {f"thread:b1:{each}" for each in range(3)} | {"outbox"}
    assert bell.coarse(waiting) == {MISSED, "outbox"}


def test_each_notification_is_as_full_as_the_server_lets_it_be() -> None:
    topics = {f"thread:b:{'é' * 20}{each:04d}" for each in range(1000)}
    found = bell.payloads(topics)
    assert {topic for each in found for topic in each.split("\n")} == topics
    assert max(len(each.encode()) for each in found) <= PAYLOAD
    assert all(len(each.encode()) > PAYLOAD - 100 for each in found[:-1])


@ON_POSTGRES
def test_a_command_that_announces_nothing_takes_no_connection_and_one_that_does_is_heard(
    pair: Listening, address: str
) -> None:
    silent, loud = Database(address), Database(address)
    for each in (silent, loud):
        each.join(is_listening=False)
    silent.write(lambda session: session.connection().execute(sa.text("SELECT 1")).scalar())
    assert len(bells(address)) == 2
    silent.dispose()
    loud.write(lambda session: announce(session, "business:by-hand"))
    loud.dispose()
    wait_until(lambda: "business:by-hand" in pair.heard, "the news of a process that has left")


def test_ringing_waits_for_nobody_while_the_server_is_away() -> None:
    told: list[set[str]] = []
    lonely = bell.Bell("postgresql+psycopg://portal@/nowhere?host=/nowhere", told.append)
    lonely.start()
    threads = [threading.Thread(target=ring, args=(lonely.ring, each)) for each in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    lonely.stop()
    assert told == []


def ring(ring: Callable[[set[str]], None], name: int) -> None:
    for each in range(2000):
        ring({f"thread:{name}:{each}"})
