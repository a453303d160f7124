"""Wires everything together: the only place that knows which providers are real."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from functools import partial
from typing import Any

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware

from portal import budget as budgets
from portal import crew, logs, schema
from portal.accounts.courier import Courier
from portal.accounts.key import Secrets
from portal.api import event
from portal.backup.memory import Memory
from portal.database import Database, Lane
from portal.errors import Problem
from portal.jobs import JOBS
from portal.messaging import clock_watch, heartbeat
from portal.messaging.clock_watch import ClockWatch
from portal.messaging.inbox import Rules
from portal.messaging.reconciler import Reconciler
from portal.opening import open_database, secrets_of
from portal.providers import rehearsal
from portal.providers.bandwidth import Bandwidth
from portal.providers.guard import Guard
from portal.providers.plivo import Plivo
from portal.providers.provider import Provider, Providers
from portal.providers.rehearsal import Rehearsal
from portal.providers.setting import Inspector, Setting
from portal.providers.sinch import Sinch
from portal.providers.telnyx import Telnyx
from portal.providers.twilio import Twilio
from portal.providers.vonage import Vonage
from portal.providers.whatsapp import WhatsApp
from portal.settings import Settings
from portal.web import errors, security
from portal.web.host import by_host
from portal.web.live import Hub
from portal.web.routes import routes

REAL: Mapping[str, tuple[Callable[..., Provider], str]] = {
    "twilio": (Twilio, "https://api.twilio.com"),
    "whatsapp": (WhatsApp, "https://graph.facebook.com"),
    "telnyx": (Telnyx, "https://api.telnyx.com"),
    "vonage": (Vonage, "https://rest.nexmo.com"),
    "plivo": (Plivo, "https://api.plivo.com"),
    "bandwidth": (Bandwidth, "https://messaging.bandwidth.com"),
    "sinch": (Sinch, "https://us.sms.api.sinch.com"),
}
"""Every company that carries texts, with the usual address of its API."""


def create_app(
    settings: Settings, *, with_jobs: bool = True, with_web: bool = True, secrets: Secrets | None = None
) -> Starlette:
    """The whole application. Raises SettingsError when it could not keep its promises here."""
    budget = budgets.of(settings.database_connections, has_web=with_web, has_jobs=with_jobs)
    database = open_database(settings, secrets=secrets, budget=budget)
    memory = Memory(settings.key_path) if settings.key_path else None
    noticed = memory.checkpoint.compare(database) if memory else ""
    app = Starlette(
        routes=by_host(routes(), settings),
        middleware=[
            Middleware(security.SecurityHeaders, is_https=security.is_https(settings.public_url)),
            Middleware(security.BodyLimit),
        ],
        exception_handlers={
            Problem: errors.on_problem,
            HTTPException: errors.on_http_error,
            Exception: errors.on_crash,
        },
        lifespan=_lifespan,
    )
    hub = Hub()
    database.listen(hub.publish)
    asking = reconciler(database, settings)
    _remember(
        app, settings=settings, database=database, hub=hub, providers=asking.providers, reconciler=asking,
        secrets=secrets_of(database), webhook_secrets={}, schema=schema.HEAD, with_jobs=with_jobs, timetable=None,
        dispatcher=None, courier=None, tour=None, memory=memory, noticed=noticed, clock_watch=ClockWatch(),
    )  # fmt: skip
    return app


def base_urls(settings: Settings) -> Mapping[str, str]:
    """Where each provider with an API is reached; an operator may point one elsewhere (interface.md section 2)."""
    return {name: settings.provider_urls.get(name, usual) for name, (_, usual) in REAL.items()}


def real_providers(settings: Settings) -> Mapping[str, Provider]:
    """Every provider by name."""
    found: list[Provider] = [REAL[name][0](url) for name, url in base_urls(settings).items()]
    return {each.name: each for each in (*found, Rehearsal())}


def webhook_setting(
    settings: Settings, name: str, credentials: Mapping[str, str], number: str, *, timeout: float
) -> Setting | None:
    """Whom the provider calls for this number; None where it cannot be asked. `timeout`: seconds for each question."""
    provider = REAL[name][0](base_urls(settings)[name], timeout=timeout) if name in REAL else None
    return provider.setting(credentials, number) if isinstance(provider, Inspector) else None


def start_dispatcher(app: Starlette) -> None:
    """Sending in this process, with a timetable that does not tick by itself."""
    state = app.state
    watch = None if state.settings.demo else state.clock_watch
    if watch is not None and state.database.read(clock_watch.is_behind):
        state.database.write(partial(clock_watch.enter, note="The clock is behind what was recorded last."))
    state.dispatcher = crew.dispatcher(state.database, state.settings, state.providers, watch=watch)
    state.courier = courier(state.database, state.settings)
    state.timetable = crew.timetable(
        state.database, state.settings, state.dispatcher, state.courier, memory=state.memory,
        reconciler=state.reconciler,
    )  # fmt: skip
    listen_from_now_on(app, is_alone=False)
    state.dispatcher.start()


def reconciler(database: Database, settings: Settings) -> Reconciler:
    """Who asks the providers, the real ones, what was missed."""
    providers = Providers(real_providers(settings), settings.public_url)
    return Reconciler(database, providers, Rules(settings.auto_reply_minutes))


def listen_from_now_on(app: Starlette, *, is_alone: bool) -> None:
    """Before anything is sent: where nobody may have listened, providers are asked first what was missed (P8)."""
    state = app.state
    if state.database.read(lambda session: heartbeat.was_silent(session, is_alone=is_alone)):
        state.reconciler.owe()


async def _beat(app: Starlette) -> None:
    """While this process listens."""
    while True:
        await asyncio.sleep(heartbeat.EVERY)
        try:
            await app.state.database.writing(heartbeat.beat, lane=Lane.BULK)
        except Exception:
            logs.trace("heartbeat.failed")


def courier(database: Database, settings: Settings) -> Courier:
    """Whoever carries events to the businesses' own endpoints, through the guard and nothing else."""
    post = rehearsal.receive if settings.demo else Guard(settings.webhook_rules).post
    return Courier(database, post=post, tell=event.told, letter=crew.letter(settings))


def start_roads(app: Starlette) -> None:
    """Sending and the timetable, in this process, awake as soon as another one queues a text."""
    start_dispatcher(app)
    app.state.database.join()
    app.state.timetable.start(JOBS)


def stop_roads(app: Starlette) -> None:
    if app.state.timetable is not None:
        app.state.timetable.stop()
        app.state.courier.stop()
        app.state.dispatcher.stop()


@asynccontextmanager
async def _lifespan(app: Starlette) -> AsyncIterator[None]:
    app.state.database.join()
    database: Database = app.state.database
    listen_from_now_on(app, is_alone=database.is_sqlite)
    database.write(heartbeat.beat)
    beating = asyncio.create_task(_beat(app))
    if app.state.with_jobs:
        start_roads(app)
    try:
        yield
    finally:
        beating.cancel()
        app.state.hub.close()
        stop_roads(app)
        app.state.database.dispose()


def _remember(app: Starlette, **values: Any) -> None:
    for name, value in values.items():
        setattr(app.state, name, value)
