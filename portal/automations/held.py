"""What a review holds back: the automated texts of its number that wait, and those that were skipped because of it."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

import sqlalchemy as sa
from sqlmodel import Session

from portal.automations.scheduled_text import OVERDUE, WAITING, Standing, t
from portal.consent import subscription
from portal.messaging import message
from portal.messaging.message import Fate

REASON = "in_review"

_s, _m = subscription.table, message.table
_is_waiting = sa.or_(t.c.status.in_(WAITING), sa.and_(t.c.status == Standing.QUEUED, _m.c.status == Fate.QUEUED))
_is_skipped = sa.or_(
    sa.and_(t.c.status == Standing.SKIPPED, t.c.reason == REASON, t.c.finished_at >= _s.c.review_opened_at),
    sa.and_(_m.c.status == Fate.REFUSED, _m.c.reason == REASON, _m.c.finished_at >= _s.c.review_opened_at),
)


@dataclass(frozen=True)
class Held:
    """`waiting` will be skipped if their time comes before a decision; `skipped` never leave."""

    waiting: int = 0
    skipped: int = 0


def of(session: Session, opened: Mapping[str, dt.datetime]) -> dict[str, Held]:
    """By subscription, for all of a page in one query; `opened` says since when each is in review."""
    if not opened:
        return {}
    since = min(opened.values()) - OVERDUE
    query = (
        sa.select(t.c.subscription_id, _sum(_is_waiting), _sum(_is_skipped))
        .join_from(t, _s, _s.c.id == t.c.subscription_id)
        .outerjoin(_m, _m.c.id == t.c.message_id)
        .where(t.c.subscription_id.in_(list(opened)), t.c.due_at >= since)
        .group_by(t.c.subscription_id)
    )
    found = {row[0]: Held(int(row[1]), int(row[2])) for row in session.execute(query)}
    return {each: found.get(each, Held()) for each in opened}


def _sum(condition: sa.ColumnElement[bool]) -> sa.ColumnElement[int]:
    return sa.func.sum(sa.case((condition, 1), else_=0))
