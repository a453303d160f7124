"""`portal serve` and `portal worker`: the web, the jobs, or both, until a signal comes."""

import argparse
import os
import signal
import threading
from typing import TYPE_CHECKING, Any

from portal import mail
from portal import settings as settings_of
from portal.commands import database
from portal.commands.output import say
from portal.errors import SettingsError

if TYPE_CHECKING:
    import socket

    from sqlmodel import Session
    from starlette.applications import Starlette

    from portal.settings import Settings


def add(commands: Any) -> None:
    serve = commands.add_parser("serve", help="serve the portal, jobs included")
    serve.add_argument("--host", default="127.0.0.1")
    serve.add_argument("--port", type=int, default=8000)
    serve.add_argument("--workers", type=_at_least_one, default=1, help="processes; more than one needs PostgreSQL")
    serve.add_argument("--no-jobs", action="store_true", help="only the web; run `portal worker` beside it")
    serve.set_defaults(run=run_serve)
    worker = commands.add_parser("worker", help="run the jobs without the web, on PostgreSQL")
    worker.set_defaults(run=run_worker)


def run_serve(arguments: argparse.Namespace) -> int:
    from portal.commands import listener

    with listener.bind(arguments.host, arguments.port) as bound:
        _default_public_url(listener.url_of(bound))
        settings = settings_of.from_environment()
        if settings.smtp_url:
            mail.check(settings.smtp_url)
        if arguments.workers > 1 and database.is_sqlite(settings):
            raise SettingsError("SQLite belongs to one process: serve with --workers 1, or use PostgreSQL.")
        return _serve(settings, bound, arguments.workers, with_jobs=not arguments.no_jobs)


def _serve(settings: "Settings", bound: "socket.socket", workers: int, *, with_jobs: bool) -> int:
    """The schema and the keys are brought in order once, here, also for several processes."""
    from portal import logs
    from portal.app import create_app
    from portal.commands import listener, pool

    logs.configure(settings.log_format)
    with database.reachable():
        app = create_app(settings, with_jobs=with_jobs)
    greeting = _greeting(app, settings, listener.url_of(bound))
    if workers == 1:
        return listener.listen(app, bound, lambda: say(greeting))
    app.state.database.dispose()
    return pool.listen(bound, workers, with_jobs=with_jobs, when_ready=lambda: say(greeting))


def run_worker(arguments: argparse.Namespace) -> int:
    """As many as wanted: texts are claimed under lock, so each is sent once."""
    from portal import logs
    from portal.app import create_app, start_roads, stop_roads

    settings = settings_of.from_environment()
    if database.is_sqlite(settings):
        raise SettingsError("SQLite belongs to one process: `portal serve` runs the jobs. A worker needs PostgreSQL.")
    logs.configure(settings.log_format)
    leave = threading.Event()
    for sig in (signal.SIGTERM, signal.SIGINT):
        signal.signal(sig, lambda *_: leave.set())
    with database.reachable():
        app = create_app(settings, with_web=False)
    start_roads(app)
    say("The worker runs the jobs; Ctrl-C ends it.")
    leave.wait()
    stop_roads(app)
    app.state.database.dispose()
    return 0


def _at_least_one(text: str) -> int:
    count = int(text)
    if count < 1:
        raise argparse.ArgumentTypeError("at least one process must serve")
    return count


def _default_public_url(url: str) -> None:
    """Without PORTAL_PUBLIC_URL the portal is for this machine only, at the port it got; workers inherit it."""
    if "PORTAL_PUBLIC_URL_FILE" not in os.environ:
        os.environ.setdefault("PORTAL_PUBLIC_URL", url)


def _greeting(app: "Starlette", settings: "Settings", url: str) -> str:
    lines = [f"The portal is open at {url} (public address: {settings.public_url}). Ctrl-C ends it."]
    if app.state.noticed:
        lines.append(f"QUARANTINE: {app.state.noticed} Nothing is sent by itself until `portal reconcile --release`.")
    token = app.state.database.write(_set_up_token)
    if token:
        lines.append(f"There is no business yet. Set it up within an hour: {settings.public_url}/set-up?token={token}")
    return "\n".join(lines)


def _set_up_token(session: "Session") -> str | None:
    from portal.accounts import business as businesses
    from portal.accounts import session as sign_ins

    return None if businesses.exists(session) else sign_ins.create_set_up_token(session)
