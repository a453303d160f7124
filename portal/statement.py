"""Core statements compiled once per dialect and run on the driver's own cursor: the roads' way to the tables.

Objects cost twenty times as much (speed.md, design 2); the schema is still written only once, in the table classes.
"""

from collections import namedtuple
from collections.abc import Callable, Iterable, Mapping
from operator import itemgetter
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.sql import visitors
from sqlalchemy.sql.compiler import SQLCompiler
from sqlmodel import Session

Clause = Any
_INSERTS: Mapping[str, Callable[..., Any]] = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}


def param(name: str, type_: Any = None) -> sa.BindParameter[Any]:
    """A value given at each run by the keyword `name`."""
    return sa.bindparam(f"_{name}", None, type_=type_, required=False)


def params(*names: str) -> dict[str, sa.BindParameter[Any]]:
    """`{name: param(name)}` for `.values(...)`."""
    return {name: param(name) for name in names}


class Statement:
    """One statement. `clause` is a Core clause, or a function from the dialect's own `insert` to one (ON CONFLICT)."""

    def __init__(self, clause: Clause | Callable[[Callable[..., Any]], Clause]) -> None:
        self._clause = clause
        self._compiled: dict[str, _Compiled] = {}

    def rows(self, session: Session, **values: Any) -> list[Any]:
        """All rows, as named tuples."""
        compiled, cursor = self._ready(session)
        cursor.execute(compiled.sql, compiled.bind(values))
        return compiled.rows(cursor.fetchall())

    def first(self, session: Session, **values: Any) -> Any:
        """The first row, or None."""
        rows = self.rows(session, **values)
        return rows[0] if rows else None

    def run(self, session: Session, **values: Any) -> int:
        """Run for its effect; the number of rows touched (not for ON CONFLICT DO NOTHING: use RETURNING)."""
        compiled, cursor = self._ready(session)
        cursor.execute(compiled.sql, compiled.bind(values))
        return int(cursor.rowcount)

    def run_many(self, session: Session, many: Iterable[Mapping[str, Any]]) -> None:
        compiled, cursor = self._ready(session)
        cursor.executemany(compiled.sql, [compiled.bind(values) for values in many])

    def _ready(self, session: Session) -> tuple["_Compiled", Any]:
        session.flush()  # what objects changed must be visible to the statement
        road = session.info.get("road")
        if road is None:
            road = session.info["road"] = Road(session.connection())
        compiled = self._compiled.get(road.name)
        if compiled is None:
            compiled = self._compiled[road.name] = _Compiled(self._clause, road.dialect)
        return compiled, road.cursor


class Road:
    """The cursor that all statements of one transaction run on; kept as `session.info["road"]`."""

    def __init__(self, connection: sa.Connection) -> None:
        self.dialect = connection.dialect
        self.name = connection.dialect.name
        self.cursor: Any = connection.connection.cursor()


class _Compiled:
    """The SQL text with the converters of its parameters and columns."""

    def __init__(self, clause: Clause | Callable[[Callable[..., Any]], Clause], dialect: sa.Dialect) -> None:
        clause = clause(_INSERTS[dialect.name]) if callable(clause) else clause
        literal: Any = visitors.replacement_traverse(clause, {}, _as_literal)
        compiled = literal.compile(dialect=dialect)
        assert isinstance(compiled, SQLCompiler)
        expanded = compiled.construct_expanded_state({})  # lists of constants (IN) become one parameter each
        self.sql = expanded.statement
        names = list(expanded.positiontup or ())
        assert compiled.positional
        self._constants = {name: expanded.parameters[name] for name in names if not name.startswith("_")}
        keys = [name.removeprefix("_") for name in names]
        self._pick: Callable[[Mapping[str, Any]], tuple[Any, ...]] = _picking(keys)
        self._conversions = [
            (i, convert) for i, name in enumerate(names) if (convert := _bind_converter(name, compiled, dialect))
        ]
        columns = list(getattr(clause, "exported_columns", ()) or ())
        self._row: Any = namedtuple("Row", [column.key for column in columns], rename=True) if columns else None
        self._converters = [
            (i, convert)
            for i, column in enumerate(columns)
            if (convert := column.type.dialect_impl(dialect).result_processor(dialect, None)) is not None
        ]

    def bind(self, values: Mapping[str, Any]) -> Any:
        bound = self._pick({**self._constants, **values} if self._constants else values)
        if not self._conversions:
            return bound
        converted = list(bound)
        for i, convert in self._conversions:
            value = converted[i]
            if value is not None:
                converted[i] = convert(value)
        return converted

    def rows(self, found: list[Any]) -> list[Any]:
        make = self._row._make
        if not self._converters:
            return [make(row) for row in found]
        rows = []
        for row in found:
            cells = list(row)
            for i, convert in self._converters:
                cells[i] = convert(cells[i])
            rows.append(make(cells))
        return rows


def _as_literal(element: Any, **_: Any) -> Any:
    """Constants are written into the SQL: only then does a database see that a partial index fits."""
    if not isinstance(element, sa.BindParameter) or element.key.startswith("_"):
        return None
    if isinstance(element.type, sa.types.NullType):
        return sa.literal(element.value, literal_execute=True)
    return element.render_literal_execute()


def _picking(keys: list[str]) -> Callable[[Mapping[str, Any]], tuple[Any, ...]]:
    if len(keys) > 1:
        return itemgetter(*keys)
    return lambda values: tuple(values[key] for key in keys)


def _bind_converter(name: str, compiled: SQLCompiler, dialect: sa.Dialect) -> Callable[[Any], Any] | None:
    bind = compiled.binds.get(name)
    return bind.type.dialect_impl(dialect).bind_processor(dialect) if bind is not None else None
