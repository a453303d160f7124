"""When the bytes of what was erased leave the disk: at once where that is quick, else at night.

On SQLite the file is written anew and its log emptied. On PostgreSQL the rows are gone for every reader, and VACUUM
gives their space back to be overwritten. Backups made before hold the person until they expire; nothing here reaches
them.
"""

import datetime as dt
from functools import partial
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlmodel import Session

from portal import clock
from portal.accounts.business import Business
from portal.column import table_of
from portal.database import Database, Lane
from portal.erasure import erasure
from portal.erasure.treatment import EMPTIED, GOES
from portal.messaging import word_search

SMALL = 64 * 1024 * 1024
NIGHT = range(2, 5)  # hours, where the business is
TABLES = (*GOES, *EMPTIED)


def wipe(database: Database) -> None:
    """A look into a small index where nothing was erased."""
    until = database.read(due)
    if until is None:
        return
    database.write(word_search.compact, lane=Lane.BULK)
    if database.wipe(TABLES):
        database.write(partial(erasure.settle, until=until), lane=Lane.BULK)


def due(session: Session) -> dt.datetime | None:
    """Everything erased up to this moment may be wiped now; None when nothing waits, or for a better time."""
    oldest = erasure.waiting_since(session)
    if oldest is None or not (_is_quick(session) or _is_night(session)):
        return None
    return clock.now()


def _is_quick(session: Session) -> bool:
    if session.get_bind().dialect.name != "sqlite":
        return True
    connection = session.connection()
    pages, size = (connection.exec_driver_sql(f"PRAGMA {name}").scalar_one() for name in ("page_count", "page_size"))
    return bool(pages * size <= SMALL)


def _is_night(session: Session) -> bool:
    """Of the business that waits longest."""
    home, waiting = table_of(Business), erasure.table
    query = sa.select(home.c.timezone).join_from(waiting, home, home.c.id == waiting.c.business_id)
    zone = session.scalar(query.where(waiting.c.wiped_at.is_(None)).order_by(waiting.c.erased_at).limit(1))
    return clock.now().astimezone(ZoneInfo(str(zone))).hour in NIGHT
