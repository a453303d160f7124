"""Providers are asked what came while nobody listened."""

from portal.jobs.timetable import Timetable


def reconcile(timetable: Timetable) -> None:
    if timetable.reconciler is not None:
        timetable.reconciler.turn()
