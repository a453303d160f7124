"""All events of one webhook request in one transaction: a STOP among ten counts together with the other nine.

A provider that batches gets one answer for all of them, so all are on disk before it, or none is and it comes again.
"""

import datetime as dt
from collections.abc import Sequence

from sqlmodel import Session

from portal.messaging import inbox
from portal.messaging.inbox import Received, Rules
from portal.providers.provider import Event, Provider


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
    return [
        inbox.receive(
            session, business_id, provider, each, raw=each.raw or raw, arrived_at=arrived_at, rules=rules
        )
        for each in events
    ]  # fmt: skip
