"""How many numbers of a business stand in each status: one row each, kept in the transaction that changes a status.

Counting a million rows would take as long as everything else together (speed.md, design 5).
"""

import sqlalchemy as sa
from sqlmodel import Field, Session, SQLModel

from portal.column import table_of
from portal.consent.state import Status
from portal.statement import Statement, param, params


class StatusCount(SQLModel, table=True):
    """Written under the lock of the ledger's head."""

    __tablename__ = "status_count"

    business_id: str = Field(foreign_key="business.id", primary_key=True)
    channel: str = Field(primary_key=True)
    status: str = Field(primary_key=True)
    count: int = 0


table = table_of(StatusCount)
_ADD = Statement(
    lambda insert: (
        insert(table)
        .values(**params("business_id", "channel", "status"), count=param("by"))
        .on_conflict_do_update(
            index_elements=["business_id", "channel", "status"], set_={"count": table.c.count + param("by")}
        )
    )
)
_MOVE = Statement(
    sa.update(table)
    .where(
        table.c.business_id == param("business_id"),
        table.c.channel == param("channel"),
        sa.or_(table.c.status == param("before"), table.c.status == param("after")),
    )
    .values(count=table.c.count + sa.case((table.c.status == param("before"), -1), else_=1))
)
_READ = Statement(
    sa.select(table.c.status, sa.func.sum(table.c.count).label("count"))
    .where(table.c.business_id == param("business_id"))
    .group_by(table.c.status)
)


def count_new(session: Session, business_id: str, channel: str, count: int = 1) -> None:
    """More without consent. Every status has its counter from then on, so that moving one is an update."""
    for status in Status:
        by = count if status is Status.NONE else 0
        _ADD.post(session, business_id=business_id, channel=channel, status=status, by=by)


def count_gone(session: Session, business_id: str, channel: str, status: str) -> None:
    """One less: its number was erased."""
    _ADD.post(session, business_id=business_id, channel=channel, status=status, by=-1)


def move(session: Session, business_id: str, channel: str, *, before: str, after: str) -> None:
    """One from `before` to another status."""
    _MOVE.post(session, business_id=business_id, channel=channel, before=before, after=after)


def read(session: Session, business_id: str) -> dict[str, int]:
    """Every status is a key."""
    found = {row.status: int(row.count) for row in _READ.rows(session, business_id=business_id)}
    return {str(status): found.get(status, 0) for status in Status}
