"""How often something may still happen: sliding counters per key, each checked on its own (promises.md B.2)."""

import datetime as dt
import hashlib
import hmac

import sqlalchemy as sa
from sqlmodel import Field, Session, SQLModel

from portal import clock
from portal.accounts import key as keys
from portal.column import UtcTime, table_of
from portal.statement import Statement, param, params


class Allowance(SQLModel, table=True):
    """One counter of one window. `id` is a keyed hash: no number or address of a stranger is kept."""

    id: str = Field(primary_key=True)
    count: int
    until: dt.datetime = Field(sa_type=UtcTime, index=True)


_table = table_of(Allowance)
_READ = Statement(sa.select(_table.c.count).where(_table.c.id == param("id")))
_ADD = Statement(
    lambda insert: (
        insert(_table)
        .values(**params("id", "count", "until"))
        .on_conflict_do_update(index_elements=["id"], set_={"count": _table.c.count + param("count")})
    )
)
_PRUNE = Statement(sa.delete(_table).where(_table.c.until < param("now")))


def used(session: Session, what: str, *, window: dt.timedelta) -> float:
    """About how often `what` happened in the last `window`: this window's count and a share of the one before."""
    length = window.total_seconds()
    index, passed = divmod(clock.now().timestamp(), length)
    here = _READ.first(session, id=_name(session, what, length, int(index)))
    before = _READ.first(session, id=_name(session, what, length, int(index) - 1))
    return (here.count if here else 0) + (before.count if before else 0) * (1 - passed / length)


def has_room(session: Session, what: str, *, limit: int, window: dt.timedelta, count: int = 1) -> bool:
    """Whether `what` may happen `count` times more. A limit of 0 means no limit."""
    return limit == 0 or used(session, what, window=window) + count <= limit


def spend(session: Session, what: str, *, window: dt.timedelta, count: int = 1) -> None:
    """Count it."""
    length = window.total_seconds()
    index = int(clock.now().timestamp() // length)
    until = dt.datetime.fromtimestamp((index + 2) * length, dt.UTC)
    _ADD.run(session, id=_name(session, what, length, index), count=count, until=until)


def take(session: Session, what: str, *, limit: int, window: dt.timedelta) -> bool:
    """Spend one if there is room; the answer says whether there was."""
    if not has_room(session, what, limit=limit, window=window):
        return False
    spend(session, what, window=window)
    return True


def prune(session: Session) -> int:
    """Forget counters whose windows are over."""
    return _PRUNE.run(session, now=clock.now())


def _name(session: Session, what: str, length: float, index: int) -> str:
    secret = keys.of(session).suppression
    return hmac.new(secret, f"{what}|{length}|{index}".encode(), hashlib.sha256).hexdigest()[:40]
