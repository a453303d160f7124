"""What a provider told us, once and as it arrived: the memory that makes a repetition one."""

import datetime as dt
import hashlib

import sqlalchemy as sa
from sqlmodel import Field, Session, SQLModel

from portal import clock
from portal.column import UtcTime, partial_index, table_of
from portal.statement import Statement, param


class ProviderEvent(SQLModel, table=True):
    """One event as it arrived. The key stays for ever, or a captured START could be replayed (promises.md 0.3); of an
    erased one its hash does, for some providers' ids hold the number."""

    __tablename__ = "provider_event"
    __table_args__ = (partial_index("provider_event_with_raw", "business_id", "received_at", where="length(raw) > 0"),)

    business_id: str = Field(foreign_key="business.id", primary_key=True)
    provider: str = Field(primary_key=True)
    event_id: str = Field(primary_key=True)
    received_at: dt.datetime = Field(sa_type=UtcTime)
    raw: bytes


table = table_of(ProviderEvent)
_ERASED, _TEXT = "erased:", "text:"
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
_FIND = Statement(sa.select(table.c.event_id).where(*_mine, table.c.event_id == param("event_id")))
_FORGET = Statement(
    sa.update(table)
    .where(*_mine, table.c.event_id == param("event_id"))
    .values(raw=param("nothing", table.c.raw.type), event_id=param("hashed"))
)


def keep(session: Session, business_id: str, provider: str, event_id: str, raw: bytes) -> bool:
    """Whether it is new."""
    return bool(
        _STORE.rows(
            session, business_id=business_id, provider=provider, event_id=event_id, hashed=_hashed(event_id),
            received_at=clock.now(), raw=raw,
        )
    )  # fmt: skip


def is_kept(session: Session, business_id: str, provider: str, event_id: str) -> bool:
    """Whether it came before; one that was erased is not told from a new one here, only by `keep`."""
    return _FIND.first(session, business_id=business_id, provider=provider, event_id=event_id) is not None


def forget(session: Session, business_id: str, provider: str, event_id: str) -> None:
    """What it said, and whom it may name; not that it came. Once is enough."""
    if not event_id.startswith(_ERASED):
        _FORGET.run(
            session,
            business_id=business_id,
            provider=provider,
            event_id=event_id,
            hashed=_hashed(event_id),
            nothing=b"",
        )


def expect(session: Session, business_id: str, provider: str, text_id: str) -> None:
    """Reports may still come of a text that was erased: they are to be forgotten as they come. `text_id` is ours or the
    provider's."""
    if keep(session, business_id, provider, f"{_TEXT}{text_id}", b""):
        forget(session, business_id, provider, f"{_TEXT}{text_id}")


def is_expected(session: Session, business_id: str, provider: str, *text_ids: str | None) -> bool:
    """Whether one of these ids was a text that was erased."""
    hashed = [_hashed(f"{_TEXT}{each}") for each in text_ids if each]
    return any(
        _FIND.first(session, business_id=business_id, provider=provider, event_id=each) is not None for each in hashed
    )


def _hashed(event_id: str) -> str:
    return _ERASED + hashlib.sha256(event_id.encode("utf-8", "replace")).hexdigest()
