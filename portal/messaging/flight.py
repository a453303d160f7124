"""What is on its way: the lease of a claimed text, which a STOP waits for before its 2xx (promises.md A.1).

At most one text per number is in flight. A stopped text is expired here, so that it neither leaves late nor is tried
again, and so that a repeated STOP waits for it too, whatever became of the consent since.
"""

import datetime as dt
from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlmodel import Field, Session, SQLModel

from portal import clock
from portal.column import UtcTime, table_of
from portal.consent.purpose import Purpose
from portal.messaging import message
from portal.statement import Statement, param, params

START_WITHIN = 2.0  # seconds between the claim and the first byte; later the claim is given back
SEND_WITHIN = 8.0  # seconds a provider may take
LEASE = dt.timedelta(seconds=START_WITHIN + SEND_WITHIN + 2)


class InFlight(SQLModel, table=True):
    """The lease of the one text that may be on its way to a number."""

    __tablename__ = "in_flight"

    subscription_id: str = Field(foreign_key="subscription.id", primary_key=True)
    message_id: str = Field(foreign_key="message.id")
    until: dt.datetime = Field(sa_type=UtcTime, index=True)


table = table_of(InFlight)
_m = message.table
_TAKE = Statement(
    lambda insert: insert(table).values(**params("subscription_id", "message_id", "until")).on_conflict_do_nothing()
)
_MINE = Statement(
    sa.select(table.c.message_id).where(
        table.c.subscription_id == param("subscription_id"), table.c.message_id == param("message_id")
    )
)
_LAND = Statement(
    sa.delete(table).where(
        table.c.subscription_id == param("subscription_id"), table.c.message_id == param("message_id")
    )
)
_LAND_OVERDUE = Statement(
    sa.delete(table).where(table.c.message_id == param("message_id"), table.c.until <= param("now"))
)
_STOPPED = Statement(
    sa.select(table.c.until)
    .join_from(table, _m, _m.c.id == table.c.message_id)
    .where(table.c.subscription_id == param("subscription_id"), _m.c.expires_at <= param("now", _m.c.expires_at.type))
)


def _stopping(spared: Sequence[Purpose]) -> Statement:
    here = sa.select(table.c.message_id).where(table.c.subscription_id == param("subscription_id")).scalar_subquery()
    stopped = sa.update(_m).where(_m.c.id == here, _m.c.status == "sending")
    if spared:
        stopped = stopped.where(_m.c.purpose.not_in(spared))
    return Statement(stopped.values(**params("reason", "expires_at")), is_apart=True)


_STOP: dict[tuple[Purpose, ...], Statement] = {}


def take(session: Session, rows: Sequence[Any], *, now: dt.datetime) -> list[Any]:
    """Those of the claim rows to whose number no other text is on its way."""
    leases = [_lease(row) for row in rows]
    if _TAKE.each(session, [{**lease, "until": now + LEASE} for lease in leases]) == len(rows):
        return list(rows)
    return [row for row, lease in zip(rows, leases, strict=True) if _MINE.first(session, **lease)]


def land(session: Session, subscription_id: str, message_id: str) -> None:
    """Its outcome is known, as far as it ever will be."""
    _LAND.run(session, subscription_id=subscription_id, message_id=message_id)


def land_each(session: Session, rows: Sequence[Any]) -> None:
    """The same for many claim rows."""
    _LAND.each(session, [_lease(row) for row in rows])


def land_overdue(session: Session, message_id: str, *, now: dt.datetime) -> None:
    """The same for a lease that is over; a newer one of the same text stays."""
    _LAND_OVERDUE.run(session, message_id=message_id, now=now)


def stop(session: Session, subscription_id: str, *, reason: str, spare: tuple[Purpose, ...]) -> None:
    """Expire what is on its way to this number, except purposes in `spare`."""
    if spare not in _STOP:
        _STOP[spare] = _stopping(spare)
    _STOP[spare].post(session, subscription_id=subscription_id, reason=reason, expires_at=clock.now())


def is_stopped(session: Session, subscription_id: str) -> bool:
    """Whether a text that was stopped on its way may still leave; a lease past its time is void."""
    now = clock.now()
    lease = _STOPPED.first(session, subscription_id=subscription_id, now=now)
    return lease is not None and lease.until > now


def _lease(row: Any) -> dict[str, str]:
    return {"subscription_id": row.subscription_id, "message_id": row.id}
