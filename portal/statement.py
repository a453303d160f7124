"""Core statements compiled once per dialect and run on the driver's own cursor: the roads' way to the tables.

Objects cost twenty times as much (speed.md, design 2); the schema is still written only once, in the table classes.
"""

from collections import namedtuple
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
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
        return compiled.rows(cursor)

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
        if session.in_transaction() and (session.new or session.dirty or session.deleted):
            session.flush()  # what objects changed must be visible to the statement
        cursor = session.info.get("cursor")
        if cursor is None:
            cursor = session.connection().connection.cursor()
        dialect = session.get_bind().dialect
        compiled = self._compiled.get(dialect.name)
        if compiled is None:
            clause = self._clause(_INSERTS[dialect.name]) if callable(self._clause) else self._clause
            compiled = self._compiled[dialect.name] = _Compiled(clause, dialect)
        return compiled, cursor


class _Compiled:
    """The SQL text with the converters of its parameters and columns."""

    def __init__(self, clause: Clause, dialect: sa.Dialect) -> None:
        compiled = clause.compile(dialect=dialect)
        assert isinstance(compiled, SQLCompiler)
        expanded = compiled.construct_expanded_state({})  # lists of constants (IN) become one parameter each
        self.sql = expanded.statement
        names = list(expanded.positiontup or ()) if compiled.positional else list(expanded.parameters)
        self._names = None if compiled.positional else names
        self._keys = [name.removeprefix("_") if name.startswith("_") else f":{name}" for name in names]
        converters = [_bind_converter(name, compiled, dialect) for name in names]
        self._constants = {
            key: convert(expanded.parameters[name]) if convert else expanded.parameters[name]
            for key, name, convert in zip(self._keys, names, converters, strict=True)
            if key.startswith(":")
        }
        self._conversions = [
            (i, convert)
            for i, (key, convert) in enumerate(zip(self._keys, converters, strict=True))
            if convert is not None and not key.startswith(":")
        ]
        columns = list(getattr(clause, "exported_columns", ()) or ())
        self._row: Any = namedtuple("Row", [column.key for column in columns], rename=True) if columns else None
        self._converters = [
            (i, convert)
            for i, column in enumerate(columns)
            if (convert := column.type.dialect_impl(dialect).result_processor(dialect, None)) is not None
        ]

    def bind(self, values: Mapping[str, Any]) -> Any:
        given = {**self._constants, **values} if self._constants else values
        bound = [given[key] for key in self._keys]
        for i, convert in self._conversions:
            bound[i] = convert(bound[i])
        return bound if self._names is None else dict(zip(self._names, bound, strict=True))

    def rows(self, cursor: Any) -> list[Any]:
        found = cursor.fetchall()
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


def _bind_converter(name: str, compiled: SQLCompiler, dialect: sa.Dialect) -> Callable[[Any], Any] | None:
    bind = compiled.binds.get(name)
    return bind.type.dialect_impl(dialect).bind_processor(dialect) if bind is not None else None
