"""Lists are the clients' data: rows go as soon as an import is done, or after a day; the problems after a month."""

import datetime as dt

import sqlalchemy as sa
from sqlmodel import Session

from portal import clock
from portal.imports import import_piece, import_problem, import_run
from portal.imports.import_run import ENDED, KEPT, WAITING, ImportRun, Progress

PIECES = 40  # in one write
KEYS = 4_000
PROBLEMS_KEPT = dt.timedelta(days=30)
_r, _p, _k = import_run.table, import_piece.table, import_piece.keys


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
    """How many were deleted."""
    old = sa.select(_r.c.id).where(_r.c.created_at < clock.now() - PROBLEMS_KEPT)
    table = import_problem.table
    gone = sa.delete(table).where(table.c.run_id.in_(old)).returning(table.c.row)
    return len(session.execute(gone).all())


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
