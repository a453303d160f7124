"""A text that members write often; its variables are filled in the composer, where a member sees them first."""

import datetime as dt

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from portal import clock
from portal.column import UtcTime, key_text, new_id


class CannedReply(SQLModel, table=True):
    __tablename__ = "canned_reply"
    __table_args__ = (sa.Index("canned_reply_by_name", "business_id", "name_key", "id"),)

    id: str = Field(default_factory=new_id, primary_key=True)
    business_id: str = Field(foreign_key="business.id")
    name: str
    name_key: str = Field(sa_type=key_text())
    text: str
    created_at: dt.datetime = Field(default_factory=clock.now, sa_type=UtcTime)
    deleted_at: dt.datetime | None = Field(default=None, sa_type=UtcTime)
