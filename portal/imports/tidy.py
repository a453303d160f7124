"""Lists are the clients' data: rows go as soon as an import is done, or after a day; the problems after a month,
unless a legal hold keeps them."""

import datetime as dt
from collections.abc import Collection, Sequence
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session

from portal import clock
from portal.consent import legal_hold
from portal.imports import import_piece, import_problem, import_run
from portal.imports.import_run import ENDED, KEPT, WAITING, ImportRun, Progress

PIECES = 40  # in one write
KEYS = 4_000
ROWS = 500  # in one statement
PROBLEMS_KEPT = dt.timedelta(days=30)
LAST_DIGITS = 7
"""By which a number is known in whatever spelling it was typed."""
_r, _p, _k, _q = import_run.table, import_piece.table, import_piece.keys, import_problem.table


def is_any(session: Session) -> bool:
    return _next(session) is not None


def run(session: Session) -> bool:
    """Some of what is to go; whether there may be more."""
    found = _next(session)
    known = import_run.lock(session, found) if found else None
    if known is None:
        return False
    if known.status in WAITING:
        import_run.finish(session, known, Progress.CANCELLED, actor="system")
    if not _delete(session, known):
        known.has_file = False
        session.add(known)
        session.flush()
    return True


def forget_problems(session: Session) -> int:
    """How many were deleted. Rows that name a number on legal hold stay while it is on, all of them where the whole
    business is; the next hour looks again."""
    old = _q.c.run_id.in_(sa.select(_r.c.id).where(_r.c.created_at < clock.now() - PROBLEMS_KEPT))
    gone = 0
    for home in session.scalars(sa.select(_q.c.business_id).where(old).distinct().order_by(_q.c.business_id)).all():
        legal_hold.let_erase(session, home)
        if legal_hold.of_business(session, home) is None:
            gone += _forget(session, sa.and_(_q.c.business_id == home, old), legal_hold.numbers(session, home))
    return gone


def _forget(session: Session, mine: Any, held: Collection[str]) -> int:
    if not held:
        return _gone(session, mine)
    rows = session.execute(sa.select(_q.c.run_id, _q.c.row, _q.c.cells).where(mine)).all()
    going = [(row.run_id, row.row) for row in rows if not _names(row.cells, held)]
    pieces = (going[start : start + ROWS] for start in range(0, len(going), ROWS))
    return sum(_gone(session, sa.tuple_(_q.c.run_id, _q.c.row).in_(piece)) for piece in pieces)


def _gone(session: Session, which: Any) -> int:
    return len(session.execute(sa.delete(_q).where(which).returning(_q.c.row)).all())


def _names(cells: Sequence[str], numbers: Collection[str]) -> bool:
    digits = ["".join(filter(str.isdecimal, each)) for each in cells]
    return any(number[-LAST_DIGITS:] in each for number in numbers for each in digits)


def _next(session: Session) -> str | None:
    """The oldest whose rows nobody needs any more."""
    late = sa.and_(_r.c.status.in_(WAITING), _r.c.created_at < clock.now() - KEPT)
    query = sa.select(_r.c.id).where(sa.text("has_file"), sa.or_(_r.c.status.in_(ENDED), late))
    return session.scalars(query.order_by(_r.c.created_at, _r.c.id).limit(1)).first()


def _delete(session: Session, known: ImportRun) -> bool:
    """Whether there was anything."""
    pieces = sa.select(_p.c.first).where(_p.c.run_id == known.id).order_by(_p.c.first).limit(PIECES)
    found = list(session.scalars(pieces))
    session.execute(sa.delete(_p).where(_p.c.run_id == known.id, _p.c.first.in_(found)))
    last = sa.select(_k.c.key).where(_k.c.run_id == known.id).order_by(_k.c.key).offset(KEYS - 1).limit(1)
    until = session.scalars(last).first()
    rest = sa.delete(_k).where(_k.c.run_id == known.id)
    gone = session.execute((rest.where(_k.c.key <= until) if until else rest).returning(_k.c.row)).all()
    return bool(found) or bool(gone)
