"""Is the process alive, and can it keep its promises? For load balancers and operators."""

import asyncio
import time

import sqlalchemy as sa
from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from portal import clock, schema
from portal.accounts import allowance

TICK_WITHIN = 30.0  # seconds since the jobs last ran
WRITE_WITHIN = 1.0


async def healthz(request: Request) -> Response:
    """The process answers; nothing else is asked."""
    return JSONResponse({"status": "ok"})


async def readyz(request: Request) -> Response:
    """A write with fsync within a second, a schema we may work on, and the jobs ticking where they run here."""
    state = request.app.state
    checks = {"database": await _writes(request), "schema": await _is_ours(request), "jobs": _ticks(request)}
    is_ready = all(checks.values())
    body = {"status": "ok" if is_ready else "not ready", "checks": checks, "schema": state.schema}
    return JSONResponse(body, 200 if is_ready else 503)


async def _writes(request: Request) -> bool:
    started = time.perf_counter()

    def probe(session: Session) -> None:
        session.connection().execute(sa.text("SELECT 1"))
        allowance.prune(session)

    await request.app.state.database.writing(probe)
    return time.perf_counter() - started < WRITE_WITHIN


async def _is_ours(request: Request) -> bool:
    """A newer program may have changed the schema under our feet; where it only added to it, we go on."""
    url: str = request.app.state.database.url
    return await asyncio.to_thread(lambda: schema.may_work(url, schema.revision(url)))


def _ticks(request: Request) -> bool:
    timetable = request.app.state.timetable
    return timetable is None or clock.monotonic() - timetable.ticked_at < TICK_WITHIN
