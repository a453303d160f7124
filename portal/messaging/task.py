"""What a client who stopped also asked for: a text may not answer it any more, so a member sees to it another way."""

import datetime as dt
from typing import Any

import sqlalchemy as sa
from sqlmodel import Field, Session, SQLModel

from portal import clock
from portal.column import UtcTime, new_id, table_of
from portal.consent import subscription
from portal.database import announce
from portal.errors import NotFound
from portal.messaging import message
from portal.statement import Statement, param, params

SHOWN = 20  # open ones in a conversation
_OPEN = sa.text("done_at IS NULL")


class Task(SQLModel, table=True):
    """Open until a member says that it is done. The words stay in the client's message, where an erasure finds them."""

    __table_args__ = (
        sa.Index("task_open", "business_id", "created_at", "id", sqlite_where=_OPEN, postgresql_where=_OPEN),
        sa.Index("task_open_in_thread", "subscription_id", "created_at", sqlite_where=_OPEN, postgresql_where=_OPEN),
    )

    id: str = Field(default_factory=new_id, primary_key=True)
    business_id: str = Field(foreign_key="business.id")
    subscription_id: str = Field(foreign_key="subscription.id")
    message_id: str = Field(foreign_key="message.id")
    created_at: dt.datetime = Field(sa_type=UtcTime)
    done_at: dt.datetime | None = Field(default=None, sa_type=UtcTime)
    done_by: str | None = Field(default=None, foreign_key="member.id")


table = table_of(Task)
_m, _s = message.table, subscription.table
_LEAVE = Statement(
    sa.insert(table).values(**params("id", "business_id", "subscription_id", "message_id", "created_at"))
)
_HERE = Statement(
    sa.select(table.c.id, _m.c.text, _m.c.direction, table.c.created_at)
    .join_from(table, _m, _m.c.id == table.c.message_id)
    .where(table.c.subscription_id == param("subscription_id"), sa.text("task.done_at IS NULL"))
    .order_by(table.c.created_at, table.c.id)
    .limit(SHOWN)
)
_OLDEST = Statement(
    sa.select(table.c.subscription_id, _s.c.name, _s.c.number, _m.c.text, table.c.created_at)
    .join_from(table, _m, _m.c.id == table.c.message_id)
    .join(_s, _s.c.id == table.c.subscription_id)
    .where(table.c.business_id == param("business_id"), sa.text("task.done_at IS NULL"))
    .order_by(table.c.created_at, table.c.id)
    .limit(param("limit", sa.Integer()))
)
_mine = (
    table.c.business_id == param("business_id"),
    table.c.subscription_id == param("subscription_id"),
    table.c.id == param("id"),
)
_FINISH = Statement(sa.update(table).where(*_mine, table.c.done_at.is_(None)).values(**params("done_at", "done_by")))
_REOPEN = Statement(sa.update(table).where(*_mine).values(done_at=None, done_by=None))
_IS_THERE = Statement(sa.select(table.c.id).where(*_mine))


def leave(session: Session, row: Any, message_id: str) -> str:
    """The stored message of subscription `row` asks for more than to be left alone. The id of the new task."""
    task_id = new_id()
    _LEAVE.post(
        session, id=task_id, business_id=row.business_id, subscription_id=row.id, message_id=message_id,
        created_at=clock.now(),
    )  # fmt: skip
    return task_id


def here(session: Session, subscription_id: str) -> list[Any]:
    """The open ones of one conversation, oldest first: id, text and direction of the message, created_at."""
    return _HERE.rows(session, subscription_id=subscription_id)


def oldest(session: Session, business_id: str, limit: int) -> list[Any]:
    """The open ones of a business: subscription_id, name, number, text, created_at."""
    return _OLDEST.rows(session, business_id=business_id, limit=limit)


def finish(session: Session, business_id: str, subscription_id: str, task_id: str, *, member_id: str) -> bool:
    """False when somebody else did it before. Raises NotFound."""
    named = {"business_id": business_id, "subscription_id": subscription_id, "id": task_id}
    if not _IS_THERE.rows(session, **named):
        raise NotFound("There is no such task.")
    is_mine = _FINISH.run(session, **named, done_at=clock.now(), done_by=member_id) == 1
    _tell(session, business_id, subscription_id)
    return is_mine


def reopen(session: Session, business_id: str, subscription_id: str, task_id: str) -> None:
    """Take `finish` back. Raises NotFound."""
    if not _REOPEN.run(session, business_id=business_id, subscription_id=subscription_id, id=task_id):
        raise NotFound("There is no such task.")
    _tell(session, business_id, subscription_id)


def _tell(session: Session, business_id: str, subscription_id: str) -> None:
    announce(session, f"business:{business_id}")
    announce(session, f"thread:{business_id}:{subscription_id}")
