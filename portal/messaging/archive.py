"""The archive of one business: everything that was said and every fact about consent, in one numbered sequence.

Here is whether it is on and how far it has come; what was taken in is archive_item.py, how it is found archive_turn.py.
Each business has its own, branches too. Switched off it keeps its place, and goes on from there without a gap.
"""

import datetime as dt
from typing import Any

import sqlalchemy as sa
from sqlmodel import Field, Session, SQLModel

from portal.column import UtcTime, table_of
from portal.statement import Statement, param, params

START = dt.datetime(1, 1, 2, tzinfo=dt.UTC)
"""Before everything; a day later than the first, so that no time zone falls off the calendar."""


class Archive(SQLModel, table=True):
    """`last_number` is that of the newest item, `turn` counts changes of this row: whoever looked for new items may
    store them only where nobody has been quicker. `last_seq` is the newest ledger entry in it; texts up to `seen` have
    been looked at, and a second look goes round and round, up to `swept`.
    """

    business_id: str = Field(foreign_key="business.id", primary_key=True)
    is_on: bool
    turn: int = 0
    last_number: int = 0
    last_at: dt.datetime | None = Field(default=None, sa_type=UtcTime)
    last_seq: int = 0
    seen_at: dt.datetime = Field(default=START, sa_type=UtcTime)
    seen_id: str = ""
    swept_at: dt.datetime = Field(default=START, sa_type=UtcTime)
    swept_id: str = ""


table = table_of(Archive)
_GET = Statement(sa.select(table).where(table.c.business_id == param("business_id")))
_ON = Statement(sa.select(table.c.business_id).where(table.c.is_on).order_by(table.c.business_id))
_MOVE = Statement(
    sa.update(table)
    .where(table.c.business_id == param("business_id"), table.c.turn == param("turn"), table.c.is_on)
    .values(
        turn=table.c.turn + 1,
        **params("last_number", "last_at", "last_seq", "seen_at", "seen_id", "swept_at", "swept_id"),
    )
)


def of(session: Session, business_id: str) -> Any:
    """The row; None for a business that never switched it on."""
    return _GET.first(session, business_id=business_id)


def on(session: Session) -> list[str]:
    """The businesses whose archive is on."""
    return [row.business_id for row in _ON.rows(session)]


def switch(session: Session, business_id: str, *, is_on: bool) -> None:
    found = session.get(Archive, business_id, with_for_update=True) or Archive(business_id=business_id, is_on=is_on)
    found.is_on = is_on
    session.add(found)
    session.flush()


def move(session: Session, business_id: str, *, turn: int, **values: Any) -> bool:
    """Go on from the state in which `turn` was read; False when somebody else has, or when it was switched off."""
    return _MOVE.run(session, business_id=business_id, turn=turn, **values) == 1
