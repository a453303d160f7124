"""Takes texts out of the outbox: consent is read again under lock, and what may not go is ended here.

The commit is the point of no return: from then on a lease (flight.py) says that a text may be on its way.
"""

import datetime as dt
from collections import Counter
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
from portal.messaging import breaker, deferral, flight, gate, message, outbox, quarantine, receipt, reconciliation
from portal.messaging.gate import Defer
from portal.messaging.lane import Lane
from portal.messaging.message import Fate
from portal.messaging.pace import Pace
from portal.messaging.refusal import Refuse
from portal.messaging.share import Share
from portal.messaging.spending import Limits, Spending
from portal.statement import Statement, param, params

LOOK_AT_MOST = 128  # texts that one transaction looks at, whatever has gone stale or stopped: a STOP may be waiting


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
        _m.c.member_id, _m.c.sender_id, _m.c.urgency,
        _s.c.user_id, _s.c.last_inbound_at, _s.c.origin, *subscription.FACTS,
        _sender.c.number.label("sender_number"), _sender.c.provider, _sender.c.credentials, _sender.c.is_active,
        _sender.c.failures, _sender.c.rests,
        endpoint.someone_listens(_m.c.business_id).label("has_listener"),
        receipt.entry_hash(_m.c.business_id, _s.c.consent_seq).label("entry_hash"),
    )
    .join_from(_m, _s, _s.c.id == _m.c.subscription_id)
    .join(_sender, _sender.c.id == _m.c.sender_id)
    .where(
        _m.c.status == "queued",
        _m.c.sender_id == param("sender_id"),
        _m.c.urgency == param("urgency"),
        _m.c.due_at <= param("now"),
        sa.or_(_sender.c.rests == 0, _sender.c.rests_until_at == param("probing", _sender.c.rests_until_at.type)),
        sa.or_(_sender.c.owes_since_at.is_(None), _m.c.purpose.not_in(reconciliation.AUTOMATIC)),
        ~sa.exists().where(_f.c.subscription_id == _m.c.subscription_id),
        ~sa.exists(
            sa.select(_other.c.id)
            .where(
                _other.c.subscription_id == _m.c.subscription_id,
                _other.c.status == "queued",
                _other.c.purpose == Purpose.OPT_IN_CONFIRMATION,
                _other.c.urgency < _m.c.urgency,
            )
            .offset(0)  # asked for each row: PostgreSQL would otherwise read all confirmations that wait anywhere
        ),
    )
    .order_by(_m.c.due_at, _m.c.id)
    .limit(param("limit", sa.Integer()))
    .with_for_update(key_share=True, of=[_m, _s], skip_locked=True)
)  # fmt: skip
_CANDIDATES = Statement(_SELECT)
_ANSWERS = Statement(_SELECT.where(_m.c.purpose.in_(outbox.ANSWERS)))
_SENDING = Statement(
    sa.update(_m)
    .where(_m.c.id == param("id"))
    .values(
        status="sending",
        reason="",
        attempts=_m.c.attempts + 1,
        **params("consent_seq", "claimed_at", "receipt", "decision"),
    )
)


def take(session: Session, free: int, limits: Limits, *, share: Share | None = None) -> list[Claim]:
    """Up to `free` texts to hand over at once, or as many as `share` has slots for. Consent is read again under lock;
    what may not go is ended here."""
    turn = _Turn(session, limits, Share(free) if share is None else share)
    turn.run()
    turn.spending.write()
    return turn.claimed


class _Turn:
    """One turn of claims: round after round, until the slots are taken or nothing is left that may go."""

    def __init__(self, session: Session, limits: Limits, share: Share) -> None:
        self._session, self._limits, self._share = session, limits, share
        self._now = clock.now()
        self._candidates = _ANSWERS if quarantine.is_on(session) else _CANDIDATES
        self.spending = Spending(session, limits)
        self.claimed: list[Claim] = []
        self._taken: Counter[str] = Counter()
        self._numbers: set[str] = set()
        self._looked_at = 0

    def run(self) -> None:
        lanes = self._share.lanes(self._session, self._now)
        if self._candidates is _ANSWERS:
            lanes = [lane for lane in lanes if lane.urgency == 0]
        while portions := self._share.portions(list(dict.fromkeys(lane.business_id for lane in lanes)), self._taken):
            if self._looked_at >= LOOK_AT_MOST:
                break
            for lane in list(lanes):
                portion = portions.get(lane.business_id, 0)
                if portion:
                    found, is_empty = self._lane(lane, portion)
                    portions[lane.business_id] -= found
                    if is_empty:
                        lanes.remove(lane)
        self._share.leave(lanes)

    def _lane(self, lane: Lane, most: int) -> tuple[int, bool]:
        """How many texts of this lane were taken, and whether it has no more for now."""
        session, now, probing = self._session, self._now, self._now
        pace = Pace(session, lane.sender_id, a_second=self._limits.drain_second if lane.is_late else 0, now=now)
        room = pace.room(1 if lane.is_probe else most)
        if not room:
            return 0, True
        if lane.is_probe:
            until = breaker.may_probe(session, lane.sender_id, now=now)
            if until is None:
                return 0, True
            probing = until
        rows = self._candidates.rows(
            session, sender_id=lane.sender_id, urgency=lane.urgency, now=now, probing=probing, limit=room * 2
        )
        self._looked_at += len(rows)
        taken = self._take(self._going(rows, room))
        pace.use(taken)
        self._taken[lane.business_id] += taken
        if lane.is_probe and not taken:
            breaker.not_probed(session, lane.sender_id, now=now)
        return taken, lane.is_probe or (len(rows) < room * 2 and taken < room)

    def _going(self, rows: list[Any], room: int) -> list[Any]:
        """At most `room` that may go now; what may not is put off or ended."""
        session, now, going = self._session, self._now, list[Any]()
        waiting = deferral.on_claiming(session, rows, now)
        for found in rows:
            if len(going) == room:
                break
            if found.subscription_id in self._numbers:
                continue
            self._numbers.add(found.subscription_id)
            row = receipt.with_entry(session, found)
            why_not = _why_not(row, now, self.spending, waiting.get(row.id))
            if why_not is not None:
                _keep_back(session, row, why_not)
                continue
            self.spending.add(row)
            going.append(row)
        return going

    def _take(self, going: list[Any]) -> int:
        """How many are claimed: another process may have been quicker with a text to the same number."""
        session, now = self._session, self._now
        taken = flight.take(session, going, now=now)
        for row in [row for row in going if row not in taken] if len(taken) < len(going) else ():
            self.spending.add(row, times=-1)
        for row in taken:
            if row.attempts == 0 and row.due_at > row.created_at:
                message.arrive(session, row, at=now)
        _SENDING.each(
            session,
            [
                {"id": row.id, "consent_seq": row.consent_seq, "claimed_at": now, **receipt.made(row, at=now)}
                for row in taken
            ],
        )
        self.claimed += [Claim(row, row.credentials) for row in taken]
        return len(taken)


def _keep_back(session: Session, row: Any, found: Defer | tuple[Fate, str]) -> None:
    """Until later, or for good."""
    announce(session, f"thread:{row.business_id}:{row.subscription_id}")
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
    has_room = spending.has_room(row, purpose)
    decision = gate.decide(
        row, purpose, has_sender=bool(row.is_active), has_room=has_room,
        is_window_open=row.template is not None or gate.may_write_freely(row), waits=waits,
    )  # fmt: skip
    if isinstance(decision, Refuse):
        return Fate.REFUSED, decision.kept_as
    if isinstance(decision, Defer) and row.expires_at is not None and decision.until >= row.expires_at:
        return Fate.CANCELLED, decision.reason
    if receipt.needs_entry(purpose) and row.entry_hash is None:
        return Fate.REFUSED, "no_consent"  # the ledger has no such entry: whatever the row says, nobody agreed
    return decision if isinstance(decision, Defer) else None
