"""The one road in: every provider event is stored once, forever, and acted on in the same transaction (law 2)."""

import datetime as dt
from dataclasses import dataclass

from sqlmodel import Session

from portal.messaging import caller, flight, outcome, provider_event
from portal.messaging.inbound import Inbound
from portal.messaging.inbound import Rules as Rules
from portal.providers.provider import Event, InboundText, Provider, StatusUpdate


@dataclass(frozen=True)
class Received:
    """`subscription_id` names the number whose texts must have landed before the provider gets its 2xx."""

    is_new: bool
    subscription_id: str | None = None
    has_flight: bool = False


def receive(
    session: Session,
    business_id: str,
    provider: Provider,
    event: Event,
    *,
    raw: bytes,
    arrived_at: dt.datetime,
    rules: Rules,
) -> Received:
    """Store `event` once and act on it. A repeated event changes nothing, but learns whether a text is in flight."""
    is_new = provider_event.keep(session, business_id, provider.name, event.event_id, raw)
    if isinstance(event, InboundText):
        row = caller.find(session, business_id, provider, event, may_begin=is_new)
        if row is None:
            return Received(is_new)
        if is_new:
            Inbound(session, row, provider, event, arrived_at, rules).act()
        return Received(is_new, row.id, flight.is_stopped(session, row.id))
    if is_new and isinstance(event, StatusUpdate) and not outcome.report(session, business_id, event):
        _forget_erased(session, business_id, provider.name, event)
    return Received(is_new)


def _forget_erased(session: Session, business_id: str, provider: str, report: StatusUpdate) -> None:
    """A late report of a text that was erased names its number: nobody keeps that (promises.md F.7)."""
    if provider_event.is_expected(session, business_id, provider, report.provider_id, report.message_id):
        provider_event.forget(session, business_id, provider, report.event_id)
