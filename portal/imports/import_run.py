"""One list that is taken in: chosen, looked through, started, done. Nothing of it raises consent (law 4).

Its rows wait in pieces (import_piece.py) and are taken some at a time (turn.py), each time in one transaction that also
moves `place`: a kill in the middle continues there, and nothing comes in twice.
"""

import datetime as dt
from collections.abc import Sequence
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlmodel import Field, Session, SQLModel, select

from portal import clock
from portal.accounts import audit
from portal.column import UtcTime, new_id, one_of, partial_index, table_of
from portal.database import announce
from portal.errors import Conflict, Invalid, NotFound
from portal.imports import field, import_problem
from portal.imports.field import What

MOST_WAITING = 5
KEPT = dt.timedelta(hours=24)


class Progress(StrEnum):
    """`reading` until all of the file is stored; `checking` while it is looked through and nothing is written;
    `previewed` when that is done. `failed`: our own mistake, kept from happening again and again."""

    READING = "reading"
    CHECKING = "checking"
    PREVIEWED = "previewed"
    RUNNING = "running"
    DONE = "done"
    CANCELLED = "cancelled"
    FAILED = "failed"


GOING = (Progress.CHECKING, Progress.RUNNING)
WAITING = (Progress.READING, Progress.CHECKING, Progress.PREVIEWED)
ENDED = (Progress.DONE, Progress.CANCELLED, Progress.FAILED)
COUNTS = ("place", "imported", "known", "skipped", "passed", "stopped", "promised", "problems")


class ImportRun(SQLModel, table=True):
    """Rows: `place` have been read; `imported` came in (or will), `known` were here before, `skipped` have problems,
    `passed` are of a log and about no opt-out. `stopped` are numbers that said No, `promised` rows that say Yes, which
    counts for nothing. `round` tells one look through from the next, with other columns; `has_file` until the pieces
    are deleted."""

    __tablename__ = "import_run"
    __table_args__ = (
        one_of(Progress, "status"),
        one_of(What, "what"),
        sa.Index("import_run_by_business", "business_id", "created_at", "id"),
        partial_index("import_run_going", "moved_at", "id", where="status IN ('checking', 'running')"),
        partial_index("import_run_once", "business_id", where="status = 'running'", unique=True),
        partial_index("import_run_kept", "created_at", "id", where="has_file"),
    )

    id: str = Field(default_factory=new_id, primary_key=True)
    business_id: str = Field(foreign_key="business.id")
    what: str
    file_name: str
    sha256: str = ""
    size: int = 0
    columns: list[str] = Field(default_factory=list, sa_type=sa.JSON)
    mapping: list[str] = Field(default_factory=list, sa_type=sa.JSON)
    group_id: str | None = None
    status: str = Progress.READING
    round: int = 1
    tries: int = 0
    rows: int = 0
    place: int = 0
    imported: int = 0
    known: int = 0
    skipped: int = 0
    passed: int = 0
    stopped: int = 0
    promised: int = 0
    problems: int = 0
    has_file: bool = True
    member_id: str | None = Field(default=None, foreign_key="member.id")
    actor: str
    created_at: dt.datetime = Field(default_factory=clock.now, sa_type=UtcTime)
    moved_at: dt.datetime = Field(default_factory=clock.now, sa_type=UtcTime)
    finished_at: dt.datetime | None = Field(default=None, sa_type=UtcTime)

    @property
    def is_going(self) -> bool:
        return self.status in GOING

    @property
    def trouble(self) -> str:
        """Why its columns make no list, or nothing."""
        return field.problem([field.Field(each) for each in self.mapping], What(self.what))


table = table_of(ImportRun)


def begin(
    session: Session, business_id: str, what: What, *, file_name: str, actor: str, member_id: str | None,
    group_id: str | None = None,
) -> ImportRun:  # fmt: skip
    """Raises Conflict where too many wait to be started."""
    waiting = sa.select(table.c.id).where(table.c.business_id == business_id, table.c.status.in_(WAITING))
    if len(session.scalars(waiting.limit(MOST_WAITING)).all()) >= MOST_WAITING:
        raise Conflict(
            f"{MOST_WAITING} lists wait to be started.", reason="too_many", unlock="Start or discard one of them first."
        )
    name = "".join(char for char in file_name if char.isprintable() or char.isspace())  # PostgreSQL takes no NUL
    made = ImportRun(
        business_id=business_id, what=what, file_name=" ".join(name.split())[:120] or "pasted list", actor=actor,
        member_id=member_id, group_id=group_id,
    )  # fmt: skip
    session.add(made)
    session.flush()
    return made


def get(session: Session, business_id: str, run_id: str) -> ImportRun:
    """Raises NotFound for an unknown or somebody else's."""
    found = session.get(ImportRun, run_id)
    if found is None or found.business_id != business_id:
        raise NotFound("There is no such import.")
    return found


def lock(session: Session, run_id: str) -> ImportRun | None:
    """As it stands, for nobody else to change before this transaction ends."""
    query = select(ImportRun).where(ImportRun.id == run_id).with_for_update()
    return session.exec(query.execution_options(populate_existing=True)).first()


def lock_open(session: Session, business_id: str) -> None:
    """Whatever still has rows to take in waits until this transaction ends: who is erased comes in with none of it."""
    query = sa.select(table.c.id).where(table.c.business_id == business_id, table.c.status.in_((*WAITING, *GOING)))
    session.execute(query.order_by(table.c.id).with_for_update())


def latest(session: Session, business_id: str, *, limit: int = 20) -> list[ImportRun]:
    """Newest first."""
    query = select(ImportRun).where(table.c.business_id == business_id, table.c.status != Progress.READING)
    return list(session.exec(query.order_by(table.c.created_at.desc(), table.c.id.desc()).limit(limit)).all())


def look_again(session: Session, found: ImportRun, mapping: Sequence[str], *, group_id: str | None) -> None:
    """Through the whole file, with these columns. Raises Invalid for columns that make no list, Conflict once it was
    started."""
    known = _waiting(session, found)
    chosen = [field.Field(each) for each in mapping if each in {*field.Field}]
    said = "Please choose for every column." if len(chosen) != len(known.columns) else ""
    said = said or field.problem(chosen, What(known.what))
    if said:
        raise Invalid(said, fields={"mapping": [said]})
    known.mapping, known.group_id = [str(each) for each in chosen], group_id
    known.round += 1
    _restart(session, known, Progress.CHECKING)


def start(session: Session, found: ImportRun, *, actor: str, ip: str) -> None:
    """Raises Conflict where it was started or discarded, is still looked through, or another list is being imported."""
    known = _waiting(session, found)
    if known.status != Progress.PREVIEWED:
        raise Conflict("This list is still being looked through.", reason="checking", unlock="Wait a moment.")
    if known.trouble:
        raise Invalid(known.trouble, fields={"mapping": [known.trouble]})
    try:
        with session.begin_nested():
            _restart(session, known, Progress.RUNNING)
    except IntegrityError as error:
        raise Conflict(
            "Another list is being imported.", reason="running", unlock="Start this one when the other is done."
        ) from error
    details: dict[str, Any] = {"what": known.what, "rows": known.rows, "sha256": known.sha256}
    audit.note(session, "import.started", actor=actor, business_id=known.business_id, object=known.id, ip=ip, **details)


def cancel(session: Session, found: ImportRun, *, actor: str, ip: str) -> None:
    """What is in stays in. Raises Conflict for one that has ended."""
    known = lock(session, found.id)
    if known is None or known.status in ENDED:
        raise Conflict("This import has ended.", reason="ended")
    finish(session, known, Progress.CANCELLED, actor=actor, ip=ip)


def finish(session: Session, found: ImportRun, status: Progress, *, actor: str, ip: str = "") -> None:
    was_running = found.status == Progress.RUNNING
    if status is Progress.CANCELLED and not was_running:
        _forget_counts(session, found)  # they told what would come in; nothing did
    found.status, found.finished_at = status, clock.now()
    session.add(found)
    session.flush()
    announce(session, f"business:{found.business_id}")
    if was_running:
        audit.note(
            session, "import.finished", actor=actor, business_id=found.business_id, object=found.id, ip=ip,
            status=str(status), **{each: getattr(found, each) for each in COUNTS},
        )  # fmt: skip


def _waiting(session: Session, found: ImportRun) -> ImportRun:
    known = lock(session, found.id)
    if known is None or known.status not in (Progress.CHECKING, Progress.PREVIEWED):
        raise Conflict(
            "This import was started or discarded already.", reason="started", unlock="Choose the file anew."
        )
    return known


def _restart(session: Session, known: ImportRun, status: Progress) -> None:
    _forget_counts(session, known)
    known.status, known.tries, known.moved_at = status, 0, clock.now()
    session.add(known)
    session.flush()


def _forget_counts(session: Session, known: ImportRun) -> None:
    for each in COUNTS:
        setattr(known, each, 0)
    import_problem.clear(session, known.id)
