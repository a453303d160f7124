"""What members tell each other beside a conversation: a notice that a member wrote. It is never sent.

A note has no sender, no time to be due and no status that a claim takes up; the one road out does not know it.
"""

import sqlalchemy as sa
from sqlmodel import Session

from portal.consent import legal_hold, subscription
from portal.database import announce
from portal.errors import Conflict, NotFound
from portal.messaging import message
from portal.messaging.message import Direction, Fate
from portal.statement import Statement, param

LONGEST = 4000  # characters

_m = message.table
_REMOVE = Statement(
    sa.delete(_m)
    .where(
        _m.c.business_id == param("business_id"),
        _m.c.subscription_id == param("subscription_id"),
        _m.c.id == param("id"),
        _m.c.direction == Direction.NOTICE,
        _m.c.member_id == param("member_id"),
    )
    .returning(_m.c.id)
)


def write(
    session: Session, business_id: str, subscription_id: str, text: str, *, member_id: str, once_key: str
) -> str | None:
    """The id of the new note; None when this `once_key` has been used. Raises NotFound."""
    row = subscription.lock_by_id(session, business_id, subscription_id)
    if row is None:
        raise NotFound("There is no such conversation.")
    return message.add(
        session, row, direction=Direction.NOTICE, status=Fate.NOTED, text=text, member_id=member_id, once_key=once_key
    )


def remove(session: Session, business_id: str, subscription_id: str, note_id: str, *, member_id: str) -> None:
    """Only who wrote it takes it back. Raises NotFound, and Conflict under a legal hold."""
    legal_hold.let_erase(session, business_id)
    if legal_hold.is_on(session, business_id, subscription_id):
        raise Conflict("A legal hold is on: the note stays until it ends.", reason="legal_hold")
    found = _REMOVE.rows(
        session, business_id=business_id, subscription_id=subscription_id, id=note_id, member_id=member_id
    )
    if not found:
        raise NotFound("There is no such note of yours.")
    announce(session, f"business:{business_id}")
    announce(session, f"thread:{business_id}:{subscription_id}")
