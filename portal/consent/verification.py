"""Re-walks the ledger and names the first entry that was changed, removed, swapped or cut off (promise P11)."""

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session

from portal.accounts import key
from portal.accounts.business import Business
from portal.column import table_of
from portal.consent import drift, dropped_field, erased_subscription, glance, head, ledger, subscription
from portal.consent.glance import Glance
from portal.consent.state import fold
from portal.statement import Statement, param

PIECE = 2000

_heads, _e, _s = head.table, ledger.table.c, subscription.table.c
_following = (
    ledger.table.outerjoin(subscription.table, sa.and_(_s.id == _e.subscription_id, _s.business_id == _e.business_id)),
    (_s.channel.label("channel_now"), _s.number.label("number_now")),
    (_e.business_id == param("business_id"), _e.seq > param("after")),
)


def _next(*columns: Any) -> Statement:
    """Entries in order, each with the number as it stands in its subscription; null where that is gone."""
    tables, now, which = _following
    entries = sa.select(*columns, *now).select_from(tables).where(*which)
    return Statement(entries.order_by(_e.seq).limit(param("limit", sa.Integer())))


STORED, _READ = _next(*glance.COLUMNS), _next(ledger.table)
_HEAD = Statement(sa.select(_heads).where(_heads.c.business_id == param("business_id")))
_business = table_of(Business)
_BUSINESSES = Statement(sa.select(_business.c.id).order_by(_business.c.id))


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
    """One piece of a walk that began at some entry known to be in order: the ledger may grow meanwhile."""
    look = _Look(session, business_id)
    hashes, problem = look.at(after, last, limit)
    seq, last = after + len(hashes), hashes[-1] if hashes else last
    if problem or len(hashes) == limit:
        return Step(seq, last, problem, is_end=bool(problem))
    return Step(seq, last, _head_problem(session, business_id, seq, last), is_end=True)


def verify(session: Session, business_id: str, *, see: Callable[[str], None] | None = None) -> Verified:
    """Check hashes, commitments, links, numbering, the head, and that every subscription is the fold of its entries.

    `see` is shown the hash of each entry that is in order, the first one first."""
    count, last, look = 0, head.GENESIS, _Look(session, business_id)
    while True:
        hashes, problem = look.at(count, last, PIECE)
        count, last = count + len(hashes), hashes[-1] if hashes else last
        if see is not None:
            for each in hashes:
                see(each)
        if problem:
            return Verified(business_id, count, problem)
        if not hashes:
            break
    problem = (
        _head_problem(session, business_id, count, last)
        or erased(session, business_id)
        or drift.problem(session, business_id)
    )
    return Verified(business_id, count, problem)


class _Look:
    """At entries of one business: at a glance, and closely at those that a glance does not settle."""

    def __init__(self, session: Session, business_id: str) -> None:
        self._session, self._business_id = session, business_id
        self._erased = erased_subscription.of(session, business_id)
        self._dropped = dropped_field.of(session, business_id)
        self._glance = Glance(self._erased, self._dropped)

    def at(self, after: int, last: str, limit: int) -> tuple[list[str], str]:
        """The hashes of entries in order after `after`, at most `limit`, and what is wrong with the next one."""
        hashes: list[str] = []
        for row in STORED.rows(self._session, business_id=self._business_id, after=after, limit=limit):
            if not self._glance.sees(row, seq=after + 1, previous=last):
                problem = self._closely(after, last)
                if problem:
                    return hashes, problem
            after, last = row.seq, row.hash
            hashes.append(last)
        return hashes, ""

    def _closely(self, after: int, last: str) -> str:
        """What is wrong with the entry after `after`, if anything is."""
        try:
            entry = _READ.first(self._session, business_id=self._business_id, after=after, limit=1)
            is_erased = entry.subscription_id in self._erased
            return (
                _problem(entry, expected_seq=after + 1, expected_previous=last)
                or _evidence_problem(entry, self._dropped, is_erased=is_erased)
                or _number_problem(entry, is_erased=is_erased)
            )
        except (ValueError, TypeError):
            return f"Entry {after + 1} cannot be read: it was changed after it was written."


def _problem(entry: Any, *, expected_seq: int, expected_previous: str) -> str:
    if entry.seq != expected_seq:
        return f"Entry {expected_seq} is missing."
    if entry.previous_hash != expected_previous:
        return f"Entry {entry.seq} does not follow entry {entry.seq - 1}: one of them was replaced."
    public = {name: getattr(entry, name) for name in _e.keys()}  # noqa: SIM118 (a collection of columns)
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


def _number_problem(entry: Any, *, is_erased: bool) -> str:
    """Consent belongs to the exact number on its channel (promise P13); without its subscription an opt-out would be
    forgotten."""
    if entry.number_now is None:
        return "" if is_erased else f"Entry {entry.seq} belongs to a subscription that is gone."
    if glance.is_about(entry, entry.evidence):
        return ""
    return f"Subscription {entry.subscription_id} has another number than its ledger entries."


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


def erased(session: Session, business_id: str) -> str:
    """A subscription that was erased has its seal, and its state still; or an opt-out would be forgotten."""
    for id_, sealed in erased_subscription.of(session, business_id).items():
        if fold(ledger.entries(session, business_id, id_)).status != sealed.status:
            return f"Subscription {id_} was erased and does not say what its ledger entries say."
    return ""
