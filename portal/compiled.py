"""A Core statement as one dialect's SQL, with the converters of its parameters and columns."""

import re
from collections import namedtuple
from collections.abc import Callable, Mapping
from functools import partial
from operator import itemgetter
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.sql import visitors
from sqlalchemy.sql.compiler import SQLCompiler

from portal import encoder

Clause = Any
_PLACE = re.compile(r"(%s|%%)")
_INSERTS: Mapping[str, Callable[..., Any]] = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}


class Compiled:
    """`clause` is a Core clause, or a function from the dialect's own `insert` to one (ON CONFLICT).

    `tables` are those it reads, writes or refers to; `table` is the one it writes, if any.
    """

    def __init__(
        self, clause: Clause | Callable[[Callable[..., Any]], Clause], dialect: sa.Dialect, *, is_apart: bool = False
    ) -> None:
        clause = clause(_INSERTS[dialect.name]) if callable(clause) else clause
        self.is_apart = is_apart
        self.is_insert = isinstance(clause, sa.Insert) and not _is_upsert(clause) and clause.select is None
        self.table = str(clause.table.description) if isinstance(clause, sa.UpdateBase) else ""
        self.tables = _tables(clause)
        literal: Any = visitors.replacement_traverse(clause, {}, _as_literal)
        compiled = literal.compile(dialect=dialect)
        assert isinstance(compiled, SQLCompiler)
        assert compiled.positional
        expanded = compiled.construct_expanded_state({})  # lists of constants (IN) become one parameter each
        self._pieces = _pieces(expanded.statement) if dialect.name == "postgresql" else []
        self.sql = self.numbered(1) if self._pieces else expanded.statement
        names = list(expanded.positiontup or ())
        self.places = len(names)
        self._constants = {name: expanded.parameters[name] for name in names if not name.startswith("_")}
        self._pick = _picking([name.removeprefix("_") for name in names])
        self._conversions = [
            (i, convert) for i, name in enumerate(names) if (convert := _bind_converter(name, compiled, dialect))
        ]
        columns = list(getattr(clause, "exported_columns", ()) or ())
        self.has_rows = bool(columns)
        row = namedtuple("Row", [column.key for column in columns], rename=True) if columns else tuple
        self._made: Any = partial(tuple.__new__, row)  # `_make` would count the cells of every row again
        self._converters = [
            (i, convert)
            for i, column in enumerate(columns)
            if (convert := column.type.dialect_impl(dialect).result_processor(dialect, None)) is not None
        ]

    def numbered(self, first: int) -> str:
        """With PostgreSQL's own placeholders from `$first` on, which the driver need not translate at every run."""
        last = len(self._pieces) - 1
        return "".join(piece + (f"${first + i}" if i < last else "") for i, piece in enumerate(self._pieces))

    def bind(self, values: Mapping[str, Any]) -> Any:
        """The parameters in their places; None is NULL."""
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
        """What the driver returned, as named tuples; NULL is None."""
        if not self._converters:
            return list(map(self._made, found))
        rows = []
        for row in found:
            cells = list(row)
            for i, convert in self._converters:
                cell = cells[i]
                if cell is not None:
                    cells[i] = convert(cell)
            rows.append(self._made(cells))
        return rows


def _pieces(sql: str) -> list[str]:
    """The text between the driver's placeholders."""
    pieces = [""]
    for part in _PLACE.split(sql):
        if part == "%s":
            pieces.append("")
        else:
            pieces[-1] += "%" if part == "%%" else part
    return pieces


def _is_upsert(clause: sa.Insert) -> bool:
    return getattr(clause, "_post_values_clause", None) is not None


def _tables(clause: Clause) -> frozenset[str]:
    named = {element.name for element in visitors.iterate(clause) if isinstance(element, sa.TableClause)}
    if isinstance(clause, sa.UpdateBase):
        named |= {key.target_fullname.split(".")[0] for key in clause.table.foreign_keys}
    return frozenset(named)


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
    if bind is None:
        return None
    if dialect.name == "sqlite" and isinstance(bind.type, sa.JSON):
        return encoder.usual
    return bind.type.dialect_impl(dialect).bind_processor(dialect)
