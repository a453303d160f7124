"""Whose ledger is to be signed next: once a day of the business's own, whichever of many processes finds it first."""

import datetime as dt
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlmodel import Session

from portal import clock, local_time
from portal.accounts.business import Business
from portal.column import UtcTime
from portal.consent import head, ledger_seal
from portal.statement import Statement, param

BATCH = 20  # businesses of one turn
LEASE = dt.timedelta(minutes=10)  # then whoever began has failed, and it is tried again
FAR = dt.timedelta(days=2)  # no round is planned so far ahead, but by a clock that was wrong
AFTER_MIDNIGHT = dt.time(0, 10)

_s, _h = ledger_seal.table, head.table
_is_owed = sa.or_(
    _s.c.next_at.is_(None), _s.c.next_at <= param("now", UtcTime()), _s.c.next_at > param("far", UtcTime())
)
_is_free = sa.or_(
    _s.c.claimed_at.is_(None), _s.c.claimed_at <= param("lease", UtcTime()), _s.c.claimed_at > param("now", UtcTime())
)
_OWED = Statement(
    sa.select(_h.c.business_id)
    .outerjoin_from(_h, _s, _s.c.business_id == _h.c.business_id)
    .where(_h.c.seq > 0, _is_owed, _is_free)
    .order_by(_s.c.next_at.is_not(None), _s.c.next_at)
    .limit(BATCH)
)
_CLAIM = Statement(
    sa.update(_s)
    .where(_s.c.business_id == param("business_id"), _is_owed, _is_free)
    .values(claimed_at=param("now", UtcTime()))
)
_SETTLE = Statement(
    sa.update(_s)
    .where(_s.c.business_id == param("business_id"))
    .values(next_at=param("next", UtcTime()), claimed_at=None)
)


def owed(session: Session) -> list[str]:
    """Businesses that have entries and no round yet today, those never seen first."""
    return [row.business_id for row in _OWED.rows(session, **_times())]


def claim(session: Session, business_id: str) -> bool:
    """Whether it is ours to do."""
    ledger_seal.add(session, business_id)
    return _CLAIM.run(session, business_id=business_id, **_times()) == 1


def settle(session: Session, business_id: str) -> None:
    """Done for today: the next one soon after midnight, where the business is."""
    zone = session.get_one(Business, business_id).timezone
    tomorrow = local_time.today(zone) + dt.timedelta(days=1)
    at = dt.datetime.combine(tomorrow, AFTER_MIDNIGHT, ZoneInfo(zone))
    _SETTLE.run(session, business_id=business_id, next=at.astimezone(dt.UTC))


def _times() -> dict[str, dt.datetime]:
    now = clock.now()
    return {"now": now, "lease": now - LEASE, "far": now + FAR}
