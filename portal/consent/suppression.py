"""Opt-outs that outlive an erasure: of the number only a keyed hash stays, and its key is outside the database.

Whoever has the database alone cannot find out whom it names, and a number can still be compared with it whenever it
comes back, on whichever road (promises.md 0.9, F.7; rules.md row 16). Only the client's own act lifts it.
"""

import datetime as dt
import hashlib
import hmac
from collections.abc import Collection
from typing import Any

import sqlalchemy as sa
from sqlmodel import Field, Session, SQLModel

from portal.accounts import key
from portal.column import UtcTime, table_of
from portal.consent import phone_number
from portal.statement import Statement, param, params

KEY_VERSION = 1
"""Of the key file's `suppression` key; another one would be compared beside it, never instead of it."""


class Suppression(SQLModel, table=True):
    """One spelling of a number that may not be texted. `reason` is one of the erasure's words, never a typed text."""

    business_id: str = Field(foreign_key="business.id", primary_key=True)
    hmac: str = Field(primary_key=True)
    key_version: int = KEY_VERSION
    reason: str
    erased_at: dt.datetime = Field(sa_type=UtcTime)


table = table_of(Suppression)
_mine = (table.c.business_id == param("business_id"), table.c.hmac == param("hmac"))
_KEEP = Statement(
    lambda insert: (
        insert(table)
        .values(**params("business_id", "hmac", "key_version", "reason", "erased_at"))
        .on_conflict_do_update(
            index_elements=["business_id", "hmac"], set_={"reason": param("reason"), "erased_at": param("erased_at")}
        )
    )
)
_ANY = Statement(sa.select(table.c.hmac).where(table.c.business_id == param("business_id")).limit(1))
_FIND = Statement(sa.select(table.c.erased_at, table.c.reason).where(*_mine))
_LIFT = Statement(sa.delete(table).where(*_mine))


def keep(session: Session, business_id: str, number: str, *, reason: str, at: dt.datetime) -> None:
    """Suppress every spelling of the number from now on; a second erasure renews it."""
    for each in marks(session, business_id, number):
        keep_mark(session, business_id, each, reason=reason, at=at)


def keep_mark(session: Session, business_id: str, mark: str, *, reason: str, at: dt.datetime) -> None:
    """Where only the keyed hash is known still, as after a restore."""
    _KEEP.run(
        session, business_id=business_id, hmac=mark, key_version=KEY_VERSION, reason=reason, erased_at=at
    )  # fmt: skip


def marks(session: Session, business_id: str, number: str) -> list[str]:
    """The keyed hash of each spelling of the number."""
    return [_mark(session, business_id, spelling) for spelling in phone_number.aliases(number)]


def find(session: Session, business_id: str, number: str) -> Any:
    """`erased_at` and `reason` where this number may not be texted; else None. One look into an index."""
    return _FIND.first(session, business_id=business_id, hmac=_mark(session, business_id, number))


def among(session: Session, business_id: str, numbers: Collection[str]) -> set[str]:
    """Those of many numbers that may not be texted. One query, and a short one where nobody was erased."""
    if _ANY.first(session, business_id=business_id) is None:
        return set()
    marks = {_mark(session, business_id, each): each for each in numbers}
    query = sa.select(table.c.hmac).where(table.c.business_id == business_id, table.c.hmac.in_(list(marks)))
    return {marks[each] for each in session.scalars(query)}


def lift(session: Session, business_id: str, number: str) -> None:
    """The client came back by an act of their own, or is erased again without an opt-out."""
    for spelling in phone_number.aliases(number):
        _LIFT.post(session, business_id=business_id, hmac=_mark(session, business_id, spelling))


def _mark(session: Session, business_id: str, number: str) -> str:
    secret = key.of(session).suppression
    return hmac.new(secret, f"suppression|{business_id}|{number}".encode(), hashlib.sha256).hexdigest()
