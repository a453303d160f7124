"""Subscriptions as programs read them, each with how many texts it holds; every filter is a range of an index.

The desk's own list is status_list.py: it shows last messages and pages both ways.
"""

from dataclasses import dataclass
from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session

from portal.column import sort_key
from portal.consent import number_search, subscription
from portal.errors import NotFound
from portal.messaging import message
from portal.statement import Statement, param

_s, _m = subscription.table, message.table
_HELD = (
    sa.select(sa.func.count())
    .select_from(_m)
    .where(_m.c.subscription_id == _s.c.id, sa.text("message.status IN ('queued', 'held')"), _m.c.status == "held")
    .scalar_subquery()
    .label("held")
)
_COLUMNS = (*subscription.STATE_COLUMNS, _HELD)
_ONE = Statement(sa.select(*_COLUMNS).where(_s.c.business_id == param("business_id"), _s.c.id == param("id")))


@dataclass(frozen=True)
class Filter:
    """What to list; None means all. `number` is E.164; `q` a beginning of a name or number, or the last four digits;
    `wording` the version of the words that a consent rests on."""

    number: str | None = None
    status: str | None = None
    channel: str | None = None
    q: str = ""
    wording: str | None = None


def page(
    session: Session, business_id: str, wanted: Filter, *, region: str, after: str | None = None, limit: int = 50
) -> tuple[list[Any], str | None]:
    """By name, or by number where one is sought; the second value is the id to go on after, or None.

    Raises NotFound for an `after` that is not ours. National numbers are read in `region`.
    """
    sought, low = _range(wanted.q.strip(), region)
    order = sought if wanted.number is None else "number"
    last = _last(session, business_id, after)
    statement = _statement(
        order, sought if low else None, wanted.number is not None, wanted.status is not None,
        wanted.channel is not None, wanted.wording is not None, last is not None,
    )  # fmt: skip
    found = statement.rows(
        session, business_id=business_id, number=wanted.number, status=wanted.status, channel=wanted.channel, low=low,
        wording=wanted.wording,
        high=low + "\U0010ffff", key=last and getattr(last, order), id=last and last.id, limit=limit + 1,
    )  # fmt: skip
    return found[:limit], found[limit - 1].id if len(found) > limit else None


def one(session: Session, business_id: str, subscription_id: str) -> Any:
    """Raises NotFound for an unknown or somebody else's."""
    row = _ONE.first(session, business_id=business_id, id=subscription_id)
    if row is None:
        raise NotFound("There is no such subscription.")
    return row


@cache
def _statement(
    order: str, sought: str | None, by_number: bool, by_status: bool, by_channel: bool, by_wording: bool, goes_on: bool
) -> Statement:
    """One statement per combination of filters, so that each walks an index in the order of the list."""
    query = sa.select(*_COLUMNS).where(_s.c.business_id == param("business_id"))
    if by_number:
        query = query.where(_s.c.number == param("number"))
    if by_status:
        query = query.where(_s.c.status == param("status"))
    if by_wording:
        is_open = sa.text("subscription.wording_version IS NOT NULL AND subscription.status = 'opted_in'")
        query = query.where(_s.c.wording_version == param("wording"), is_open)
    if by_channel:
        query = query.where(_s.c.channel == param("channel"))
    if sought:
        piece = _s.c[sought]
        query = query.where(piece >= param("low", piece.type), piece < param("high", piece.type))
    column = _s.c[order]
    if goes_on:
        place = sa.tuple_(param("key", column.type), param("id", _s.c.id.type))
        query = query.where(sa.tuple_(column, _s.c.id) > place)
    return Statement(query.order_by(column, _s.c.id).limit(param("limit", sa.Integer())))


def _range(q: str, region: str) -> tuple[str, str]:
    """The column that serves this search, and the beginning to look for in it."""
    if not q:
        return "name_key", ""
    if not number_search.is_number(q):
        return "name_key", sort_key(q)
    if number_search.is_ending(q):
        return "number_reversed", number_search.digits_of(q)[::-1]
    return "number", number_search.beginning(q, region=region)


def _last(session: Session, business_id: str, after: str | None) -> Any:
    if after is None:
        return None
    last = subscription.get(session, business_id, after)
    if last is None:
        raise NotFound("There is no such subscription.")
    return last
