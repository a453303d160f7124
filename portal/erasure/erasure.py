"""That somebody was erased, and whether the disk has been wiped since: nothing here says who it was.

A deleted row is gone for everybody who asks the database; its bytes leave the disk when `wiping` has been there.
"""

import datetime as dt

import sqlalchemy as sa
from sqlmodel import Field, Session, SQLModel

from portal import clock
from portal.column import UtcTime, new_id, partial_index, table_of
from portal.statement import Statement, param, params


class Erasure(SQLModel, table=True):
    """One erasure; `wiped_at` is None while its bytes may still lie on the disk."""

    __table_args__ = (partial_index("erasure_unwiped", "erased_at", where="wiped_at IS NULL"),)

    id: str = Field(default_factory=new_id, primary_key=True)
    business_id: str = Field(foreign_key="business.id")
    erased_at: dt.datetime = Field(sa_type=UtcTime)
    wiped_at: dt.datetime | None = Field(default=None, sa_type=UtcTime)


table = table_of(Erasure)
_UNWIPED = sa.text("wiped_at IS NULL")
_NOTE = Statement(sa.insert(table).values(**params("id", "business_id", "erased_at")))
_WAITING = Statement(sa.select(table.c.erased_at).where(_UNWIPED).order_by(table.c.erased_at).limit(1))
_DONE = Statement(
    sa.update(table).where(_UNWIPED, table.c.erased_at <= param("until", UtcTime())).values(**params("wiped_at"))
)


def note(session: Session, business_id: str, *, at: dt.datetime) -> None:
    _NOTE.run(session, id=new_id(), business_id=business_id, erased_at=at)


def waiting_since(session: Session) -> dt.datetime | None:
    """When the oldest erasure happened whose bytes may still lie on the disk."""
    found = _WAITING.first(session)
    return found.erased_at if found else None


def settle(session: Session, *, until: dt.datetime) -> None:
    """The disk was wiped after everything that was erased up to then."""
    _DONE.run(session, until=until, wiped_at=clock.now())
