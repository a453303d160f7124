"""One application of an automation to one number: due, queued, deferred, skipped with a reason, or cancelled."""

import datetime as dt
from enum import StrEnum

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from portal.column import UtcTime, new_id, one_of


class Standing(StrEnum):
    """`sent` is never stored: it is what became of the message of a queued one."""

    DUE = "due"
    QUEUED = "queued"
    SENT = "sent"
    DEFERRED = "deferred"
    SKIPPED = "skipped"
    CANCELLED = "cancelled"


class ScheduledText(SQLModel, table=True):
    """`occasion` makes it happen once: the ledger entry, submission or day it is about. `text` are the words of
    `version`, with variables not yet filled. After `expires_at` it would be stale and is skipped. `about_on` is the day
    it is about: when the project's or contact's date has moved since, it is skipped too."""

    __tablename__ = "scheduled_text"
    __table_args__ = (
        one_of(Standing, "status"),
        sa.UniqueConstraint("automation_id", "subscription_id", "occasion", name="scheduled_text_once"),
        sa.Index("scheduled_text_by_automation", "automation_id", "due_at", "id"),
        sa.Index("scheduled_text_by_subscription", "subscription_id", "due_at", "id"),
        sa.Index("scheduled_text_by_business", "business_id", "due_at", "id"),
        sa.Index(
            "scheduled_text_due", "due_at", "id",
            sqlite_where=sa.text("status IN ('due', 'deferred')"),
            postgresql_where=sa.text("status IN ('due', 'deferred')"),
        ),
    )  # fmt: skip

    id: str = Field(default_factory=new_id, primary_key=True)
    business_id: str = Field(foreign_key="business.id")
    automation_id: str = Field(foreign_key="automation.id")
    version: int
    subscription_id: str = Field(foreign_key="subscription.id")
    contact_id: str | None = Field(default=None, foreign_key="contact.id")
    project_id: str | None = Field(default=None, foreign_key="project.id")
    number: str
    occasion: str
    about_on: dt.date | None = None
    text: str
    due_at: dt.datetime = Field(sa_type=UtcTime)
    expires_at: dt.datetime = Field(sa_type=UtcTime)
    status: str = Standing.DUE
    reason: str = ""
    message_id: str | None = Field(default=None, foreign_key="message.id")
    created_at: dt.datetime = Field(sa_type=UtcTime)
    finished_at: dt.datetime | None = Field(default=None, sa_type=UtcTime)
