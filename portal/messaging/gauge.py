"""How the roads are doing, in figures that anybody may see: counts and ages, never a number or a business."""

import datetime as dt
from dataclasses import dataclass

import sqlalchemy as sa
from sqlmodel import Session

from portal import clock
from portal.consent import head, ledger
from portal.consent.purpose import Purpose
from portal.consent.state import Kind
from portal.messaging import flight, message
from portal.statement import Statement, param

RECENT = dt.timedelta(days=7)
_ANSWERS = (Purpose.OPT_OUT_CONFIRMATION, Purpose.HELP, Purpose.OPT_IN_REQUEST, Purpose.CLARIFICATION)

_m, _e, _f, _head = message.table, ledger.table, flight.table, head.table
_is_queued = _m.c.status == "queued"
_DEPTH = Statement(sa.select(sa.func.count().label("found")).select_from(_m).where(_is_queued))
_DUE = Statement(
    sa.select(sa.func.count().label("found"), sa.func.min(_m.c.due_at).label("oldest"))
    .select_from(_m)
    .where(_is_queued, _m.c.due_at <= param("now"))
)
_IN_FLIGHT = Statement(sa.select(sa.func.count().label("found")).select_from(_f))
_UNKNOWN = Statement(
    sa.select(sa.func.count().label("found")).select_from(_m).where(_m.c.id > param("since"), _m.c.status == "unknown")
)
_ENTRIES = Statement(sa.select(sa.func.coalesce(sa.func.sum(_head.c.seq), 0).label("found")))
_AFTER_STOP = Statement(
    sa.select(sa.func.count().label("found"))
    .select_from(_m)
    .where(
        _m.c.id > param("since"),
        _m.c.direction == "outbound",
        _m.c.claimed_at.is_not(None),
        _m.c.purpose.not_in(_ANSWERS),
        sa.or_(
            _m.c.consent_seq.is_(None),
            sa.exists().where(
                _e.c.subscription_id == _m.c.subscription_id,
                _e.c.kind.in_((Kind.OPTED_OUT, Kind.DECLINED)),
                _e.c.seq > _m.c.consent_seq,
                _e.c.recorded_at < _m.c.claimed_at,
            ),
        ),
    )
)


@dataclass(frozen=True)
class Gauges:
    """`send_after_stop_total` must be 0: texts claimed without a consent, or after the opt-out that ended it."""

    outbox_depth: int
    oldest_due_seconds: float
    in_flight: int
    unknown_outcomes: int
    send_after_stop_total: int
    ledger_entries: int


def read(session: Session) -> Gauges:
    """All figures; those over messages look at the last seven days, so that they cost the same for ever."""
    since = _since(clock.now() - RECENT)
    return Gauges(
        int(_DEPTH.first(session).found),
        _oldest_due_seconds(session),
        in_flight(session),
        int(_UNKNOWN.first(session, since=since).found),
        int(_AFTER_STOP.first(session, since=since).found),
        int(_ENTRIES.first(session).found),
    )


def due(session: Session) -> int:
    """How many texts could go out now."""
    return int(_DUE.first(session, now=clock.now()).found)


def in_flight(session: Session) -> int:
    """How many texts are with a provider whose answer is not on disk."""
    return int(_IN_FLIGHT.first(session).found)


def _oldest_due_seconds(session: Session) -> float:
    oldest = _DUE.first(session, now=clock.now()).oldest
    return (clock.now() - oldest).total_seconds() if oldest else 0.0


def _since(moment: dt.datetime) -> str:
    """The smallest id of messages made after `moment`: ids begin with their time (portal/column.py)."""
    return f"{int(moment.timestamp() * 1000):012x}"
