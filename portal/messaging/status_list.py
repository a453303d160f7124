"""The SMS Subscription Status list: keyset pages over the subscription rows, counts from the counter rows.

Every page is one range of one index, so that a million numbers cost what a thousand cost (speed.md, design 5): nothing
is counted, skipped over or joined to sort. A search for a number is a range as well; together with a status it reads
at most SCAN rows of that range at a time.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session

from portal import clock
from portal.column import sort_key
from portal.consent import number_search, subscription
from portal.errors import NotFound
from portal.statement import Statement, param

PAGE = 50
SCAN = 1000


class Order(StrEnum):
    """How the list stands; a search for a number stands by number."""

    LATEST = "latest"
    NAME = "name"
    NUMBER = "number"
    ENDING = "ending"


@dataclass(frozen=True)
class Row:
    """One number as the list shows it."""

    id: str
    name: str
    number: str
    contact_id: str | None
    status: str
    carrier: str
    origin: str | None
    changed_at: dt.datetime | None
    is_paused: bool
    is_undeliverable: bool
    in_review: bool
    is_claimed: bool
    is_current: bool
    last_message_at: dt.datetime
    last_message_text: str
    last_message_direction: str
    unread: int


@dataclass(frozen=True)
class StatusPage:
    """`newer` and `older` are cursors for the pages before and after this one, or None; `counts` has every status."""

    rows: tuple[Row, ...]
    newer: str | None
    older: str | None
    counts: dict[str, int]

    @property
    def total(self) -> int:
        return sum(self.counts.values())


@dataclass(frozen=True)
class Wanted:
    """What a member asks the list for. `q` is the beginning of a name or number, or exactly the last four digits."""

    status: str = ""
    q: str = ""
    order: Order = Order.LATEST
    after: str = ""
    before: str = ""


@dataclass(frozen=True)
class _Range:
    """The part of one index that is read: beginnings in [low, high), or all of it."""

    order: Order
    low: str | None = None

    @property
    def high(self) -> str | None:
        return None if self.low is None else self.low + "\U0010ffff"


_t = subscription.table
_COLUMNS = tuple(_t.c[name] for name in Row.__dataclass_fields__)
_KEYS = {
    Order.LATEST: _t.c.last_message_at,
    Order.NAME: _t.c.name_key,
    Order.NUMBER: _t.c.number,
    Order.ENDING: _t.c.number_reversed,
}


def _statement(order: Order, *, has_status: bool, has_range: bool, has_edge: bool, ascending: bool) -> Statement:
    key = _KEYS[order]
    query = sa.select(*_COLUMNS, _t.c.name_key, _t.c.number_reversed).where(_t.c.business_id == param("business_id"))
    if has_status:
        query = query.where(_t.c.status == param("status"))
    if has_range:
        query = query.where(key >= param("low", key.type), key < param("high", key.type))
    if has_edge:
        edge = sa.tuple_(param("key", key.type), param("id", _t.c.id.type))
        here = sa.tuple_(key, _t.c.id)
        query = query.where(here > edge if ascending else here < edge)
    by = (key.asc(), _t.c.id.asc()) if ascending else (key.desc(), _t.c.id.desc())
    return Statement(query.order_by(*by).limit(param("limit", sa.Integer())))


_STATEMENTS = {
    (order, has_status, has_range, has_edge, ascending): _statement(
        order, has_status=has_status, has_range=has_range, has_edge=has_edge, ascending=ascending
    )
    for order in Order
    for has_status in (False, True)
    for has_range in (False, True)
    for has_edge in (False, True)
    for ascending in (False, True)
    if not (has_range and order is Order.LATEST)
}


def page(session: Session, business_id: str, wanted: Wanted, *, region: str) -> StatusPage:
    """One page and the counts: two queries, three where a cursor must be looked up. Raises NotFound for a cursor that
    leads nowhere. National numbers are read in `region`."""
    where = _range(wanted, region)
    cursor = wanted.after or wanted.before
    edge = _edge(session, business_id, where.order, cursor) if cursor else None
    is_back = bool(wanted.before and not wanted.after)
    rows, last = _read(session, business_id, wanted.status, where, edge, is_back=is_back)
    ends = (last, rows[-1] if rows else None) if is_back else (rows[0] if edge and rows else None, last)
    newer, older = (_cursor(where.order, end) if end else None for end in ends)
    return StatusPage(tuple(map(_row, rows)), newer, older, subscription.counts(session, business_id))


def _range(wanted: Wanted, region: str) -> _Range:
    """Which index serves this search."""
    q = wanted.q.strip()
    if not q:
        return _Range(wanted.order if wanted.order in (Order.LATEST, Order.NAME) else Order.LATEST)
    if not number_search.is_number(q):
        return _Range(Order.NAME, sort_key(q))
    if number_search.is_ending(q):
        return _Range(Order.ENDING, number_search.digits_of(q)[::-1])
    return _Range(Order.NUMBER, number_search.beginning(q, region=region))


def _read(
    session: Session, business_id: str, status: str, where: _Range, edge: tuple[Any, str] | None, *, is_back: bool
) -> tuple[Sequence[Any], Any]:
    """The rows of one page in the order they are shown, and the row to read on from, or None where the list ends."""
    ascending = (where.order is not Order.LATEST) is not is_back
    is_scan = bool(status) and where.order in (Order.NUMBER, Order.ENDING)
    statement = _STATEMENTS[
        where.order, bool(status) and not is_scan, where.low is not None, edge is not None, ascending
    ]
    limit = SCAN if is_scan else PAGE + 1
    key, row_id = edge or (None, "")
    found = statement.rows(
        session, business_id=business_id, status=status, low=where.low, high=where.high, key=key, id=row_id, limit=limit
    )
    kept = [row for row in found if row.status == status] if is_scan else found
    shown = kept[:PAGE]
    last = shown[-1] if len(kept) > PAGE else found[-1] if is_scan and len(found) == SCAN else None
    return (shown[::-1] if is_back else shown), last


def _edge(session: Session, business_id: str, order: Order, cursor: str) -> tuple[Any, str]:
    """Where the last page ended. By time the cursor says it itself, since a row moves when a text comes."""
    if order is Order.LATEST:
        try:
            moment, _, row_id = cursor.partition("~")
            return clock.parse_rfc3339(moment), row_id
        except ValueError as error:
            raise NotFound("This page of the list does not exist.") from error
    row = subscription.get(session, business_id, cursor)
    if row is None:
        raise NotFound("This page of the list does not exist.")
    return getattr(row, _KEYS[order].key), row.id


def _cursor(order: Order, row: Any) -> str:
    return f"{clock.rfc3339(row.last_message_at)}~{row.id}" if order is Order.LATEST else str(row.id)


def _row(found: Any) -> Row:
    values = {name: getattr(found, name) for name in Row.__dataclass_fields__}
    flags = ("is_paused", "is_undeliverable", "in_review", "is_claimed", "is_current")
    return Row(**(values | {name: bool(values[name]) for name in flags}))
