"""A contact's Opt In value: Y, N or blank over the numbers it has now. A view of consent, never stored (F-18, X-21).

The groups Opted-In and Opted-Out are everybody with Y and everybody with N, by this rule and no other.
"""

from collections.abc import Callable, Collection, Iterable
from typing import Any, Literal

import sqlalchemy as sa
from sqlmodel import Session

from portal.consent import subscription
from portal.consent.state import Status
from portal.contacts import contact_number

Mark = Literal["Y", "N", ""]
Rule = Callable[[Any], sa.ColumnElement[bool]]
COUNTED = 50_000
"""Contacts that are counted at most: what is more is shown as that many."""

_REFUSED = (Status.OPTED_OUT, Status.DECLINED)
_n, _s = contact_number.table, subscription.table
_BOTH = sa.and_(_s.c.business_id == _n.c.business_id, _s.c.number == _n.c.number)  # on whatever channel


def mark(rows: Iterable[Any]) -> Mark:
    """`rows` are the subscriptions of the current numbers. One number that may be texted is a Yes; a number that waits
    because its client stopped on another one is none (X-15), so that a STOP is an N however many numbers there are."""
    known = list(rows)
    if any(each.status == Status.OPTED_IN and not each.is_paused for each in known):
        return "Y"
    return "N" if any(each.status in _REFUSED or each.is_paused for each in known) else ""


def of(session: Session, contact_ids: Collection[str]) -> dict[str, Mark]:
    """Of each contact. One query."""
    query = (
        sa.select(_n.c.contact_id, _s.c.status, _s.c.is_paused)
        .join_from(_n, _s, _BOTH)
        .where(_n.c.contact_id.in_(list(contact_ids)), _n.c.is_current)
    )
    found: dict[str, list[Any]] = {each: [] for each in contact_ids}
    for row in session.execute(query):
        found[row.contact_id].append(row)
    return {each: mark(rows) for each, rows in found.items()}


def has(wanted: Mark, contact_id: sa.ColumnElement[str]) -> sa.ColumnElement[bool]:
    """For statements: whether the contact's value is the one wanted."""
    yes, no = _is(_yes, contact_id), _is(_no, contact_id)
    if wanted == "Y":
        return yes
    return sa.and_(sa.not_(yes), no if wanted == "N" else sa.not_(no))


def count(session: Session, business_id: str, wanted: Literal["Y", "N"]) -> int:
    """How many contacts have it, read from the numbers: at most COUNTED."""
    mine = sa.select(_n.c.contact_id).join_from(_s, _n, _BOTH).where(_s.c.business_id == business_id, _n.c.is_current)
    yes, no = mine.where(_yes(_s)), mine.where(_no(_s))
    query: Any = yes.distinct() if wanted == "Y" else sa.except_(no, yes)
    query = query.limit(COUNTED)
    return session.scalar(sa.select(sa.func.count()).select_from(query.subquery())) or 0


def _yes(s: Any) -> sa.ColumnElement[bool]:
    return sa.and_(s.c.status == Status.OPTED_IN, sa.not_(s.c.is_paused))


def _no(s: Any) -> sa.ColumnElement[bool]:
    return sa.or_(s.c.status.in_(_REFUSED), s.c.is_paused)


def _is(rule: Rule, contact_id: sa.ColumnElement[str]) -> sa.ColumnElement[bool]:
    """Whether it holds for one of the numbers that the contact has now."""
    n, s = _n.alias(), _s.alias()
    both = (s.c.business_id == n.c.business_id, s.c.number == n.c.number)
    return sa.exists().where(n.c.contact_id == contact_id, n.c.is_current, *both, rule(s))
