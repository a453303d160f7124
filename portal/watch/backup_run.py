"""When everything was last copied, and when a copy was last tried out: what pages and monitoring say of backups."""

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum

import sqlalchemy as sa
from sqlmodel import Field, Session, SQLModel

from portal import clock
from portal.column import UtcTime, one_of, table_of
from portal.statement import Statement, params


class Kind(StrEnum):
    MADE = "made"
    TRIED = "tried"


class BackupRun(SQLModel, table=True):
    """The last backup, or the last try of bringing one back somewhere else. `problem` is empty where it went well, and
    `well_at` is when it last did."""

    __tablename__ = "backup_run"
    __table_args__ = (one_of(Kind, "kind"),)

    kind: str = Field(primary_key=True)
    ended_at: dt.datetime = Field(sa_type=UtcTime)
    milliseconds: int = Field(sa_type=sa.BigInteger)
    size: int = Field(sa_type=sa.BigInteger)
    problem: str
    well_at: dt.datetime | None = Field(default=None, sa_type=UtcTime)


table = table_of(BackupRun)
_NAMES = ("kind", "ended_at", "milliseconds", "size", "problem", "well_at")
_NOTE = Statement(
    lambda insert: (said := insert(table).values(**params(*_NAMES))).on_conflict_do_update(
        index_elements=["kind"],
        set_={name: said.excluded[name] for name in _NAMES[1:-1]}
        | {"well_at": sa.func.coalesce(said.excluded.well_at, table.c.well_at)},
    )
)
_ALL = Statement(sa.select(table))


@dataclass(frozen=True)
class Backups:
    """When it last went well, and what was wrong with the last try, if anything."""

    made_at: dt.datetime | None
    tried_at: dt.datetime | None
    problem: str
    trying_problem: str


def note(session: Session, kind: Kind, *, seconds: float, size: int = 0, problem: str = "") -> None:
    now = clock.now()
    _NOTE.run(
        session, kind=str(kind), ended_at=now, milliseconds=round(seconds * 1000), size=size, problem=problem,
        well_at=None if problem else now,
    )  # fmt: skip


def latest(session: Session) -> Backups | None:
    """None where nobody ever made one by itself."""
    found = {row.kind: row for row in _ALL.rows(session)}
    made, tried = found.get(Kind.MADE), found.get(Kind.TRIED)
    if made is None and tried is None:
        return None
    return Backups(
        made.well_at if made else None, tried.well_at if tried else None, made.problem if made else "",
        tried.problem if tried else "",
    )  # fmt: skip
