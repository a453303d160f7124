"""One night of one business: begun once for each of its days, done in pieces by whichever process comes, and counted.

What a night is doing stands in its row, so that it goes on after a restart and two processes never do the same piece.
"""

import datetime as dt
from collections.abc import Mapping
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlmodel import Field, Session, SQLModel

from portal import clock
from portal.column import UtcTime, table_of
from portal.statement import Statement, params

BEGINS_AT = 2
"""The hour where the business is. Later is fine too: who was switched off at night catches up by day."""
SHOWN = 14
NIGHTS_BEFORE = 3
"""Nights that only look, before anything goes: on a new installation, after a long pause, and with a clock that has
left by weeks or years. Whoever owns the place has days to see it, and nothing that is gone comes back."""
WITHIN = dt.timedelta(days=14)
AHEAD = dt.timedelta(days=7)
"""A night noted further ahead than that is of a clock that was wrong, and does not stop those of the right one."""


class RetentionRun(SQLModel, table=True):
    """`counts`: kind → how many were let go; `spared`: how many were passed over. `stage` and `after`: where it is."""

    __tablename__ = "retention_run"

    business_id: str = Field(foreign_key="business.id", primary_key=True)
    on_day: str = Field(primary_key=True)
    started_at: dt.datetime = Field(sa_type=UtcTime)
    finished_at: dt.datetime | None = Field(default=None, sa_type=UtcTime)
    stage: int = 0
    counts: dict[str, Any] = Field(default_factory=dict, sa_type=sa.JSON)
    spared: int = 0
    after: str = ""


table = table_of(RetentionRun)
_r = table.c
_BEGIN = Statement(
    lambda insert: insert(table).values(**params(*(column.key for column in table.columns))).on_conflict_do_nothing()
)
"""Two that begin at once are one."""


def day_of(zone: str, now: dt.datetime) -> tuple[str, dt.datetime]:
    """The business's own day whose night it is, and the moment at which that night begins."""
    local = now.astimezone(ZoneInfo(zone))
    begins = local.replace(hour=BEGINS_AT, minute=0, second=0, microsecond=0)
    if local < begins:
        begins = (begins - dt.timedelta(days=1)).replace(hour=BEGINS_AT)
    return begins.date().isoformat(), begins.astimezone(dt.UTC)


def is_owed(session: Session, business_id: str, day: str) -> bool:
    """None was begun for this day or the next ones (a clock may have gone back a little), or one is not finished."""
    near = (_r.business_id == business_id, _r.on_day <= _days_from(day, AHEAD))
    last = session.execute(sa.select(table).where(*near).order_by(_r.on_day.desc()).limit(1)).first()
    return last is None or (last.on_day == day and last.finished_at is None) or last.on_day < day


def next_of(session: Session, business_id: str, zone: str) -> str:
    """The day of the night that is owed, or that comes next."""
    day = day_of(zone, clock.now())[0]
    return day if is_owed(session, business_id, day) else _days_from(day, dt.timedelta(days=1))


def is_proven(session: Session, business_id: str, day: str) -> bool:
    """Whether this clock has been here for some nights already."""
    before = (_r.business_id == business_id, _r.on_day < day, _r.on_day >= _days_from(day, -WITHIN))
    return len(session.scalars(sa.select(_r.on_day).where(*before).limit(NIGHTS_BEFORE)).all()) == NIGHTS_BEFORE


def take(session: Session, business_id: str, day: str) -> Any:
    """The row, locked until the transaction ends; None while another process is at it."""
    mine = (_r.business_id == business_id, _r.on_day == day)
    if session.execute(sa.select(_r.on_day).where(*mine)).first() is None:
        _BEGIN.run(
            session, business_id=business_id, on_day=day, started_at=clock.now(), finished_at=None, stage=0, counts={},
            spared=0, after="",
        )  # fmt: skip
    return session.execute(sa.select(table).where(*mine).with_for_update(skip_locked=True)).first()


def keep(session: Session, row: Any, **values: Any) -> None:
    session.execute(sa.update(table).where(_r.business_id == row.business_id, _r.on_day == row.on_day).values(**values))


def latest(session: Session, business_id: str, *, limit: int = SHOWN) -> list[Any]:
    """Newest first."""
    query = sa.select(table).where(_r.business_id == business_id).order_by(_r.on_day.desc()).limit(limit)
    return list(session.execute(query).all())


def _days_from(day: str, distance: dt.timedelta) -> str:
    return (dt.date.fromisoformat(day) + distance).isoformat()


def added(counts: Mapping[str, int], kind: str, gone: int) -> dict[str, int]:
    return {**counts, kind: int(counts.get(kind, 0)) + gone}
