"""Of all clients, who can be texted now; and of the others, what stands in the way, each counted once.

A client here is a number (consent belongs to numbers, law 1) that somebody has or that texted us; and a contact without
any number. A former number of a contact is nobody.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session

from portal import clock
from portal.column import table_of
from portal.consent import status_count, subscription
from portal.consent.state import NO, Carrier, Status
from portal.contacts import contact_number
from portal.contacts.contact import Contact
from portal.statement import Statement, param


class Standing(StrEnum):
    """Where a client stands, in the order in which they are told; the last one is no number's."""

    REACHABLE = "reachable"
    IN_REVIEW = "in_review"
    QUIET = "quiet"
    REQUESTED = "requested"
    NONE = "none"
    PAUSED = "paused"
    BLOCKED = "blocked"
    UNDELIVERABLE = "undeliverable"
    DECLINED = "declined"
    OPTED_OUT = "opted_out"
    NO_NUMBER = "no_number"


_s, _c, _n = subscription.table.c, table_of(Contact).c, contact_number.table.c
_LIGHTS = (_s.status, _s.carrier, _s.is_undeliverable, _s.is_paused, _s.in_review, _s.is_current)
_is_quiet = sa.and_(_s.paused_until_at.is_not(None), _s.paused_until_at > param("now", _s.paused_until_at.type))
_HINDERED = Statement(
    sa.select(*_LIGHTS, _is_quiet.label("is_quiet"), sa.func.count().label("count"))
    .where(_s.business_id == param("business_id"), subscription.IS_HINDERED)
    .group_by(*_LIGHTS, sa.literal_column("is_quiet"))
)
_NO_NUMBER = Statement(
    sa.select(sa.func.count().label("count"))
    .select_from(table_of(Contact))
    .where(
        _c.business_id == param("business_id"),
        _c.merged_into_id.is_(None),
        ~sa.exists().where(_n.contact_id == _c.id, _n.is_current),
    )
)
_BY_STATUS = {
    Status.NONE: Standing.NONE, Status.REQUESTED: Standing.REQUESTED, Status.DECLINED: Standing.DECLINED,
    Status.OPTED_OUT: Standing.OPTED_OUT, Status.OPTED_IN: Standing.REACHABLE,
}  # fmt: skip


@dataclass(frozen=True)
class Health:
    """`counts` has every standing."""

    counts: Mapping[Standing, int]

    @property
    def total(self) -> int:
        return sum(self.counts.values())

    @property
    def reachable(self) -> int:
        return self.counts[Standing.REACHABLE]


def read(session: Session, business_id: str) -> Health:
    """The counter rows; those that something hinders, by the index that has nobody else; who has no number."""
    hindered = _HINDERED.rows(session, business_id=business_id, now=clock.now())
    without = _NO_NUMBER.first(session, business_id=business_id).count
    return of(status_count.read(session, business_id), hindered, without)


def of(statuses: Mapping[str, int], hindered: list[Any], without_number: int) -> Health:
    """`statuses` counts every number; `hindered` some of them again, by what they have in common."""
    counts = Counter(dict.fromkeys(Standing, 0))
    for status, count in statuses.items():
        counts[_BY_STATUS[Status(status)]] += count
    for row in hindered:
        counts[_BY_STATUS[Status(row.status)]] -= row.count
        if row.is_current:
            counts[standing(row)] += row.count
    counts[Standing.NO_NUMBER] = without_number
    return Health(counts)


def standing(row: Any) -> Standing:
    """Where one number stands: its first hindrance, in the order of the gate (messaging/gate.py). Who said No is asked
    for nothing else, whatever else is wrong with the number."""
    status = Status(row.status)
    if status in NO:
        return _BY_STATUS[status]
    if row.is_undeliverable:
        return Standing.UNDELIVERABLE
    if row.carrier == Carrier.BLOCKED:
        return Standing.BLOCKED
    if row.is_paused:
        return Standing.PAUSED
    if status is Status.OPTED_IN and row.is_quiet:
        return Standing.QUIET
    return Standing.IN_REVIEW if status is Status.OPTED_IN and row.in_review else _BY_STATUS[status]


def percent(count: int, total: int) -> str:
    """`0%` and `100%` are said only where they are true; small shares to a tenth."""
    if not total or count in (0, total):
        return "100%" if count and count == total else "0%"
    share = 100 * count / total
    if share < 0.1:
        return "under 0.1%"
    if share > 99.9:
        return "over 99.9%"
    return f"{share:.1f}%" if share < 1 or share > 99 else f"{share:.0f}%"
