"""A filter of the status list that a member wants again, by name."""

import datetime as dt

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from portal import clock
from portal.column import UtcTime, new_id


class SavedView(SQLModel, table=True):
    """`query` is the filter as it stands in the page's address."""

    __tablename__ = "saved_view"
    __table_args__ = (sa.UniqueConstraint("member_id", "name", name="saved_view_once"),)

    id: str = Field(default_factory=new_id, primary_key=True)
    business_id: str = Field(foreign_key="business.id")
    member_id: str = Field(foreign_key="member.id")
    name: str
    query: str
    created_at: dt.datetime = Field(default_factory=clock.now, sa_type=UtcTime)
