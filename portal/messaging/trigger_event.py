"""Something happened that an automation may be waiting for; written with it, and taken by automations afterwards.

Messaging cannot call automations, which stand above it; so it leaves a note in the same transaction.
"""

import datetime as dt
from enum import StrEnum

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from portal.column import UtcTime, new_id, one_of


class Trigger(StrEnum):
    OPTED_IN = "opted_in"
    SUBMITTED = "submitted"


class TriggerEvent(SQLModel, table=True):
    """`source` is what happened, named so that it counts once: a ledger entry or a submission."""

    __tablename__ = "trigger_event"
    __table_args__ = (one_of(Trigger, "kind"), sa.Index("trigger_event_by_time", "occurred_at", "id"))

    id: str = Field(default_factory=new_id, primary_key=True)
    business_id: str = Field(foreign_key="business.id")
    kind: str
    source: str
    subscription_id: str | None = Field(default=None, foreign_key="subscription.id")
    contact_id: str | None = Field(default=None, foreign_key="contact.id")
    questionnaire_id: str | None = Field(default=None, foreign_key="questionnaire.id")
    occurred_at: dt.datetime = Field(sa_type=UtcTime)
