"""What a provider told us, once and as it arrived: the memory that makes a repetition one."""

import datetime as dt
import hashlib

import sqlalchemy as sa
from sqlmodel import Field, Session, SQLModel

from portal import clock
from portal.column import UtcTime, table_of
from portal.statement import Statement, param


class ProviderEvent(SQLModel, table=True):
    """One event as it arrived. The key stays for ever, or a captured START could be replayed (promises.md 0.3); of an
    erased one its hash does, for some providers' ids hold the number."""

    __tablename__ = "provider_event"

    business_id: str = Field(foreign_key="business.id", primary_key=True)
    provider: str = Field(primary_key=True)
    event_id: str = Field(primary_key=True)
    received_at: dt.datetime = Field(sa_type=UtcTime)
    raw: bytes


table = table_of(ProviderEvent)
_ERASED = "erased:"
_mine = (table.c.business_id == param("business_id"), table.c.provider == param("provider"))
_COLUMNS = ("business_id", "provider", "event_id", "received_at", "raw")
_STORE = Statement(
    lambda insert: (
        insert(table)
        .from_select(
            _COLUMNS,
            sa.select(*(param(name, table.c[name].type) for name in _COLUMNS)).where(
                ~sa.exists().where(*_mine, table.c.event_id == param("hashed"))
            ),
        )
        .on_conflict_do_nothing()
        .returning(table.c.event_id)
    )
)
_FORGET = Statement(
    sa.update(table).where(*_mine, table.c.event_id == param("event_id")).values(raw=b"", event_id=param("hashed"))
)


def keep(session: Session, business_id: str, provider: str, event_id: str, raw: bytes) -> bool:
    """Whether it is new."""
    return bool(
        _STORE.rows(
            session, business_id=business_id, provider=provider, event_id=event_id, hashed=_hashed(event_id),
            received_at=clock.now(), raw=raw,
        )
    )  # fmt: skip


def forget(session: Session, business_id: str, provider: str, event_id: str) -> None:
    """What it said, and whom it may name; not that it came. Once is enough."""
    if not event_id.startswith(_ERASED):
        _FORGET.run(session, business_id=business_id, provider=provider, event_id=event_id, hashed=_hashed(event_id))


def _hashed(event_id: str) -> str:
    return _ERASED + hashlib.sha256(event_id.encode("utf-8", "replace")).hexdigest()
