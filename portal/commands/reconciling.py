"""`portal reconcile`: asks every provider now what we may have missed, and ends a quarantine when that is done."""

import argparse
import datetime as dt
from typing import TYPE_CHECKING, Any

from portal import settings as settings_of
from portal.commands import database
from portal.commands.output import say
from portal.errors import Conflict, Invalid

if TYPE_CHECKING:
    from portal.database import Database
    from portal.messaging.reconciler import Reconciler, Report


def add(commands: Any) -> None:
    reconcile = commands.add_parser("reconcile", help="ask providers for texts and outcomes we may have missed")
    reconcile.add_argument("--since", metavar="T", help="from when on, as in 2026-11-21T23:05:00Z; else where it was")
    reconcile.add_argument("--release", action="store_true", help="end quarantine once everybody was asked")
    reconcile.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """In this process, also beside `serve`: each event counts once, whoever hears of it first."""
    from portal import app, logs
    from portal.messaging import reconciliation

    since = moment(arguments.since)
    settings = settings_of.from_environment()
    logs.configure(settings.log_format)
    with database.opened(settings) as found:
        made = app.reconciler(found, settings)
        rows = found.read(reconciliation.senders)
        reports = [_asked(made, row, since) for row in rows]
        if not rows:
            say("No business has a number to text from; there is nobody to ask.")
        if arguments.release:
            _release(found, made)
    failed = [each for each in reports if each is not None and each.problem and each.has_list]
    if failed:
        raise Conflict(f"{len(failed)} of {len(rows)} senders could not be asked; the lines above say why.")
    return 0


def moment(text: str | None) -> dt.datetime | None:
    """An aware time; without a zone it is UTC. Raises Invalid."""
    if text is None:
        return None
    try:
        found = dt.datetime.fromisoformat(text)
    except ValueError as error:
        raise Invalid(f"“{text}” is no time; write it as in 2026-11-21T23:05:00Z.") from error
    return found.replace(tzinfo=dt.UTC) if found.tzinfo is None else found.astimezone(dt.UTC)


def _asked(made: "Reconciler", row: Any, since: dt.datetime | None) -> "Report | None":
    """None for a sender whose provider lists nothing."""
    name = f"{row.number} ({row.provider}, {row.channel})"
    if row.provider not in made.listing:
        say(f"{name}: this provider cannot list texts; what a webhook missed is not found")
        return None
    report = made.ask(row, since=since)
    if report.problem:
        say(f"{name}: not asked: {report.problem}")
    else:
        say(
            f"{name}: {report.asked} listed, {report.found} found new, {report.settled} settled, "
            f"{report.unknown} still unknown"
        )
    return report


def _release(found: "Database", made: "Reconciler") -> None:
    """Raises Conflict while a sender that can list has not been asked since the quarantine began."""
    from portal.messaging import quarantine, reconciliation

    current = found.read(quarantine.current)
    if current is None:
        say("There is no quarantine; texts leave as usual.")
        return
    missing = found.read(lambda session: reconciliation.missing(session, made.listing, since_at=current.since_at))
    if missing:
        numbers = ", ".join(each.number for each in missing)
        raise Conflict(f"The quarantine goes on: {numbers} has not been asked for everything since it began.")
    found.write(lambda session: quarantine.end(session, by="operator"))
    say("The quarantine is over; texts leave again.")
