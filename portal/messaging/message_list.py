"""Messages of a business or of one number, newest first, for whoever reads them elsewhere; keyset-paged."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from heapq import merge
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session

from portal import clock
from portal.consent import subscription
from portal.errors import NotFound
from portal.messaging import message
from portal.statement import Statement, param

_m, _s = message.table, subscription.table
_COLUMNS = (
    _m.c.id, _m.c.direction, _m.c.channel, _m.c.number, _m.c.text, _m.c.purpose, _m.c.status, _m.c.reason,
    _m.c.consent_seq, _m.c.provider_id, _m.c.segments, _m.c.created_at, _m.c.sent_at, _m.c.due_at, _m.c.attempts,
    _m.c.project_id,
)  # fmt: skip
DEFERRED = "deferred"
_now = param("now", _m.c.due_at.type)
_KINDS = {
    DEFERRED: sa.and_(_m.c.status == "queued", _m.c.attempts == 0, _m.c.due_at > _now),
    "queued": sa.and_(_m.c.status == "queued", sa.or_(_m.c.attempts > 0, _m.c.due_at <= _now)),
}
_OF_NUMBER = Statement(
    sa.select(_s.c.id).where(_s.c.business_id == param("business_id"), _s.c.number == param("number"))
)


@dataclass(frozen=True)
class Filter:
    """What to list; None means all. `number` is E.164. `status` DEFERRED is a queued text whose time is to come."""

    number: str | None = None
    direction: str | None = None
    status: str | None = None


def page(
    session: Session, business_id: str, wanted: Filter, *, after: str | None = None, limit: int = 50
) -> tuple[list[Any], str | None]:
    """The second value is the id to go on after, or None. Raises NotFound for an `after` that is not ours."""
    last = _last(session, business_id, after)
    values = {
        "business_id": business_id, "direction": wanted.direction, "status": wanted.status, "limit": limit + 1,
        "at": last and last.created_at, "id": last and last.id, "now": clock.now(),
    }  # fmt: skip
    given = (wanted.direction is not None, _kind(wanted.status), last is not None)
    if wanted.number is None:
        found: Sequence[Any] = _statement(False, *given).rows(session, **values)
    else:
        threads = _OF_NUMBER.rows(session, business_id=business_id, number=wanted.number)
        pieces = [_statement(True, *given).rows(session, subscription_id=row.id, **values) for row in threads]
        found = list(merge(*pieces, key=lambda each: (each.created_at, each.id), reverse=True))
    return list(found[:limit]), found[limit - 1].id if len(found) > limit else None


@cache
def _statement(in_thread: bool, by_direction: bool, kind: str, goes_on: bool) -> Statement:
    """One statement per combination of filters, so that each walks an index in the order of the list."""
    mine = _m.c.subscription_id == param("subscription_id") if in_thread else _m.c.business_id == param("business_id")
    query = sa.select(*_COLUMNS).where(mine, message.IS_SHOWN)
    if by_direction:
        query = query.where(_m.c.direction == param("direction"))
    if kind:
        query = query.where(_KINDS[kind] if kind in _KINDS else _m.c.status == param("status"))
    if goes_on:
        place = sa.tuple_(param("at", _m.c.created_at.type), param("id", _m.c.id.type))
        query = query.where(sa.tuple_(_m.c.created_at, _m.c.id) < place)
    return Statement(query.order_by(_m.c.created_at.desc(), _m.c.id.desc()).limit(param("limit", sa.Integer())))


def _kind(status: str | None) -> str:
    """Which condition a status needs; "" for none."""
    return "" if status is None else status if status in _KINDS else "other"


def is_deferred(row: Any) -> bool:
    """Whether it waits for its time, as the list sorts it."""
    return bool(row.status == "queued" and row.attempts == 0 and row.due_at > clock.now())


def _last(session: Session, business_id: str, after: str | None) -> Any:
    if after is None:
        return None
    last = message.get(session, business_id, after)
    if last is None:
        raise NotFound("There is no such message.")
    return last
