"""Sorting messages into projects (X-23): one, this and all that follow, or what is yet to come; each act can be undone."""

import datetime as dt

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from portal import clock
from portal.column import UtcTime, new_id


class Sorting(SQLModel, table=True):
    """One act. The messages it moved carry its id and the project they were in; `default_before_id` is what the
    thread's own project was, where the act `sets_default`. `actor` is `member:ID` or `token:ID`: only they undo it."""

    __table_args__ = (sa.Index("sorting_by_thread", "subscription_id", "id"),)

    id: str = Field(default_factory=new_id, primary_key=True)
    business_id: str = Field(foreign_key="business.id")
    subscription_id: str = Field(foreign_key="subscription.id")
    message_id: str | None = None
    actor: str
    project_id: str | None = Field(default=None, foreign_key="project.id")
    moved: int = 0
    sets_default: bool = False
    default_before_id: str | None = Field(default=None, foreign_key="project.id")
    at: dt.datetime = Field(default_factory=clock.now, sa_type=UtcTime)
    undone_at: dt.datetime | None = Field(default=None, sa_type=UtcTime)
