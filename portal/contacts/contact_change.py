"""What was done to the record of a client, for its timeline: numbers that came and went, merges and their undoing."""

import datetime as dt
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlmodel import Field, Session, SQLModel

from portal import clock
from portal.column import UtcTime, new_id, one_of, table_of
from portal.statement import Statement, params


class Change(StrEnum):
    CREATED = "created"
    RENAMED = "renamed"
    NUMBER_ADDED = "number_added"
    NUMBER_REMOVED = "number_removed"
    NUMBER_CHANGED = "number_changed"
    DATES_CHANGED = "dates_changed"
    MERGED = "merged"
    MERGE_UNDONE = "merge_undone"


class ContactChange(SQLModel, table=True):
    """`actor` as in the audit. `details` of a merge hold what its undoing needs. They are the client's data, and go
    with the client."""

    __tablename__ = "contact_change"
    __table_args__ = (
        one_of(Change, "kind"),
        sa.Index("contact_change_by_contact", "contact_id", "at", "id"),
    )

    id: str = Field(default_factory=new_id, primary_key=True)
    business_id: str = Field(foreign_key="business.id")
    contact_id: str = Field(foreign_key="contact.id")
    at: dt.datetime = Field(default_factory=clock.now, sa_type=UtcTime)
    kind: str
    actor: str
    details: dict[str, Any] = Field(default_factory=dict, sa_type=sa.JSON)


table = table_of(ContactChange)
_NOTE = Statement(lambda insert: insert(table).values(**params(*(column.key for column in table.columns))))


def note(session: Session, business_id: str, contact_id: str, kind: Change, *, actor: str, **details: Any) -> None:
    _NOTE.run(
        session, id=new_id(), business_id=business_id, contact_id=contact_id, at=clock.now(), kind=kind, actor=actor,
        details=details,
    )  # fmt: skip


def latest(session: Session, contact_id: str, kind: Change, **wanted: Any) -> ContactChange | None:
    """The newest of a kind whose details say what is `wanted`, among the last hundred."""
    query = sa.select(ContactChange).where(table.c.contact_id == contact_id, table.c.kind == kind)
    found = session.scalars(query.order_by(table.c.at.desc(), table.c.id.desc()).limit(100))
    return next((each for each in found if wanted.items() <= each.details.items()), None)
