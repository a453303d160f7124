"""A rule: when, which words, to whom. What it has scheduled stays as it was scheduled (H-23, X-16)."""

import datetime as dt
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from portal import clock
from portal.column import UtcTime, new_id, one_of


class Event(StrEnum):
    """What starts it: a client's own opt-in, a questionnaire sent in, or a date."""

    OPTED_IN = "opted_in"
    SUBMITTED = "submitted"
    DATE = "date"


class Condition(StrEnum):
    """A draft has never been on; a paused one schedules and sends nothing until it goes on; an ended one is history."""

    DRAFT = "draft"
    ON = "on"
    PAUSED = "paused"
    ENDED = "ended"


class Automation(SQLModel, table=True):
    """For a date, `date_of` says which: `project.starts_on`, `project.ends_on`, or `contact:` and the date's key; with
    `at` instead it happens once, at that moment. `days_before` is negative for days after; `at_time` is local `HH:MM`.
    `audience` narrows it: `{"origins": […], "questionnaires": […], "projects": […], "contacts": […]}`, all optional."""

    __table_args__ = (
        one_of(Event, "event"),
        one_of(Condition, "condition"),
        sa.Index("automation_by_condition", "business_id", "condition", "event"),
    )

    id: str = Field(default_factory=new_id, primary_key=True)
    business_id: str = Field(foreign_key="business.id")
    name: str
    text: str
    event: str
    questionnaire_id: str | None = Field(default=None, foreign_key="questionnaire.id")
    delay_minutes: int = 0
    date_of: str | None = None
    at: dt.datetime | None = Field(default=None, sa_type=UtcTime)
    days_before: int = 0
    at_time: str | None = None
    audience: dict[str, Any] = Field(default_factory=dict, sa_type=sa.JSON)
    condition: str = Condition.DRAFT
    version: int = 1
    switched_on_at: dt.datetime | None = Field(default=None, sa_type=UtcTime)
    created_at: dt.datetime = Field(default_factory=clock.now, sa_type=UtcTime)
