"""Every version of the words of one slot, never changed: per business, channel and language. The newest is in force."""

import datetime as dt
from typing import Any

import sqlalchemy as sa
from sqlmodel import Field, Session, SQLModel

from portal import clock
from portal.accounts.business import Business
from portal.column import UtcTime, table_of
from portal.errors import NotFound
from portal.statement import Statement, param, params

MOST_SHOWN = 50
Identity = dict[str, str]
"""What versions are counted by: business_id, channel, key and language."""


class WordingVersion(SQLModel, table=True):
    """One version. Without `text`, the business went back to ours. `template` names the approved template with which
    WhatsApp delivers these words outside its 24 hours, {"name", "language"} (X-30)."""

    __tablename__ = "wording"

    business_id: str = Field(foreign_key="business.id", primary_key=True)
    channel: str = Field(primary_key=True)
    key: str = Field(primary_key=True)
    language: str = Field(primary_key=True)
    number: int = Field(primary_key=True)
    text: str | None
    template: dict[str, str] | None = Field(default=None, sa_type=sa.JSON(none_as_null=True))
    created_at: dt.datetime = Field(sa_type=UtcTime)
    created_by: str


_t = table_of(WordingVersion)
_IDENTITY = ("business_id", "channel", "key", "language")
_OF_SLOT = [_t.c[name] == param(name) for name in _IDENTITY]
_ONE = Statement(sa.select(_t.c.text, _t.c.template).where(*_OF_SLOT, _t.c.number == param("number")))
_NEWEST = Statement(
    sa.select(_t.c.number, _t.c.text, _t.c.template, _t.c.created_at, _t.c.created_by)
    .where(*_OF_SLOT)
    .order_by(_t.c.number.desc())
    .limit(param("limit", sa.Integer()))
)
_ADD = Statement(sa.insert(_t).values(**params(*_IDENTITY, "number", "text", "template", "created_at", "created_by")))
_LOCK = Statement(
    sa.select(table_of(Business).c.wordings).where(table_of(Business).c.id == param("id")).with_for_update()
)


def one(session: Session, identity: Identity, number: int) -> Any:
    """Its text and template."""
    return _ONE.first(session, **identity, number=number)


def newest(session: Session, identity: Identity, limit: int = MOST_SHOWN) -> list[Any]:
    """The newest first: number, text (None: back to ours), template, when and by whom."""
    return _NEWEST.rows(session, **identity, limit=limit)


def add(session: Session, identity: Identity, text: str | None, template: dict[str, str] | None, *, by: str) -> int:
    """The number of the new version."""
    last = newest(session, identity, 1)
    number = last[0].number + 1 if last else 1
    _ADD.run(session, **identity, number=number, text=text, template=template, created_at=clock.now(), created_by=by)
    return int(number)


def locked(session: Session, business: Business) -> Business:
    """As it is now, and changed by nobody else until the commit: two who save at once both keep their words."""
    _LOCK.rows(session, id=business.id)
    found = session.get(Business, business.id, populate_existing=True)
    if found is None:
        raise NotFound("There is no such business.")
    return found
