"""The next rows of a list: read and understood in a read, stored in a write that moves the place with them.

Looking through (`checking`) and taking in (`running`) are the same turn; the first writes nothing but its counts.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import sqlalchemy as sa
from sqlmodel import Session, select

from portal import clock
from portal.accounts import business as businesses
from portal.accounts import sender
from portal.database import Database, Lane, announce
from portal.imports import contact_row, contact_slice, import_piece, import_problem, import_run, opt_out_row
from portal.imports import opt_out_slice as opt_outs
from portal.imports.cell import Dialling
from portal.imports.contact_row import ContactRow, Trouble
from portal.imports.field import Field, What
from portal.imports.import_run import ImportRun, Progress
from portal.imports.opt_out_row import OptOutRow
from portal.imports.row_file import Row
from portal.imports.tally import Tally

ROWS = 100  # in one write: some tens of milliseconds, for a STOP may be waiting
OPT_OUT_ROWS = 20  # each is an entry of the ledger
CHECKED_ROWS = 200
MOST_TRIES = 5
TELL_EVERY = 1_000  # rows between two calls to open pages

Understood = Sequence[ContactRow | OptOutRow | Trouble | None]
_r = import_run.table


@dataclass(frozen=True)
class Turn:
    """Rows from `place` on, as they were `read` and understood; `ahead` is the place after them."""

    run_id: str
    status: str
    round: int
    place: int
    read: Sequence[Row]
    rows: Understood
    ahead: int


def waiting(session: Session) -> str | None:
    """The run that has waited longest; None where nothing is to do."""
    query = sa.select(_r.c.id).where(_r.c.status.in_(import_run.GOING)).order_by(_r.c.moved_at, _r.c.id)
    return session.scalars(query.limit(1)).first()


def look(session: Session, run_id: str) -> Turn | None:
    """None where there is nothing to do any more."""
    run = session.exec(select(ImportRun).where(_r.c.id == run_id, _r.c.status.in_(import_run.GOING))).first()
    if run is None:
        return None
    limit = CHECKED_ROWS if run.status == Progress.CHECKING else OPT_OUT_ROWS if run.what == What.OPT_OUTS else ROWS
    rows = import_piece.after(session, run.id, run.place, limit=limit)
    understood = understand(session, run, rows)
    return Turn(run.id, run.status, run.round, run.place, rows, understood, run.place + len(rows))


def understand(session: Session, run: ImportRun, rows: Sequence[Row]) -> Understood:
    """As they will be taken in."""
    home, mapping = businesses.get(session, run.business_id), [Field(each) for each in run.mapping]
    own = tuple(sender.numbers(session, run.business_id))
    dialling = Dialling(home.region, tuple(home.allowed_regions), own)
    if run.what == What.OPT_OUTS:
        return [opt_out_row.read(each, mapping, dialling) for each in rows]
    return [contact_row.read(each, run.columns, mapping, dialling) for each in rows]


def store(session: Session, turn: Turn) -> None:
    """Nothing, where another worker was faster, a member changed their mind, or somebody of these rows was erased."""
    run = import_run.lock(session, turn.run_id)
    if run is None or (run.status, run.round, run.place) != (turn.status, turn.round, turn.place):
        return
    if import_piece.after(session, run.id, turn.place, limit=len(turn.read)) != turn.read:
        return
    tally = _taken(session, run, turn.rows)
    import_problem.add(session, run.business_id, run.id, tally.troubles, listed=run.problems)
    for name in ("imported", "known", "skipped", "passed", "stopped", "promised"):
        setattr(run, name, getattr(run, name) + getattr(tally, name))
    run.problems += len(tally.troubles)
    if run.place // TELL_EVERY != turn.ahead // TELL_EVERY:
        announce(session, f"business:{run.business_id}")
    run.place, run.moved_at, run.tries = turn.ahead, clock.now(), 0
    session.add(run)
    session.flush()
    if run.place >= run.rows or not turn.rows:
        ends = Progress.PREVIEWED if run.status == Progress.CHECKING else Progress.DONE
        import_run.finish(session, run, ends, actor=run.actor)


def _taken(session: Session, run: ImportRun, rows: Understood) -> Tally:
    writes = run.status == Progress.RUNNING
    if run.what == What.OPT_OUTS:
        lines = [each for each in rows if not isinstance(each, ContactRow)]
        return opt_outs.take(session, run, lines, writes=writes)
    people = [each for each in rows if isinstance(each, ContactRow | Trouble)]
    return contact_slice.take(session, run, people, writes=writes)


def stumble(session: Session, run_id: str) -> None:
    """Something of ours went wrong: others go first, and after some tries it ends, with what is in."""
    run = import_run.lock(session, run_id)
    if run is None or not run.is_going:
        return
    run.tries, run.moved_at = run.tries + 1, clock.now()
    session.add(run)
    session.flush()
    if run.tries >= MOST_TRIES:
        import_run.finish(session, run, Progress.FAILED, actor=run.actor)


def some(database: Database, run_id: str, *, most: int) -> None:
    """The first turns at once, so that a short list needs no waiting."""
    for _ in range(most):
        turn = database.read(partial(look, run_id=run_id))
        if turn is None:
            return
        database.write(partial(store, turn=turn), lane=Lane.BULK)
