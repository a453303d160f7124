"""Numbers of which nothing runs out: under legal hold, or with a reply in doubt. What a night passed over because of
them is remembered by the number, and goes when nothing spares it any more."""

from collections.abc import Collection
from typing import Any

import sqlalchemy as sa
from sqlmodel import Field, Session, SQLModel

from portal.column import table_of
from portal.consent import legal_hold, phone_number, subscription
from portal.statement import Statement, params


class RetentionSpared(SQLModel, table=True):
    """Something of this number is older than it should be; `ref` is the submission where it is only named in one."""

    __tablename__ = "retention_spared"
    __table_args__ = (sa.Index("retention_spared_by_subscription", "subscription_id"),)

    business_id: str = Field(foreign_key="business.id", primary_key=True)
    subscription_id: str = Field(foreign_key="subscription.id", primary_key=True)
    ref: str = Field(primary_key=True)


table = table_of(RetentionSpared)
_s = subscription.table
_REMEMBER = Statement(
    lambda insert: insert(table).values(**params("business_id", "subscription_id", "ref")).on_conflict_do_nothing()
)


def among(session: Session, business_id: str, subscription_ids: Collection[str]) -> set[str]:
    """Those of these that are spared now."""
    ids = sorted(set(subscription_ids))
    if not ids:
        return set()
    query = sa.select(_s.c.id).where(_s.c.business_id == business_id, _s.c.id.in_(ids), _s.c.in_review)
    return set(session.scalars(query)) | legal_hold.held(session, business_id, ids)


def digits(session: Session, business_id: str) -> set[bytes]:
    """As they stand in what providers send: numbers in every spelling, without the plus, and WhatsApp's own names."""
    query = sa.select(_s.c.number).where(_s.c.business_id == business_id, sa.text("subscription.in_review"))
    numbers = set(session.scalars(query)) | legal_hold.numbers(session, business_id)
    named = (_s.c.business_id == business_id, _s.c.number.in_(sorted(numbers)), _s.c.user_id.is_not(None))
    users = session.scalars(sa.select(_s.c.user_id).where(*named)).all() if numbers else ()
    spelled = {spelling.lstrip("+") for each in numbers for spelling in phone_number.aliases(each)}
    return {each.encode() for each in (*spelled, *users) if each}


def remember(session: Session, business_id: str, subscription_ids: Collection[str], *, ref: str = "") -> None:
    """`ref`: answers that nothing else ties to the number."""
    for each in sorted(subscription_ids):
        _REMEMBER.run(session, business_id=business_id, subscription_id=each, ref=ref)


def remembered(session: Session, business_id: str, *, after: str, limit: int) -> list[Any]:
    """Rows of `subscription_id` and `ref`; `after` is what `place` says of the last one."""
    last = tuple(after.split("|")) if after else ("", "")
    columns = (table.c.subscription_id, table.c.ref)
    query = sa.select(*columns).where(table.c.business_id == business_id, sa.tuple_(*columns) > last)
    return list(session.execute(query.order_by(*columns).limit(limit)).all())


def place(row: Any) -> str:
    return f"{row.subscription_id}|{row.ref}"


def forget(session: Session, business_id: str, row: Any) -> None:
    mine = (table.c.business_id == business_id, table.c.subscription_id == row.subscription_id)
    session.execute(sa.delete(table).where(*mine, table.c.ref == row.ref))
