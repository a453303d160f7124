"""What needs a member today: unread texts, doubtful replies, what a client who stopped also asked for, texts that
failed or whose fate nobody knows, what is theirs, what comes back from a snooze, who agreed but is blocked.

Each is the beginning of one partial index; nothing is counted (speed.md, design 5).
"""

import datetime as dt
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session

from portal import clock
from portal.accounts.business import Business
from portal.consent import subscription
from portal.messaging import message, review, task
from portal.messaging.review import Review
from portal.statement import Statement, param

SHOWN = 5
RECENT = dt.timedelta(days=7)
SCAN = 100
"""Blocked numbers that are looked at; most of them opted out and need nobody."""

_s, _m = subscription.table, message.table
_ROW = (_s.c.id, _s.c.name, _s.c.number, _s.c.last_message_text, _s.c.last_message_at, _s.c.unread)
_now = param("now", _s.c.snoozed_until_at.type)
_since = param("since", _m.c.created_at.type)
_is_awake = sa.or_(_s.c.snoozed_until_at.is_(None), _s.c.snoozed_until_at <= _now)


def _newest(words: str, *conditions: sa.ColumnElement[bool], limit: int = SHOWN + 1) -> sa.Select[Any]:
    """`words` is the index's own condition, in its own words, so that both databases know it again."""
    return (
        sa.select(*_ROW, _s.c.status)
        .where(_s.c.business_id == param("business_id"), sa.text(words), *conditions)
        .order_by(_s.c.last_message_at.desc(), _s.c.id.desc())
        .limit(limit)
    )


_UNREAD = Statement(_newest("unread > 0", _is_awake))
_MINE = Statement(_newest("assigned_to IS NOT NULL", _s.c.assigned_to == param("member_id"), _is_awake))
_blocked = _newest("carrier = 'blocked'", limit=SCAN).subquery()
_BLOCKED = Statement(
    sa.select(_blocked)
    .where(_blocked.c.status == "opted_in")
    .order_by(_blocked.c.last_message_at.desc(), _blocked.c.id.desc())
    .limit(SHOWN + 1)
)
_BACK = Statement(
    sa.select(*_ROW)
    .where(
        _s.c.business_id == param("business_id"),
        sa.text("snoozed_until_at IS NOT NULL"),
        _s.c.snoozed_until_at <= _now,
        _s.c.snoozed_until_at >= _since,
        _s.c.last_message_at <= _s.c.snoozed_until_at,
    )
    .order_by(_s.c.snoozed_until_at.desc(), _s.c.id.desc())
    .limit(SHOWN + 1)
)
_IN_TROUBLE = Statement(
    sa.select(_m.c.subscription_id, _s.c.name, _m.c.number, _m.c.text, _m.c.status, _m.c.created_at)
    .join_from(_m, _s, _s.c.id == _m.c.subscription_id)
    .where(
        _m.c.business_id == param("business_id"),
        sa.text("message.status IN ('failed', 'unknown')"),
        _m.c.created_at >= _since,
    )
    .order_by(_m.c.created_at.desc(), _m.c.id.desc())
    .limit(SHOWN + 1)
)


@dataclass(frozen=True)
class Item:
    """One thing to look at; `status` for a text of ours that did not arrive, `honour_by` and `days_left` for a reply
    in doubt."""

    subscription_id: str
    name: str
    text: str
    at: dt.datetime
    status: str = ""
    honour_by: dt.date | None = None
    days_left: int = 0


@dataclass(frozen=True)
class Need:
    """The newest few of one kind, of replies in doubt the most urgent; `has_more` when there are others."""

    items: tuple[Item, ...]
    has_more: bool


@dataclass(frozen=True)
class Attention:
    """`mine` are the conversations assigned to the member who asks."""

    unread: Need
    in_review: Need
    in_trouble: Need
    back: Need
    mine: Need
    blocked: Need
    tasks: Need

    @property
    def is_needed(self) -> bool:
        return any(need.items for need in vars(self).values())


def read(session: Session, business: Business, *, member_id: str) -> Attention:
    """Eight queries, each of at most six rows."""
    given = {
        "business_id": business.id, "member_id": member_id, "now": clock.now(), "since": clock.now() - RECENT
    }  # fmt: skip
    said = (_UNREAD, _BACK, _MINE, _BLOCKED)
    unread, back, mine, blocked = (_need(map(_said, each.rows(session, **given))) for each in said)
    in_review = _need(map(_doubtful, review.page(session, business, limit=SHOWN + 1)[0]))
    in_trouble = _need(map(_troubled, _IN_TROUBLE.rows(session, **given)))
    tasks = _need(map(_asked, task.oldest(session, business.id, SHOWN + 1)))
    return Attention(unread, in_review, in_trouble, back, mine, blocked, tasks)


def _need(found: Any) -> Need:
    items = tuple(found)
    return Need(items[:SHOWN], len(items) > SHOWN)


def _asked(row: Any) -> Item:
    return Item(row.subscription_id, row.name or row.number, row.text, row.created_at)


def _said(row: Any) -> Item:
    return Item(row.id, row.name or row.number, row.last_message_text, row.last_message_at)


def _doubtful(found: Review) -> Item:
    newest = found.latest or found.first
    return Item(
        found.id, found.name or found.number, newest.text if newest else "", found.opened_at,
        honour_by=found.honour_by, days_left=found.days_left,
    )  # fmt: skip


def _troubled(row: Any) -> Item:
    return Item(row.subscription_id, row.name or row.number, row.text, row.created_at, row.status)
