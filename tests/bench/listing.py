"""V11 to V13: the status page of a business with a million numbers, beside one with a thousand, beside rendering alone.

The rows are put in by one bulk insert with the indexes made afterwards; then a few numbers change their status on the
real road, so that the counters have something to be wrong about.
"""

import contextlib
import datetime as dt
import itertools
import sqlite3
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session

from portal import clock
from portal.accounts import member
from portal.accounts import session as sign_ins
from portal.accounts.member import Role
from portal.accounts.sender import SMS
from portal.column import UtcTime, sort_key
from portal.consent import ledger, status_count, subscription
from portal.consent.state import Kind, Origin, Proof
from portal.database import Database
from tests.bench import load, scene
from tests.bench.child import BenchError, Child
from tests.bench.figure import Figure
from tests.bench.pace import QUICK, Pace, take_turns
from tests.bench.scene import Scene
from tests.bench.stop import Road

SIZES = (1_000, 100_000, 1_000_000)
QUICK_SIZES = (200, 500, 2_000)
IN_FLIGHT = 16
MINUTE = dt.timedelta(minutes=1)
MOVED = 50  # numbers whose status changes on the real road
FIRST = ("Ada", "Bea", "Cem", "Dora", "Emil", "Fay", "Gus", "Hana", "Ivo", "Jun", "Kai", "Lea", "Mo", "Nina", "Oz")
LAST = ("Arden", "Boyd", "Crane", "Dunn", "Ellis", "Frost", "Grant", "Holt", "Irwin", "Jarvis", "Keane", "Lowe", "Moss")
STATUSES = ("opted_in",) * 6 + ("opted_out", "none", "declined", "requested")
_COUNTED = sa.select(subscription.table.c.status, sa.func.count()).group_by(subscription.table.c.status)


@dataclass(frozen=True)
class Desk:
    """One installation with so many numbers; `road` asks its server for the page, once it runs."""

    size: int
    made: Scene
    requests: Path


def pages(folder: Path, pace: Pace) -> list[Figure]:
    """V11 to V13."""
    sizes = QUICK_SIZES if pace.seconds <= QUICK.seconds else SIZES
    desks = [_furnished(folder / str(size), size) for size in sizes]
    with contextlib.ExitStack() as stack:
        client = stack.enter_context(Child("tests.bench.load"))
        roads = {desk.size: _road(stack, client, desk, "portal") for desk in desks}
        roads[0] = _road(stack, client, desks[-1], "render")
        for road in roads.values():
            road.slice(0.5, IN_FLIGHT)
        alone = _taken(roads, pace, in_flight=1)
        together = _taken(roads, pace, in_flight=IN_FLIGHT)
    return [*_times(alone, sizes), _rates(together, sizes), _counters(desks[-1], pace)]


def _furnished(folder: Path, size: int) -> Desk:
    folder.mkdir()
    made = scene.set_up(folder, f"sqlite:///{folder / 'portal.db'}", MOVED)
    with scene.opened(made.settings) as database:
        cookie = database.write(partial(_sign_in, business=made.business))
    _fill(folder / "portal.db", made.business, size - MOVED)
    with scene.opened(made.settings) as database:
        database.write(partial(_opt_out, business=made.business, numbers=made.numbers))
        _check_counters(database, made)
    requests = folder / "pages"
    head = f"GET /sms HTTP/1.1\r\nHost: portal.example.com\r\nCookie: __Host-id={cookie}\r\nAccept: text/html\r\n\r\n"
    load.write_requests(requests, iter([head.encode()]))
    return Desk(size, made, requests)


def _sign_in(session: Session, business: str) -> str:
    made = member.add(session, business, email="a@example.com", name="Alice", role=Role.OWNER, password_hash="none")
    return sign_ins.start(session, made, user_agent="bench", ip="127.0.0.1")


def _fill(path: Path, business: str, count: int) -> None:
    """As fast as SQLite can: nobody else has this file open, and what a crash would lose is made again."""
    with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as connection:
        for pragma in ("journal_mode = MEMORY", "synchronous = OFF", "cache_size = -400000"):
            connection.execute(f"PRAGMA {pragma}")
        indexes = connection.execute(
            "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND tbl_name = 'subscription' AND sql NOT NULL"
        ).fetchall()
        connection.execute("BEGIN")
        for name, _ in indexes:
            connection.execute(f"DROP INDEX {name}")
        connection.executemany(*_rows(business, count))
        for _, sql in indexes:
            connection.execute(sql)
        connection.execute("DELETE FROM status_count")
        connection.execute(
            "INSERT INTO status_count (business_id, channel, status, count) "
            "SELECT business_id, channel, status, count(*) FROM subscription GROUP BY 1, 2, 3"
        )
        connection.execute("COMMIT")
        connection.execute("PRAGMA journal_mode = WAL")


def _rows(business: str, count: int) -> tuple[str, Iterator[tuple[Any, ...]]]:
    """The statement and its values: names in no order, last texts over a year, one in a thousand to be looked at."""
    names = [column.name for column in subscription.table.columns]
    as_text = UtcTime().bind_processor(sa.create_engine("sqlite://").dialect)
    now = clock.now()
    known = dict.fromkeys(names) | {
        "business_id": business, "channel": SMS, "carrier": "clear", "origin": "form", "scope": "informational",
        "is_paused": 0, "is_undeliverable": 0, "is_claimed": 0, "is_current": 1, "last_message_direction": "inbound",
        "changed_at": as_text(now), "created_at": as_text(now), "review_opened_at": as_text(now),
    }  # fmt: skip

    def row(n: int) -> tuple[Any, ...]:
        mixed = n * 7919 % 1_000_003
        name = f"{FIRST[mixed % len(FIRST)]} {LAST[mixed % len(LAST)]} {mixed}"
        number = f"+1{2_000_000_000 + n * 7}"
        return tuple((known | {
            "id": f"{n:032x}", "number": number, "number_reversed": number[::-1], "name": name,
            "name_key": sort_key(name), "status": STATUSES[mixed % len(STATUSES)], "in_review": int(mixed % 997 == 0),
            "last_message_at": as_text(now.replace(microsecond=0) - MINUTE * (mixed % 525_600)),
            "last_message_text": f"See you on Friday at ten, {mixed}.", "unread": int(mixed % 1009 == 0),
        }).values())  # fmt: skip

    marks = ", ".join("?" * len(names))
    return f"INSERT INTO subscription ({', '.join(names)}) VALUES ({marks})", map(row, range(count))


def _opt_out(session: Session, business: str, numbers: Any) -> None:
    for number in itertools.islice(numbers, MOVED // 2):
        row = subscription.lock(session, business, SMS, number)
        ledger.record(
            session, row, Kind.OPTED_OUT, origin=Origin.MEMBER, proof=Proof.ATTESTED, actor="bench",
            evidence={"reason": "bench"},
        )  # fmt: skip


def _road(stack: contextlib.ExitStack, client: Child, desk: Desk, kind: str) -> Road:
    path = str(desk.requests)
    server = Child("tests.bench.server", kind, path, environment=scene.environment(desk.made.settings))
    return Road(client, stack.enter_context(server), desk.requests)


def _taken(roads: Mapping[int, Road], pace: Pace, *, in_flight: int) -> dict[int, list[dict[str, Any]]]:
    measures: dict[str, Callable[[], dict[str, Any]]] = {
        str(size): partial(road.slice, pace.seconds, in_flight) for size, road in roads.items()
    }
    return {int(size): found for size, found in take_turns(measures, pace.rounds).items()}


def _times(found: Mapping[int, list[dict[str, Any]]], sizes: tuple[int, ...]) -> list[Figure]:
    """Each size beside the smallest."""
    floors = _p50(found[sizes[0]])
    note = f"floor: the same page at {sizes[0]:,}; whole request, one in flight"
    return [
        Figure("V11", f"status page p50, {size:,} numbers", "ms", _p50(found[size]), floors, note=note)
        for size in sizes[1:]
    ]


def _p50(found: list[dict[str, Any]]) -> list[float]:
    return [each["p50"] * 1000 for each in found]


def _rates(found: Mapping[int, list[dict[str, Any]]], sizes: tuple[int, ...]) -> Figure:
    ours, floors = ([each["per_second"] for each in found[size]] for size in (sizes[-1], 0))
    work = f"status page, {sizes[-1]:,} numbers, {IN_FLIGHT} in flight"
    return Figure("V12", work, "/s", ours, floors, note="floor: a handler that only renders the same template")


def _counters(desk: Desk, pace: Pace) -> Figure:
    """How many times longer counting takes; raises BenchError where the two differ."""
    with scene.opened(desk.made.settings) as database:
        _check_counters(database, desk.made)
        ratios = [_counting(database) / _reading(database, desk.made.business) for _ in range(pace.rounds)]
    return Figure("V13", f"counters at {desk.size:,}, times faster than counting", "×", ratios, note="always equal")


def _counting(database: Database) -> float:
    return database.read(lambda session: _seconds(lambda: _counted(session)))


def _counted(session: Session) -> list[Any]:
    return list(session.connection().execute(_COUNTED).all())


def _reading(database: Database, business: str) -> float:
    def hundred(session: Session) -> None:
        for _ in range(100):
            status_count.read(session, business)

    return database.read(lambda session: _seconds(lambda: hundred(session))) / 100


def _seconds(work: Callable[[], Any]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def _check_counters(database: Database, made: Scene) -> None:
    """Raises BenchError."""
    kept = {status: count for status, count in scene.statuses(database, made).items() if count}
    counted = {str(row[0]): int(row[1]) for row in database.read(_counted)}
    if kept != counted:
        raise BenchError(f"the counters say {kept}, and counting says {counted}")
