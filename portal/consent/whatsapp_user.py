"""WhatsApp's own id of a user, beside or instead of a number (rules.md fact 8). It carries no consent by itself."""

from typing import Any

import sqlalchemy as sa
from sqlmodel import Session

from portal.accounts.sender import WHATSAPP
from portal.consent import subscription
from portal.statement import Statement, param, params

_s = subscription.table
_FIND = Statement(
    sa.select(_s)
    .where(
        _s.c.business_id == param("business_id"), _s.c.channel == WHATSAPP, _s.c.user_id == param("user_id"),
    )
    .order_by(_s.c.last_message_at.desc(), _s.c.id)
    .limit(1)
)  # fmt: skip
_twin = _s.alias("twin")
_TWINS = Statement(
    sa.select(_twin.c.id, _twin.c.business_id, _twin.c.status)
    .join_from(
        _s, _twin,
        sa.and_(
            _twin.c.business_id == _s.c.business_id, _twin.c.user_id == _s.c.user_id, _twin.c.channel == _s.c.channel,
            _twin.c.id != _s.c.id,
        ),
    )
    .where(_s.c.business_id == param("business_id"), _s.c.id == param("id"), _s.c.user_id.is_not(None))
    .order_by(_twin.c.id)
)  # fmt: skip
_REMEMBER = Statement(
    sa.update(_s).where(_s.c.business_id == param("business_id"), _s.c.id == param("id")).values(**params("user_id"))
)


def find(session: Session, business_id: str, user_id: str) -> Any:
    """The subscription of whom WhatsApp calls so: the row, or None."""
    return _FIND.first(session, business_id=business_id, user_id=user_id)


def twins(session: Session, row: Any) -> list[Any]:
    """Other conversations with the same user: one begun under the id, one under a number that a member typed."""
    return _TWINS.rows(session, business_id=row.business_id, id=row.id)


def remember(session: Session, row: Any, user_id: str) -> None:
    """So that they are found again when WhatsApp keeps the number to itself."""
    _REMEMBER.run(session, business_id=row.business_id, id=row.id, user_id=user_id)
