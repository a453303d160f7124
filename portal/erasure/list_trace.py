"""Where a list that somebody took in names the person: rows that wait, rows that could not come in, the file's name.

A cell holds what was typed, in any punctuation; so rows with the last digits, name or address are read and judged.
"""

import datetime as dt
import json
from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session

from portal.column import table_of
from portal.erasure import trace
from portal.erasure.person import Person
from portal.erasure.trace import GONE
from portal.imports import import_piece, import_problem
from portal.imports.import_run import ImportRun, Progress

_piece, _key, _problem, _run = import_piece.table, import_piece.keys, import_problem.table, table_of(ImportRun)


def wipe(session: Session, person: Person, *, since: dt.datetime | None = None, open_runs: Sequence[str] = ()) -> None:
    """A row keeps its place and loses its cells. Lists that were all here before `since`, other than `open_runs`, were
    looked through already (ahead.py)."""
    for one in pieces(session, person, since=since, open_runs=open_runs):
        empty(session, person, one)
    _keys(session, person)
    _problems(session, person)
    _runs(session, person)


def pieces(
    session: Session, person: Person, *, since: dt.datetime | None = None, open_runs: Sequence[str] = ()
) -> list[tuple[str, int]]:
    """Run and place of those that name the person."""
    query = sa.select(_piece).where(_may_name(session, person, _piece, _piece.c.rows))
    if since is not None:
        is_new = sa.or_(
            _run.c.created_at >= since, _run.c.status == Progress.READING, _run.c.id.in_(list(open_runs))
        )  # fmt: skip
        runs = sa.select(_run.c.id).where(_run.c.business_id == person.business_id, is_new)
        query = query.where(_piece.c.run_id.in_(runs))
    found = session.execute(query)
    return [(row.run_id, row.first) for row in found if _emptied(row.rows, person) != row.rows]


def open_runs(session: Session, business_id: str) -> list[str]:
    """Lists of which more may still come."""
    query = sa.select(_run.c.id).where(_run.c.business_id == business_id, _run.c.status == Progress.READING)
    return list(session.scalars(query))


def empty(session: Session, person: Person, at: tuple[str, int]) -> None:
    """What one piece says of the person."""
    one = (_piece.c.run_id == at[0], _piece.c.first == at[1])
    rows = session.scalar(sa.select(_piece.c.rows).where(*one).with_for_update())
    if rows is not None:
        session.execute(sa.update(_piece).where(*one).values(rows=_emptied(rows, person)))


def _emptied(rows: Sequence[Any], person: Person) -> list[Any]:
    return [[number, _without(cells, person)] for number, cells in rows]


def _keys(session: Session, person: Person) -> None:
    named = [trace.holds(session, _key.c.key, each) for each in (*person.numbers, *map(str.casefold, person.emails))]
    session.execute(sa.delete(_key).where(_key.c.business_id == person.business_id, sa.or_(sa.false(), *named)))


def _problems(session: Session, person: Person) -> None:
    for row in session.execute(sa.select(_problem).where(_may_name(session, person, _problem, _problem.c.cells))).all():
        cells = _without(row.cells, person)
        if cells != row.cells:
            one = (_problem.c.run_id == row.run_id, _problem.c.row == row.row)
            said = GONE if trace.is_named(row.problem, person) else row.problem
            session.execute(sa.update(_problem).where(*one).values(cells=cells, problem=said))


def _runs(session: Session, person: Person) -> None:
    """A file may be called after its one client, and without a line of titles its first row stands in their place."""
    query = sa.select(_run.c.id, _run.c.file_name, _run.c.columns).where(_run.c.business_id == person.business_id)
    for row in session.execute(query).all():
        name = GONE if trace.is_named(row.file_name, person) else row.file_name
        columns = [GONE if trace.is_named(each, person) else each for each in row.columns]
        if (name, columns) != (row.file_name, row.columns):
            session.execute(sa.update(_run).where(_run.c.id == row.id).values(file_name=name, columns=columns))


def _may_name(session: Session, person: Person, table: sa.Table, column: Any) -> sa.ColumnElement[bool]:
    """Few rows, found by what no punctuation stands in: the last four digits, and the words of names and addresses."""
    words = [number[-4:] for number in person.numbers]
    words += [json.dumps(part)[1:-1] for each in (*person.names, *person.emails) for part in each.split()]
    found = sa.func.lower(sa.cast(column, sa.String()))
    named = [trace.holds(session, found, each.lower()) for each in words]
    return sa.and_(table.c.business_id == person.business_id, sa.or_(sa.false(), *named))


def _without(cells: Sequence[str], person: Person) -> list[str]:
    """All of a row is about one client: its note and its birthday go with the number."""
    called = {each.casefold() for each in (*person.names, *person.emails)}
    is_theirs = any(trace.has_number(each, person) or each.strip().casefold() in called for each in cells)
    return [""] * len(cells) if is_theirs else list(cells)
