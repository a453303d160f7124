"""Core statements compiled once per dialect and run on the driver's own cursor: the roads' way to the tables.

Objects cost twenty times as much (speed.md, design 2); the schema is still written only once, in the table classes.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session

from portal import road as roads
from portal.compiled import Clause, Compiled
from portal.road import Road


def param(name: str, type_: Any = None) -> sa.BindParameter[Any]:
    """A value given at each run by the keyword `name`."""
    return sa.bindparam(f"_{name}", None, type_=type_, required=False)


def params(*names: str) -> dict[str, sa.BindParameter[Any]]:
    """`{name: param(name)}` for `.values(...)`."""
    return {name: param(name) for name in names}


class Statement:
    """One statement. `clause` is a Core clause, or a function from the dialect's own `insert` to one (ON CONFLICT).

    `is_apart` promises of an UPDATE or DELETE that no other one changes the same rows at the same moment.
    """

    def __init__(self, clause: Clause | Callable[[Callable[..., Any]], Clause], *, is_apart: bool = False) -> None:
        self._clause, self._is_apart = clause, is_apart
        self._compiled: dict[str, Compiled] = {}

    def rows(self, session: Session, **values: Any) -> list[Any]:
        """All rows, as named tuples."""
        compiled, road = self._ready(session)
        return compiled.rows(road.ask(compiled, compiled.bind(values)))

    def first(self, session: Session, **values: Any) -> Any:
        """The first row, or None."""
        rows = self.rows(session, **values)
        return rows[0] if rows else None

    def run(self, session: Session, **values: Any) -> int:
        """Run for its effect; the number of rows touched (not for ON CONFLICT DO NOTHING: use RETURNING)."""
        compiled, road = self._effect(session)
        return road.run(compiled, compiled.bind(values))

    def each(self, session: Session, many: Sequence[Mapping[str, Any]]) -> int:
        """Run once for each of `many` values; the rows touched together, also of ON CONFLICT DO NOTHING. On PostgreSQL
        all of them share a round trip."""
        if not many:
            return 0
        compiled, road = self._effect(session)
        return road.each(compiled, [compiled.bind(values) for values in many])

    def post(self, session: Session, **values: Any) -> None:
        """Run for its effect, which nobody waits for: on PostgreSQL several such share one round trip."""
        compiled, road = self._effect(session)
        road.post(compiled, compiled.bind(values))

    def _ready(self, session: Session) -> tuple[Compiled, Road]:
        session.flush()  # what objects changed must be visible to the statement
        road = session.info.get("road")
        if road is None:
            road = session.info["road"] = roads.of(session.connection())
        compiled = self._compiled.get(road.name)
        if compiled is None:
            compiled = self._compiled[road.name] = Compiled(self._clause, road.dialect, is_apart=self._is_apart)
        return compiled, road

    def _effect(self, session: Session) -> tuple[Compiled, Road]:
        """Rows that nobody fetches would keep the statement open, and SQLite cannot commit then."""
        compiled, road = self._ready(session)
        if compiled.has_rows:
            raise TypeError(f"this returns rows; ask for them: {compiled.sql}")
        return compiled, road
