"""That somebody was erased, and whether the disk has been wiped since: nothing here says who it was.

A deleted row is gone for everybody who asks the database; its bytes leave the disk when `wiping` has been there. What
would find the person again in an old copy is noted too: ids that mean nothing here any more, and keyed hashes.
"""

import datetime as dt
from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
from sqlmodel import Field, Session, SQLModel

from portal import clock
from portal.column import UtcTime, new_id, partial_index, table_of
from portal.statement import Statement, param, params


class Erasure(SQLModel, table=True):
    """One erasure; `wiped_at` is None while its bytes may still lie on the disk. `traces` has the `reason`, the ids of
    `records` and `subscriptions` that went, and the `suppressed` marks with why (backup/erasure_journal.py)."""

    __table_args__ = (
        partial_index("erasure_unwiped", "erased_at", where="wiped_at IS NULL"),
        sa.Index("erasure_by_time", "erased_at", "id"),
    )

    id: str = Field(default_factory=new_id, primary_key=True)
    business_id: str = Field(foreign_key="business.id")
    erased_at: dt.datetime = Field(sa_type=UtcTime)
    wiped_at: dt.datetime | None = Field(default=None, sa_type=UtcTime)
    traces: dict[str, Any] | None = Field(default=None, sa_type=sa.JSON(none_as_null=True))


table = table_of(Erasure)
_UNWIPED = sa.text("wiped_at IS NULL")
_NOTE = Statement(sa.insert(table).values(**params("id", "business_id", "erased_at", "traces")))
_SINCE = Statement(
    sa.select(table)
    .where(table.c.erased_at > param("since", UtcTime()), table.c.traces.is_not(None))
    .order_by(table.c.erased_at, table.c.id)
)
_WAITING = Statement(sa.select(table.c.erased_at).where(_UNWIPED).order_by(table.c.erased_at).limit(1))
_DONE = Statement(
    sa.update(table).where(_UNWIPED, table.c.erased_at <= param("until", UtcTime())).values(**params("wiped_at"))
)


def note(session: Session, business_id: str, *, at: dt.datetime, traces: Mapping[str, Any] | None = None) -> None:
    _NOTE.run(session, id=new_id(), business_id=business_id, erased_at=at, traces=traces)


def since(session: Session, moment: dt.datetime) -> list[Any]:
    """Rows of those that an old copy could be asked about, the oldest first."""
    return list(_SINCE.rows(session, since=moment))


def waiting_since(session: Session) -> dt.datetime | None:
    """When the oldest erasure happened whose bytes may still lie on the disk."""
    found = _WAITING.first(session)
    return found.erased_at if found else None


def settle(session: Session, *, until: dt.datetime) -> None:
    """The disk was wiped after everything that was erased up to then."""
    _DONE.run(session, until=until, wiped_at=clock.now())
