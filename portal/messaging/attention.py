"""What needs a member today: unread texts, doubtful replies, texts that failed or whose fate nobody knows.

Each is the beginning of one partial index; nothing is counted (speed.md, design 5).
"""

import datetime as dt
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session

from portal import clock
from portal.consent import subscription
from portal.messaging import message
from portal.statement import Statement, param

SHOWN = 5
RECENT = dt.timedelta(days=7)

_s, _m = subscription.table, message.table
_ROW = (_s.c.id, _s.c.name, _s.c.number, _s.c.last_message_text, _s.c.last_message_at, _s.c.unread)


def _first(words: str) -> Statement:
    """`words` is the index's own condition, in its own words, so that both databases know it again."""
    return Statement(
        sa.select(*_ROW)
        .where(_s.c.business_id == param("business_id"), sa.text(words))
        .order_by(_s.c.last_message_at.desc(), _s.c.id.desc())
        .limit(SHOWN + 1)
    )


_UNREAD = _first("unread > 0")
_IN_REVIEW = _first("in_review")
_IN_TROUBLE = Statement(
    sa.select(_m.c.subscription_id, _s.c.name, _m.c.number, _m.c.text, _m.c.status, _m.c.created_at)
    .join_from(_m, _s, _s.c.id == _m.c.subscription_id)
    .where(
        _m.c.business_id == param("business_id"),
        sa.text("message.status IN ('failed', 'unknown')"),
        _m.c.created_at >= param("since", _m.c.created_at.type),
    )
    .order_by(_m.c.created_at.desc(), _m.c.id.desc())
    .limit(SHOWN + 1)
)


@dataclass(frozen=True)
class Item:
    """One thing to look at; `status` for a text of ours that did not arrive."""

    subscription_id: str
    name: str
    text: str
    at: dt.datetime
    status: str = ""


@dataclass(frozen=True)
class Need:
    """The newest few of one kind; `has_more` when there are others."""

    items: tuple[Item, ...]
    has_more: bool


@dataclass(frozen=True)
class Attention:
    unread: Need
    in_review: Need
    in_trouble: Need

    @property
    def is_needed(self) -> bool:
        return any(need.items for need in (self.unread, self.in_review, self.in_trouble))


def read(session: Session, business_id: str) -> Attention:
    """Three queries."""
    since = clock.now() - RECENT
    trouble = [_troubled(row) for row in _IN_TROUBLE.rows(session, business_id=business_id, since=since)]
    return Attention(
        _need([_said(row) for row in _UNREAD.rows(session, business_id=business_id)]),
        _need([_said(row) for row in _IN_REVIEW.rows(session, business_id=business_id)]),
        _need(trouble),
    )


def _need(items: list[Item]) -> Need:
    return Need(tuple(items[:SHOWN]), len(items) > SHOWN)


def _said(row: Any) -> Item:
    return Item(row.id, row.name or row.number, row.last_message_text, row.last_message_at)


def _troubled(row: Any) -> Item:
    return Item(row.subscription_id, row.name or row.number, row.text, row.created_at, row.status)
