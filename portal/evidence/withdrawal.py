"""One opt-out or No as a packet tells it: when it reached us, when it was in force, and the seconds between the two.

Where the act began is told with it, since the two are not the same thing: a provider's call, a page, or a member who
wrote down what they were told, perhaps long after they heard it.
"""

import datetime as dt
from collections.abc import Mapping
from typing import Any

from portal import clock
from portal.consent.state import Kind, Origin
from portal.messaging.reason import KINDS

ENDS = (Kind.OPTED_OUT, Kind.DECLINED)
BY_CALL, BY_TEXT, BY_MEMBER, BY_ACT = (
    "the provider's call arrived", "the text was stored", "a member says that they were told", "the act itself",
)  # fmt: skip


def told(entry: Any, shown: Mapping[str, Any], text: Mapping[str, Any] | None) -> dict[str, Any]:
    """`text` is the message that said it, where one did."""
    received_at, measured_from = _received(entry, shown, text)
    reading = (text or {}).get("reading") or {}
    return {
        "seq": entry.seq, "kind": entry.kind, "received_at": clock.rfc3339(received_at),
        "suppressed_at": clock.rfc3339(entry.recorded_at),
        "seconds": round(max(0.0, (entry.recorded_at - received_at).total_seconds()), 3),
        "measured_from": measured_from, "words": shown.get("words") or shown.get("said") or shown.get("reason"),
        "meaning": KINDS[Kind(entry.kind)], "rule": reading.get("rule") or shown.get("rule"), "origin": entry.origin,
        "actor": entry.actor, "message": entry.message_id, "provider_id": shown.get("provider_id"),
        "because_of_entry": shown.get("because_of_entry"),
    }  # fmt: skip


def _received(entry: Any, shown: Mapping[str, Any], text: Mapping[str, Any] | None) -> tuple[dt.datetime, str]:
    said = shown.get("received_at")
    if isinstance(said, str):
        return clock.parse_rfc3339(said), BY_MEMBER if entry.origin == Origin.MEMBER else BY_CALL
    if text is not None:
        return clock.parse_rfc3339(text["at"]), BY_TEXT
    return min(entry.occurred_at, entry.recorded_at), BY_ACT
