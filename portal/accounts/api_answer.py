"""The answer an API call got under its Idempotency-Key, so that a repeated call has one effect and the same answer.

The key is claimed in the transaction that does the work: of two calls at once one works, the other reads its answer.
Kept for a day, because an answer may hold names and numbers.
"""

import datetime as dt
from typing import Any

import sqlalchemy as sa
from sqlmodel import Field, Session, SQLModel

from portal import clock
from portal.column import UtcTime, table_of
from portal.statement import Statement, param, params

KEPT = dt.timedelta(days=1)


class ApiAnswer(SQLModel, table=True):
    """`request_hash` covers method, path and body; `status` is 0 only inside the transaction that works."""

    __tablename__ = "api_answer"

    business_id: str = Field(foreign_key="business.id", primary_key=True)
    key: str = Field(primary_key=True)
    request_hash: str
    status: int = 0
    body: str = ""
    created_at: dt.datetime = Field(sa_type=UtcTime, index=True)


_table = table_of(ApiAnswer)
_mine = (_table.c.business_id == param("business_id"), _table.c.key == param("key"))
_CLAIM = Statement(
    lambda insert: (
        insert(_table)
        .values(**params("business_id", "key", "request_hash", "created_at"), status=0, body="")
        .on_conflict_do_nothing()
        .returning(_table.c.key)
    )
)
_FIND = Statement(sa.select(_table.c.request_hash, _table.c.status, _table.c.body).where(*_mine))
_KEEP = Statement(sa.update(_table).where(*_mine).values(**params("status", "body")))
_PRUNE = Statement(sa.delete(_table).where(_table.c.created_at < param("before")))


def claim(session: Session, business_id: str, key: str, *, request_hash: str) -> Any:
    """None for a new key, which is now taken; else the row of the call that had it (request_hash, status, body)."""
    now = clock.now()
    if _CLAIM.rows(session, business_id=business_id, key=key, request_hash=request_hash, created_at=now):
        return None
    return _FIND.first(session, business_id=business_id, key=key)


def keep(session: Session, business_id: str, key: str, *, status: int, body: str) -> None:
    """The answer, in the transaction that claimed the key."""
    _KEEP.run(session, business_id=business_id, key=key, status=status, body=body)


def prune(session: Session) -> int:
    """Forget answers of more than a day ago."""
    return _PRUNE.run(session, before=clock.now() - KEPT)
