"""Takes texts out of the outbox: consent is read again under lock, and what may not go is ended here.

The commit is the point of no return: from then on a lease (flight.py) says that a text may be on its way.
"""

import datetime as dt
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session

from portal import clock
from portal.accounts import delivery, endpoint
from portal.accounts.endpoint import Event
from portal.accounts.sender import Sender
from portal.column import table_of
from portal.consent import subscription
from portal.consent.purpose import Purpose
from portal.database import announce
from portal.messaging import deferral, flight, gate, message, outbox, quarantine
from portal.messaging.gate import Defer
from portal.messaging.message import Fate
from portal.messaging.refusal import Refuse
from portal.messaging.spending import Limits, Spending
from portal.statement import Statement, param, params


@dataclass(frozen=True)
class Claim:
    """One text to hand over now; `row` holds the message and its sender."""

    row: Any
    credentials: str


_m, _s, _f = message.table, subscription.table, flight.table
_sender = table_of(Sender)
_other = _m.alias("other")
_SELECT = (
    sa.select(
        _m.c.id, _m.c.business_id, _m.c.subscription_id, _m.c.number, _m.c.text, _m.c.purpose, _m.c.segments,
        _m.c.attempts, _m.c.expires_at, _m.c.due_at, _m.c.created_at, _m.c.once_key, _m.c.channel, _m.c.template,
        _s.c.user_id, _s.c.last_inbound_at, _s.c.origin, *subscription.FACTS,
        _sender.c.number.label("sender_number"), _sender.c.provider, _sender.c.credentials, _sender.c.is_active,
        endpoint.someone_listens(_m.c.business_id).label("has_listener"),
    )
    .join_from(_m, _s, _s.c.id == _m.c.subscription_id)
    .join(_sender, _sender.c.id == _m.c.sender_id)
    .where(
        _m.c.status == "queued",
        _m.c.due_at <= param("now"),
        ~sa.exists().where(_f.c.subscription_id == _m.c.subscription_id),
        ~sa.exists().where(
            _other.c.subscription_id == _m.c.subscription_id,
            _other.c.status == "queued",
            _other.c.purpose == Purpose.OPT_IN_CONFIRMATION,
            _other.c.urgency < _m.c.urgency,
        ),
    )
    .order_by(_m.c.urgency, _m.c.due_at, _m.c.id)
    .limit(param("limit", sa.Integer()))
    .with_for_update(key_share=True, of=[_m, _s], skip_locked=True)
)  # fmt: skip
_CANDIDATES = Statement(_SELECT)
_ANSWERS = Statement(_SELECT.where(_m.c.urgency == 0, _m.c.purpose.in_(outbox.ANSWERS)))
_SENDING = Statement(
    sa.update(_m)
    .where(_m.c.id == param("id"))
    .values(status="sending", reason="", attempts=_m.c.attempts + 1, **params("consent_seq", "claimed_at"))
)


def take(session: Session, free: int, limits: Limits) -> list[Claim]:
    """Up to `free` texts to hand over at once. Consent is read again under lock; what may not go is ended here."""
    claimed: list[Claim] = []
    numbers: set[str] = set()
    now = clock.now()
    spending = Spending(session, limits)
    candidates = _ANSWERS if quarantine.is_on(session) else _CANDIDATES
    rows = candidates.rows(session, now=now, limit=free * 2)
    waiting = deferral.on_claiming(session, rows, now)
    for row in rows:
        if len(claimed) == free or row.subscription_id in numbers:
            continue
        numbers.add(row.subscription_id)
        found = _why_not(row, now, spending, waiting.get(row.id))
        if found is not None:
            _keep_back(session, row, found)
            continue
        if flight.take(session, row.subscription_id, row.id, now=now):
            if row.attempts == 0 and row.due_at > row.created_at:
                message.arrive(session, row, at=now)
            _SENDING.run(session, id=row.id, consent_seq=row.consent_seq, claimed_at=now)
            spending.add(row.business_id, row.segments)
            claimed.append(Claim(row, row.credentials))
    spending.write()
    return claimed


def _keep_back(session: Session, row: Any, found: Defer | tuple[Fate, str]) -> None:
    """Until later, or for good. There may be more behind it: the next turn need not wait."""
    announce(session, f"thread:{row.business_id}:{row.subscription_id}")
    announce(session, outbox.TOPIC)
    if isinstance(found, Defer):
        outbox.put_off(session, row.id, found)
        return
    outbox.end(session, row.id, status=found[0], reason=found[1])
    if row.has_listener:
        delivery.note(session, row.business_id, Event.MESSAGE_FAILED, row.id)


def _why_not(row: Any, now: dt.datetime, spending: Spending, waits: Defer | None) -> Defer | tuple[Fate, str] | None:
    if row.expires_at is not None and row.expires_at <= now:
        return Fate.CANCELLED, "expired"
    purpose = Purpose(row.purpose)
    if purpose is Purpose.CLARIFICATION and not row.in_review:
        return Fate.CANCELLED, "settled"
    has_room = spending.has_room(row.business_id, purpose, row.segments)
    decision = gate.decide(
        row, purpose, has_sender=bool(row.is_active), has_room=has_room,
        is_window_open=row.template is not None or gate.may_write_freely(row), waits=waits,
    )  # fmt: skip
    if isinstance(decision, Refuse):
        return Fate.REFUSED, decision.kept_as
    if isinstance(decision, Defer) and row.expires_at is not None and decision.until >= row.expires_at:
        return Fate.CANCELLED, decision.reason
    return decision if isinstance(decision, Defer) else None
