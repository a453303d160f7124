"""What stays of a number's subscription after an erasure: its id, sealed, so that its ledger entries are nobody's loss.

The entries keep their hashes and lose what they told. Without the seal, whose key is outside the database, taking a
subscription away would be a way to make an opt-out forgotten; `verification` tells the two apart.
"""

import datetime as dt
import hashlib
import hmac
from typing import Any

import sqlalchemy as sa
from sqlmodel import Field, Session, SQLModel

from portal.accounts import key
from portal.column import UtcTime, table_of
from portal.consent import ledger, status_count, subscription
from portal.statement import Statement, param, params


class ErasedSubscription(SQLModel, table=True):
    """`status` is what its entries add up to; neither the number nor its mark is here."""

    __tablename__ = "erased_subscription"
    __table_args__ = (sa.Index("erased_subscription_by_business", "business_id", "id"),)

    id: str = Field(primary_key=True)
    business_id: str = Field(foreign_key="business.id")
    status: str
    erased_at: dt.datetime = Field(sa_type=UtcTime)
    seal: str


table = table_of(ErasedSubscription)
_ADD = Statement(sa.insert(table).values(**params("id", "business_id", "status", "erased_at", "seal")))
_OF = Statement(sa.select(table).where(table.c.business_id == param("business_id")).order_by(table.c.id))
_e, _s = ledger.table, subscription.table
_EMPTY = Statement(
    sa.update(_e)
    .where(_e.c.business_id == param("business_id"), _e.c.subscription_id == param("subscription_id"))
    .values(evidence=param("nothing", sa.JSON()), salts=param("nothing", sa.JSON()))
)
_REMOVE = Statement(sa.delete(_s).where(_s.c.business_id == param("business_id"), _s.c.id == param("id")))


def put_away(session: Session, row: Any, *, at: dt.datetime) -> None:
    """Take the locked subscription away and empty its entries. Everything else that names it is gone already."""
    _EMPTY.run(session, business_id=row.business_id, subscription_id=row.id, nothing={})
    _ADD.run(
        session, id=row.id, business_id=row.business_id, status=row.status, erased_at=at,
        seal=seal(key.of(session).evidence, row.business_id, row.id, row.status),
    )  # fmt: skip
    _REMOVE.run(session, business_id=row.business_id, id=row.id)
    status_count.count_gone(session, row.business_id, row.channel, row.status)


def of(session: Session, business_id: str) -> dict[str, Any]:
    """By id, those whose seal is right."""
    secret = key.of(session).evidence
    rows = _OF.rows(session, business_id=business_id)
    return {row.id: row for row in rows if row.seal == seal(secret, business_id, row.id, row.status)}


def seal(secret: bytes, business_id: str, subscription_id: str, status: str) -> str:
    return hmac.new(secret, f"erased|{business_id}|{subscription_id}|{status}".encode(), hashlib.sha256).hexdigest()
