"""SQLite's one writer: pieces of work share a commit, and nobody is told before the disk has it."""

import asyncio
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.exc import IntegrityError, OperationalError
from sqlmodel import Session

from portal import schema, writer
from portal.accounts import business as businesses
from portal.accounts.business import Business
from portal.accounts.key import Secrets
from portal.database import Database, Lane, announce
from portal.statement import Statement, param, params

NAMES = Statement(sa.select(sa.column("name")).select_from(sa.table("business")).order_by(sa.text("name")))
ORPHAN = Statement(
    sa.insert(sa.table("status_count", *map(sa.column, ("business_id", "channel", "status", "count")))).values(
        **params("business_id"), channel="sms", status="none", count=param("count", sa.Integer())
    )
)


@pytest.fixture
def database(tmp_path: Path, secrets: Secrets) -> Iterator[Database]:
    """Always SQLite: PostgreSQL has a test of its own."""
    url = f"sqlite:///{tmp_path / 'writer.db'}"
    schema.migrate(url)
    found = Database(url, secrets=secrets)
    yield found
    found.dispose()


@pytest.fixture
def callers() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(16) as pool:
        yield pool


@contextmanager
def held_up(database: Database, callers: ThreadPoolExecutor) -> Iterator[None]:
    """The writer is busy until the block ends, so that what is asked meanwhile shares the next commit."""
    is_busy, may_go_on = threading.Event(), threading.Event()

    def wait(session: Session) -> None:
        is_busy.set()
        assert may_go_on.wait(10)

    first = callers.submit(database.write, wait)
    assert is_busy.wait(10)
    try:
        yield
    finally:
        may_go_on.set()
        first.result(10)


def waiting(database: Database) -> int:
    assert database._writer is not None
    return sum(map(len, database._writer._lanes))


def ask(
    database: Database, callers: ThreadPoolExecutor, work: Callable[[Session], Any], *, lane: Lane = Lane.ROAD
) -> Future[Any]:
    """Ask for a write and come back once it waits in its lane."""
    before = waiting(database)
    asked = callers.submit(database.write, work, lane=lane)
    while waiting(database) == before and not asked.done():
        threading.Event().wait(0.001)
    return asked


def add(name: str) -> Callable[[Session], str]:
    return lambda session: businesses.create(session, name).id


def add_and_fail(name: str, error: BaseException) -> Callable[[Session], str]:
    def work(session: Session) -> str:
        businesses.create(session, name)
        raise error

    return work


def break_the_commit(session: Session) -> None:
    """A foreign key that is checked at the COMMIT: a real failure of the last step."""
    session.connection().exec_driver_sql("PRAGMA defer_foreign_keys=ON")
    ORPHAN.run(session, business_id="nobody", count=1)


def names(database: Database) -> list[str]:
    return [row.name for row in database.read(NAMES.rows)]


def note(done: list[str], name: str, session: Session) -> None:
    done.append(name)


def committing(database: Database, hook: Callable[[], None]) -> None:
    assert database._writer is not None
    event.listen(database._writer._engine, "commit", lambda connection: hook())


@pytest.mark.covers("P2")
def test_what_waits_together_shares_one_commit(database: Database, callers: ThreadPoolExecutor) -> None:
    commits: list[int] = []
    with held_up(database, callers):
        committing(database, lambda: commits.append(waiting(database)))
        asked = [ask(database, callers, add(f"Business {number}")) for number in range(10)]
    assert [each.result(10) for each in asked]
    assert len(commits) == 2  # the one that held us up, and the ten


@pytest.mark.covers("P6")
def test_a_failing_piece_rolls_back_alone(database: Database, callers: ThreadPoolExecutor) -> None:
    with held_up(database, callers):
        good = ask(database, callers, add("Before"))
        bad = ask(database, callers, add_and_fail("Between", ValueError("no")))
        last = ask(database, callers, add("Later"))
    assert good.result(10)
    assert last.result(10)
    with pytest.raises(ValueError, match="no"):
        bad.result(10)
    assert names(database) == ["Before", "Later"]


def test_a_piece_the_database_refuses_rolls_back_alone(database: Database, callers: ThreadPoolExecutor) -> None:
    with held_up(database, callers):
        bad = ask(database, callers, lambda session: ORPHAN.run(session, business_id="nobody", count=1))
        good = ask(database, callers, add("Later"))
    assert good.result(10)
    with pytest.raises(Exception, match="FOREIGN KEY"):
        bad.result(10)
    assert names(database) == ["Later"]


def counted(runs: list[str], name: str, work: Callable[[Session], Any]) -> Callable[[Session], Any]:
    def run(session: Session) -> Any:
        runs.append(name)
        return work(session)

    return run


def repeatable(database: Database, callers: ThreadPoolExecutor, *works: Callable[[Session], Any]) -> list[Any]:
    """What became of each, asked at once by an event loop as webhooks are."""

    async def scene() -> list[Any]:
        with held_up(database, callers):
            asked = [asyncio.ensure_future(database.writing(work, may_repeat=True)) for work in works]
            for _ in range(3):  # turns: the tasks begin, the turn is handed in
                await asyncio.sleep(0)
            assert waiting(database) == len(works)
        return await asyncio.gather(*asked, return_exceptions=True)

    return asyncio.run(scene())


@pytest.mark.covers("P2", "P6")
def test_where_pieces_may_be_repeated_a_failing_one_still_rolls_back_alone(
    database: Database, callers: ThreadPoolExecutor
) -> None:
    runs: list[str] = []
    first, bad, last = repeatable(
        database, callers, counted(runs, "a", add("Before")),
        counted(runs, "b", add_and_fail("Between", ValueError("no"))), counted(runs, "c", add("Later")),
    )  # fmt: skip
    assert isinstance(first, str)
    assert isinstance(last, str)
    assert isinstance(bad, ValueError)
    assert names(database) == ["Before", "Later"]
    assert runs == ["a", "b", "a", "b", "c"]


def test_what_fails_the_first_time_only_has_worked(database: Database, callers: ThreadPoolExecutor) -> None:
    runs: list[str] = []

    def at_the_second_try(session: Session) -> str:
        runs.append("b")
        return add_and_fail("Once", ValueError("no"))(session) if len(runs) == 1 else add("Twice")(session)

    first, second = repeatable(database, callers, add("Before"), at_the_second_try)
    assert isinstance(first, str)
    assert isinstance(second, str)
    assert names(database) == ["Before", "Twice"]


def test_what_may_not_be_repeated_is_done_once(database: Database, callers: ThreadPoolExecutor) -> None:
    runs: list[str] = []
    with held_up(database, callers):
        bad = ask(database, callers, counted(runs, "a", add_and_fail("Bad", ValueError("no"))))
        good = ask(database, callers, counted(runs, "b", add("Good")))
    assert good.result(10)
    assert isinstance(bad.exception(10), ValueError)
    with pytest.raises(ValueError, match="alone"):
        database.write(counted(runs, "c", add_and_fail("Alone", ValueError("alone"))))
    assert runs == ["a", "b", "c"]
    assert names(database) == ["Good"]


def test_no_savepoint_is_paid_for_where_a_failure_may_undo_everything(
    database: Database, callers: ThreadPoolExecutor
) -> None:
    assert database._writer is not None
    connection: Any = database._writer._connection.connection.dbapi_connection
    said: list[str] = []
    connection.set_trace_callback(said.append)
    repeatable(database, callers, *[NAMES.rows] * 3)
    connection.set_trace_callback(None)
    assert said.count("COMMIT") == 2
    assert not [each for each in said if "SAVEPOINT" in each]


@pytest.mark.parametrize("error", [SystemExit(3), KeyboardInterrupt(), StopIteration(), asyncio.CancelledError()])
def test_whatever_a_piece_raises_the_writer_lives_on(
    database: Database, callers: ThreadPoolExecutor, error: BaseException
) -> None:
    with held_up(database, callers):
        bad = ask(database, callers, add_and_fail("Lost", error))
        good = ask(database, callers, add("Kept"))
    assert isinstance(bad.exception(10), type(error) | RuntimeError)
    assert good.result(10)
    assert database.write(add("Next"))
    assert names(database) == ["Kept", "Next"]


def test_a_piece_that_ran_out_of_an_iterator_leaves_nobody_waiting(database: Database) -> None:
    """An event loop takes no StopIteration; the answers behind it must come all the same."""

    async def both() -> list[Any]:
        asked = [database.writing(add_and_fail("Lost", StopIteration())), database.writing(add("Kept"))]
        return await asyncio.wait_for(asyncio.gather(*asked, return_exceptions=True), 10)

    lost, kept = asyncio.run(both())
    assert isinstance(lost, RuntimeError)
    assert isinstance(kept, str)


@pytest.mark.covers("P2", "P6")
def test_nobody_is_answered_before_the_commit(database: Database, callers: ThreadPoolExecutor) -> None:
    asked: list[Future[Any]] = []
    at_commit: list[tuple[bool, list[str]]] = []

    def look() -> None:
        at_commit.append((any(each.done() for each in asked), names(database)))

    with held_up(database, callers):
        asked += [ask(database, callers, add(f"Business {number}")) for number in range(4)]
        committing(database, look)
    assert [each.result(10) for each in asked]
    assert at_commit[-1] == (False, [])
    assert len(names(database)) == 4


@pytest.mark.covers("P2", "P6")
def test_a_commit_that_fails_fails_them_all_and_the_next_one_works(
    database: Database, callers: ThreadPoolExecutor
) -> None:
    heard: list[frozenset[str]] = []
    database.listen(heard.append)

    def add_and_announce(session: Session) -> None:
        businesses.create(session, "Lost")
        announce(session, "business:x")

    with held_up(database, callers):
        asked = [ask(database, callers, work) for work in (add_and_announce, break_the_commit, add("Lost too"))]
    for each in asked:
        assert isinstance(each.exception(10), IntegrityError)
    assert names(database) == []
    assert heard == []
    assert database.write(add("Kept"))
    assert names(database) == ["Kept"]


def test_a_failed_commit_is_told_to_an_event_loop_too(database: Database) -> None:
    async def work() -> None:
        await database.writing(break_the_commit)

    with pytest.raises(IntegrityError):
        asyncio.run(work())


@pytest.mark.covers("P1")
def test_consent_goes_before_the_roads_and_imports_wait_for_both(
    database: Database, callers: ThreadPoolExecutor
) -> None:
    done: list[str] = []
    with held_up(database, callers):
        asked = [
            ask(database, callers, partial(note, done, name), lane=lane)
            for name, lane in (
                ("import", Lane.BULK),
                ("road", Lane.ROAD),
                ("stop", Lane.CONSENT),
                ("road 2", Lane.ROAD),
                ("stop 2", Lane.CONSENT),
            )
        ]
    for each in asked:
        each.result(10)
    assert done == ["stop", "stop 2", "road", "road 2", "import"]


def test_a_write_inside_a_write_is_a_mistake_and_says_so(database: Database) -> None:
    with pytest.raises(RuntimeError, match="inside a write"):
        database.write(lambda session: database.write(add("Nested")))
    assert names(database) == []


@pytest.mark.covers("P2")
def test_reads_cannot_write(database: Database) -> None:
    with pytest.raises(OperationalError, match="readonly"):
        database.read(add("Sneaked"))


def test_one_piece_does_not_see_the_objects_of_another(database: Database, callers: ThreadPoolExecutor) -> None:
    """A session is shared by a batch; what one piece loaded must not answer for the next one's database."""
    made = database.write(add("First name"))

    def load(session: Session) -> Business | None:
        return session.get(Business, made)

    def rename(session: Session) -> None:
        session.connection().exec_driver_sql("UPDATE business SET name = 'Second name'")

    with held_up(database, callers):
        ask(database, callers, load)
        ask(database, callers, rename)
        seen = ask(database, callers, load)
    assert seen.result(10).name == "Second name"


def test_announcements_come_after_the_commit_and_only_of_pieces_that_went_well(
    database: Database, callers: ThreadPoolExecutor
) -> None:
    heard: list[tuple[frozenset[str], list[str]]] = []
    database.listen(lambda topics: heard.append((topics, names(database))))

    def good(session: Session) -> None:
        businesses.create(session, "Kept")
        announce(session, "good")

    def bad(session: Session) -> None:
        announce(session, "bad")
        raise ValueError

    with held_up(database, callers):
        asked = [ask(database, callers, work) for work in (bad, good)]
    assert isinstance(asked[0].exception(10), ValueError)
    asked[1].result(10)
    assert heard == [(frozenset({"good"}), ["Kept"])]


def test_a_listener_that_fails_harms_nobody(database: Database) -> None:
    def fails(topics: frozenset[str]) -> None:
        raise ValueError

    heard: list[frozenset[str]] = []
    database.listen(fails)
    database.listen(heard.append)
    database.write(lambda session: announce(session, "a"))
    database.write(lambda session: announce(session, "b"))
    assert heard == [frozenset({"a"}), frozenset({"b"})]


def test_a_caller_who_left_is_not_missed(database: Database, callers: ThreadPoolExecutor) -> None:
    """The client of a request went away while it waited: its work is done, and the others get their answers."""

    async def scene() -> str:
        with held_up(database, callers):
            gone = asyncio.ensure_future(database.writing(add("Gone")))
            stays = asyncio.ensure_future(database.writing(add("Stays")))
            await asyncio.sleep(0)
            gone.cancel()
            await asyncio.sleep(0)
        return await asyncio.wait_for(stays, 10)

    assert asyncio.run(scene())
    assert names(database) == ["Gone", "Stays"]


def test_closing_finishes_what_was_accepted_and_takes_no_more(database: Database, callers: ThreadPoolExecutor) -> None:
    with held_up(database, callers):
        asked = [ask(database, callers, add(f"Business {number}")) for number in range(3)]
        closing = callers.submit(database.dispose)
    closing.result(10)
    assert all(each.result(10) for each in asked)
    with pytest.raises(RuntimeError, match="closed"):
        database.write(add("Too late"))


def test_what_a_loop_asks_for_while_the_database_closes_is_told_so(database: Database) -> None:
    """It waited for the end of the loop's turn; nobody waits for ever."""

    async def scene() -> None:
        asked = asyncio.ensure_future(database.writing(add("Too late")))
        await asyncio.sleep(0)
        database.dispose()
        with pytest.raises(RuntimeError, match="closed"):
            await asyncio.wait_for(asked, 10)

    asyncio.run(scene())


def test_the_log_does_not_grow_without_end_under_writes_without_a_pause(
    database: Database, callers: ThreadPoolExecutor, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A PASSIVE checkpoint beside it never finds the end (P21)."""
    monkeypatch.setattr(writer, "LOG_LIMIT", 200_000)
    monkeypatch.setattr(writer, "LOOK_AGAIN", 0.0)
    log = Path(f"{database.engine.url.database}-wal")
    longest = 0
    for turn in range(20):
        list(
            callers.map(lambda n, turn=turn: database.write(partial(businesses.create, name=f"{turn}-{n}")), range(40))
        )
        longest = max(longest, log.stat().st_size)
    assert longest < 600_000
    assert len(database.read(NAMES.rows)) == 800


def test_what_a_savepoint_keeps_back_goes_to_no_file(database: Database) -> None:
    """At a STOP's size it would be written out and thrown away, at every one of them (speed.md, design 1)."""
    kept = database.write(lambda session: session.connection().exec_driver_sql("PRAGMA temp_store").scalar())
    assert kept == 2  # MEMORY
