"""The last texts between a business and one client, as their phone has them: nothing that waits, is hidden or is meant
for members; and no one-time code."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session

from portal.clients.own_number import OwnNumber
from portal.messaging import message
from portal.messaging.message import Direction, Fate
from portal.messaging.one_time_code import STARS

MOST = 20
ON_THE_PHONE = (Fate.RECEIVED, Fate.SENT, Fate.DELIVERED)

_m = message.table
_COLUMNS = (_m.c.id, _m.c.subscription_id, _m.c.direction, _m.c.text, _m.c.created_at, _m.c.channel)


@dataclass(frozen=True)
class OwnText:
    """`is_theirs`: the client wrote it."""

    at: dt.datetime
    text: str
    channel: str
    is_theirs: bool


def latest(session: Session, numbers: Sequence[OwnNumber], *, limit: int = MOST) -> list[OwnText]:
    """Newest first, over all numbers: each one's own end of its thread, then the latest of them."""
    found: list[Any] = []
    for each in numbers:
        for row in each.lines:
            found += session.execute(_of(row.id, each.since_at).limit(limit)).all()
    found.sort(key=lambda row: (row.created_at, row.id), reverse=True)
    return [_text(row) for row in found[:limit]]


def _of(subscription_id: str, since_at: dt.datetime | None) -> sa.Select[Any]:
    query = sa.select(*_COLUMNS).where(
        _m.c.subscription_id == subscription_id,
        _m.c.direction != Direction.NOTICE,
        _m.c.status.in_(ON_THE_PHONE),
        message.IS_SHOWN,
    )
    if since_at is not None:
        query = query.where(_m.c.created_at >= since_at)
    return query.order_by(_m.c.created_at.desc(), _m.c.id.desc())


def _text(row: Any) -> OwnText:
    words = str(row.text).replace(STARS, "······")
    return OwnText(row.created_at, words, row.channel, row.direction == Direction.INBOUND)
