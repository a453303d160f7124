"""How it stands with sealing the ledger of each business: when the next checkpoint is owed, and what stops it.

The ledger is here and its checkpoints in portal/evidence; what watches over a business (portal/watch) stands between
them and only has to know of a ledger that can no longer be signed.
"""

import datetime as dt
from typing import Any

import sqlalchemy as sa
from sqlmodel import Field, Session, SQLModel

from portal import clock
from portal.column import UtcTime, table_of
from portal.statement import Statement, param, params


class LedgerSeal(SQLModel, table=True):
    """`next_at`: when the next round is owed. `problem`: why nothing is signed, since `problem_since_at`; empty while
    all is well. `claimed_at`: when somebody began a round."""

    __tablename__ = "ledger_seal"

    business_id: str = Field(foreign_key="business.id", primary_key=True)
    next_at: dt.datetime | None = Field(default=None, sa_type=UtcTime)
    claimed_at: dt.datetime | None = Field(default=None, sa_type=UtcTime)
    problem: str = ""
    problem_since_at: dt.datetime | None = Field(default=None, sa_type=UtcTime)


table = table_of(LedgerSeal)
_OF = Statement(sa.select(table).where(table.c.business_id == param("business_id")))
_TROUBLED = Statement(sa.select(table).where(table.c.problem != "").order_by(table.c.problem_since_at).limit(20))
_ADD = Statement(
    lambda insert: insert(table).values(**params("business_id"), problem="").on_conflict_do_nothing()
)  # fmt: skip
_SAY = Statement(
    sa.update(table)
    .where(table.c.business_id == param("business_id"), table.c.problem != param("problem"))
    .values(problem=param("problem"), problem_since_at=param("now", UtcTime()))
)


def of(session: Session, business_id: str) -> Any:
    """The row of a business, or None before its first round."""
    return _OF.first(session, business_id=business_id)


def add(session: Session, business_id: str) -> None:
    _ADD.run(session, business_id=business_id)


def say(session: Session, business_id: str, problem: str) -> None:
    """Remember what is wrong, or with "" that nothing is."""
    add(session, business_id)
    _SAY.run(session, business_id=business_id, problem=problem, now=clock.now() if problem else None)


def troubled(session: Session) -> list[Any]:
    """Businesses whose ledger cannot be signed, those for the longest time first."""
    return _TROUBLED.rows(session)
