"""Re-walks the ledger and names the first entry that was changed, removed, swapped or cut off (promise P11)."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session

from portal.accounts import key
from portal.accounts.business import Business
from portal.column import table_of
from portal.consent import erased_subscription, head, ledger, subscription
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
_SUBSCRIPTIONS = Statement(
    sa.select(subscription.table)
    .where(subscription.table.c.business_id == param("business_id"), subscription.table.c.id > param("after"))
    .order_by(subscription.table.c.id)
    .limit(PIECE)
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


def verify(session: Session, business_id: str) -> Verified:
    """Check hashes, commitments, links, numbering, the head, and that every subscription is the fold of its entries."""
    count, last = 0, head.GENESIS
    erased = erased_subscription.of(session, business_id)
    try:
        for entry in _walk(session, business_id):
            problem = _problem(entry, expected_seq=count + 1, expected_previous=last) or _evidence_problem(
                entry, is_erased=entry.subscription_id in erased
            )
            if problem:
                return Verified(business_id, count, problem)
            count, last = entry.seq, entry.hash
    except (ValueError, TypeError):  # a time that is no time, a salt that is no hex
        return Verified(business_id, count, f"Entry {count + 1} cannot be read: it was changed after it was written.")
    problem = (
        _head_problem(session, business_id, count, last)
        or _orphan(session, business_id, erased)
        or _drift(session, business_id)
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


def _problem(entry: Any, *, expected_seq: int, expected_previous: str) -> str:
    if entry.seq != expected_seq:
        return f"Entry {expected_seq} is missing."
    if entry.previous_hash != expected_previous:
        return f"Entry {entry.seq} does not follow entry {entry.seq - 1}: one of them was replaced."
    public = entry._asdict()
    if ledger.entry_hash(public) != entry.hash:
        return f"Entry {entry.seq} was changed after it was written."
    return ""


def _evidence_problem(entry: Any, *, is_erased: bool) -> str:
    """An erasure empties all of an entry's values and salts, and only those of a number that it sealed away."""
    if is_erased:
        is_empty = entry.evidence == {} and entry.salts == {}
        return "" if is_empty else f"Entry {entry.seq}: evidence was added after it was erased."
    for name, expected in entry.commitments.items():
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


def _orphan(session: Session, business_id: str, erased: Mapping[str, Any]) -> str:
    """Without its subscription an opt-out would be forgotten; an erased one has its seal, and its state still."""
    for gone in _ORPHANS.rows(session, business_id=business_id):
        if gone.subscription_id not in erased:
            return f"Entry {gone.seq} belongs to a subscription that is gone."
        entries = ledger.entries(session, business_id, gone.subscription_id)
        if fold(entries).status != erased[gone.subscription_id].status:
            return f"Subscription {gone.subscription_id} was erased and does not say what its ledger entries say."
    return ""


def _drift(session: Session, business_id: str) -> str:
    """A subscription that does not say what its entries say was written by something else than the ledger."""
    after = ""
    while rows := _SUBSCRIPTIONS.rows(session, business_id=business_id, after=after):
        for row in rows:
            entries = ledger.entries(session, business_id, row.id)
            if any(_is_of_another(entry, row) for entry in entries):
                return f"Subscription {row.id} has another number than its ledger entries."
            if not _says(row, entries):
                return f"Subscription {row.id} does not say what its ledger entries say."
        after = rows[-1].id
    return ""


def _is_of_another(entry: Any, row: Any) -> bool:
    """Consent belongs to the exact number on its channel (promise P13)."""
    return bool(entry.channel != row.channel or entry.evidence.get("number") != row.number)


def _says(row: Any, entries: list[Any]) -> bool:
    try:
        return fold(entries) == subscription.state_of(row)
    except ValueError:  # a word that no status has
        return False
