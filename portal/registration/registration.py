"""What a business says it has registered: the pack as it was, never changed. The newest one counts."""

import datetime as dt
import hashlib
import json
from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
from sqlmodel import Field, Session, SQLModel

from portal import clock
from portal.accounts import audit
from portal.accounts.business import Business
from portal.column import UtcTime, new_id, table_of
from portal.errors import NotFound
from portal.registration import field, pack
from portal.registration.pack import Pack
from portal.statement import Statement, param

FORMAT = "portal-registration-1"
SHOWN = 10


class Registration(SQLModel, table=True):
    """`snapshot` holds the pack and the fields that are compared (field.py); `digest` is of the fields."""

    __table_args__ = (sa.Index("registration_by_time", "business_id", "registered_at", "id"),)

    id: str = Field(default_factory=new_id, primary_key=True)
    business_id: str = Field(foreign_key="business.id")
    sender_id: str | None = Field(default=None, foreign_key="sender.id")
    registered_at: dt.datetime = Field(sa_type=UtcTime)
    registered_by: str
    snapshot: dict[str, Any] = Field(sa_type=sa.JSON)
    digest: str


_t = table_of(Registration)
_NEWEST = Statement(
    sa.select(_t)
    .where(_t.c.business_id == param("business_id"))
    .order_by(_t.c.registered_at.desc(), _t.c.id.desc())
    .limit(param("limit", sa.Integer()))
)


def store(
    session: Session, business: Business, found: Pack, *, sender_id: str | None, actor: str, ip: str
) -> Registration:
    """Write down that this pack was handed in."""
    values = field.values(found)
    made = Registration(
        business_id=business.id, sender_id=sender_id, registered_at=clock.now(), registered_by=actor,
        snapshot={"format": FORMAT, "fields": values, "pack": pack.plain(found)}, digest=digest(values),
    )  # fmt: skip
    session.add(made)
    session.flush()
    audit.note(
        session, "registration.stored", actor=actor, business_id=business.id, object=made.id, ip=ip, digest=made.digest
    )
    return made


def newest(session: Session, business_id: str, limit: int = 1) -> list[Any]:
    """Rows, the newest first."""
    return _NEWEST.rows(session, business_id=business_id, limit=limit)


def get(session: Session, business_id: str, registration_id: str) -> Registration:
    """Raises NotFound for an unknown or somebody else's."""
    found = session.get(Registration, registration_id) if registration_id.isalnum() else None
    if found is None or found.business_id != business_id:
        raise NotFound("There is no such registration.")
    return found


def digest(values: Mapping[str, Any]) -> str:
    """The same for the same settings, whenever they are looked at."""
    return hashlib.sha256(json.dumps(values, sort_keys=True, ensure_ascii=False).encode()).hexdigest()
