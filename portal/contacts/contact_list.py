"""Contacts by name, and the search for one: keyset pages, each one range of one index; merged records show no more.

Words are looked for at the beginning of names, then of e-mail addresses; digits as the beginning of a number, or as the
last four. Former numbers find their contact too.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session

from portal.accounts.sender import SMS
from portal.column import sort_key, table_of
from portal.consent import number_search, subscription
from portal.contacts import contact, contact_number, number_state, opt_in_mark
from portal.contacts.contact import Contact
from portal.contacts.number_state import NumberState
from portal.contacts.opt_in_mark import Mark
from portal.contacts.project import Project, ProjectContact
from portal.errors import NotFound

PAGE = 50
LAST = "\U0010ffff"


class Order(StrEnum):
    NAME = "name"
    EMAIL = "email"
    NUMBER = "number"
    ENDING = "ending"


@dataclass(frozen=True)
class Row:
    """One contact as the list shows it. `numbers` are those it has now; `projects` counts what is not archived; `mark`
    is its Opt In value (F-18)."""

    id: str
    name: str
    email: str
    numbers: tuple[NumberState, ...]
    projects: int
    mark: Mark


@dataclass(frozen=True)
class ContactPage:
    """`next` is the cursor to go on after, or None."""

    rows: tuple[Row, ...]
    next: str | None


_c, _n, _s = table_of(Contact), contact_number.table, subscription.table
_projects, _members = table_of(Project), table_of(ProjectContact)
_COLUMNS = (_c.c.id, _c.c.name, _c.c.email)
_KEYS: dict[Order, sa.ColumnElement[str]] = {
    Order.NAME: _c.c.name_key,
    Order.EMAIL: _c.c.email_key,
    Order.NUMBER: _n.c.number,
    Order.ENDING: _s.c.number_reversed,
}


def page(
    session: Session, business_id: str, *, region: str, q: str = "", after: str | None = None, limit: int = PAGE
) -> ContactPage:
    """Four queries, five where words are no name. National numbers are read in `region`. Raises NotFound for an
    `after` that leads nowhere."""
    order, low = _range(q.strip(), region)
    edge = _edge(session, business_id, order, after) if after else None
    if edge is not None and order is Order.NAME and edge[0] is Order.EMAIL:
        order, low = Order.EMAIL, q.strip().casefold()
    found = _found(session, business_id, order, low, edge and edge[1:], limit)
    if not found and not after and order is Order.NAME and low:
        order, low = Order.EMAIL, q.strip().casefold()
        found = _found(session, business_id, order, low, None, limit)
    kept = found[:limit]
    unique = list({each.id: each for each in kept}.values())
    return ContactPage(rows(session, unique), _cursor(order, kept[-1]) if len(found) > limit else None)


def rows(session: Session, found: Sequence[Any]) -> tuple[Row, ...]:
    """These contacts with their numbers, values and projects: three queries, however many there are."""
    ids = [each.id for each in found]
    states, marks = number_state.of(session, ids), opt_in_mark.of(session, ids)
    query = (
        sa.select(_members.c.contact_id, sa.func.count())
        .join_from(_members, _projects, _projects.c.id == _members.c.project_id)
        .where(_members.c.contact_id.in_(ids), _projects.c.archived_at.is_(None))
        .group_by(_members.c.contact_id)
    )
    counts = dict(session.execute(query).all())
    return tuple(
        Row(
            each.id, each.name, each.email, tuple(state for state in states[each.id] if state.is_current),
            counts.get(each.id, 0), marks[each.id],
        )
        for each in found
    )  # fmt: skip


def projects(session: Session, contact_id: str) -> list[Project]:
    """What this client is part of, archived work last."""
    query = (
        sa.select(Project)
        .join(ProjectContact, _members.c.project_id == _projects.c.id)
        .where(_members.c.contact_id == contact_id)
        .order_by(_projects.c.archived_at.is_not(None), _projects.c.starts_on.desc(), _projects.c.id)
    )
    return list(session.scalars(query.limit(PAGE)))


def _range(q: str, region: str) -> tuple[Order, str]:
    """The index that serves this search, and the beginning to look for in it."""
    if "@" in q:
        return Order.EMAIL, q.casefold()
    if not number_search.is_number(q):
        return Order.NAME, sort_key(q)
    if number_search.is_ending(q):
        return Order.ENDING, number_search.digits_of(q)[::-1]
    return Order.NUMBER, number_search.beginning(q, region=region)


def _found(
    session: Session, business_id: str, order: Order, low: str, edge: tuple[str, str] | None, limit: int
) -> Sequence[Any]:
    key = _KEYS[order]
    query = sa.select(*_COLUMNS, key.label("key")).where(_c.c.merged_into_id.is_(None))
    if order in (Order.NAME, Order.EMAIL):
        query = query.where(_c.c.business_id == business_id)
    else:
        query = query.join(_n, _n.c.contact_id == _c.c.id).where(_n.c.business_id == business_id)
    if order is Order.ENDING:
        same = (_s.c.business_id == _n.c.business_id, _s.c.number == _n.c.number, _s.c.channel == SMS)
        query = query.join(_s, sa.and_(*same)).where(_s.c.business_id == business_id)
    if low:
        query = query.where(key >= low, key < low + LAST)
    if edge is not None:
        query = query.where(sa.tuple_(key, _c.c.id) > sa.tuple_(*edge))
    return session.execute(query.order_by(key, _c.c.id).limit(limit + 1)).all()


def _edge(session: Session, business_id: str, order: Order, after: str) -> tuple[Order, str, str]:
    """Where the last page ended: the contact, and the number it was found by, or `e` for its e-mail address."""
    contact_id, _, what = after.partition("-")
    last = contact.get(session, business_id, contact_id)
    if order is Order.NAME and not what:
        return order, last.name_key, last.id
    if order in (Order.NAME, Order.EMAIL) and what == "e":
        return Order.EMAIL, last.email_key, last.id
    if order in (Order.NUMBER, Order.ENDING) and what.isdecimal():
        number = f"+{what}"
        return order, number if order is Order.NUMBER else number[::-1], last.id
    raise NotFound("This page of the list does not exist.")


def _cursor(order: Order, row: Any) -> str:
    number = {Order.NUMBER: row.key, Order.ENDING: row.key[::-1]}.get(order, "")
    what = "e" if order is Order.EMAIL else number.removeprefix("+")
    return f"{row.id}-{what}" if what else str(row.id)
