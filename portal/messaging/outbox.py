"""The one road out: every outbound text is queued here, claimed here and marked here; nothing else talks to a provider.

The claim's commit is the point of no return: from then on a lease (flight.py) says that a text may be on its way.
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session

from portal import clock
from portal.accounts import business as businesses
from portal.accounts import delivery, endpoint, sender
from portal.accounts.endpoint import Event
from portal.accounts.sender import Sender
from portal.column import table_of
from portal.consent import subscription
from portal.consent.purpose import URGENCY, Purpose
from portal.database import announce
from portal.messaging import flight, gate, message, segment
from portal.messaging.gate import Refuse
from portal.messaging.message import Direction, Fate
from portal.messaging.spending import Limits, Spending
from portal.statement import Statement, param, params

_OWED = (Purpose.OPT_IN_CONFIRMATION, Purpose.OPT_OUT_CONFIRMATION, Purpose.HELP)
TOPIC = "outbox"


@dataclass(frozen=True)
class Queued:
    """`is_held`: it waits for the client's YES."""

    message_id: str
    is_held: bool = False


@dataclass(frozen=True)
class Claim:
    """One text to hand over now; `row` holds the message and its sender."""

    row: Any
    credentials: str


_m, _s, _f = message.table, subscription.table, flight.table
_sender = table_of(Sender)
_other = _m.alias("other")
_CANDIDATES = Statement(
    sa.select(
        _m.c.id, _m.c.business_id, _m.c.subscription_id, _m.c.number, _m.c.text, _m.c.purpose, _m.c.segments,
        _m.c.attempts, _m.c.expires_at, _m.c.due_at, _m.c.created_at, _m.c.once_key, _m.c.channel, _m.c.template,
        _s.c.user_id, _s.c.last_inbound_at, *subscription.FACTS,
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
_SENDING = Statement(
    sa.update(_m)
    .where(_m.c.id == param("id"))
    .values(status="sending", reason="", attempts=_m.c.attempts + 1, **params("consent_seq", "claimed_at"))
)
_PLACE = sa.case(  # what waited for its time stands where its waiting ended
    (sa.and_(_m.c.attempts == 0, _m.c.due_at > _m.c.created_at), param("finished_at", _m.c.created_at.type)),
    else_=_m.c.created_at,
)
_END = Statement(
    sa.update(_m)
    .where(_m.c.id == param("id"), _m.c.status.in_(("queued", "held")))
    .values(created_at=_PLACE, **params("status", "reason", "finished_at"))
)
ANSWERS: tuple[Purpose, ...] = (Purpose.OPT_OUT_CONFIRMATION, Purpose.HELP)
CONFIRMATION: tuple[Purpose, ...] = (Purpose.OPT_OUT_CONFIRMATION,)
NOTHING: tuple[Purpose, ...] = ()


def _cancelling(spared: tuple[Purpose, ...]) -> Statement:
    return Statement(
        sa.update(_m)
        .where(
            _m.c.subscription_id == param("subscription_id"),
            _m.c.status.in_(("queued", "held")),
            _m.c.purpose.not_in(spared),
        )
        .values(status="cancelled", created_at=_PLACE, **params("reason", "finished_at")),
        is_apart=True,
    )


_CANCEL = {spared: _cancelling(spared) for spared in (ANSWERS, CONFIRMATION, NOTHING)}


def queue(
    session: Session,
    row: Any,
    text: str,
    *,
    purpose: Purpose,
    member_id: str | None = None,
    once_key: str | None = None,
    due_at: dt.datetime | None = None,
    expires_at: dt.datetime | None = None,
    wording: str | None = None,
    asks_first: bool = False,
    template: Mapping[str, Any] | None = None,
) -> Queued | Refuse:
    """Queue one text to the locked subscription `row`, or say why not. A used `once_key` answers the first one's id.

    A text for `due_at` is decided about now and again then; it becomes the thread's last message when it leaves.
    With `asks_first` it is held where the client has still to say YES (messaging/held_text.py).
    """
    found = sender.of(session, row.business_id, row.channel)
    decision = gate.decide(
        row, purpose, has_sender=found is not None, asks_first=asks_first,
        is_window_open=template is not None or gate.may_write_freely(row), zone=_zone(session, row),
    )  # fmt: skip
    if isinstance(decision, Refuse):
        return decision
    assert found is not None
    message_id = message.add(
        session, row, direction=Direction.OUTBOUND, text=text, purpose=str(purpose),
        segments=segment.count(text).segments, urgency=URGENCY[purpose], due_at=due_at or clock.now(),
        expires_at=expires_at, sender_id=found.id, provider=found.provider, member_id=member_id, once_key=once_key,
        should_touch=due_at is None, wording=wording, template=template, **_standing(decision),
    )  # fmt: skip
    announce(session, TOPIC)
    return Queued(message_id or _first_with(session, row.business_id, once_key), isinstance(decision, gate.Hold))


def _zone(session: Session, row: Any) -> str:
    """In which a pause is named; asked for only where there is one."""
    return businesses.get(session, row.business_id).timezone if row.paused_until_at else "UTC"


def _standing(decision: gate.Decision) -> dict[str, Any]:
    if isinstance(decision, gate.Hold):
        return {"status": Fate.HELD, "reason": decision.reason}
    assert isinstance(decision, gate.Send)
    return {"status": Fate.QUEUED, "consent_seq": decision.consent_seq}


def cancel_waiting(
    session: Session, subscription_id: str, *, reason: str, spare: tuple[Purpose, ...] = ANSWERS
) -> None:
    """Nothing will go out to this number but purposes in `spare`; what is on its way is not tried again."""
    flight.stop(session, subscription_id, reason=reason, spare=spare)
    _CANCEL[spare].post(session, subscription_id=subscription_id, reason=reason, finished_at=clock.now())


def cancel(session: Session, business_id: str, message_id: str, *, reason: str = "cancelled by a member") -> bool:
    """Cancel one text that has not left; False when it is too late, or when it is an answer we owe (rules.md 11, 4)."""
    found = message.get(session, business_id, message_id)
    if found is None or found.purpose in _OWED:
        return False
    announce(session, f"thread:{business_id}:{found.subscription_id}")
    return _END.run(session, id=message_id, status=Fate.CANCELLED, reason=reason, finished_at=clock.now()) == 1


def claim(session: Session, free: int, limits: Limits) -> list[Claim]:
    """Up to `free` texts to hand over at once. Consent is read again under lock; what may not go is ended here."""
    claimed: list[Claim] = []
    numbers: set[str] = set()
    now = clock.now()
    spending = Spending(session, limits)
    for row in _CANDIDATES.rows(session, now=now, limit=free * 2):
        if len(claimed) == free or row.subscription_id in numbers:
            continue
        numbers.add(row.subscription_id)
        refusal = _why_not(row, now, spending)
        if refusal:
            _END.run(session, id=row.id, status=refusal[0], reason=refusal[1], finished_at=now)
            if row.has_listener:
                delivery.note(session, row.business_id, Event.MESSAGE_FAILED, row.id)
            announce(session, f"thread:{row.business_id}:{row.subscription_id}")
            continue
        if flight.take(session, row.subscription_id, row.id, now=now):
            if row.attempts == 0 and row.due_at > row.created_at:
                message.arrive(session, row, at=now)
            _SENDING.run(session, id=row.id, consent_seq=row.consent_seq, claimed_at=now)
            spending.add(row.business_id, row.segments)
            claimed.append(Claim(row, row.credentials))
    spending.write()
    return claimed


def _why_not(row: Any, now: dt.datetime, spending: Spending) -> tuple[Fate, str] | None:
    if row.expires_at is not None and row.expires_at <= now:
        return Fate.CANCELLED, "expired"
    purpose = Purpose(row.purpose)
    if purpose is Purpose.CLARIFICATION and not row.in_review:
        return Fate.CANCELLED, "settled"
    has_room = spending.has_room(row.business_id, purpose, row.segments)
    decision = gate.decide(
        row, purpose, has_sender=bool(row.is_active), has_room=has_room,
        is_window_open=row.template is not None or gate.may_write_freely(row),
    )  # fmt: skip
    return (Fate.REFUSED, decision.kept_as) if isinstance(decision, Refuse) else None


_ONCE = Statement(
    sa.select(_m.c.id).where(_m.c.business_id == param("business_id"), _m.c.once_key == param("once_key"))
)


def _first_with(session: Session, business_id: str, once_key: str | None) -> str:
    found = _ONCE.first(session, business_id=business_id, once_key=once_key)
    return str(found.id)
