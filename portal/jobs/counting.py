"""The ledger counted by day for the reports, whatever was appended since the last tick."""

from functools import partial

from portal.database import Lane
from portal.jobs.timetable import Timetable
from portal.reports import consent_day

PIECES = 10  # of one business in one tick; the rest at the next one


def count_days(timetable: Timetable) -> None:
    """Counts in reads, and stores each piece in a write of a millisecond."""
    database = timetable.database
    for business_id, zone in database.read(consent_day.behind):
        for _ in range(PIECES):
            piece = database.read(partial(consent_day.next_piece, business_id=business_id, zone=zone))
            if piece is None:
                break
            store = partial(consent_day.store, business_id=business_id, zone=zone, piece=piece)
            if not database.write(store, lane=Lane.BULK):
                break
