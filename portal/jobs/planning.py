"""Automations: what clients did and what the calendar says becomes scheduled texts, and these go to the outbox."""

from functools import partial

from portal import logs
from portal.automations import due, plan
from portal.automations.candidate import Place
from portal.database import Database, Lane
from portal.jobs import watching
from portal.jobs.timetable import Timetable
from portal.messaging import trigger_event


def plan_events(timetable: Timetable) -> None:
    """What clients did becomes scheduled texts."""
    while timetable.database.read(trigger_event.is_any) and timetable.database.write(plan.take_events, lane=Lane.BULK):
        pass


def plan_dates(timetable: Timetable) -> None:
    """One automation whose days cannot be read keeps no other waiting."""
    if watching.is_clock_off(timetable):
        return
    for automation_id in timetable.database.read(plan.waiting):
        try:
            _look_through(timetable.database, automation_id)
        except Exception:
            logs.trace(f"automation.failed {automation_id}")


def _look_through(database: Database, automation_id: str) -> None:
    """Looks in reads, so that nobody's write waits where nothing is new."""
    place: Place | None = plan.START
    while place is not None:
        piece = database.read(partial(plan.look, automation_id=automation_id, place=place))
        if piece.is_write:
            database.write(partial(plan.store, piece=piece), lane=Lane.BULK)
        place = piece.next


def run_due(timetable: Timetable) -> None:
    """What is due goes to the outbox; in pieces, so that nobody's write waits long."""
    if watching.is_clock_off(timetable):
        return
    work = partial(due.run, form_origin=timetable.settings.form_origin)
    while timetable.database.read(due.is_any) and timetable.database.write(work, lane=Lane.BULK):
        pass
