"""Is the process alive, and can it keep its promises? For load balancers and operators.

What `readyz` finds is kept for a second: it writes, and anybody may ask.
"""

import asyncio
import shutil
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from portal import clock, schema
from portal.accounts import allowance
from portal.messaging import quarantine
from portal.settings import Settings, sqlite_path

TICK_WITHIN = 30.0  # seconds since the jobs last ran
WRITE_WITHIN = 1.0
LEAST_FREE = 0.1  # of the disk
KEPT = 1.0  # seconds
_VERSION = sa.text("SELECT version_num FROM alembic_version")


async def healthz(request: Request) -> Response:
    """The process answers; nothing else is asked."""
    return JSONResponse({"status": "ok"})


async def readyz(request: Request) -> Response:
    """A write with fsync within a second, a schema we may work on, the keys, room on the disk, no quarantine, and
    the jobs ticking where they run here (promises.md G). 503 names what is not well; STOPs are still taken then, so
    balance the load by /healthz."""
    state = request.app.state
    async with _lock(state):
        at, checks = getattr(state, "ready", (-KEPT, {}))
        if clock.monotonic() - at >= KEPT:
            checks = await _checks(request)
            state.ready = clock.monotonic(), checks
    is_ready = all(checks.values())
    body = {"status": "ok" if is_ready else "not ready", "checks": checks, "schema": state.schema}
    return JSONResponse(body, 200 if is_ready else 503)


def _lock(state: Any) -> asyncio.Lock:
    """One at a time asks; who comes meanwhile gets the same answer."""
    if not hasattr(state, "ready_lock"):
        state.ready_lock = asyncio.Lock()
    found: asyncio.Lock = state.ready_lock
    return found


async def _checks(request: Request) -> dict[str, bool]:
    settings: Settings = request.app.state.settings
    written, version, is_held = await _written(request)
    url: str = request.app.state.database.url
    return {
        "database": written < WRITE_WITHIN,
        "schema": await asyncio.to_thread(schema.may_work, url, version),
        "keys": _has_keys(settings),
        "disk": _has_room(settings),
        "quarantine": not is_held,
        "jobs": _ticks(request),
    }


async def _written(request: Request) -> tuple[float, str, bool]:
    """How many seconds a write took, the schema it met, and whether a quarantine is on."""
    started = clock.monotonic()

    def probe(session: Session) -> tuple[str, bool]:
        allowance.prune(session)
        return str(session.connection().execute(_VERSION).scalar()), quarantine.is_on(session)

    version, is_held = await request.app.state.database.writing(probe)
    return clock.monotonic() - started, version, is_held


def _has_keys(settings: Settings) -> bool:
    """This process has them in memory; the next one to start would not."""
    path = settings.key_path
    return settings.demo or path is None or path.is_file()


def _has_room(settings: Settings) -> bool:
    path = sqlite_path(settings.database_url)
    usage = shutil.disk_usage((path.parent if path else Path()).resolve())
    return usage.free >= usage.total * LEAST_FREE


def _ticks(request: Request) -> bool:
    timetable = request.app.state.timetable
    return timetable is None or clock.monotonic() - timetable.ticked_at < TICK_WITHIN
