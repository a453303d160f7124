"""Who did what, when and from where: append-only, visible to the owner, deletable by nobody (promises.md E.4)."""

import datetime as dt
from typing import Any

import sqlalchemy as sa
from sqlmodel import Field, Session, SQLModel

from portal import clock
from portal.column import UtcTime, new_id


class AuditEntry(SQLModel, table=True):
    """`actor` is `member:ID`, `token:ID`, `operator` or `system`; never a name, a number or a text of a message."""

    __tablename__ = "audit_entry"
    __table_args__ = (sa.Index("audit_entry_by_time", "business_id", "at", "id"),)

    id: str = Field(default_factory=new_id, primary_key=True)
    business_id: str | None = Field(default=None, foreign_key="business.id")
    at: dt.datetime = Field(default_factory=clock.now, sa_type=UtcTime)
    actor: str
    action: str
    object: str = ""
    ip: str = ""
    details: dict[str, Any] = Field(default_factory=dict, sa_type=sa.JSON)


def note(
    session: Session,
    action: str,
    *,
    actor: str,
    business_id: str | None,
    object: str = "",
    ip: str = "",
    **details: Any,
) -> None:
    """Append one entry, e.g. `audit.note(session, "subscription.opted_out", actor="member:…", …)`."""
    session.add(AuditEntry(business_id=business_id, actor=actor, action=action, object=object, ip=ip, details=details))
