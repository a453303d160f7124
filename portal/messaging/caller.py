"""Who texted us, to which of our senders: found, named and locked by one statement in all but the first text.

On WhatsApp a client may keep their number to themselves; then WhatsApp's own id of them stands in the number's place,
and nobody derives a number from it (rules.md fact 8).
"""

from typing import Any

import sqlalchemy as sa
from sqlmodel import Session

from portal.accounts import sender
from portal.accounts.business import Business
from portal.column import table_of
from portal.consent import phone_number, subscription, whatsapp_user
from portal.contacts import contact
from portal.providers.provider import InboundText, Provider
from portal.statement import Statement, param

_business, _sender, _s = table_of(Business), sender.table, subscription.table
_CALLER = (
    sa.select(
        *subscription.STATE_COLUMNS, subscription.HAS_LISTENER, _s.c.user_id, _s.c.assigned_to,
        _business.c.opt_out_words, _business.c.opt_in_words,
        _business.c.has_first_message_gate, _business.c.shows_held_inbound,
        contact.someone_has(_s.c.business_id, _s.c.number).label("has_contact"),
    )
    .join_from(_sender, _business, _business.c.id == _sender.c.business_id)
    .join(_s, sa.and_(_s.c.business_id == _sender.c.business_id, _s.c.channel == _sender.c.channel))
    .where(
        _sender.c.business_id == param("business_id"), _sender.c.provider == param("provider"),
        _sender.c.number == param("recipient"), _sender.c.channel == param("channel"),
    )
    .with_for_update(of=_s)
)  # fmt: skip
_FIND = Statement(_CALLER.where(_s.c.number == param("number")))
_FIND_USER = Statement(
    _CALLER.where(_s.c.user_id == param("user_id")).order_by(_s.c.last_message_at.desc(), _s.c.id).limit(1)
)


def find(session: Session, business_id: str, provider: Provider, event: InboundText, *, may_begin: bool) -> Any:
    """The locked subscription row, with the words its business added and whether any contact has this number.

    It is named after that contact. None where the text came to no sender of ours, or from one that nobody can answer;
    and for one that nobody knows (any more) where no conversation `may_begin`: a repetition brings nobody back.
    """
    number = phone_number.from_provider(event.sender)
    if number is None and not event.user_id:
        return None
    named = {
        "business_id": business_id, "provider": provider.name, "recipient": event.recipient, "channel": event.channel,
    }  # fmt: skip
    row = _FIND.first(session, **named, number=number) if number else None
    if row is None and event.user_id:
        row = _FIND_USER.first(session, **named, user_id=event.user_id)
    if row is None and not may_begin:
        return None
    if row is None and not sender.is_ours(session, business_id, provider.name, event.recipient, event.channel):
        return None
    if row is None:
        number = number or str(event.user_id)
        _begin(session, business_id, event, number)
        row = _FIND.first(session, **named, number=number)
    elif row.has_contact and row.contact_id is None:
        contact.label(session, business_id, row.number, event.channel)
        row = _FIND.first(session, **named, number=row.number)
    if event.user_id and row.user_id != event.user_id:
        whatsapp_user.remember(session, row, event.user_id)
    return row


def _begin(session: Session, business_id: str, event: InboundText, number: str) -> None:
    """A profile's name is what the client typed: good enough for a list, and in no text of ours (law 7)."""
    created = subscription.lock(session, business_id, event.channel, number)
    if event.name and not created.name:
        subscription.show_as(session, created, name=event.name, contact_id=None)
    contact.label(session, business_id, number, event.channel)
