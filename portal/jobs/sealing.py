"""Ledgers are signed once a day."""

from pathlib import Path

from portal.evidence.daily import Daily
from portal.jobs.timetable import Timetable
from portal.jobs.watching import is_clock_off


def sign_checkpoints(timetable: Timetable) -> None:
    """Nothing is dated by a clock that has jumped. Without a mail server nothing counts as mailed."""
    if is_clock_off(timetable):
        return
    settings = timetable.settings
    letter = timetable.letter if settings.smtp_url else None
    folder = Path(settings.witness_dir) if settings.witness_dir else None
    Daily(timetable.database, letter=letter, folder=folder).turn()
