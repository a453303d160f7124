"""Does every subscription say what its ledger entries say? One that does not was written by something else."""

from typing import Any

import sqlalchemy as sa
from sqlmodel import Session

from portal.consent import ledger, subscription
from portal.consent.state import fold
from portal.statement import Statement, param

SUBSCRIPTIONS = 500  # whose entries are read at once

_s, _e = subscription.table.c, ledger.table.c
_some = (
    sa.select(_s.id)
    .where(
        _s.business_id == param("business_id"),
        sa.tuple_(_s.channel, _s.number) > sa.tuple_(param("channel", sa.String()), param("number", sa.String())),
    )
    .order_by(_s.channel, _s.number)
    .limit(SUBSCRIPTIONS)
)
_SUBSCRIPTIONS = Statement(
    sa.select(*subscription.STATE_COLUMNS).where(_s.id.in_(_some)).order_by(_s.channel, _s.number)
)
_of_some = _some.subquery("some")
_FACTS = Statement(
    sa.select(
        _e.subscription_id, _e.seq, _e.kind, _e.occurred_at, _e.origin, _e.proof, _e.scope, _e.carrier,
    )
    .join_from(_of_some, ledger.table, _e.subscription_id == _of_some.c.id)
    .order_by(_of_some.c.id, _e.seq)
)  # fmt: skip
"""What the fold reads of some subscriptions, found by the index of subscriptions, in the order of entries."""


def problem(session: Session, business_id: str) -> str:
    """The first of them all, or nothing."""
    after: str | None = ""
    while after is not None:
        after, found = some(session, business_id, after)
        if found:
            return found
    return ""


def some(session: Session, business_id: str, after: str) -> tuple[str | None, str]:
    """A subscription that does not say what its entries say was written by something else than the ledger. Some after
    that place; where the next ones begin, None at the end, and what is wrong."""
    channel, _, number = after.partition(" ")
    place = {"business_id": business_id, "channel": channel, "number": number}
    rows = _SUBSCRIPTIONS.rows(session, **place)
    if not rows:
        return None, ""
    facts: dict[str, list[Any]] = {row.id: [] for row in rows}
    for fact in _FACTS.rows(session, **place):
        facts[fact.subscription_id].append(fact)
    for row in rows:
        if not _says(row, facts[row.id]):
            return None, f"Subscription {row.id} does not say what its ledger entries say."
    return (f"{rows[-1].channel} {rows[-1].number}" if len(rows) == SUBSCRIPTIONS else None), ""


def _says(row: Any, entries: list[Any]) -> bool:
    try:
        return fold(entries) == subscription.state_of(row)
    except ValueError:  # a word that no status has
        return False
