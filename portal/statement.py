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
        if session.new or session.dirty or session.deleted:
            session.flush()
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
        self._named = not compiled.positional
        names = list(expanded.positiontup or ()) if compiled.positional else list(expanded.parameters)
        self._binds = [_Bind(name, expanded.parameters[name], compiled, dialect) for name in names]
        columns = list(getattr(clause, "exported_columns", ()) or ())
        self._row: Any = namedtuple("Row", [column.key for column in columns], rename=True) if columns else None
        self._converters = [
            (i, convert)
            for i, column in enumerate(columns)
            if (convert := column.type.dialect_impl(dialect).result_processor(dialect, None)) is not None
        ]

    def bind(self, values: Mapping[str, Any]) -> Any:
        if self._named:
            return {bind.name: bind.value(values) for bind in self._binds}
        return [bind.value(values) for bind in self._binds]

    def rows(self, cursor: Any) -> list[Any]:
        found = cursor.fetchall()
        if not self._converters:
            return [self._row._make(row) for row in found]
        rows = []
        for row in found:
            cells = list(row)
            for i, convert in self._converters:
                cells[i] = convert(cells[i])
            rows.append(self._row._make(cells))
        return rows


class _Bind:
    """One parameter: given by keyword, or a constant of the clause."""

    __slots__ = ("_constant", "_convert", "_key", "name")

    def __init__(self, name: str, constant: Any, compiled: SQLCompiler, dialect: sa.Dialect) -> None:
        self.name = name
        self._key = name[1:] if name.startswith("_") else None
        bind = compiled.binds.get(name)
        self._convert = bind.type.dialect_impl(dialect).bind_processor(dialect) if bind is not None else None
        self._constant = self._convert(constant) if self._convert and self._key is None else constant

    def value(self, values: Mapping[str, Any]) -> Any:
        if self._key is None:
            return self._constant
        value = values[self._key]
        return self._convert(value) if self._convert else value
