"""What became of a text: the provider's answer, and its later reports in whatever order they come (promise P3, P4)."""

import datetime as dt
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session

from portal import chance, clock
from portal.accounts import delivery, endpoint
from portal.accounts.endpoint import Event
from portal.accounts.sender import SMS, WHATSAPP
from portal.consent import ledger, subscription
from portal.consent.state import Carrier, Kind, Origin, Proof, Status
from portal.database import announce
from portal.messaging import breaker, flight, invited, message, outbox, preference
from portal.messaging.message import Fate
from portal.providers.provider import Accepted, Rejected, Result, StatusUpdate, Trouble
from portal.statement import Statement, param, params

_EVENTS = {
    Fate.SENT: Event.MESSAGE_SENT, Fate.DELIVERED: Event.MESSAGE_DELIVERED, Fate.FAILED: Event.MESSAGE_FAILED,
    Fate.UNKNOWN: Event.MESSAGE_FAILED,
}  # fmt: skip
UNREACHABLE = {
    SMS: "Texts do not reach this number; it may be a landline.",
    WHATSAPP: "This number could not be reached on WhatsApp.",
}
TRIES = 12  # of one text; what its sender's rest costs is not counted (breaker.py)
FIRST, LONGEST = 5.0, 900.0  # seconds before the next try

_m, _f = message.table, flight.table
_OVERDUE = Statement(
    sa.select(
        _f.c.message_id,
        _f.c.subscription_id,
        _m.c.business_id,
        endpoint.someone_listens(_m.c.business_id).label("has_listener"),
    )
    .join_from(_f, _m, _m.c.id == _f.c.message_id)
    .where(_f.c.until <= param("now"))
    .limit(500)
)
_END = Statement(
    sa.update(_m)
    .where(_m.c.id == param("id"), _m.c.status.in_(("sending", "unknown")))
    .values(**params("status", "reason", "error_code", "finished_at"))
)
SENT = Statement(
    sa.update(_m)
    .where(_m.c.id == param("id"), _m.c.status.in_(("sending", "unknown")))
    .values(status="sent", reason="", **params("provider_id", "sent_at"))
)
_AGAIN = Statement(
    sa.update(_m)
    .where(
        _m.c.id == param("id"),
        _m.c.status == "sending",
        sa.or_(_m.c.expires_at.is_(None), _m.c.expires_at > param("now", _m.c.expires_at.type)),
    )
    .values(status="queued", **params("due_at", "reason", "error_code", "attempts"))
)
_TOO_LATE = Statement(
    sa.update(_m)
    .where(_m.c.id == param("id"), _m.c.status == "sending")
    .values(
        status="cancelled", reason=sa.case((_m.c.reason == "", "expired"), else_=_m.c.reason), **params("finished_at")
    )
)
_BY_PROVIDER_ID = Statement(
    sa.select(_m).where(
        _m.c.business_id == param("business_id"),
        _m.c.provider_id == param("provider_id"),
        _m.c.direction == "outbound",
    )
)
_PROGRESS = Statement(
    sa.update(_m)
    .where(_m.c.id == param("id"), _m.c.provider_rank < param("rank"))
    .values(
        provider_rank=param("rank"),
        **params("status", "reason", "error_code", "provider_id", "sent_at", "finished_at"),
    )
)


def mark(session: Session, claimed: Any, result: Result) -> None:
    """Record what the provider said to the text of claim row `claimed`, and end its lease."""
    if isinstance(result, Accepted):
        if SENT.run(session, id=claimed.id, provider_id=result.provider_id, sent_at=clock.now()):
            _tell(session, claimed, claimed.id, Fate.SENT)
        breaker.works(session, claimed)
    elif isinstance(result, Rejected):
        _rejected(session, claimed, result)
    else:
        _end(session, claimed.id, Fate.UNKNOWN, result.sentence)
        _tell(session, claimed, claimed.id, Fate.UNKNOWN)
        breaker.failed(session, claimed, Trouble.TEMPORARY)
    flight.land(session, claimed.subscription_id, claimed.id)
    announce(session, f"thread:{claimed.business_id}:{claimed.subscription_id}")
    announce(session, outbox.TOPIC)


def give_back(session: Session, claimed: Any) -> None:
    """The claim grew too old before a byte left: queue the text again. Under its number's lock: a STOP that looks at it
    meanwhile would find it neither on its way nor waiting, and leave it to a later opt-in."""
    subscription.lock_by_id(session, claimed.business_id, claimed.subscription_id)
    _again(session, claimed, due_at=clock.now(), attempts=claimed.attempts + 1)
    if claimed.rests:
        breaker.not_probed(session, claimed.sender_id, now=clock.now())
    flight.land(session, claimed.subscription_id, claimed.id)
    announce(session, outbox.TOPIC)


def is_any_overdue(session: Session) -> bool:
    """Whether a lease is over, asked before anybody's write waits for `expire_leases`."""
    return bool(_OVERDUE.rows(session, now=clock.now()))


def expire_leases(session: Session) -> int:
    """Texts whose sender died between claim and answer: nobody knows whether they left, and nobody sends them again."""
    now = clock.now()
    overdue = _OVERDUE.rows(session, now=now)
    for row in overdue:
        _end(session, row.message_id, Fate.UNKNOWN, "The sending process stopped before the provider answered.")
        _tell(session, row, row.message_id, Fate.UNKNOWN)
        flight.land_overdue(session, row.message_id, now=now)
        announce(session, f"thread:{row.business_id}:{row.subscription_id}")
    return len(overdue)


def report(session: Session, business_id: str, update: StatusUpdate) -> bool:
    """Apply a provider's status report; a lower rank than the last one changes nothing. False: no such message."""
    row = _message_of(session, business_id, update)
    if row is None:
        return False
    if update.status not in (Fate.SENT, Fate.DELIVERED, Fate.FAILED):
        return True
    now = clock.now()
    locked = subscription.lock_by_id(session, row.business_id, row.subscription_id)
    moved = _PROGRESS.run(
        session, id=row.id, rank=update.rank, status=update.status, reason=_why(update),
        error_code=update.code, provider_id=update.provider_id, sent_at=row.sent_at or now,
        finished_at=None if update.status == Fate.SENT else now,
    )  # fmt: skip
    if moved:
        flight.land(session, row.subscription_id, row.id)
        if update.status != row.status:
            _tell(session, locked, row.id, update.status)
        _learn(session, row, update)
        announce(session, f"thread:{business_id}:{row.subscription_id}")
    return True


def _why(update: StatusUpdate) -> str:
    return update.sentence or (f"error {update.code}" if update.code else "")


def _message_of(session: Session, business_id: str, update: StatusUpdate) -> Any:
    """By our own id where the report carries it (an answer may have been lost), else by the provider's."""
    row = message.get(session, business_id, update.message_id) if update.message_id else None
    if row is not None and row.provider_id in (None, update.provider_id):
        return row
    return _BY_PROVIDER_ID.first(session, business_id=business_id, provider_id=update.provider_id)


def _rejected(session: Session, claimed: Any, result: Rejected) -> None:
    """Locks the subscription before the message, as a STOP does, so that the two never wait for each other."""
    subscription.lock_by_id(session, claimed.business_id, claimed.subscription_id)
    if result.trouble in breaker.RULES:
        is_resting = breaker.failed(session, claimed, result.trouble, retry_after=result.retry_after)
        if is_resting or (result.trouble is Trouble.TEMPORARY and claimed.attempts < TRIES):
            _wait(session, claimed, result, is_resting=is_resting)
            return
    else:
        breaker.works(session, claimed)
    _end(session, claimed.id, Fate.FAILED, result.sentence, result.code)
    _tell(session, claimed, claimed.id, Fate.FAILED)
    _trouble(session, claimed, result.trouble, result.code, claimed.id)


def _wait(session: Session, claimed: Any, result: Rejected, *, is_resting: bool) -> None:
    """Full jitter, or all that failed together would come back together. While its sender rests a text keeps its
    place and its tries, but for a probe: the next one is another text, in case it was this one's fault."""
    now, tries = clock.now(), claimed.attempts + 1
    pause = dt.timedelta(seconds=chance.between(0.0, min(LONGEST, FIRST * 2 ** min(claimed.attempts, 10))))
    due_at = claimed.due_at if is_resting and not claimed.rests else now + pause
    tries = max(1, claimed.attempts) if is_resting else tries
    _again(session, claimed, due_at=due_at, reason=result.sentence, code=result.code, attempts=tries)


def _again(
    session: Session, claimed: Any, *, due_at: dt.datetime, attempts: int, reason: str = "", code: str = ""
) -> None:
    """Queue a text that was not sent once more, unless the client stopped it on its way (promise P1)."""
    now = clock.now()
    again = {"id": claimed.id, "due_at": due_at, "reason": reason, "error_code": code, "attempts": attempts}
    if not _AGAIN.run(session, **again, now=now):
        _TOO_LATE.run(session, id=claimed.id, finished_at=now)


def _end(session: Session, message_id: str, status: Fate, reason: str, code: str = "") -> None:
    _END.run(session, id=message_id, status=status, reason=reason, error_code=code, finished_at=clock.now())


def _tell(session: Session, row: Any, message_id: str, status: str) -> None:
    """What became of it, to whoever listens; a text of unknown outcome counts as failed until we know better."""
    if row.has_listener:
        delivery.note(session, row.business_id, _EVENTS[Fate(status)], message_id)


def _learn(session: Session, row: Any, update: StatusUpdate) -> None:
    """Delivered proves that no carrier blocks; some failures say something about the number."""
    if update.status == Fate.DELIVERED:
        locked = subscription.lock_by_id(session, row.business_id, row.subscription_id)
        if locked.carrier == Carrier.UNKNOWN:
            _provider_fact(session, locked, Kind.CARRIER_CLEARED, "delivered", row.id)
    elif update.trouble is not None:
        _trouble(session, row, update.trouble, update.code, row.id)


def _trouble(session: Session, row: Any, trouble: Trouble, code: str, message_id: str) -> None:
    locked = subscription.lock_by_id(session, row.business_id, row.subscription_id)
    if trouble is Trouble.UNDELIVERABLE and not locked.is_undeliverable:
        _provider_fact(session, locked, Kind.UNDELIVERABLE, code, message_id)
        message.notice(session, locked, UNREACHABLE[locked.channel])
    elif trouble is Trouble.BLOCKED:
        _blocked(session, locked, code, message_id)
    elif trouble is Trouble.PREFERENCE:
        preference.stop(session, locked, evidence={"code": code}, message_id=message_id)


def _blocked(session: Session, locked: Any, code: str, message_id: str) -> None:
    """The provider holds a STOP. Where we know the STOP and the client came back since, only the carrier light turns;
    otherwise it is a STOP we never saw, and it counts (rules.md rows 18 and 19)."""
    known = any(entry.kind == Kind.OPTED_OUT for entry in ledger.entries(session, locked.business_id, locked.id))
    if locked.carrier != Carrier.BLOCKED:
        locked = _provider_fact(session, locked, Kind.CARRIER_BLOCKED, code, message_id)
    if locked.status == Status.OPTED_IN and not known:
        invited.leave(session, locked, invited.of(session, locked))
        locked = _provider_fact(session, locked, Kind.OPTED_OUT, code, message_id)
    outbox.cancel_waiting(session, locked.id, reason="carrier_blocked")
    message.notice(session, locked, f"The carrier refuses texts to this number (code {code}).")


def _provider_fact(session: Session, locked: Any, kind: Kind, code: str, message_id: str) -> Any:
    return ledger.record(
        session, locked, kind, origin=Origin.PROVIDER, proof=Proof.ATTESTED, actor="provider",
        message_id=message_id, evidence={"code": code},
    ).row  # fmt: skip
