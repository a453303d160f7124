"""A legal hold: while it is on, nothing about the number may be erased or run out. It belongs to the number.

It covers every channel of the number, whoever has it now, and outlives imports, merges and changes of contacts. One
without a number covers the whole business. It says nothing about whether the number may be texted.
"""

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlmodel import Field, Session, SQLModel

from portal import clock
from portal.accounts import audit
from portal.accounts.business import Business
from portal.accounts.member import Member
from portal.column import UtcTime, new_id, partial_index, table_of
from portal.consent import subscription
from portal.errors import NotFound


class LegalHold(SQLModel, table=True):
    """`subscription_id` is None for one of the whole business; `by` and `ended_by` are actors as in the audit."""

    __tablename__ = "legal_hold"
    __table_args__ = (
        partial_index("legal_hold_open", "business_id", "subscription_id", where="ended_at IS NULL", unique=True),
        partial_index(
            "legal_hold_on_business", "business_id", where="ended_at IS NULL AND subscription_id IS NULL", unique=True
        ),
        sa.Index("legal_hold_by_subscription", "subscription_id"),
    )

    id: str = Field(default_factory=new_id, primary_key=True)
    business_id: str = Field(foreign_key="business.id")
    subscription_id: str | None = Field(default=None, foreign_key="subscription.id")
    since: dt.datetime = Field(sa_type=UtcTime)
    by: str
    reason: str
    ended_at: dt.datetime | None = Field(default=None, sa_type=UtcTime)
    ended_by: str = ""
    ended_reason: str = ""


table = table_of(LegalHold)
_h, _s, _m, _home = table.c, subscription.table, table_of(Member), table_of(Business)
_COLUMNS = (_h.id, _h.subscription_id, _h.since, _h.by, _h.reason, _m.c.name)
_OPEN = (
    sa.select(*_COLUMNS)
    .select_from(table.outerjoin(_m, _h.by == sa.literal("member:") + _m.c.id))
    .where(_h.ended_at.is_(None))
)


@dataclass(frozen=True)
class Held:
    """`by` is who put it there, as people call them; `is_of_business`: it covers every number."""

    id: str
    subscription_id: str | None
    since: dt.datetime
    by: str
    reason: str

    @property
    def is_of_business(self) -> bool:
        return self.subscription_id is None


def of(session: Session, business_id: str, subscription_id: str) -> Held | None:
    """What holds this number: its own hold, else the one of the whole business."""
    return among(session, business_id, [subscription_id])


def is_on(session: Session, business_id: str, subscription_id: str) -> bool:
    return of(session, business_id, subscription_id) is not None


def of_business(session: Session, business_id: str) -> Held | None:
    """The hold of the whole business alone."""
    return among(session, business_id, [])


def among(session: Session, business_id: str, subscription_ids: Collection[str]) -> Held | None:
    """The first hold on any of these numbers, on whichever channel, else the one of the whole business."""
    mine = sa.or_(_h.subscription_id.is_(None), _h.subscription_id.in_(_twins(business_id, subscription_ids)))
    query = _OPEN.where(_h.business_id == business_id, mine if subscription_ids else _h.subscription_id.is_(None))
    row = session.execute(query.order_by(_h.subscription_id.is_(None), _h.since, _h.id).limit(1)).first()
    return _held(row) if row else None


def held(session: Session, business_id: str, subscription_ids: Collection[str]) -> set[str]:
    """Those of these whose number has a hold of its own, on whichever channel."""
    twin = _s.alias()
    is_held = sa.exists().where(
        _h.business_id == business_id, _h.ended_at.is_(None), twin.c.id == _h.subscription_id,
        twin.c.number == _s.c.number,
    )  # fmt: skip
    mine = (_s.c.business_id == business_id, _s.c.id.in_(list(subscription_ids)))
    return set(session.scalars(sa.select(_s.c.id).where(*mine, is_held)))


def numbers(session: Session, business_id: str) -> set[str]:
    """Every number with a hold of its own."""
    query = sa.select(_s.c.number).join_from(table, _s, _s.c.id == _h.subscription_id)
    return set(session.scalars(query.where(_h.business_id == business_id, _h.ended_at.is_(None))))


def place(
    session: Session, business_id: str, subscription_id: str | None, *, reason: str, actor: str, ip: str = ""
) -> Held:
    """From now on; where it is on already nothing changes. Raises NotFound for an unknown number."""
    _lock(session, business_id, subscription_id)
    before = _own(session, business_id, subscription_id)
    if before is not None:
        return before
    made = LegalHold(
        business_id=business_id, subscription_id=subscription_id, since=clock.now(), by=actor, reason=reason
    )
    session.add(made)
    session.flush()
    _note(session, "legal_hold.placed", business_id, subscription_id, actor, ip)
    found = _own(session, business_id, subscription_id)
    assert found is not None
    return found


def end(
    session: Session, business_id: str, subscription_id: str | None, *, reason: str, actor: str, ip: str = ""
) -> bool:
    """Whether there was one of its own. Raises NotFound for an unknown number."""
    _lock(session, business_id, subscription_id)
    before = _own(session, business_id, subscription_id)
    if before is None:
        return False
    values = {"ended_at": clock.now(), "ended_by": actor, "ended_reason": reason}
    session.execute(sa.update(table).where(_h.id == before.id).values(**values))
    _note(session, "legal_hold.ended", business_id, subscription_id, actor, ip)
    return True


def set_aside(session: Session, business_ids: Collection[str]) -> list[str]:
    """Every open hold of these businesses, in a copy that nobody works with yet, until `put_back`; their ids. It ends
    none, and so the audit says nothing."""
    mine = (_h.business_id.in_(sorted(business_ids)), _h.ended_at.is_(None))
    return list(session.scalars(sa.update(table).where(*mine).values(ended_at=clock.now()).returning(_h.id)))


def put_back(session: Session, ids: Collection[str]) -> None:
    """Those of them that are not gone with their number."""
    session.execute(sa.update(table).where(_h.id.in_(list(ids))).values(ended_at=None))


def let_erase(session: Session, business_id: str) -> None:
    """Nobody places or ends a hold until this transaction ends, which looks for one after this."""
    session.execute(sa.select(_home.c.id).where(_home.c.id == business_id).with_for_update(read=True))


def _twins(business_id: str, subscription_ids: Collection[str]) -> Any:
    """These and the other channels of their numbers."""
    numbers = sa.select(_s.c.number).where(_s.c.business_id == business_id, _s.c.id.in_(list(subscription_ids)))
    return sa.select(_s.c.id).where(_s.c.business_id == business_id, _s.c.number.in_(numbers))


def _own(session: Session, business_id: str, subscription_id: str | None) -> Held | None:
    """The hold of the number (on whichever channel it was placed), or of the business, and nothing wider."""
    if subscription_id is None:
        return of_business(session, business_id)
    mine = (_h.business_id == business_id, _h.subscription_id.in_(_twins(business_id, [subscription_id])))
    row = session.execute(_OPEN.where(*mine).order_by(_h.since, _h.id).limit(1)).first()
    return _held(row) if row else None


def _lock(session: Session, business_id: str, subscription_id: str | None) -> None:
    """Waits for what is being erased or runs out at this moment (`let_erase`): once a hold stands, nothing goes."""
    mine = sa.select(_home.c.id).where(_home.c.id == business_id)
    session.execute(mine.with_for_update(key_share=True))  # nobody who only refers to the business waits
    if subscription_id is not None and subscription.lock_by_id(session, business_id, subscription_id) is None:
        raise NotFound("There is no such number.")


def _held(row: Any) -> Held:
    who = row.name or ("a program" if row.by.startswith("token:") else "the operator")
    return Held(row.id, row.subscription_id, row.since, who, row.reason)


def _note(session: Session, action: str, business_id: str, subscription_id: str | None, actor: str, ip: str) -> None:
    """The reason stays with the hold: it may name somebody, and the audit names nobody."""
    audit.note(
        session, action, actor=actor, business_id=business_id, object=subscription_id or business_id, ip=ip,
        of="number" if subscription_id else "business",
    )  # fmt: skip
