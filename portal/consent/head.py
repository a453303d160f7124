"""The end of each business's ledger: one row, whose lock orders whatever is written about consent.

It is taken before any counter and never the other way round, or two writers on PostgreSQL would wait for each other.
"""

import hmac
from typing import Any

import sqlalchemy as sa
from sqlmodel import Field, Session, SQLModel

from portal.accounts import key
from portal.column import table_of
from portal.statement import Statement, param, params

GENESIS = "0" * 64


class LedgerHead(SQLModel, table=True):
    """The last entry of a business. `mac` is made with the key file, so that a cut-off tail cannot be hidden."""

    __tablename__ = "ledger_head"

    business_id: str = Field(foreign_key="business.id", primary_key=True)
    seq: int
    hash: str
    mac: str


table = table_of(LedgerHead)
_LOCK = Statement(
    sa.select(table.c.seq, table.c.hash).where(table.c.business_id == param("business_id")).with_for_update()
)
_FIRST = Statement(
    lambda insert: insert(table).values(**params("business_id", "seq", "hash", "mac")).on_conflict_do_nothing()
)
_MOVE = Statement(
    sa.update(table).where(table.c.business_id == param("business_id")).values(**params("seq", "hash", "mac"))
)


def lock(session: Session, business_id: str) -> Any:
    """`seq` and `hash` of the last entry, locked until the transaction ends."""
    head = _LOCK.first(session, business_id=business_id)
    if head is None:
        sealed = mac(key.of(session).evidence, business_id, 0, GENESIS)  # a ledger without entries verifies too
        _FIRST.run(session, business_id=business_id, seq=0, hash=GENESIS, mac=sealed)
        head = _LOCK.first(session, business_id=business_id)
    return head


def move(session: Session, business_id: str, *, seq: int, last_hash: str) -> None:
    """Seal a new end. Only the ledger calls this (law 3)."""
    sealed = mac(key.of(session).evidence, business_id, seq, last_hash)
    _MOVE.post(session, business_id=business_id, seq=seq, hash=last_hash, mac=sealed)


def mac(secret: bytes, business_id: str, seq: int, last_hash: str) -> str:
    return hmac.digest(secret, f"{business_id}|{seq}|{last_hash}".encode(), "sha256").hex()
