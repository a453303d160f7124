"""What proves a consent: the ledger of one number page by page, its state at any moment, and a file to check offline.

The file holds each entry exactly as it was hashed, with the salts and values behind its commitments, so that anybody
can check it with SHA-256 alone. It names no other number of the business.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session

from portal import clock
from portal.accounts.business import Business
from portal.consent import head, ledger
from portal.consent.state import State, Status, order, step
from portal.statement import Statement, param

FORMAT = "portal-evidence-1"
HOW_TO_VERIFY = (
    "Canonical JSON means: UTF-8, keys sorted, no blanks between tokens, characters outside ASCII written as they are.",
    "For each entry: hash = SHA-256 over the byte 00 followed by the canonical JSON of its `sealed` object, in hex.",
    "For each name in `sealed.commitments`: the commitment = SHA-256 over the bytes of `salts[name]` (given in hex) "
    "followed by the canonical JSON of `values[name]`. A name without salt and value was erased; its commitment stays.",
    "`sealed.previous_hash` is the hash of the entry before it in the ledger of the whole business, which numbers its "
    "entries without a gap (`sealed.seq`); changing, removing or inserting one changes every later hash.",
    "`head` is the last entry of that ledger when this file was made; its `mac` can be checked by the installation, "
    "which also walks the whole chain with the command `portal verify`.",
    "`state` is what the entries recorded up to `state.at` add up to, ordered by when they happened; of two at the "
    "same moment the one that restricts texting counts as the later.",
)

_entry = ledger.table
_PAGE = Statement(
    sa.select(_entry)
    .where(
        _entry.c.business_id == param("business_id"),
        _entry.c.subscription_id == param("subscription_id"),
        _entry.c.seq > param("after"),
    )
    .order_by(_entry.c.seq)
    .limit(param("limit", sa.Integer()))
)
_h = head.table.c
_HEAD = Statement(sa.select(_h.seq, _h.hash, _h.mac).where(_h.business_id == param("business_id")))


@dataclass(frozen=True)
class Moment:
    """Where a number stood at `at`, and the exact `words` by which it came to stand there; None before any entry."""

    at: dt.datetime
    status: Status
    scope: str | None
    words: str | None


def page(
    session: Session, business_id: str, subscription_id: str, *, after: int = 0, limit: int = 50
) -> tuple[list[Any], int | None]:
    """Entries oldest first; the second value is the number to go on after, or None."""
    found = _PAGE.rows(
        session, business_id=business_id, subscription_id=subscription_id, after=after, limit=limit + 1
    )  # fmt: skip
    return found[:limit], found[limit - 1].seq if len(found) > limit else None


def state_at(entries: Sequence[Any], at: dt.datetime) -> Moment:
    """The fold of what was recorded up to `at`: what we knew then, not what we learned later."""
    state, decisive = State(), None
    for entry in sorted((each for each in entries if each.recorded_at <= at), key=order):
        after = step(state, entry)
        if (after.status, after.consent_seq) != (state.status, state.consent_seq):
            decisive = entry
        state = after
    words = decisive.evidence.get("words") if decisive else None
    return Moment(at, state.status, state.scope, words)


def file(session: Session, business: Business, row: Any, *, at: dt.datetime | None = None) -> dict[str, Any]:
    """Everything about one number, to be checked without us; `row` is its subscription."""
    return told(business, row, ledger.entries(session, business.id, row.id), end(session, business.id), at=at)


def end(session: Session, business_id: str) -> Any:
    """The last entry of the whole ledger, `seq`, `hash` and `mac`; None where nothing was ever written."""
    return _HEAD.first(session, business_id=business_id)


def told(
    business: Business, row: Any, entries: Sequence[Any], sealed: Any, *, at: dt.datetime | None = None
) -> dict[str, Any]:
    """The same of entries that were read already, some of whose values may be withheld; `sealed` is of `end`."""
    now = clock.now()
    return {
        "format": FORMAT,
        "made_at": clock.rfc3339(now),
        "business": {"id": business.id, "name": business.name},
        "subscription": {"id": row.id, "channel": row.channel, "number": row.number, "contact": row.contact_id},
        "state": _state(state_at(entries, at or now)),
        "entries": [whole(entry) for entry in entries],
        "head": {"seq": sealed.seq, "hash": sealed.hash, "mac": sealed.mac} if sealed else None,
        "how_to_verify": list(HOW_TO_VERIFY),
    }


def problem_of(found: Mapping[str, Any]) -> str:
    """Check an evidence file offline: one sentence naming what is not as it was sealed, or nothing."""
    try:
        last, facts = 0, []
        for entry in found["entries"]:
            problem = _entry_problem(entry, last)
            if problem:
                return problem
            last = entry["sealed"]["seq"]
            facts.append(_fact(entry))
        moment = state_at(facts, clock.parse_rfc3339(found["state"]["at"]))
        return "" if found["state"] == _state(moment) else "The state is not what the entries add up to."
    except (KeyError, TypeError, ValueError, AttributeError):
        return "This is not an evidence file."


def _entry_problem(entry: Mapping[str, Any], last: int) -> str:
    sealed, seq = entry["sealed"], entry["sealed"]["seq"]
    if seq <= last:
        return f"Entry {seq} is out of order."
    if ledger.entry_hash(sealed) != entry["hash"]:
        return f"Entry {seq} was changed after it was written."
    if any(entry[name] != value for name, value in _for_reading(sealed, entry["values"]).items()):
        return f"Entry {seq} tells something else than what was sealed."
    return _values_problem(seq, sealed["commitments"], entry["values"], entry["salts"])


def _fact(entry: Mapping[str, Any]) -> Any:
    """A sealed entry as the fold reads it."""
    sealed = dict(entry["sealed"])
    times = {name: clock.parse_rfc3339(sealed[name]) for name in ("occurred_at", "recorded_at")}
    return SimpleNamespace(**(sealed | times), evidence=entry["values"])


def _values_problem(
    seq: int, commitments: Mapping[str, str], values: Mapping[str, Any], salts: Mapping[str, str]
) -> str:
    if set(values) - set(commitments) or set(values) != set(salts):
        return f"Entry {seq}: a value is given that was never sealed."
    for name, value in values.items():
        if ledger.commitment(salts[name], value) != commitments[name]:
            return f"Entry {seq}: its evidence “{name}” was changed after it was written."
    return ""


def whole(entry: Any) -> dict[str, Any]:
    """`sealed` is byte for byte what the hash covers; what stands before it is the same for the reader."""
    sealed = _sealed(entry)
    told = _for_reading(sealed, entry.evidence) | {"hash": entry.hash, "sealed": sealed}
    return told | {"values": entry.evidence, "salts": entry.salts}


def _for_reading(sealed: Mapping[str, Any], values: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "seq": sealed["seq"], "kind": sealed["kind"], "at": sealed["occurred_at"], "origin": sealed["origin"],
        "actor": sealed["actor"], "words": values.get("words"), "wording_version": values.get("wording_version"),
        "message": sealed["message_id"], "submission": sealed["submission_id"],
        "previous_hash": sealed["previous_hash"],
    }  # fmt: skip


def _state(moment: Moment) -> dict[str, Any]:
    return {
        "at": clock.rfc3339(moment.at), "status": str(moment.status), "scope": moment.scope, "words": moment.words,
    }  # fmt: skip


def _sealed(entry: Any) -> dict[str, Any]:
    """Everything the hash covers, times in the form in which they are hashed."""
    return {"version": ledger.VERSION} | {
        name: clock.rfc3339(value) if isinstance(value, dt.datetime) else value
        for name, value in entry._asdict().items()
        if name not in ("hash", "evidence", "salts")
    }
