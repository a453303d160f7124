"""What a provider told us, once and as it arrived: the memory that makes a repetition one."""

import datetime as dt

from sqlmodel import Field, Session, SQLModel

from portal import clock
from portal.column import UtcTime, table_of
from portal.statement import Statement, params


class ProviderEvent(SQLModel, table=True):
    """One event as it arrived. The key stays for ever, or a captured START could be replayed (promises.md 0.3)."""

    __tablename__ = "provider_event"

    business_id: str = Field(foreign_key="business.id", primary_key=True)
    provider: str = Field(primary_key=True)
    event_id: str = Field(primary_key=True)
    received_at: dt.datetime = Field(sa_type=UtcTime)
    raw: bytes


_events = table_of(ProviderEvent)
_STORE = Statement(
    lambda insert: (
        insert(_events)
        .values(**params("business_id", "provider", "event_id", "received_at", "raw"))
        .on_conflict_do_nothing()
        .returning(_events.c.event_id)
    )
)


def keep(session: Session, business_id: str, provider: str, event_id: str, raw: bytes) -> bool:
    """Whether it is new."""
    return bool(
        _STORE.rows(
            session, business_id=business_id, provider=provider, event_id=event_id, received_at=clock.now(), raw=raw
        )
    )
