"""What keeps an installation in order: its schema, and its jobs run once."""

import argparse
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from portal import settings as settings_of
from portal.commands import database
from portal.commands.output import say
from portal.errors import Invalid

if TYPE_CHECKING:
    from sqlmodel import Session

    from portal.settings import Settings

DRAIN_WITHIN = 60.0  # seconds `jobs run` waits for what is due to be handed over


def add(commands: Any) -> None:
    migrate = commands.add_parser("migrate", help="bring the database to the newest schema")
    migrate.add_argument("--dry-run", action="store_true", help="only on a copy that is thrown away; SQLite only")
    migrate.set_defaults(run=run_migrate)
    jobs = commands.add_parser("jobs", help="run what is due once and exit")
    actions = jobs.add_subparsers(metavar="ACTION", required=True)
    run = actions.add_parser("run", help="run every due job once, or one, and exit")
    run.add_argument("--name", metavar="X", help="only the job of this name")
    run.set_defaults(run=run_jobs)


def run_migrate(arguments: argparse.Namespace) -> int:
    from portal import schema
    from portal.backup import before_migration

    settings = settings_of.from_environment()
    if arguments.dry_run:
        return _rehearse(settings)
    with database.reachable():
        was_empty = schema.revision(settings.database_url) is None
        kept = before_migration.keep(settings.database_url)
    with database.opened(settings):
        pass  # that is all: opening brings it to head, and makes the keys of a new one
    if kept is not None:
        say(f"As it was before, it is kept as {kept}.")
    say(f"The database is {'new and ' if was_empty else ''}at schema {schema.HEAD}.")
    return 0


def _rehearse(settings: "Settings") -> int:
    from portal.backup import before_migration

    database.demand_there(settings)
    with database.reachable():
        now, then = before_migration.rehearse(settings.database_url)
    say(f"On a copy, every step from schema {now} to {then} went well. The database itself was left alone.")
    return 0


def run_jobs(arguments: argparse.Namespace) -> int:
    """In this process: texts that are due go out too, and their outcome is on disk before it ends."""
    from portal import logs
    from portal.app import create_app, start_dispatcher, stop_roads
    from portal.jobs import JOBS

    chosen = [job for job in JOBS if arguments.name in (None, job.name)]
    if not chosen:
        raise Invalid(f"There is no job “{arguments.name}”. Jobs: {', '.join(job.name for job in JOBS)}.")
    settings = settings_of.from_environment()
    logs.configure(settings.log_format)
    with database.reachable():
        app = create_app(settings, with_jobs=False)
    try:
        start_dispatcher(app)
        for job in chosen:
            job.work(app.state.timetable)
        is_empty = _wait_until(lambda: app.state.database.read(_is_drained) and app.state.courier.is_idle)
    finally:
        stop_roads(app)
        app.state.database.dispose()
    say(f"Ran {', '.join(job.name for job in chosen)}.")
    if not is_empty:
        raise Invalid("Some texts are still due: their provider takes them too slowly.")
    return 0


def _is_drained(session: "Session") -> bool:
    from portal.messaging import gauge

    return gauge.due(session) == 0 and gauge.in_flight(session) == 0


def _wait_until(is_done: Callable[[], bool]) -> bool:
    """Look every 50 ms; False when DRAIN_WITHIN has passed."""
    end = time.monotonic() + DRAIN_WITHIN
    while not is_done():
        if time.monotonic() > end:
            return False
        time.sleep(0.05)
    return True
