"""A client asks to be erased: a task for the members, who see to it; nothing is erased by whoever holds a link."""

import datetime as dt
from collections.abc import Collection, Sequence
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session

from portal.accounts import audit
from portal.accounts.sender import SMS
from portal.clients.link import Opened
from portal.clients.own_number import OwnNumber
from portal.consent import subscription
from portal.messaging import message, task
from portal.messaging.message import Direction, Fate

WORDS = "The client asks on their own page to be erased: everything about them, except that they must not be texted."

_t, _m = task.table, message.table


def open_since(session: Session, numbers: Sequence[OwnNumber]) -> dt.datetime | None:
    """When they asked, until a member says that it is done."""
    return open_on(session, [row.id for each in numbers for row in each.lines])


def open_on(session: Session, subscription_ids: Collection[str]) -> dt.datetime | None:
    """The same for members, who look at a conversation."""
    query = (
        sa.select(sa.func.min(_t.c.created_at))
        .join_from(_t, _m, _m.c.id == _t.c.message_id)
        .where(
            _t.c.subscription_id.in_(list(subscription_ids)), _t.c.done_at.is_(None),
            _m.c.direction == Direction.NOTICE, _m.c.text == WORDS,
        )
    )  # fmt: skip
    found: dt.datetime | None = session.scalar(query)
    return found


def ask(session: Session, opened: Opened, numbers: Sequence[OwnNumber], *, ip: str) -> None:
    """Asking twice is one request."""
    row: Any = subscription.lock(session, opened.business.id, SMS, numbers[0].number)
    if open_since(session, numbers) is not None:
        return
    left = message.add(session, row, direction=Direction.NOTICE, status=Fate.NOTED, text=WORDS)
    task.leave(session, row, str(left))
    audit.note(
        session, "own_page.erasure_asked", actor=opened.actor, business_id=opened.business.id,
        object=opened.client.id, ip=ip,
    )  # fmt: skip
