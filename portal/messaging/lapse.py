"""Requests of a questionnaire and invitations that nobody answered: after seven days they lapse, and the number is
silent again (promises.md B.3, F-6). What the first-message gate asked stays asked (behaviours.md B2.2); a member may
ask again."""

import datetime as dt
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session

from portal import clock
from portal.consent import ledger, subscription
from portal.consent.state import Kind, Origin, Proof, Status
from portal.messaging import outbox
from portal.statement import Statement, param

AFTER = dt.timedelta(days=7)
LAPSING = (Origin.FORM, Origin.INVITATION)
PIECE = 100

_s = subscription.table
_OVERDUE = Statement(
    sa.select(_s.c.id, _s.c.business_id)
    .where(sa.text("status = 'requested'"), _s.c.changed_at <= param("before"), _s.c.origin.in_(LAPSING))
    .order_by(_s.c.changed_at)
    .limit(PIECE)
)


def overdue(session: Session) -> list[Any]:
    """The oldest of them, in all businesses."""
    return _OVERDUE.rows(session, before=clock.now() - AFTER)


def is_any(session: Session) -> bool:
    return bool(overdue(session))


def run(session: Session) -> int:
    """How many lapsed; decided again under lock, since a YES may have come."""
    done = 0
    for each in overdue(session):
        row = subscription.lock_by_id(session, each.business_id, each.id)
        if row is None:  # erased at this very moment
            continue
        is_due = row.status == Status.REQUESTED and row.origin in LAPSING and row.changed_at <= clock.now() - AFTER
        if is_due:
            outbox.cancel_waiting(session, row.id, reason="lapsed", spare=outbox.ANSWERS)
            ledger.record(
                session, row, Kind.LAPSED, origin=Origin.SYSTEM, proof=Proof.ATTESTED, actor="system", evidence={}
            )
            done += 1
    return done
