"""What providers sent runs out word for word; that it came stays, or a captured YES would count again (F.6)."""

import datetime as dt
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session

from portal.messaging import provider_event
from portal.retention import spared
from portal.retention.mark import Piece, Place
from portal.retention.period import Period

PIECE = 100

_v = provider_event.table
HAS_RAW = sa.text("length(raw) > 0")
"""In the words of its index, which holds no other rows."""


def older(home: str, place: Place, start: dt.datetime) -> sa.Select[Any]:
    """From that moment on; those of one moment are looked at again, and are few."""
    mine = (_v.c.business_id == home, _v.c.received_at < start, _v.c.received_at >= place.at, HAS_RAW)
    return sa.select(_v.c.provider, _v.c.event_id, _v.c.received_at, _v.c.raw).where(*mine)


def piece(session: Session, home: str, place: Place, start: dt.datetime, period: Period) -> Piece:
    """`place` is of this night alone: what is spared is looked at again in the next one."""
    rows = session.execute(older(home, place, start).order_by(_v.c.received_at).limit(PIECE)).all()
    named = spared.digits(session, home) if rows else set()
    going = [row for row in rows if not any(each in row.raw or each in row.event_id.encode() for each in named)]
    for row in going:
        one = (_v.c.business_id == home, _v.c.provider == row.provider, _v.c.event_id == row.event_id)
        session.execute(sa.update(_v).where(*one).values(raw=b""))
    return Piece(len(going), len(rows) - len(going), *_next(rows, place, bool(going)))


def _next(rows: Any, place: Place, has_gone: bool) -> tuple[Place, bool]:
    """Where a whole piece of one moment was spared, the next moment."""
    if not rows:
        return place, True
    at = rows[-1].received_at
    if at == place.at and not has_gone:
        at += dt.timedelta(microseconds=1)
    return Place(at), len(rows) < PIECE
