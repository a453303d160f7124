"""What became of the first texts that public forms caused: the measure of the breaker (promises.md B.2 layer 5).

One row per text and key, written with the text; a job looks up later what happened to it, so that neither a STOP nor a
provider's report costs a statement more. A key names a form, a business's numbers of one region, or (as a keyed hash)
all numbers alike but for their last four digits; nothing here names a number.
"""

import datetime as dt
from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlmodel import Field, Session, SQLModel

from portal import clock
from portal.column import UtcTime, partial_index, table_of
from portal.consent.purpose import Purpose
from portal.messaging import message
from portal.messaging.message import Direction, Fate
from portal.statement import Statement, param, params

WITHIN = dt.timedelta(hours=24)
KEPT = dt.timedelta(days=30)
BATCH = 500


class Completion(SQLModel, table=True):
    """`is_complete` is None as long as nobody can know."""

    __table_args__ = (partial_index("completion_open", "queued_at", where="is_complete IS NULL"),)

    key: str = Field(primary_key=True)
    queued_at: dt.datetime = Field(sa_type=UtcTime, primary_key=True)
    subscription_id: str = Field(primary_key=True)
    is_complete: bool | None = None


_table, _m = table_of(Completion), message.table
_of_row = (_m.c.subscription_id == _table.c.subscription_id, _m.c.created_at >= _table.c.queued_at)
_FIRST = (Purpose.OPT_IN_CONFIRMATION.value, Purpose.OPT_IN_REQUEST.value)
_LEFT = (Fate.SENT.value, Fate.UNKNOWN.value)


def _has_text(*fates: str) -> Any:
    first = (_m.c.direction == Direction.OUTBOUND.value, _m.c.purpose.in_(_FIRST), _m.c.status.in_(fates))
    return sa.exists().where(*_of_row, *first)


_answered = sa.or_(
    _has_text(Fate.DELIVERED.value), sa.exists().where(*_of_row, _m.c.direction == Direction.INBOUND.value)
)
_is_over = _table.c.queued_at <= param("before", _table.c.queued_at.type)
_NOTE = Statement(
    lambda insert: insert(_table).values(**params("key", "queued_at", "subscription_id")).on_conflict_do_nothing()
)
_KNOWN = Statement(
    sa.select(
        _table.c.key, _table.c.queued_at, _table.c.subscription_id, _answered.label("is_complete"),
        _has_text(*_LEFT, Fate.FAILED.value).label("has_left"),
    )
    .where(sa.text("is_complete IS NULL"), sa.or_(_is_over, _answered, _has_text(Fate.FAILED.value)))
    .order_by(_table.c.queued_at)
    .limit(BATCH)
)  # fmt: skip
_mine = (
    _table.c.key == param("key"), _table.c.queued_at == param("queued_at", _table.c.queued_at.type),
    _table.c.subscription_id == param("subscription_id"),
)  # fmt: skip
_SETTLE = Statement(sa.update(_table).where(*_mine).values(is_complete=param("is_complete", sa.Boolean())))
_DROP = Statement(sa.delete(_table).where(*_mine))
_since = (_table.c.key == param("key"), _table.c.queued_at > param("since", _table.c.queued_at.type))
_LAST = (
    sa.select(_table.c.is_complete)
    .where(*_since)
    .order_by(_table.c.queued_at.desc())
    .limit(param("most", sa.Integer()))
)
_LAST_KNOWN = Statement(_LAST.where(_table.c.is_complete.is_not(None)))
_LAST_ASKED = Statement(_LAST)
_PRUNE = Statement(sa.delete(_table).where(_table.c.queued_at < param("before", _table.c.queued_at.type)))


def note(session: Session, row: Any, keys: Sequence[str], *, at: dt.datetime) -> None:
    """A first text to subscription `row` was queued at `at` or a moment later."""
    for key in keys:
        _NOTE.run(session, key=key, queued_at=at, subscription_id=row.id)


def known(session: Session) -> list[Any]:
    """Those of which it is known by now: delivered or answered, failed, or a day old."""
    return _KNOWN.rows(session, before=clock.now() - WITHIN)


def settle(session: Session, found: Sequence[Any]) -> list[str]:
    """Write it down; the keys of which more is known now. A text that we ourselves held back, by the gate or until it
    was stale, tells nothing about its number."""
    for each in found:
        mine = {"key": each.key, "queued_at": each.queued_at, "subscription_id": each.subscription_id}
        if each.is_complete or each.has_left:
            _SETTLE.run(session, **mine, is_complete=bool(each.is_complete))
        else:
            _DROP.run(session, **mine)
    return sorted({each.key for each in found})


def last_known(session: Session, key: str, *, since: dt.datetime, most: int) -> list[bool]:
    """Of the last texts of `key` whose outcome is known, whether they were complete."""
    return [bool(row.is_complete) for row in _LAST_KNOWN.rows(session, key=key, since=since, most=most)]


def last_asked(session: Session, key: str, *, since: dt.datetime, most: int) -> list[bool]:
    """The same of all texts: one of which nothing is known yet counts as not complete."""
    return [bool(row.is_complete) for row in _LAST_ASKED.rows(session, key=key, since=since, most=most)]


def prune(session: Session) -> int:
    return _PRUNE.run(session, before=clock.now() - KEPT)
