"""Numbers that belong to nobody yet: somebody texted, and no contact has the number. The latest text first."""

from typing import Any

import sqlalchemy as sa
from sqlmodel import Session

from portal import clock
from portal.consent import subscription
from portal.errors import NotFound

PAGE = 50
COUNTED = 100

_s = subscription.table
_COLUMNS = (
    _s.c.id, _s.c.number, _s.c.status, _s.c.carrier, _s.c.last_message_at, _s.c.last_message_text,
    _s.c.last_message_direction, _s.c.unread,
)  # fmt: skip


def page(session: Session, business_id: str, *, after: str | None = None) -> tuple[list[Any], str | None]:
    """One range of one index; the second value is the cursor to go on after, or None. Raises NotFound."""
    query = sa.select(*_COLUMNS).where(_s.c.business_id == business_id, _s.c.contact_id.is_(None))
    if after:
        query = query.where(sa.tuple_(_s.c.last_message_at, _s.c.id) < sa.tuple_(*_edge(after)))
    query = query.order_by(_s.c.last_message_at.desc(), _s.c.id.desc())
    found = list(session.execute(query.limit(PAGE + 1)))
    last = found[PAGE - 1] if len(found) > PAGE else None
    return found[:PAGE], f"{clock.rfc3339(last.last_message_at)}~{last.id}" if last else None


def count(session: Session, business_id: str) -> int:
    """How many there are; counted no further than COUNTED."""
    some = sa.select(_s.c.id).where(_s.c.business_id == business_id, _s.c.contact_id.is_(None)).limit(COUNTED)
    return int(session.scalar(sa.select(sa.func.count()).select_from(some.subquery())) or 0)


def _edge(after: str) -> tuple[sa.BindParameter[Any], str]:
    moment, _, row_id = after.partition("~")
    try:
        return sa.literal(clock.parse_rfc3339(moment), _s.c.last_message_at.type), row_id
    except ValueError as error:
        raise NotFound("This page of the list does not exist.") from error
