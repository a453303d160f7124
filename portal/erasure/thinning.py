"""Somebody with thousands of texts is erased in pieces: the oldest texts first, each piece in a transaction of its own,
so that nobody's STOP waits for all of them. What is killed in the middle goes on with the next try."""

import sqlalchemy as sa
from sqlmodel import Session, SQLModel

from portal.consent import legal_hold
from portal.erasure import ahead, holding, person, removal, trace
from portal.erasure.ahead import Ahead
from portal.messaging import message, word_search

PIECE = 2000

_m = message.table
_BY_TEXT = ("task", "in_flight", "group_recipient", "scheduled_text", "archive_open")
"""What refers to a text."""


def thin(session: Session, business_id: str, contact_id: str, *, looked: Ahead | None = None) -> bool:
    """Delete a piece where there is more than one erasure takes at once; whether there was. Raises NotFound, and
    Conflict under a legal hold."""
    legal_hold.let_erase(session, business_id)
    found = person.find(session, business_id, contact_id)
    holding.refuse(session, found)
    if not removal.has_many(session, found):
        return False
    oldest = sa.select(_m.c.id).where(_m.c.subscription_id.in_(found.row_ids)).order_by(_m.c.created_at, _m.c.id)
    texts = list(session.scalars(oldest.limit(PIECE)))
    trace.wipe(session, found, messages=texts, submissions=(), since=ahead.since(looked, found))
    word_search.forget(session, texts)
    for piece in trace.pieces(texts):
        for name in _BY_TEXT:
            table = SQLModel.metadata.tables[name]
            session.execute(sa.delete(table).where(table.c.message_id.in_(piece)))
        session.execute(sa.delete(_m).where(_m.c.id.in_(piece)))
    session.expire_all()
    return True
