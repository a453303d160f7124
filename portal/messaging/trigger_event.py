"""Something happened that an automation may be waiting for; written with it, and taken by automations afterwards.

Messaging cannot call automations, which stand above it; so it leaves a note in the same transaction. Always, whether or
not anybody waits: one insert, on roads that open texting, while to know who waits it would have to look up. What nobody
waits for is thrown away within a second. A STOP leaves no note and pays nothing.
"""

import datetime as dt
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlmodel import Field, Session, SQLModel

from portal import clock
from portal.column import UtcTime, new_id, one_of, table_of
from portal.statement import Statement, param, params


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


table = table_of(TriggerEvent)
_NOTE = Statement(sa.insert(table).values(**params(*(column.key for column in table.columns))))
_ANY = Statement(sa.select(table.c.id).limit(1))
_TAKE = Statement(
    sa.select(table)
    .order_by(table.c.occurred_at, table.c.id)
    .limit(param("limit", sa.Integer()))
    .with_for_update(skip_locked=True)
)
_FORGET = Statement(sa.delete(table).where(table.c.id == param("id")))
_FORGET_OF = Statement(sa.delete(table).where(table.c.subscription_id == param("subscription_id")))


def note(
    session: Session,
    business_id: str,
    kind: Trigger,
    *,
    source: str,
    subscription_id: str | None,
    contact_id: str | None,
    questionnaire_id: str | None = None,
) -> None:
    _NOTE.post(
        session, id=new_id(), business_id=business_id, kind=kind, source=source, subscription_id=subscription_id,
        contact_id=contact_id, questionnaire_id=questionnaire_id, occurred_at=clock.now(),
    )  # fmt: skip


def forget_of(session: Session, subscription_id: str) -> None:
    """Nothing begins by what this number did."""
    _FORGET_OF.run(session, subscription_id=subscription_id)


def is_any(session: Session) -> bool:
    return _ANY.first(session) is not None


def take(session: Session, *, limit: int) -> list[Any]:
    """The oldest, which are this transaction's alone and gone with its commit: two workers never take the same."""
    found = _TAKE.rows(session, limit=limit)
    for each in found:
        _FORGET.run(session, id=each.id)
    return found
