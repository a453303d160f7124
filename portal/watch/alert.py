"""What is wrong at a business right now, and who has been told: each trouble once a day, however often it is seen."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlmodel import Field, Session, SQLModel

from portal import clock
from portal.accounts.business import Business
from portal.column import UtcTime, table_of
from portal.messaging.spending import Limits
from portal.statement import Statement, param, params
from portal.watch import pulse, sign
from portal.watch.sign import Level, Sign

EVERY = dt.timedelta(minutes=5)  # between two looks at one business
BATCH = 20  # businesses of one turn
AGAIN = dt.timedelta(days=1)
LEASE = dt.timedelta(minutes=10)  # then whoever wanted to mail it has failed


class Alert(SQLModel, table=True):
    """One trouble of a business. `kind` is "looked" for the row that remembers when somebody looked last, which is how
    many processes share the work. `told_at`: when a mail was sent; `claimed_at`: when somebody began to write one."""

    business_id: str = Field(foreign_key="business.id", primary_key=True)
    kind: str = Field(primary_key=True)
    since_at: dt.datetime = Field(sa_type=UtcTime)
    seen_at: dt.datetime = Field(sa_type=UtcTime)
    claimed_at: dt.datetime | None = Field(default=None, sa_type=UtcTime)
    told_at: dt.datetime | None = Field(default=None, sa_type=UtcTime)


LOOKED = "looked"
table = table_of(Alert)
_b = table_of(Business)
_due = sa.and_(table.c.business_id == _b.c.id, table.c.kind == LOOKED)
_UNSEEN = Statement(
    sa.select(_b.c.id)
    .outerjoin_from(_b, table, _due)
    .where(sa.or_(table.c.seen_at.is_(None), table.c.seen_at <= param("before", table.c.seen_at.type)))
    .order_by(table.c.seen_at.is_not(None), table.c.seen_at)
    .limit(BATCH)
)
_SEE = Statement(
    lambda insert: (
        insert(table)
        .values(**params("business_id", "kind"), since_at=param("now"), seen_at=param("now"))
        .on_conflict_do_update(index_elements=["business_id", "kind"], set_={"seen_at": param("now")})
    )
)
_END = Statement(
    sa.delete(table).where(
        table.c.business_id == param("business_id"), table.c.kind != LOOKED, table.c.seen_at < param("now")
    )
)
_CLAIM = Statement(
    sa.update(table)
    .where(
        table.c.business_id == param("business_id"),
        table.c.kind == param("kind"),
        sa.or_(table.c.told_at.is_(None), table.c.told_at <= param("again", table.c.told_at.type)),
        sa.or_(table.c.claimed_at.is_(None), table.c.claimed_at <= param("lease", table.c.claimed_at.type)),
    )
    .values(claimed_at=param("now", table.c.claimed_at.type))
)
_TOLD = Statement(
    sa.update(table)
    .where(table.c.business_id == param("business_id"), table.c.kind == param("kind"))
    .values(told_at=param("now", table.c.told_at.type), claimed_at=None)
)
_COUNT = Statement(sa.select(sa.func.count().label("found")).select_from(table).where(table.c.kind != LOOKED))
_OPEN = Statement(sa.select(table).where(table.c.business_id == param("business_id"), table.c.kind != LOOKED))


@dataclass(frozen=True)
class News:
    """Troubles of one business that a mail has to tell of."""

    business: Business
    signs: tuple[Sign, ...]


def unseen(session: Session) -> list[str]:
    """Businesses nobody has looked at for a while, those never looked at first."""
    return [row.id for row in _UNSEEN.rows(session, before=clock.now() - EVERY)]


def look(session: Session, business_id: str, limits: Limits) -> News | None:
    """Write down what is wrong there, forget what is well again, and claim what has to be told."""
    business = session.get(Business, business_id)
    if business is None:
        return None
    now = clock.now()
    _SEE.run(session, business_id=business_id, kind=LOOKED, now=now)
    signs = sign.of(pulse.read(session, business, limits), business.timezone)
    bad = [each for each in signs if each.level is not Level.WELL and each.is_mailed]
    for each in bad:
        _SEE.run(session, business_id=business_id, kind=each.kind, now=now)
    _END.run(session, business_id=business_id, now=now)
    mine = tuple(each for each in bad if _is_mine(session, business_id, each.kind, now))
    return News(business, mine) if mine else None


def mark_told(session: Session, business_id: str, kinds: Sequence[str]) -> None:
    for kind in kinds:
        _TOLD.run(session, business_id=business_id, kind=kind, now=clock.now())


def count(session: Session) -> int:
    """How many troubles are known, in all businesses."""
    return int(_COUNT.first(session).found)


def since(session: Session, business_id: str) -> dict[str, Any]:
    """Since when each trouble is known, by its kind."""
    return {row.kind: row.since_at for row in _OPEN.rows(session, business_id=business_id)}


def _is_mine(session: Session, business_id: str, kind: str, now: dt.datetime) -> bool:
    return _CLAIM.run(session, business_id=business_id, kind=kind, now=now, again=now - AGAIN, lease=now - LEASE) == 1
