"""The only writer of consent: every change of a subscription is one appended, hash-chained entry, in one transaction.

Each field of an entry is bound by a salted commitment of its own, so that a value can be erased later without breaking
the chain (promises.md F.5). Entries are never changed or deleted; triggers in both databases see to it.
"""

import datetime as dt
import hashlib
import os
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import sqlalchemy as sa
from sqlmodel import Field, Session, SQLModel

from portal import clock, encoder
from portal.accounts import delivery
from portal.accounts.endpoint import Event
from portal.column import UtcTime, one_of, partial_index, table_of
from portal.consent import head, subscription_state, suppression
from portal.consent.state import NO, OWN_ACT, RESTRICTIVE, Carrier, Kind, Origin, Proof, State, Status, fold, step
from portal.consent.subscription_state import News
from portal.database import announce
from portal.statement import Statement, param, params

SALT_BYTES = 16
MOMENT = dt.timedelta(microseconds=1)
VERSION = 1
_PRIVATE = ("hash", "evidence", "salts")
_TIMES = ("occurred_at", "recorded_at")
IS_NO = "kind IN ('opted_out', 'declined')"
"""Entries that end texting, in their index's own words."""


class LedgerEntry(SQLModel, table=True):
    """`evidence`, `salts` and `commitments` share their keys; `hash` covers all but `evidence` and `salts`, which
    an erasure empties. `subscription_id` outlives the subscription then (consent/erased_subscription.py)."""

    __tablename__ = "ledger_entry"
    __table_args__ = (
        one_of(Kind, "kind"),
        sa.Index("ledger_entry_by_subscription", "subscription_id", "seq"),
        partial_index("ledger_entry_no", "business_id", "recorded_at", "seq", where=IS_NO),
    )

    business_id: str = Field(foreign_key="business.id", primary_key=True)
    seq: int = Field(primary_key=True)
    subscription_id: str
    channel: str
    kind: str
    origin: str
    proof: str
    scope: str | None = None
    carrier: str | None = None
    actor: str
    occurred_at: dt.datetime = Field(sa_type=UtcTime)
    recorded_at: dt.datetime = Field(sa_type=UtcTime)
    message_id: str | None = None
    submission_id: str | None = None
    evidence: dict[str, Any] = Field(sa_type=sa.JSON)
    salts: dict[str, str] = Field(sa_type=sa.JSON)
    commitments: dict[str, str] = Field(sa_type=sa.JSON)
    previous_hash: str
    hash: str


table = table_of(LedgerEntry)
_APPEND = Statement(sa.insert(table).values(**params(*(column.key for column in table.columns))))
_OF_SUBSCRIPTION = Statement(
    sa.select(table)
    .where(table.c.business_id == param("business_id"), table.c.subscription_id == param("subscription_id"))
    .order_by(table.c.seq)
)


@dataclass(frozen=True)
class Recorded:
    """What an entry did: its number in the ledger, the state before and after, and the row as it is now."""

    seq: int
    row: Any
    before: State
    after: State

    @property
    def has_changed_status(self) -> bool:
        return self.before.status is not self.after.status


def record(
    session: Session,
    row: Any,
    kind: Kind,
    *,
    origin: Origin,
    proof: Proof,
    actor: str,
    scope: str | None = None,
    carrier: Carrier | None = None,
    occurred_at: dt.datetime | None = None,
    message_id: str | None = None,
    submission_id: str | None = None,
    evidence: Mapping[str, Any] | None = None,
    news: News | None = None,
) -> Recorded:
    """Append one fact about the locked subscription `row` (from `subscription.lock`) and apply it.

    `carrier` is what the same act did to the carrier's light, if anything. `occurred_at` is when it is proven to have
    happened; without it, now. What restricts texting and has no proven time counts as later than everything known,
    whatever the clock says. `news` is the message that brought the fact, where it is not yet the thread's last.
    """
    before = subscription_state.state_of(row)
    recorded_at = clock.now()
    happened = occurred_at or _no_earlier_than_known(recorded_at, kind, before)
    entry = _sealed(session, row, {
        "subscription_id": row.id, "channel": row.channel, "kind": str(kind), "origin": str(origin),
        "proof": str(proof), "scope": scope, "carrier": carrier, "actor": actor,
        "occurred_at": happened, "recorded_at": recorded_at, "message_id": message_id, "submission_id": submission_id,
    }, {"number": row.number, **(evidence or {})})  # fmt: skip
    _APPEND.post(session, **entry)
    after = _applied(session, row, before, _New(*(entry[name] for name in _New.__slots__)))
    subscription_state.store(session, row, after, news, _wording(entry, after))
    _tell(session, row, before, after)
    return Recorded(entry["seq"], subscription_state.with_state(row, after), before, after)


def _wording(entry: Mapping[str, Any], after: State) -> str | None:
    """The words that the number rests on from now: those just agreed to, or those it was asked with."""
    is_new = after.consent_seq == entry["seq"] or (entry["kind"] == Kind.ASKED and after.status is Status.REQUESTED)
    return entry["evidence"].get("wording_version") if is_new else None


def _tell(session: Session, row: Any, before: State, after: State) -> None:
    """Open pages, and the business's own endpoints where something they can see has changed."""
    announce(session, f"business:{row.business_id}")
    if row.has_listener and replace(after, last_at=before.last_at) != before:
        delivery.note(session, row.business_id, Event.SUBSCRIPTION_CHANGED, row.id)


def _no_earlier_than_known(now: dt.datetime, kind: Kind, before: State) -> dt.datetime:
    return max(now, before.last_at + MOMENT) if kind in RESTRICTIVE and before.last_at is not None else now


@dataclass(frozen=True, slots=True)
class _New:
    """The entry just appended, as the fold reads it."""

    kind: str
    occurred_at: dt.datetime
    origin: str
    proof: str
    scope: str | None
    carrier: str | None
    seq: int


def entries(session: Session, business_id: str, subscription_id: str) -> list[Any]:
    """All facts about one number, oldest first."""
    return _OF_SUBSCRIPTION.rows(session, business_id=business_id, subscription_id=subscription_id)


def _applied(session: Session, row: Any, before: State, entry: _New) -> State:
    """One step when `entry` is the latest fact, a new fold when it is not. Who comes back by an act of their own is
    suppressed no longer, on any channel; a Yes from before the erasure, told late, brings nobody back."""
    is_latest = before.last_at is None or entry.occurred_at > before.last_at
    after = step(before, entry) if is_latest else fold(entries(session, row.business_id, row.id))
    is_return = entry.kind == Kind.OPTED_IN and entry.proof in OWN_ACT and (before.status in NO or before.returns_to)
    if is_return and after.status is Status.OPTED_IN:
        suppression.lift(session, row.business_id, row.number)
    return after


def _sealed(session: Session, row: Any, public: dict[str, Any], evidence: dict[str, Any]) -> dict[str, Any]:
    """The whole entry with its place in the chain; moves the head, whose row lock orders all writers."""
    last = head.lock(session, row.business_id)
    salts = _salts(evidence)
    entry = {"business_id": row.business_id, "seq": last.seq + 1, "previous_hash": last.hash} | public
    entry["commitments"] = {name: commitment(salts[name], value) for name, value in evidence.items()}
    entry["hash"] = entry_hash(entry)
    head.move(session, row.business_id, seq=entry["seq"], last_hash=entry["hash"])
    return entry | {"evidence": evidence, "salts": salts}


def _salts(evidence: Mapping[str, Any]) -> dict[str, str]:
    noise = os.urandom(SALT_BYTES * len(evidence)).hex()
    width = SALT_BYTES * 2
    return {name: noise[i * width : (i + 1) * width] for i, name in enumerate(evidence)}


def commitment(salt: str, value: Any) -> str:
    """SHA-256 over the salt and the canonical JSON of one field: binds it, and tells nothing once the salt is gone."""
    return hashlib.sha256(bytes.fromhex(salt) + encoder.canonical(value)).hexdigest()


def entry_hash(entry: Mapping[str, Any]) -> str:
    """The leaf of the chain: SHA-256 over 0x00 and the canonical JSON of all public fields (RFC 6962's leaf prefix)."""
    public = {"version": VERSION, **entry}
    for name in _PRIVATE:
        public.pop(name, None)
    for name in _TIMES:
        if isinstance(public[name], dt.datetime):
            public[name] = clock.rfc3339(public[name])
    return hashlib.sha256(b"\x00" + encoder.canonical(public)).hexdigest()
