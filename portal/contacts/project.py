"""A piece of client work: a wedding, a kitchen. A message belongs to none or one of them (X-23)."""

import datetime as dt
from enum import StrEnum

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from portal import clock
from portal.column import UtcTime, key_text, new_id, one_of


class Stage(StrEnum):
    """How far it is: it may come, it runs, it is over."""

    PLANNED = "planned"
    ACTIVE = "active"
    DONE = "done"


class Project(SQLModel, table=True):
    """`starts_on` and `ends_on` are days in the business's own time zone. An archived one shows only
    on its own page."""

    __table_args__ = (
        one_of(Stage, "stage"),
        sa.Index("project_by_start", "business_id", "starts_on", "id"),
        sa.Index("project_by_end", "business_id", "ends_on", "id"),
        sa.Index("project_by_name", "business_id", "name_key", "id"),
    )

    id: str = Field(default_factory=new_id, primary_key=True)
    business_id: str = Field(foreign_key="business.id")
    name: str
    name_key: str = Field(sa_type=key_text())
    stage: str = Stage.ACTIVE
    starts_on: dt.date | None = None
    ends_on: dt.date | None = None
    archived_at: dt.datetime | None = Field(default=None, sa_type=UtcTime)
    threads_before: list[str] = Field(default_factory=list, sa_type=sa.JSON)
    created_at: dt.datetime = Field(default_factory=clock.now, sa_type=UtcTime)


class ProjectContact(SQLModel, table=True):
    """A client of a project."""

    __tablename__ = "project_contact"
    __table_args__ = (sa.Index("project_contact_by_contact", "contact_id", "project_id"),)

    project_id: str = Field(foreign_key="project.id", primary_key=True)
    contact_id: str = Field(foreign_key="contact.id", primary_key=True)
    business_id: str = Field(foreign_key="business.id")
