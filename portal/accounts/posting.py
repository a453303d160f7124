"""A posting: a member of one business works in another of the same account too, with a role of its own there.

The home business and role stay with the member; this room is only the row, and the two modules above it use it:
member.py to say who works in a business, workplace.py to post somebody and to end it.
"""

import datetime as dt

import sqlalchemy as sa
from sqlmodel import Field, Session, SQLModel, select

from portal import clock
from portal.accounts.right import Role
from portal.column import UtcTime, one_of


class Posting(SQLModel, table=True):
    """One business beside the home; `ended_at` stays, so that the name in old conversations does."""

    __table_args__ = (one_of(Role, "role"), sa.Index("posting_by_business", "business_id"))

    member_id: str = Field(foreign_key="member.id", primary_key=True)
    business_id: str = Field(foreign_key="business.id", primary_key=True)
    role: str
    created_at: dt.datetime = Field(default_factory=clock.now, sa_type=UtcTime)
    ended_at: dt.datetime | None = Field(default=None, sa_type=UtcTime)


def find(session: Session, business_id: str, member_id: str) -> Posting | None:
    """Ended ones too."""
    return session.get(Posting, (member_id, business_id))


def of(session: Session, member_id: str) -> list[Posting]:
    """Those of a member that last."""
    query = select(Posting).where(Posting.member_id == member_id, sa.column("ended_at").is_(None))
    return list(session.exec(query).all())
