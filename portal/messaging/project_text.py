"""A project's own messages from all threads, newest first, and where each of them stands in its thread (H-17)."""

from dataclasses import dataclass
from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session

from portal.consent import subscription
from portal.errors import NotFound
from portal.messaging import message, thread
from portal.statement import Statement, param

PAGE = 50
CONTEXT = 8
"""Texts after the one that is looked for, so that it is read with what followed."""

_m, _s = message.table, subscription.table
_COLUMNS = (
    _m.c.id, _m.c.subscription_id, _m.c.direction, _m.c.channel, _m.c.number, _m.c.text, _m.c.purpose, _m.c.status,
    _m.c.reason, _m.c.consent_seq, _m.c.provider_id, _m.c.segments, _m.c.created_at, _m.c.sent_at, _m.c.member_id,
    _m.c.due_at, _m.c.attempts, _m.c.project_id, _m.c.due_at, _s.c.name,
)  # fmt: skip
_NEWER = Statement(
    sa.select(_m.c.id)
    .where(
        _m.c.subscription_id == param("subscription_id"),
        sa.tuple_(_m.c.created_at, _m.c.id) > sa.tuple_(param("at", _m.c.created_at.type), param("id", _m.c.id.type)),
    )
    .order_by(_m.c.created_at, _m.c.id)
    .limit(thread.PAGE)
)


@dataclass(frozen=True)
class ProjectTexts:
    """`next` is the id to go on after, or None."""

    rows: tuple[Any, ...]
    next: str | None


def page(
    session: Session, business_id: str, project_id: str, *, after: str | None = None, limit: int = PAGE
) -> ProjectTexts:
    """The caller has checked whose project it is. Raises NotFound for an `after` that is not ours."""
    last = _last(session, business_id, after)
    found = _statement(last is not None).rows(
        session, business_id=business_id, project_id=project_id, limit=limit + 1, at=last and last.created_at,
        id=last and last.id,
    )  # fmt: skip
    return ProjectTexts(tuple(found[:limit]), found[limit - 1].id if len(found) > limit else None)


def place(session: Session, business_id: str, subscription_id: str, message_id: str) -> str | None:
    """The cursor of the page of its thread that shows this message, or None for the latest page. Raises NotFound."""
    found = message.get(session, business_id, message_id)
    if found is None or found.is_hidden or found.subscription_id != subscription_id:
        raise NotFound("There is no such message.")
    newer = _NEWER.rows(session, subscription_id=subscription_id, at=found.created_at, id=found.id)
    return newer[CONTEXT].id if len(newer) == thread.PAGE else None


@cache
def _statement(goes_on: bool) -> Statement:
    query = (
        sa.select(*_COLUMNS)
        .join_from(_m, _s, _s.c.id == _m.c.subscription_id)
        .where(_m.c.business_id == param("business_id"), _m.c.project_id == param("project_id"), message.IS_SHOWN)
    )
    if goes_on:
        place = sa.tuple_(param("at", _m.c.created_at.type), param("id", _m.c.id.type))
        query = query.where(sa.tuple_(_m.c.created_at, _m.c.id) < place)
    return Statement(query.order_by(_m.c.created_at.desc(), _m.c.id.desc()).limit(param("limit", sa.Integer())))


def _last(session: Session, business_id: str, after: str | None) -> Any:
    if after is None:
        return None
    last = message.get(session, business_id, after)
    if last is None:
        raise NotFound("There is no such message.")
    return last
