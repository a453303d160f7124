"""After an opt-out is on disk: wait while a text to that number is on its way (law 6, promises.md A.1)."""

import asyncio

from portal import clock, logs, metrics
from portal.database import Database
from portal.messaging import flight

WITHIN = 10.0  # seconds, below a provider's patience; only a dead or paused sender can reach the bound
LOOK_AGAIN = 0.02


async def wait(database: Database, subscription_id: str) -> None:
    """Past the bound the lease is void: the opt-out is durable, and the log says that somebody should look."""
    began = clock.monotonic()
    end = began + WITHIN
    while await database.reading(lambda session: flight.is_stopped(session, subscription_id)):
        if clock.monotonic() > end:
            metrics.count("stop_drain_timeout_total")
            logs.event("stop.drain_timeout", level=40, subscription=subscription_id)
            return
        await asyncio.sleep(LOOK_AGAIN)
    metrics.took("stop_drain_seconds", clock.monotonic() - began)
