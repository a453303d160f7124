"""All events of one webhook request in one transaction: a STOP among ten counts together with the other nine.

A provider that batches gets one answer for all of them, so all are on disk before it, or none is and it comes again.
"""

import datetime as dt
from collections.abc import Sequence

from sqlmodel import Session

from portal.accounts.sender import WHATSAPP
from portal.messaging import inbox, number_change, preference, reach, whatsapp_template
from portal.messaging.inbox import Received, Rules
from portal.providers.provider import Event, InboundText, NumberChange, Preference, Provider, TemplateUpdate


def receive(
    session: Session,
    business_id: str,
    provider: Provider,
    events: Sequence[Event],
    *,
    raw: bytes,
    arrived_at: dt.datetime,
    rules: Rules,
) -> list[Received]:
    """Store and act on each in its order. `raw` is the whole request, kept with events that have no part of it."""
    received = []
    for each in events:
        received.append(
            inbox.receive(session, business_id, provider, each, raw=each.raw or raw, arrived_at=arrived_at, rules=rules)
        )
        if received[-1].is_new:
            _act(session, business_id, each, received[-1].subscription_id)
    return received


def _act(session: Session, business_id: str, event: Event, subscription_id: str | None) -> None:
    """On what only WhatsApp tells; texts and reports have been acted on by the road in."""
    if isinstance(event, InboundText) and event.channel == WHATSAPP and subscription_id is not None:
        reach.prove(session, business_id, subscription_id)
    elif isinstance(event, NumberChange):
        number_change.receive(session, business_id, event)
    elif isinstance(event, Preference):
        preference.receive(session, business_id, event)
    elif isinstance(event, TemplateUpdate):
        whatsapp_template.report(session, business_id, event)
