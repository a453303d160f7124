"""What an entry of the ledger did to one number's standing, as it was recorded: the steps that counts are made of.

Steps add up: who opted in less who opted out, over all time, is exactly who is opted in now (or was, when their number
was erased). A fact that is told late moves a number when we learn of it, as it did then.
"""

from collections.abc import Iterable, Iterator
from enum import StrEnum
from typing import Any

from portal.consent.state import NO, Kind, State, Status, fold, step


class Movement(StrEnum):
    """`refused`: said No before they had ever agreed, or again; who had agreed `opted_out`."""

    OPTED_IN = "opted_in"
    OPTED_OUT = "opted_out"
    ASKED = "asked"
    REFUSED = "refused"
    LAPSED = "lapsed"


def between(before: Status, after: Status, kind: str) -> Movement | None:
    """The step from one status to the next, if it is one that anybody counts."""
    if before is after or (before in NO and after in NO):
        return None
    if after is Status.OPTED_IN:
        return Movement.OPTED_IN
    if before is Status.OPTED_IN:
        return Movement.OPTED_OUT
    if before is Status.REQUESTED and kind == Kind.LAPSED:
        return Movement.LAPSED
    if after in NO:
        return Movement.REFUSED
    return Movement.ASKED if after is Status.REQUESTED else None


def of_number(entries: Iterable[Any], *, after: int = 0) -> Iterator[tuple[Any, Movement]]:
    """`entries` are all of one number in the order in which they were recorded; told are the steps of those behind
    number `after`. As the ledger itself does it: one step for the latest fact, a new fold for one told late."""
    state, known = State(), list[Any]()
    for entry in entries:
        known.append(entry)
        is_latest = state.last_at is None or entry.occurred_at > state.last_at
        next_ = step(state, entry) if is_latest else fold(known)
        moved = between(state.status, next_.status, entry.kind)
        if moved is not None and entry.seq > after:
            yield entry, moved
        state = next_
