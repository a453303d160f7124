"""A stretch of the ledger counted: how many moved on which day, in which way and by what."""

import datetime as dt
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import groupby
from operator import attrgetter
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlmodel import Session

from portal.consent import ledger
from portal.reports import movement
from portal.reports.movement import Movement
from portal.statement import Statement, param

Step = tuple[dt.date, Movement, str]
"""On which day, in the business's own time zone; how; and the origin of the entry that did it."""

_e = ledger.table
_NEXT = Statement(
    sa.select(_e.c.seq, _e.c.subscription_id)
    .where(_e.c.business_id == param("business_id"), _e.c.seq > param("after", _e.c.seq.type))
    .order_by(_e.c.seq)
    .limit(param("limit", sa.Integer()))
)
_FACTS = (
    _e.c.subscription_id, _e.c.seq, _e.c.kind, _e.c.origin, _e.c.proof, _e.c.scope, _e.c.carrier, _e.c.occurred_at,
    _e.c.recorded_at,
)  # fmt: skip


@dataclass(frozen=True)
class Tally:
    """The entries after `first` up to `last`; `is_cut`: others follow."""

    first: int
    last: int
    is_cut: bool = False
    counts: Counter[Step] = field(default_factory=Counter)


def of(session: Session, business_id: str, zone: str, *, after: int, limit: int) -> Tally:
    """At most `limit` entries, from the one after number `after` on. Two queries, each of one index."""
    found = _NEXT.rows(session, business_id=business_id, after=after, limit=limit + 1)
    kept = found[:limit]
    if not kept:
        return Tally(after, after)
    numbers = sorted({row.subscription_id for row in kept})
    counts = counted(session.execute(facts(numbers, kept[-1].seq)).all(), zone, after=after)
    return Tally(after, kept[-1].seq, len(found) > limit, counts)


def counted(facts: Sequence[Any], zone: str, *, after: int = 0) -> Counter[Step]:
    """`facts` stand together by number, and each number's in the order in which they were recorded."""
    counts, place = Counter[Step](), ZoneInfo(zone)
    for _, entries in groupby(facts, key=attrgetter("subscription_id")):
        for entry, moved in movement.of_number(entries, after=after):
            counts[entry.recorded_at.astimezone(place).date(), moved, str(entry.origin)] += 1
    return counts


def facts(numbers: Sequence[str], last: int) -> sa.Select[Any]:
    """All entries of these numbers up to entry `last`. They are asked for by the index of numbers alone: told the
    business as well, SQLite walks through its whole ledger instead. A number is of one business."""
    query = sa.select(*_FACTS).where(_e.c.subscription_id.in_(numbers), _e.c.seq <= last)
    return query.order_by(_e.c.subscription_id, _e.c.seq)
