"""Every night, what has been kept for long enough goes."""

from portal.jobs.timetable import Timetable
from portal.jobs.watching import is_clock_off
from portal.messaging import quarantine
from portal.retention import nightly


def let_run_out(timetable: Timetable) -> None:
    """Not once the clock has jumped, and not in a copy that came back and may have forgotten a hold, until a person
    says that it is in order: nothing that is gone comes back."""

    def may_go_on() -> bool:
        return not is_clock_off(timetable) and not timetable.database.read(quarantine.is_on)

    nightly.work_off(timetable.database, may_go_on=may_go_on)
