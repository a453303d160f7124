"""A short link at the end of an automated text, to the texting choices of the number that got it; it tells nothing else
and tracks nobody. Only a hash of its code is kept: who reads the database opens no link."""

import base64
import datetime as dt
import hashlib
import hmac
import re
from typing import Any

import sqlalchemy as sa
from sqlmodel import Field, Session, SQLModel

from portal import clock
from portal.accounts import key
from portal.column import UtcTime, table_of
from portal.statement import Statement, param, params

LENGTH = 10  # of 6 bits each: 60 bits
LASTS = dt.timedelta(days=90)
TAIL = "\nYour texting choices: {url}"
SAMPLE = "a1B2c3D4e5"
"""In a preview: as long as any code."""
_CODE = re.compile(rf"[A-Za-z0-9_-]{{{LENGTH}}}")


class PreferenceLink(SQLModel, table=True):
    """`id` is a keyed hash of the code; `made_at` when a text last carried it. It refers to no row that must stay:
    where its number was erased, it leads nowhere."""

    __tablename__ = "preference_link"
    __table_args__ = (sa.Index("preference_link_by_time", "made_at"),)

    id: str = Field(primary_key=True)
    business_id: str = Field(foreign_key="business.id")
    subscription_id: str
    made_at: dt.datetime = Field(sa_type=UtcTime)


_table = table_of(PreferenceLink)
_KEEP = Statement(
    lambda insert: (
        insert(_table)
        .values(**params("id", "business_id", "subscription_id", "made_at"))
        .on_conflict_do_update(index_elements=["id"], set_={"made_at": param("made_at", UtcTime())})
    )
)
_FIND = Statement(
    sa.select(_table.c.business_id, _table.c.subscription_id).where(
        _table.c.id == param("id"), _table.c.made_at > param("since", UtcTime())
    )
)

_PRUNE = Statement(sa.delete(_table).where(_table.c.made_at <= param("since", UtcTime())))


def tail(session: Session, row: Any, form_origin: str) -> str:
    """What is put behind a text to subscription `row`: the same link for a month, and kept from now on."""
    now = clock.now()
    secret = key.of(session).derived("preference link")
    digest = hmac.new(secret, f"{row.id}|{now:%Y-%m}".encode(), hashlib.sha256).digest()
    code = base64.urlsafe_b64encode(digest).decode()[:LENGTH]
    _KEEP.run(session, id=_hash(session, code), business_id=row.business_id, subscription_id=row.id, made_at=now)
    return TAIL.format(url=url(form_origin, code))


def sample(form_origin: str) -> str:
    """The same for a preview: it leads nowhere."""
    return TAIL.format(url=url(form_origin, SAMPLE))


def url(form_origin: str, code: str) -> str:
    return f"{form_origin}/p/{code}"


def find(session: Session, code: str) -> Any:
    """business_id and subscription_id behind a code; None for one that is unknown or too old."""
    if not _CODE.fullmatch(code):
        return None
    return _FIND.first(session, id=_hash(session, code), since=clock.now() - LASTS)


def prune(session: Session) -> int:
    """Forget what is too old to open anything."""
    return _PRUNE.run(session, since=clock.now() - LASTS)


def _hash(session: Session, code: str) -> str:
    return hmac.new(key.of(session).suppression, f"preference|{code}".encode(), hashlib.sha256).hexdigest()
