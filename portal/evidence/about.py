"""The one text that a packet is about: was it allowed, by which entry, in which words, and how long after the last act?

It is answered from the ledger anew, by adding up what was recorded before the text left, and not from the word of the
program that sent it.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from portal import clock
from portal.consent import evidence
from portal.consent.state import Status
from portal.evidence import moment
from portal.messaging.message import Direction, Fate

LEFT = (Fate.SENDING, Fate.SENT, Fate.DELIVERED, Fate.UNKNOWN)
OWED = ("help", "opt_in_request", "opt_out_confirmation")
"""Purposes that the law or the client's own act calls for, and which no consent has to allow (behaviours.md B7)."""
_OWN = ("client", "contact")


def of(row: Any, text: Mapping[str, Any], entries: Sequence[Any], zone: str) -> dict[str, Any]:
    """`row` is the message, `text` the same as the packet tells it, `entries` the ledger as the packet has it."""
    told = {"message": row.id, **{name: text[name] for name in ("direction", "at", "purpose", "text", "status")}}
    if row.direction == Direction.INBOUND:
        return told | _nothing("This text came from the client; there was nothing to allow.")
    left_at = row.claimed_at or row.sent_at
    if left_at is None or (row.status not in LEFT and row.sent_at is None):
        return told | _nothing(f"This text was not sent: {row.status}{f', {row.reason}' if row.reason else ''}.")
    return told | _allowed(row, left_at, entries, zone)


def _nothing(sentence: str) -> dict[str, Any]:
    return {
        "left_at": None, "allowed": None, "entry": None, "entry_hash": None, "words": None, "entry_at": None,
        "seconds_since_entry": None, "last_act": None, "state": None, "sentence": sentence,
    }  # fmt: skip


def _allowed(row: Any, left_at: dt.datetime, entries: Sequence[Any], zone: str) -> dict[str, Any]:
    state = evidence.state_at(entries, left_at)
    entry = next((each for each in entries if each.seq == row.consent_seq), None)
    is_owed = row.purpose in OWED
    is_allowed = is_owed or (state.status is Status.OPTED_IN and entry is not None and entry.recorded_at <= left_at)
    found = {
        "left_at": clock.rfc3339(left_at), "allowed": is_allowed, "entry": row.consent_seq,
        "entry_hash": entry.hash if entry else None, "words": entry.evidence.get("words") if entry else None,
        "entry_at": clock.rfc3339(entry.occurred_at) if entry else None,
        "seconds_since_entry": _seconds(entry.occurred_at, left_at) if entry else None,
        "last_act": _last_act(entries, left_at), "state": str(state.status),
    }  # fmt: skip
    return found | {"sentence": _sentence(row, found, entry, left_at, zone, is_owed=is_owed)}


def _last_act(entries: Sequence[Any], left_at: dt.datetime) -> dict[str, Any] | None:
    """What the client last did themselves before it left."""
    own = [each for each in entries if each.actor.partition(":")[0] in _OWN and each.recorded_at <= left_at]
    last = max(own, key=lambda each: (each.occurred_at, each.seq), default=None)
    if last is None:
        return None
    at = clock.rfc3339(last.occurred_at)
    return {"seq": last.seq, "kind": last.kind, "at": at, "seconds": _seconds(last.occurred_at, left_at)}


def _sentence(row: Any, found: Mapping[str, Any], entry: Any, left_at: dt.datetime, zone: str, *, is_owed: bool) -> str:
    left = f"It left on {moment.spelled(left_at, zone)}"
    if is_owed:
        return f"This text needed no consent: it is an answer that is owed ({row.purpose}). {left}."
    if not found["allowed"] or entry is None:
        return f"No consent on record covers this text. {left}; the number stood at “{found['state']}”."
    since = f"{moment.lasted(found['seconds_since_entry'])} later"
    last = found["last_act"]
    act = f", and {moment.lasted(last['seconds'])} after the client’s last act (entry {last['seq']})" if last else ""
    return (
        f"This text was allowed by entry {entry.seq}: opted in on {moment.spelled(entry.occurred_at, zone)}"
        f"{moment.by_words(found['words'])} {left}, {since}{act}."
    )


def _seconds(since: dt.datetime, at: dt.datetime) -> float:
    return round(max(0.0, (at - since).total_seconds()), 3)
