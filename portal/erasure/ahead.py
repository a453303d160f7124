"""What takes long to find is found in a read, before the erasure: nobody's STOP waits while all that providers ever
sent, and all lists that wait, are looked through. What comes meanwhile the erasure finds itself, among the newest."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from sqlmodel import Session

from portal import clock
from portal.consent import legal_hold
from portal.database import Database, Lane
from portal.erasure import holding, list_trace, person, trace
from portal.erasure.person import Person
from portal.messaging import provider_event

PART = 200  # in one write
MARGIN = dt.timedelta(minutes=2)
"""For clocks that differ, and for what was not committed yet when it was looked for."""


@dataclass(frozen=True)
class Ahead:
    """Found until `at` about this person: events (provider, id) and pieces of lists (run, place). `open_runs` are lists
    of which more may still come."""

    at: dt.datetime
    person: Person
    events: Sequence[tuple[str, str]]
    pieces: Sequence[tuple[str, int]]
    open_runs: Sequence[str]


def clear(database: Database, business_id: str, contact_id: str) -> Ahead:
    """Look, then empty what was found in short writes. Raises NotFound, and Conflict under a legal hold."""
    found = database.read(partial(look, business_id=business_id, contact_id=contact_id))
    for start in range(0, len(found.events), PART):
        events = found.events[start : start + PART]
        database.write(partial(_forget, found=found.person, events=events), lane=Lane.BULK)
    for one in found.pieces:
        database.write(partial(_empty, found=found.person, at=one), lane=Lane.BULK)
    return found


def look(session: Session, business_id: str, contact_id: str) -> Ahead:
    """Writes nothing. Raises as `clear`."""
    at, who = clock.now(), person.find(session, business_id, contact_id)
    holding.refuse(session, who)
    return Ahead(
        at, who, trace.events(session, who), list_trace.pieces(session, who), list_trace.open_runs(session, business_id)
    )


def since(ahead: Ahead | None, who: Person) -> dt.datetime | None:
    """From when on there may be more; None where all is to be looked through, as for somebody who changed meanwhile."""
    if ahead is None or _called(ahead.person) != _called(who):
        return None
    return ahead.at - MARGIN


def _called(who: Person) -> tuple[object, ...]:
    return who.numbers, who.names, who.emails, tuple(who.user_ids)


def _forget(session: Session, found: Person, events: Sequence[tuple[str, str]]) -> None:
    legal_hold.let_erase(session, found.business_id)
    holding.refuse(session, found)
    for provider, event_id in events:
        provider_event.forget(session, found.business_id, provider, event_id)


def _empty(session: Session, found: Person, at: tuple[str, int]) -> None:
    legal_hold.let_erase(session, found.business_id)
    holding.refuse(session, found)
    list_trace.empty(session, found, at)
