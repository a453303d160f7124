"""Which index serves what a member asks of the status list, and the statements over it.

One wish is served by an index that already stands in the list's order; the others are asked of each row that is read,
and then at most so many rows are read at a time: a rare combination among a million ends early and says so. A project's
conversations are few, each was put there by hand: they are all read, and everything else is asked of them at once.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cache
from typing import Any

import sqlalchemy as sa

from portal.column import sort_key
from portal.consent import number_search, subscription
from portal.statement import Statement, param

NOBODY = "nobody"
ME = "me"


class Order(StrEnum):
    """How the list stands; a search for a number stands by number, the snoozed by when they come back,
    replies in doubt by when they came, the oldest first."""

    LATEST = "latest"
    NAME = "name"
    NUMBER = "number"
    ENDING = "ending"
    BACK = "back"
    DOUBT = "doubt"


@dataclass(frozen=True)
class Wanted:
    """What a member asks the list for. `q` is the beginning of a name or number, or exactly the last four digits;
    `assigned` a member's id, ME or NOBODY; `project` the id of the one that new texts go to by themselves;
    `wording` the version of the words that a consent rests on; `words_after` pages through the texts that have the
    words of `q`."""

    status: str = ""
    q: str = ""
    order: Order = Order.LATEST
    after: str = ""
    before: str = ""
    origin: str = ""
    assigned: str = ""
    is_unread: bool = False
    is_snoozed: bool = False
    in_review: bool = False
    is_blocked: bool = False
    project: str = ""
    wording: str = ""
    words_after: str = ""

    @property
    def wishes(self) -> list[str]:
        """The conditions by name, the one whose index holds the fewest rows first."""
        given = {
            "project": bool(self.project),
            "snoozed": self.is_snoozed, "assigned": self.assigned not in ("", NOBODY), "unread": self.is_unread,
            "in_review": self.in_review, "blocked": self.is_blocked,
            "wording": bool(self.wording), "status": bool(self.status),
            "nobody": self.assigned == NOBODY, "origin": bool(self.origin),
            "awake": self.is_unread and not self.is_snoozed,
        }  # fmt: skip
        return [name for name, is_given in given.items() if is_given]


@dataclass(frozen=True)
class Range:
    """The part of one index that is read: `served` by it, or beginnings in [low, high); `rest` is asked of each row."""

    order: Order
    served: tuple[str, ...] = ()
    rest: tuple[str, ...] = ()
    low: str | None = None

    @property
    def key(self) -> str:
        return _KEYS[self.order]

    @property
    def high(self) -> str | None:
        return None if self.low is None else self.low + "\U0010ffff"

    @property
    def is_falling(self) -> bool:
        return self.order is Order.LATEST


_t = subscription.table
_KEYS = {
    Order.LATEST: "last_message_at", Order.NAME: "name_key", Order.NUMBER: "number", Order.ENDING: "number_reversed",
    Order.BACK: "snoozed_until_at", Order.DOUBT: "review_opened_at",
}  # fmt: skip
_INDEXED = ("snoozed", "assigned", "unread", "in_review", "blocked", "wording")
_now = param("now", _t.c.snoozed_until_at.type)
# the conditions of partial indexes stand here in the indexes' own words, so that both databases know them again
_CONDITIONS: dict[str, Callable[[Any], Any]] = {
    "project": lambda c: c.project_id == param("project"),
    "snoozed": lambda c: c.snoozed_until_at > _now,
    "awake": lambda c: sa.or_(c.snoozed_until_at.is_(None), c.snoozed_until_at <= _now),
    "assigned": lambda c: c.assigned_to == param("assigned"),
    "nobody": lambda c: c.assigned_to.is_(None),
    "unread": lambda c: sa.text("unread > 0"),
    "in_review": lambda c: sa.text("in_review"),
    "blocked": lambda c: sa.text("carrier = 'blocked'"),
    "wording": lambda c: sa.and_(
        c.wording_version == param("wording"), sa.text("wording_version IS NOT NULL AND status = 'opted_in'")
    ),
    "status": lambda c: c.status == param("status"),
    "origin": lambda c: c.origin == param("origin"),
}


def of(wanted: Wanted, region: str) -> Range:
    """The range of the index that fits best; national numbers are read in `region`."""
    if wanted.project:
        alike = of(replace(wanted, project=""), region)
        return Range(alike.order, tuple(wanted.wishes), low=alike.low)
    wishes, q = wanted.wishes, wanted.q.strip()
    if q:
        order, low = _searched(q, region)
        served = ("status",) if order is Order.NAME and wanted.status else ()
        return Range(order, served, _without(wishes, served), low)
    if wishes and wishes[0] in _INDEXED:
        order = {"snoozed": Order.BACK, "in_review": Order.DOUBT, "wording": Order.NAME}.get(wishes[0], Order.LATEST)
        return Range(order, (wishes[0],), _without(wishes, (wishes[0],)))
    served = ("status",) if wanted.status else ()
    order = wanted.order if wanted.order is Order.NAME else Order.LATEST
    return Range(order, served, _without(wishes, served))


def _searched(q: str, region: str) -> tuple[Order, str]:
    if not number_search.is_number(q):
        return Order.NAME, sort_key(q)
    if number_search.is_ending(q):
        return Order.ENDING, number_search.digits_of(q)[::-1]
    return Order.NUMBER, number_search.beginning(q, region=region)


def _without(wishes: list[str], served: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(wish for wish in wishes if wish not in served)


@cache
def page(where: Range, columns: tuple[str, ...], *, has_edge: bool, ascending: bool) -> Statement:
    """At most `limit` rows of `where` that fulfil all wishes; with a rest, from the next `scan` rows. `where` without
    its values, from `shape`."""
    if not where.rest:
        return Statement(_read(where, columns, "limit", has_edge=has_edge, ascending=ascending))
    scanned = _read(where, columns, "scan", has_edge=has_edge, ascending=ascending).subquery()
    conditions = [_CONDITIONS[name](scanned.c) for name in where.rest]
    by = _by(scanned.c[where.key], scanned.c.id, ascending=ascending)
    return Statement(sa.select(scanned).where(*conditions).order_by(*by).limit(param("limit", sa.Integer())))


@cache
def scanned(where: Range, *, has_edge: bool, ascending: bool) -> Statement:
    """Key and id of those `scan` rows, to know where they end."""
    return Statement(_read(where, (where.key, "id"), "scan", has_edge=has_edge, ascending=ascending))


def shape(where: Range) -> Range:
    """Two ranges of one shape share their statements."""
    return Range(where.order, where.served, where.rest, None if where.low is None else "")


def _read(where: Range, columns: tuple[str, ...], limit: str, *, has_edge: bool, ascending: bool) -> Any:
    c = _of_project() if "project" in where.served else _t.c
    key = c[where.key]
    query = sa.select(*(c[name] for name in columns)).where(c.business_id == param("business_id"))
    query = query.where(*(_CONDITIONS[name](c) for name in where.served))
    if where.low is not None:
        query = query.where(key >= param("low", key.type), key < param("high", key.type))
    if has_edge:
        edge = sa.tuple_(param("key", key.type), param("id", c.id.type))
        here = sa.tuple_(key, c.id)
        query = query.where(here > edge if ascending else here < edge)
    return query.order_by(*_by(key, c.id, ascending=ascending)).limit(param(limit, sa.Integer()))


def _of_project() -> Any:
    """The conversations of one project, read by its own index before anything else is asked: left to itself, a
    database may walk through the whole business in the list's order instead."""
    its = sa.select(_t).where(_CONDITIONS["project"](_t.c), sa.text("project_id IS NOT NULL"))
    return its.cte("its").prefix_with("MATERIALIZED").c


def _by(key: Any, row_id: Any, *, ascending: bool) -> tuple[Any, Any]:
    return (key.asc(), row_id.asc()) if ascending else (key.desc(), row_id.desc())
