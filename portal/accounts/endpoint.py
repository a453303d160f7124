"""Where a business wants to be told what happens: an address of its own that gets signed events (Standard Webhooks)."""

import datetime as dt
from typing import Any

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from portal import clock
from portal.column import UtcTime, new_id


class WebhookEndpoint(SQLModel, table=True):
    """`secret` is sealed with the installation's key; `events` are the kinds wanted, empty for all. It is switched off
    after failing for long, with the reason."""

    __tablename__ = "webhook_endpoint"

    id: str = Field(default_factory=new_id, primary_key=True)
    business_id: str = Field(foreign_key="business.id", index=True)
    url: str
    secret: str
    events: list[str] = Field(default_factory=list, sa_type=sa.JSON)
    disabled_at: dt.datetime | None = Field(default=None, sa_type=UtcTime)
    disabled_why: str = ""
    created_at: dt.datetime = Field(default_factory=clock.now, sa_type=UtcTime)


class WebhookDelivery(SQLModel, table=True):
    """One event on its way to one endpoint, with what became of each try (`tries`: at, status, what was wrong)."""

    __tablename__ = "webhook_delivery"
    __table_args__ = (
        sa.Index("webhook_delivery_by_endpoint", "endpoint_id", "created_at", "id"),
        sa.Index(
            "webhook_delivery_due", "due_at", "id",
            sqlite_where=sa.text("status = 'waiting'"), postgresql_where=sa.text("status = 'waiting'"),
        ),
    )  # fmt: skip

    id: str = Field(default_factory=new_id, primary_key=True)
    business_id: str = Field(foreign_key="business.id")
    endpoint_id: str = Field(foreign_key="webhook_endpoint.id")
    event_id: str
    kind: str
    payload: dict[str, Any] = Field(sa_type=sa.JSON)
    status: str = "waiting"
    tries: list[dict[str, Any]] = Field(default_factory=list, sa_type=sa.JSON)
    due_at: dt.datetime = Field(sa_type=UtcTime)
    created_at: dt.datetime = Field(sa_type=UtcTime)
    finished_at: dt.datetime | None = Field(default=None, sa_type=UtcTime)
