"""Where nobody says anything: requests without an answer, and clients who agreed and were not in touch for long."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session

from portal import clock
from portal.consent import subscription
from portal.errors import NotFound
from portal.statement import Statement, param

DAY = dt.timedelta(days=1)
AGES = (1, 7, 30)
"""Days between the groups of unanswered requests."""
MONTHS = (3, 6, 12)
MONTH = dt.timedelta(days=365.25 / 12)
PAGE = 50

_s = subscription.table.c
_ASKED = Statement(
    sa.select(
        sa.func.count().label("all"),
        *(
            sa.func.sum(sa.case((_s.changed_at < param(f"d{days}", _s.changed_at.type), 1), else_=0)).label(f"d{days}")
            for days in AGES
        ),
    ).where(_s.business_id == param("business_id"), _s.status == "requested", _s.is_current)
)
_QUIET = (
    _s.business_id == param("business_id"),
    _s.status == "opted_in",
    _s.last_message_at < param("before", _s.last_message_at.type),
)
_COUNT = Statement(sa.select(sa.func.count().label("count")).where(*_QUIET))
_FORMER = Statement(
    sa.select(sa.func.count().label("count")).where(*_QUIET, subscription.IS_HINDERED, sa.not_(_s.is_current))
)
_COLUMNS = (_s.id, _s.name, _s.number, _s.channel, _s.last_message_at, _s.last_message_direction, _s.changed_at)
_edge = sa.tuple_(param("at", _s.last_message_at.type), param("id", _s.id.type))
_page = (
    sa.select(*_COLUMNS)
    .where(*_QUIET, _s.is_current)
    .order_by(_s.last_message_at, _s.id)
    .limit(param("limit", sa.Integer()))
)
_FIRST, _AFTER = Statement(_page), Statement(_page.where(sa.tuple_(_s.last_message_at, _s.id) > _edge))


@dataclass(frozen=True)
class Age:
    """Requests that have waited for more than `more_than` days, and not for more than `up_to` (None: any longer)."""

    more_than: int
    up_to: int | None
    count: int


@dataclass(frozen=True)
class Quiet:
    """Opted-in numbers that neither wrote nor were written to for so many months."""

    months: int
    count: int


@dataclass(frozen=True)
class Silence:
    asked: tuple[Age, ...]
    quiet: tuple[Quiet, ...]

    @property
    def unanswered(self) -> int:
        return sum(each.count for each in self.asked)


def read(session: Session, business_id: str) -> Silence:
    """Each figure is a range of the index by status; former numbers, which are few, are taken off by an index that has
    only the few."""
    now = clock.now()
    found = _ASKED.first(session, business_id=business_id, **{f"d{days}": now - days * DAY for days in AGES})
    older = [int(found.all), *(int(getattr(found, f"d{days}") or 0) for days in AGES), 0]
    edges: Sequence[int | None] = [0, *AGES, None]
    asked = tuple(Age(edges[i] or 0, edges[i + 1], older[i] - older[i + 1]) for i in range(len(edges) - 1))
    return Silence(asked, tuple(_quiet(session, business_id, months, now) for months in MONTHS))


def _quiet(session: Session, business_id: str, months: int, now: dt.datetime) -> Quiet:
    every, former = (
        int(each.first(session, business_id=business_id, before=now - months * MONTH).count)
        for each in (_COUNT, _FORMER)
    )
    return Quiet(months, every - former)


def page(
    session: Session, business_id: str, *, months: int, after: str = "", limit: int = PAGE
) -> tuple[list[Any], str | None]:
    """Who was silent longest first, rows with id, name, number and their last message; the second value is where to go
    on, or None. Raises NotFound for an `after` that leads nowhere."""
    values: dict[str, Any] = {"business_id": business_id, "before": clock.now() - months * MONTH, "limit": limit + 1}
    if after:
        at, _, row_id = after.partition("~")
        try:
            values |= {"at": clock.parse_rfc3339(at), "id": row_id}
        except ValueError as error:
            raise NotFound("This page of the list does not exist.") from error
    found = (_AFTER if after else _FIRST).rows(session, **values)
    kept = found[:limit]
    return kept, f"{clock.rfc3339(kept[-1].last_message_at)}~{kept[-1].id}" if len(found) > limit else None
