"""Who texted us, to which of our senders: found, named and locked by one statement in all but the first text."""

from typing import Any

import sqlalchemy as sa
from sqlmodel import Session

from portal.accounts import sender
from portal.accounts.business import Business
from portal.accounts.sender import SMS
from portal.column import table_of
from portal.consent import phone_number, subscription
from portal.contacts import contact
from portal.providers.provider import InboundText, Provider
from portal.statement import Statement, param

_business, _sender, _s = table_of(Business), sender.table, subscription.table
_FIND = Statement(
    sa.select(
        *subscription.STATE_COLUMNS, subscription.HAS_LISTENER, _business.c.opt_out_words, _business.c.opt_in_words,
        _business.c.has_first_message_gate, _business.c.shows_held_inbound, _s.c.assigned_to,
        contact.someone_has(_s.c.business_id, _s.c.number).label("has_contact"),
    )
    .join_from(_sender, _business, _business.c.id == _sender.c.business_id)
    .join(_s, _s.c.business_id == _sender.c.business_id)
    .where(
        _sender.c.business_id == param("business_id"), _sender.c.provider == param("provider"),
        _sender.c.number == param("recipient"), _s.c.channel == SMS, _s.c.number == param("number"),
    )
    .with_for_update(of=_s)
)  # fmt: skip


def find(session: Session, business_id: str, provider: Provider, event: InboundText) -> Any:
    """The locked subscription row, with the words its business added and whether any contact has this number.

    It is named after that contact. None where the text came to no sender of ours, or from one that nobody can answer.
    """
    number = phone_number.from_provider(event.sender)
    if number is None:
        return None
    named = {"business_id": business_id, "provider": provider.name, "recipient": event.recipient, "number": number}
    row = _FIND.first(session, **named)
    if row is None and not sender.is_ours(session, business_id, provider.name, event.recipient):
        return None
    if row is None or (row.has_contact and row.contact_id is None):
        subscription.lock(session, business_id, SMS, number)
        contact.label(session, business_id, number)
        row = _FIND.first(session, **named)
    return row
