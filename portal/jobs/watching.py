"""The clock on the wall: a jump stops what is decided by it, and what was stopped goes on by itself."""

from functools import partial

from portal.jobs.timetable import Timetable
from portal.messaging import clock_watch


def watch_clock(timetable: Timetable) -> None:
    watch = timetable.dispatcher.watch
    if watch is None or not is_clock_off(timetable):
        return
    if timetable.database.read(watch.is_over):
        timetable.database.write(clock_watch.end)


def is_clock_off(timetable: Timetable) -> bool:
    """Looks first: whatever is decided by the clock asks here, so that nothing is decided by one that has just
    jumped."""
    watch = timetable.dispatcher.watch
    if watch is None:
        return False
    if jumped := watch.jump():
        timetable.database.write(partial(clock_watch.enter, note=jumped))
        watch.entered(jumped)
    return timetable.database.read(clock_watch.is_off)
