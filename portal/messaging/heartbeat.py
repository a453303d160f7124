"""When somebody last listened to providers, so that whoever starts knows whether a STOP may have been missed."""

import datetime as dt

import sqlalchemy as sa
from sqlmodel import Field, Session, SQLModel

from portal import clock
from portal.column import UtcTime, table_of
from portal.statement import Statement, param, params

EVERY = 3.0  # seconds
ALIVE = dt.timedelta(seconds=12)
_ID = "listening"


class Heartbeat(SQLModel, table=True):
    id: str = Field(primary_key=True)
    at: dt.datetime = Field(sa_type=UtcTime)


_table = table_of(Heartbeat)
_LAST = Statement(sa.select(_table.c.at).where(_table.c.id == _ID))
_BEAT = Statement(
    lambda insert: (
        insert(_table)
        .values(id=_ID, **params("at"))
        .on_conflict_do_update(index_elements=["id"], set_={"at": param("at", _table.c.at.type)})
    )
)


def beat(session: Session) -> None:
    _BEAT.run(session, at=clock.now())


def was_silent(session: Session, *, is_alone: bool) -> bool:
    """Whether nobody may have listened just before now. A database that nobody ever listened for has missed nothing;
    where this process `is_alone` (SQLite), nobody else can have listened."""
    last = _LAST.first(session)
    return last is not None and (is_alone or abs(clock.now() - last.at) > ALIVE)
