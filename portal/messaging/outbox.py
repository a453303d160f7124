"""The one road out: every outbound text is queued here, then claimed (claim.py), sent (dispatch.py) and marked
(outcome.py); nothing else talks to a provider."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session

from portal import clock
from portal.accounts import business as businesses
from portal.consent.purpose import URGENCY, Purpose
from portal.database import announce
from portal.messaging import deferral, flight, gate, message, quarantine, segment, shelf_life
from portal.messaging.gate import Defer, Refuse
from portal.messaging.message import Direction, Fate
from portal.statement import Statement, param, params

_OWED = (Purpose.OPT_IN_CONFIRMATION, Purpose.OPT_OUT_CONFIRMATION, Purpose.HELP)
TOPIC = "outbox"


@dataclass(frozen=True)
class Queued:
    """`is_held`: it waits for the client's YES. `until`: it waits for an hour at which it may arrive."""

    message_id: str
    is_held: bool = False
    until: dt.datetime | None = None


_m = message.table
_PLACE = sa.case(  # what waited for its time stands where its waiting ended
    (sa.and_(_m.c.attempts == 0, _m.c.due_at > _m.c.created_at), param("finished_at", _m.c.created_at.type)),
    else_=_m.c.created_at,
)
_END = Statement(
    sa.update(_m)
    .where(_m.c.id == param("id"), _m.c.status.in_(("queued", "held")))
    .values(created_at=_PLACE, **params("status", "reason", "finished_at"))
)
_PUT_OFF = Statement(
    sa.update(_m).where(_m.c.id == param("id"), _m.c.status == "queued").values(**params("due_at", "reason"))
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


_GIVE_UP = Statement(
    sa.update(_m)
    .where(
        _m.c.subscription_id == param("subscription_id"), _m.c.status == "queued",
        _m.c.purpose.in_((*ANSWERS, Purpose.CLARIFICATION)),
    )
    .values(status="cancelled", **params("reason", "finished_at"))
)  # fmt: skip
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
    is_patient: bool = False,
) -> Queued | Refuse:
    """Queue one text to the locked subscription `row`, or say why not. A used `once_key` answers the first one's id.

    A text for `due_at` is decided about now and again then; it becomes the thread's last message when it leaves. With
    `asks_first` it is held for the client's YES (held_text.py); one that `is_patient` keeps hours (deferral.py).
    """
    found = quarantine.sender_of(session, row.business_id, row.channel)
    decision = gate.decide(
        row, purpose, has_sender=found is not None, asks_first=asks_first, zone=_zone(session, row),
        is_window_open=template is not None or gate.may_write_freely(row), in_quarantine=quarantine.holds(found),
        waits=deferral.on_queueing(session, row, purpose, at=due_at, is_patient=is_patient),
    )  # fmt: skip
    if isinstance(decision, Refuse):
        return decision
    message_id = message.add(
        session, row, direction=Direction.OUTBOUND, member_id=member_id, once_key=once_key, wording=wording,
        template=template, should_touch=due_at is None and not isinstance(decision, Defer),
        **_carried(found, text, purpose), **_standing(decision, purpose, due_at or clock.now(), expires_at),
    )  # fmt: skip
    announce(session, TOPIC)
    return Queued(message_id or _first_with(session, row.business_id, once_key), *_waiting(decision))


def put_off(session: Session, message_id: str, wait: Defer) -> None:
    """What could not leave in its hours waits for the next; out of the claims until then."""
    _PUT_OFF.run(session, id=message_id, due_at=wait.until, reason=wait.reason)


def _zone(session: Session, row: Any) -> str:
    """In which a pause is named; asked for only where there is one."""
    return businesses.get(session, row.business_id).timezone if row.paused_until_at else "UTC"


def _carried(ours: Any, text: str, purpose: Purpose) -> dict[str, Any]:
    """What, and by whom: `ours` is the sender, without which nothing is allowed."""
    return {
        "text": text, "purpose": str(purpose), "segments": segment.count(text).segments, "urgency": URGENCY[purpose],
        "sender_id": ours.id, "provider": ours.provider,
    }  # fmt: skip


def _standing(
    decision: gate.Decision, purpose: Purpose, at: dt.datetime, expires_at: dt.datetime | None
) -> dict[str, Any]:
    """What is put off expires so much later; what waits for a YES has its own rule (held_text.py)."""
    if isinstance(decision, gate.Hold):
        return {"due_at": at, "expires_at": expires_at, "status": Fate.HELD, "reason": decision.reason}
    expires_at = expires_at or shelf_life.end(purpose, at)
    times = {"due_at": at, "expires_at": expires_at}
    if isinstance(decision, Defer):
        later = {"due_at": decision.until, "expires_at": expires_at and expires_at + (decision.until - at)}
        return times | later | {"status": Fate.QUEUED, "reason": decision.reason}
    assert isinstance(decision, gate.Send)
    return times | {"status": Fate.QUEUED, "consent_seq": decision.consent_seq}


def _waiting(decision: gate.Decision) -> tuple[bool, dt.datetime | None]:
    return isinstance(decision, gate.Hold), decision.until if isinstance(decision, Defer) else None


def cancel_waiting(
    session: Session, subscription_id: str, *, reason: str, spare: tuple[Purpose, ...] = ANSWERS
) -> None:
    """Nothing will go out to this number but purposes in `spare`; what is on its way is not tried again."""
    flight.stop(session, subscription_id, reason=reason, spare=spare)
    _CANCEL[spare].post(session, subscription_id=subscription_id, reason=reason, finished_at=clock.now())


def give_up_answers(session: Session, subscription_id: str, *, reason: str) -> None:
    """What would answer a text of theirs is not sent."""
    _GIVE_UP.run(session, subscription_id=subscription_id, reason=reason, finished_at=clock.now())


def cancel(session: Session, business_id: str, message_id: str, *, reason: str = "cancelled by a member") -> bool:
    """Cancel one text that has not left; False when it is too late, or when it is an answer we owe (rules.md 11, 4)."""
    found = message.get(session, business_id, message_id)
    if found is None or found.purpose in _OWED:
        return False
    announce(session, f"thread:{business_id}:{found.subscription_id}")
    return end(session, message_id, status=Fate.CANCELLED, reason=reason)


def end(session: Session, message_id: str, *, status: Fate, reason: str) -> bool:
    """What has not left never will; False when it has."""
    return _END.run(session, id=message_id, status=status, reason=reason, finished_at=clock.now()) == 1


_ONCE = Statement(
    sa.select(_m.c.id).where(_m.c.business_id == param("business_id"), _m.c.once_key == param("once_key"))
)


def _first_with(session: Session, business_id: str, once_key: str | None) -> str:
    found = _ONCE.first(session, business_id=business_id, once_key=once_key)
    return str(found.id)
