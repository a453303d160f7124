"""Re-walks the ledger and names the first entry that was changed, removed, swapped or cut off (promise P11)."""

import datetime as dt
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session

from portal.accounts import key
from portal.accounts.business import Business
from portal.column import table_of
from portal.consent import drift, dropped_field, erased_subscription, head, ledger, subscription
from portal.consent.state import fold
from portal.statement import Statement, param

PIECE = 2000

_heads = head.table
_PIECE = Statement(
    sa.select(ledger.table)
    .where(ledger.table.c.business_id == param("business_id"), ledger.table.c.seq > param("after"))
    .order_by(ledger.table.c.seq)
    .limit(param("limit", sa.Integer()))
)
_HEAD = Statement(sa.select(_heads).where(_heads.c.business_id == param("business_id")))
_business = table_of(Business)
_BUSINESSES = Statement(sa.select(_business.c.id).order_by(_business.c.id))
_ORPHANS = Statement(
    sa.select(ledger.table.c.subscription_id, sa.func.min(ledger.table.c.seq).label("seq"))
    .where(
        ledger.table.c.business_id == param("business_id"),
        ~sa.exists().where(
            subscription.table.c.id == ledger.table.c.subscription_id,
            subscription.table.c.business_id == ledger.table.c.business_id,
        ),
    )
    .group_by(ledger.table.c.subscription_id)
    .order_by(sa.func.min(ledger.table.c.seq))
)


@dataclass(frozen=True)
class Verified:
    """`problem` is empty when all is well, else one sentence that names the entry; `entries` counts those walked."""

    business_id: str
    entries: int
    problem: str = ""


def businesses(session: Session) -> list[str]:
    """Every business, also one whose ledger is gone altogether."""
    return [row[0] for row in _BUSINESSES.rows(session)]


@dataclass(frozen=True)
class Step:
    """Entries were in order up to `seq`, whose hash is `hash`. `is_end`: that is all, and its head was looked at too,
    or there is a problem."""

    seq: int
    hash: str
    problem: str = ""
    is_end: bool = False


def step(session: Session, business_id: str, after: int, last: str, *, limit: int = PIECE) -> Step:
    """One piece of a walk that began at some entry known to be in order: the ledger may grow meanwhile. Where a piece
    cannot be read, one entry of it."""
    erased, dropped = erased_subscription.of(session, business_id), dropped_field.of(session, business_id)
    try:
        piece = _PIECE.rows(session, business_id=business_id, after=after, limit=limit)
        for entry in piece:
            if problem := _entry_problem(entry, after, last, erased, dropped):
                return Step(after, last, problem, is_end=True)
            after, last = entry.seq, entry.hash
    except (ValueError, TypeError):
        if limit > 1:
            return step(session, business_id, after, last, limit=1)
        return Step(after, last, _unreadable(after), is_end=True)
    if len(piece) == limit:
        return Step(after, last)
    return Step(after, last, _head_problem(session, business_id, after, last), is_end=True)


def verify(session: Session, business_id: str, *, see: Callable[[str], None] | None = None) -> Verified:
    """Check hashes, commitments, links, numbering, the head, and that every subscription is the fold of its entries.

    `see` is shown the hash of each entry that is in order, the first one first."""
    count, last = 0, head.GENESIS
    erased, dropped = erased_subscription.of(session, business_id), dropped_field.of(session, business_id)
    try:
        for entry in _walk(session, business_id):
            if problem := _entry_problem(entry, count, last, erased, dropped):
                return Verified(business_id, count, problem)
            count, last = entry.seq, entry.hash
            if see is not None:
                see(last)
    except (ValueError, TypeError):
        return Verified(business_id, count, _unreadable(count))
    problem = (
        _head_problem(session, business_id, count, last)
        or orphan(session, business_id)
        or drift.problem(session, business_id)
    )
    return Verified(business_id, count, problem)


def _walk(session: Session, business_id: str) -> Iterator[Any]:
    """Entries in order, and a ValueError at the one that cannot be read."""
    after, limit = 0, PIECE
    while True:
        try:
            piece = _PIECE.rows(session, business_id=business_id, after=after, limit=limit)
        except ValueError:
            if limit == 1:
                raise
            limit = 1
            continue
        if not piece:
            return
        yield from piece
        after = piece[-1].seq


def _entry_problem(
    entry: Any, before: int, last: str, erased: Mapping[str, Any], dropped: Mapping[str, dt.datetime]
) -> str:
    return _problem(entry, expected_seq=before + 1, expected_previous=last) or _evidence_problem(
        entry, dropped, is_erased=entry.subscription_id in erased
    )


def _unreadable(before: int) -> str:
    """A time that is no time, a salt that is no hex."""
    return f"Entry {before + 1} cannot be read: it was changed after it was written."


def _problem(entry: Any, *, expected_seq: int, expected_previous: str) -> str:
    if entry.seq != expected_seq:
        return f"Entry {expected_seq} is missing."
    if entry.previous_hash != expected_previous:
        return f"Entry {entry.seq} does not follow entry {entry.seq - 1}: one of them was replaced."
    public = entry._asdict()
    if ledger.entry_hash(public) != entry.hash:
        return f"Entry {entry.seq} was changed after it was written."
    return ""


def _evidence_problem(entry: Any, dropped: Mapping[str, dt.datetime], *, is_erased: bool) -> str:
    """An erasure empties all of an entry's values and salts, and only those of a number that it sealed away; a field
    whose time is over goes with its salt, and only up to the moment that is sealed (dropped_field.py)."""
    if is_erased:
        is_empty = entry.evidence == {} and entry.salts == {}
        return "" if is_empty else f"Entry {entry.seq}: evidence was added after it was erased."
    for name, expected in entry.commitments.items():
        is_gone = name not in entry.evidence and name not in entry.salts
        if is_gone and dropped_field.may_lack(dropped, name, entry.recorded_at):
            continue
        if name not in entry.evidence or name not in entry.salts:
            return f"Entry {entry.seq}: its evidence “{name}” was removed."
        if ledger.commitment(entry.salts[name], entry.evidence[name]) != expected:
            return f"Entry {entry.seq}: its evidence “{name}” was changed after it was written."
    if (set(entry.evidence) | set(entry.salts)) - set(entry.commitments):
        return f"Entry {entry.seq}: evidence was added after it was written."
    return ""


def _head_problem(session: Session, business_id: str, count: int, last: str) -> str:
    sealed = _HEAD.first(session, business_id=business_id)
    if sealed is None:
        return "The record of the last entry is missing." if count else ""
    if sealed.seq > count:
        return f"Entry {count + 1} is missing: the ledger was cut off; it should end with entry {sealed.seq}."
    mac = head.mac(key.of(session).evidence, business_id, sealed.seq, sealed.hash)
    if (sealed.seq, sealed.hash) != (count, last) or sealed.mac != mac:
        return f"Entry {count} is not the end that was sealed: the ledger was cut off or rewritten."
    return ""


def orphan(session: Session, business_id: str) -> str:
    """Without its subscription an opt-out would be forgotten; an erased one has its seal, and its state still."""
    erased = erased_subscription.of(session, business_id)
    for gone in _ORPHANS.rows(session, business_id=business_id):
        if gone.subscription_id not in erased:
            return f"Entry {gone.seq} belongs to a subscription that is gone."
        entries = ledger.entries(session, business_id, gone.subscription_id)
        if fold(entries).status != erased[gone.subscription_id].status:
            return f"Subscription {gone.subscription_id} was erased and does not say what its ledger entries say."
    return ""
