"""What a packet adds up to, counted from its own rows: the answer, the figures and the marks of the cover."""

import datetime as dt
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate
from operator import or_
from typing import Any

from portal.consent.purpose import Purpose
from portal.consent.state import Kind
from portal.evidence.paper_moment import parsed
from portal.messaging.message import Fate

Row = Mapping[str, Any]

LEFT = frozenset({Fate.SENDING, Fate.SENT, Fate.DELIVERED, Fate.FAILED, Fate.UNKNOWN})
"""A text in one of these, or with a time of sending, may have reached the phone: in doubt it is counted."""
_CONTROL = frozenset({Purpose.OPT_IN_REQUEST, Purpose.OPT_OUT_CONFIRMATION, Purpose.HELP, Purpose.CLARIFICATION})
_DECIDES = frozenset({Kind.OPTED_IN, Kind.OPTED_OUT, Kind.DECLINED})
_NEVER = dt.datetime.min.replace(tzinfo=dt.UTC)
MARKS = 7


@dataclass(frozen=True)
class Tally:
    """`texts` left for the phone; `control` of them ask, explain or confirm a stop and carry nothing else, so that
    they are in neither of the two that should be empty: ids of texts."""

    texts: int
    received: int
    control: int
    before_consent: frozenset[str]
    after_opt_out: frozenset[str]


@dataclass(frozen=True)
class Mark:
    """One point of the drawn time line."""

    at: dt.datetime
    name: str
    kind: str
    when: str


def tally(packet: Row) -> Tally:
    """Each text against what was known when it left: the latest Yes, No or STOP of those recorded by then."""
    left = [message for message in rows(packet, "messages") if has_left(message)]
    texts = [message for message in left if needs_consent(message)]
    times, yeses, lasts = _turns(packet)
    before, after = set(), set()
    for message in texts:
        known = bisect_right(times, left_at(message) or _NEVER)
        if not (known and yeses[known - 1]):
            before.add(message["id"])
        elif lasts[known - 1].is_no:
            after.add(message["id"])
    received = sum(message.get("direction") == "inbound" for message in rows(packet, "messages"))
    return Tally(len(left), received, len(left) - len(texts), frozenset(before), frozenset(after))


@dataclass(frozen=True, order=True)
class _Turn:
    """Later wins; of two at the same moment the one that stops texting."""

    at: dt.datetime
    is_no: bool
    seq: int


def _turns(packet: Row) -> tuple[list[dt.datetime], list[bool], list[_Turn]]:
    """In the order of recording: when, whether there had been a Yes by then, and which was the latest turn."""
    found = sorted(
        (recorded_at(entry), _Turn(parsed(entry["at"]) or _NEVER, entry["kind"] != Kind.OPTED_IN, entry["seq"]))
        for entry in packet["entries"] if entry["kind"] in _DECIDES
    )  # fmt: skip
    yeses = accumulate((not turn.is_no for _, turn in found), or_)
    return [at for at, _ in found], list(yeses), list(accumulate((turn for _, turn in found), max))


def has_left(message: Row) -> bool:
    return message.get("direction") == "outbound" and (
        message.get("status") in LEFT or parsed(message.get("sent_at")) is not None
    )


def needs_consent(message: Row) -> bool:
    """All but those that ask, explain or confirm a stop; also where nobody knows what it was for."""
    return message.get("purpose") not in _CONTROL


def left_at(message: Row) -> dt.datetime | None:
    """When the gate let it go, where the packet tells it, or else sent."""
    return parsed(message.get("claimed_at")) or parsed(message.get("sent_at")) or parsed(message.get("at"))


def rows(packet: Row, name: str) -> Sequence[Row]:
    """A list of the packet; null and missing ones have no rows."""
    return packet.get(name) or ()


def entry_of(packet: Row, seq: Any) -> Row | None:
    return next((entry for entry in packet["entries"] if entry["seq"] == seq), None)


def last(packet: Row, kinds: frozenset[str]) -> Row | None:
    """The latest fact of these kinds by the moment that the packet speaks of."""
    until = parsed(packet["state"]["at"])
    known = [entry for entry in packet["entries"] if entry["kind"] in kinds and _is_by(entry, until)]
    return max(known, key=lambda entry: (parsed(entry["at"]) or _NEVER, entry["seq"]), default=None)


def _is_by(entry: Row, until: dt.datetime | None) -> bool:
    """Recorded by then: what was known, as `state` counts."""
    return until is None or recorded_at(entry) <= until


def recorded_at(entry: Row) -> dt.datetime:
    return parsed((entry.get("sealed") or {}).get("recorded_at")) or parsed(entry["at"]) or _NEVER


def marks(packet: Row) -> list[Mark]:
    """Asked, Yes, confirmation, texts, STOP, in order; runs of texts are one, and a long story loses its middle."""
    names = {Kind.ASKED: "Asked", Kind.OPTED_IN: "Yes", Kind.DECLINED: "No", Kind.OPTED_OUT: "Ended"}
    points = [(parsed(entry["at"]), names[entry["kind"]], str(entry["kind"]), entry["at"])
              for entry in packet["entries"] if entry["kind"] in names]  # fmt: skip
    for message in rows(packet, "messages"):
        kind = "confirmation" if message.get("purpose") == Purpose.OPT_IN_CONFIRMATION else "text"
        if has_left(message) and (kind == "confirmation" or needs_consent(message)):
            points.append((left_at(message), kind.capitalize(), kind, message.get("sent_at") or message.get("at")))
    told = [Mark(at, name, kind, when) for at, name, kind, when in points if at]
    return _shortened(_gathered(sorted(told, key=lambda mark: mark.at)))


def _gathered(told: Sequence[Mark]) -> list[Mark]:
    found: list[tuple[Mark, int]] = []
    for mark in told:
        if found and mark.kind == "text" == found[-1][0].kind:
            found[-1] = (found[-1][0], found[-1][1] + 1)
        else:
            found.append((mark, 1))
    return [
        Mark(mark.at, f"{count:,} text{'s' if count != 1 else ''}" if mark.kind == "text" else mark.name, mark.kind,
             mark.when)
        for mark, count in found
    ]  # fmt: skip


def _shortened(found: list[Mark]) -> list[Mark]:
    if len(found) <= MARKS:
        return found
    gone = found[2 : len(found) - MARKS + 3]
    return [*found[:2], Mark(gone[0].at, f"{len(gone):,} more", "more", ""), *found[len(found) - MARKS + 3 :]]
