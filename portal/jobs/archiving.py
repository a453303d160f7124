"""Archives of conversations are filled and mailed."""

from functools import partial

from portal import logs
from portal.database import Database, Lane
from portal.jobs.timetable import Timetable
from portal.messaging import archive, archive_turn

ARCHIVE_PIECES = 50  # of one business in one tick


def fill_archives(timetable: Timetable, *, sweeps: bool = False) -> None:
    """One archive that cannot be filled keeps no other waiting."""
    for business_id in timetable.database.read(archive.on):
        try:
            _fill(timetable.database, business_id, sweeps=sweeps)
        except Exception:
            logs.trace(f"archive.failed {business_id}")


def sweep_archives(timetable: Timetable) -> None:
    fill_archives(timetable, sweeps=True)


def _fill(database: Database, business_id: str, *, sweeps: bool) -> None:
    """In pieces of some milliseconds; the rest at the next tick."""
    for _ in range(ARCHIVE_PIECES):
        turn = database.read(partial(archive_turn.look, business_id=business_id, sweeps=sweeps))
        if turn is None or not (turn.is_news or turn.has_more or sweeps):
            return
        database.write(partial(archive_turn.store, turn=turn), lane=Lane.BULK)
        if not turn.has_more:
            return


def mail_archives(timetable: Timetable) -> None:
    if timetable.journal is not None:
        timetable.journal.turn()
