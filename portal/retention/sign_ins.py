"""The log of sign-ins runs out. It is the only part of the audit that does; what members changed stays (E.4, F.6)."""

import datetime as dt

import sqlalchemy as sa
from sqlmodel import Session

from portal.accounts.audit import AuditEntry
from portal.column import table_of
from portal.retention import addresses
from portal.retention.mark import Piece, Place
from portal.retention.period import Period

PIECE = 250
BEGINS = "sign_in"

_a = table_of(AuditEntry)


def piece(session: Session, home: str, place: Place, start: dt.datetime, period: Period) -> Piece:
    query = addresses.older_audit(home, place, start).order_by(_a.c.at, _a.c.id).limit(PIECE)
    rows = session.execute(query).all()
    going = [row.id for row in rows if row.action.startswith(BEGINS)]
    if going:
        session.execute(sa.delete(_a).where(_a.c.id.in_(going)))
    last = Place(rows[-1].at, rows[-1].id) if rows else place
    return Piece(len(going), 0, last, is_last=len(rows) < PIECE)
