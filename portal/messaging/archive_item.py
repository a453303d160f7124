"""One item of an archive under its number: a text or notice, a fact about consent, or a later outcome of a text.

It points at what it is about, so that what is erased there is erased here; beside that it keeps only the facts of its
moment, so that the same number always tells the same.
"""

import datetime as dt
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlmodel import Field, Session, SQLModel

from portal.column import UtcTime, one_of, partial_index, table_of
from portal.statement import Statement, param, params


class What(StrEnum):
    MESSAGE = "message"
    ENTRY = "entry"
    OUTCOME = "outcome"


class ArchiveItem(SQLModel, table=True):
    """`at` is when it was taken in. `facts` are those of the text that may change later: status, project, …"""

    __tablename__ = "archive_item"
    __table_args__ = (
        one_of(What, "what"),
        partial_index("archive_message_once", "business_id", "message_id", where="what = 'message'", unique=True),
        partial_index("archive_entry_once", "business_id", "seq", where="what = 'entry'", unique=True),
    )

    business_id: str = Field(foreign_key="business.id", primary_key=True)
    number: int = Field(primary_key=True)
    what: str
    at: dt.datetime = Field(sa_type=UtcTime)
    message_id: str | None = None
    seq: int | None = None
    facts: dict[str, Any] = Field(sa_type=sa.JSON)


class ArchiveOpen(SQLModel, table=True):
    """A text whose outcome is not final: not yet in the archive (`told` is None), or there with the outcome `told`."""

    __tablename__ = "archive_open"
    __table_args__ = (sa.Index("archive_open_by_business", "business_id", "message_id"),)

    message_id: str = Field(primary_key=True)
    business_id: str = Field(foreign_key="business.id")
    told: str | None = None


table, open_table = table_of(ArchiveItem), table_of(ArchiveOpen)
_ADD = Statement(sa.insert(table).values(**params("business_id", "number", "what", "at", "message_id", "seq", "facts")))
_OPEN = Statement(sa.insert(open_table).values(**params("message_id", "business_id", "told")))
_TELL = Statement(sa.update(open_table).where(open_table.c.message_id == param("message_id")).values(**params("told")))
_CLOSE = Statement(sa.delete(open_table).where(open_table.c.message_id == param("message_id")))


def add(session: Session, business_id: str, number: int, what: What, **values: Any) -> None:
    _ADD.post(session, business_id=business_id, number=number, what=what, **values)


def wait_for(session: Session, business_id: str, message_id: str, *, told: str | None) -> None:
    _OPEN.post(session, message_id=message_id, business_id=business_id, told=told)


def tell(session: Session, message_id: str, told: str | None) -> None:
    """The outcome that stands in the archive now; None where no other can follow."""
    if told is None:
        _CLOSE.run(session, message_id=message_id)
    else:
        _TELL.run(session, message_id=message_id, told=told)
