"""What the statements of one transaction run on: the driver's own cursor.

On SQLite a statement costs microseconds; on PostgreSQL the round trip costs more than most statements. There, writes
whose answer nobody waits for are kept back and sent together, as one statement with a WITH part for each.
"""

import itertools
from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session

from portal.compiled import Compiled


class Road:
    """Everything at once, one after the other."""

    def __init__(self, connection: sa.Connection) -> None:
        self.dialect, self.name = connection.dialect, connection.dialect.name
        self.cursor: Any = connection.connection.cursor()

    def ask(self, compiled: Compiled, values: Any) -> list[Any]:
        self.cursor.execute(compiled.sql, values)
        found: list[Any] = self.cursor.fetchall()
        return found

    def run(self, compiled: Compiled, values: Any) -> int:
        self.cursor.execute(compiled.sql, values)
        return int(self.cursor.rowcount)

    def each(self, compiled: Compiled, many: list[Any]) -> int:
        self.cursor.executemany(compiled.sql, many)
        return int(self.cursor.rowcount)

    def post(self, compiled: Compiled, values: Any) -> None:
        self.cursor.execute(compiled.sql, values)

    def flush(self) -> None:
        """Send what is kept back."""


class FoldingRoad(Road):
    """Keeps posted writes back until something depends on them.

    All parts of one statement see the tables as they were before it. So an UPDATE or DELETE joins only where that makes
    no difference: its tables are untouched by what waits, or both promise to be apart. An INSERT always may: nothing
    that waits was meant to see it.
    """

    def __init__(self, connection: sa.Connection) -> None:
        from psycopg import RawCursor

        super().__init__(connection)
        self.cursor = RawCursor(connection.connection.driver_connection)  # type: ignore[arg-type]
        self._waiting: list[tuple[Compiled, Any]] = []
        self._written: set[str] = set()
        self._written_apart: set[str] = set()
        connection.info["road"] = self

    def ask(self, compiled: Compiled, values: Any) -> list[Any]:
        self._clear(compiled)
        return super().ask(compiled, values)

    def run(self, compiled: Compiled, values: Any) -> int:
        self._clear(compiled)
        return super().run(compiled, values)

    def each(self, compiled: Compiled, many: list[Any]) -> int:
        self._clear(compiled)
        return super().each(compiled, many)

    def post(self, compiled: Compiled, values: Any) -> None:
        if not self._may_join(compiled):
            self.flush()
        (self._written_apart if compiled.is_apart else self._written).add(compiled.table)
        self._waiting.append((compiled, values))

    def flush(self) -> None:
        if self._waiting:
            folded = _folded(tuple(compiled for compiled, _ in self._waiting))
            values = [value for _, bound in self._waiting for value in bound]
            self.forget()
            self.cursor.execute(folded, values)

    def forget(self) -> None:
        """The transaction was rolled back."""
        self._waiting.clear()
        self._written.clear()
        self._written_apart.clear()

    def _clear(self, compiled: Compiled) -> None:
        """What this statement reads, or refers to, must be there."""
        if self._waiting and not compiled.tables.isdisjoint(self._written | self._written_apart):
            self.flush()

    def _may_join(self, compiled: Compiled) -> bool:
        if compiled.is_insert:
            return True
        free = compiled.tables.isdisjoint(self._written)
        return free and (compiled.is_apart or compiled.tables.isdisjoint(self._written_apart))


@cache
def _folded(parts: tuple[Compiled, ...]) -> str:
    """One statement of all parts, with its parameters numbered through."""
    starts = itertools.accumulate((part.places for part in parts), initial=1)
    *firsts, last = (part.numbered(first) for part, first in zip(parts, starts, strict=False))
    named = ", ".join(f"_{i} AS ({part})" for i, part in enumerate(firsts))
    return f"WITH {named} {last}" if firsts else last


def of(connection: sa.Connection) -> Road:
    return FoldingRoad(connection) if connection.dialect.name == "postgresql" else Road(connection)


def flush(session: Session) -> None:
    """Before the COMMIT, so that a connection that is lost here can be tried again."""
    road = session.info.get("road")
    if road is not None:
        road.flush()


def fold(engine: sa.Engine) -> None:
    """Make whatever runs on `engine` without a Statement see what is kept back: objects, COMMIT, SAVEPOINT."""

    @sa.event.listens_for(engine, "before_cursor_execute")
    def before(connection: sa.Connection, *_: Any) -> None:
        _flush(connection)

    @sa.event.listens_for(engine, "commit")
    def at_commit(connection: sa.Connection) -> None:
        _flush(connection)
        connection.info.pop("road", None)

    @sa.event.listens_for(engine, "rollback")
    def at_rollback(connection: sa.Connection) -> None:
        road = None if connection.invalidated else connection.info.pop("road", None)
        if road is not None:
            road.forget()


def _flush(connection: sa.Connection) -> None:
    road = connection.info.get("road")
    if road is not None:
        road.flush()
