"""Writes down what became of the texts that came back since the last turn: those that were plainly sent together."""

from collections.abc import Sequence
from typing import Any

from sqlmodel import Session

from portal import clock
from portal.database import announce
from portal.messaging import flight, outbox, outcome
from portal.providers.provider import Accepted, Rejected, Result

Landed = tuple[Any, Result]  # a claim row, and what the provider said to it


def mark(session: Session, landed: Sequence[Landed]) -> None:
    """What `outcome.mark` does, and back into the queue with what was too late to begin."""
    plain: list[tuple[Any, Accepted]] = []
    for row, result in landed:
        if isinstance(result, Accepted) and _is_plain(row):
            plain.append((row, result))
        elif isinstance(result, Rejected) and result.code == "deadline":
            outcome.give_back(session, row)
        else:
            outcome.mark(session, row, result)
    if plain:
        _sent(session, plain)


def _is_plain(row: Any) -> bool:
    """Whether nothing hangs on it but its own row and lease: nobody listens, and its sender was well before."""
    return not (row.has_listener or row.failures or row.rests)


def _sent(session: Session, plain: Sequence[tuple[Any, Accepted]]) -> None:
    """Two statements, however many they are."""
    now = clock.now()
    outcome.SENT.each(session, [{"id": row.id, "provider_id": said.provider_id, "sent_at": now} for row, said in plain])
    flight.land_each(session, [row for row, _ in plain])
    for row, _ in plain:
        announce(session, f"thread:{row.business_id}:{row.subscription_id}")
    announce(session, outbox.TOPIC)
