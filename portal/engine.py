"""Engines and their settings: what each database is told, so that a commit means the disk and a lock a lock."""

from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy import event

from portal import road
from portal.budget import PATIENCE
from portal.errors import SettingsError
from portal.settings import sqlite_path

NAME = "portal"  # what PostgreSQL calls our connections
MOST_VACUUMED = 512 * 1024 * 1024


def sqlite(url: str, size: int, *, write: bool = False) -> sa.Engine:
    path = sqlite_path(url)
    if path is None or not path.name:
        raise SettingsError("PORTAL_DATABASE_URL must name a file, as in sqlite:///portal.db.")
    engine = sa.create_engine(
        url, pool_size=size, max_overflow=4, connect_args={"timeout": 10, "check_same_thread": False}
    )
    begin = "BEGIN IMMEDIATE" if write else "BEGIN"

    def prepare(connection: Any, _record: Any) -> None:
        connection.isolation_level = None
        for pragma in (
            "journal_mode=WAL",
            "synchronous=FULL",
            "foreign_keys=ON",
            "busy_timeout=10000",
            "secure_delete=ON",
        ):
            connection.execute(f"PRAGMA {pragma}")
        connection.execute(f"PRAGMA query_only={'OFF' if write else 'ON'}")
        connection.execute("PRAGMA cache_size=-65536")
        if write:  # what a SAVEPOINT may have to give back stays in memory; past 64 kB it goes to a file, page by page
            connection.execute("PRAGMA temp_store=MEMORY")
        connection.execute("PRAGMA wal_autocheckpoint=0" if write else "PRAGMA mmap_size=268435456")

    event.listen(engine, "connect", prepare)
    event.listen(engine, "begin", lambda connection: connection.exec_driver_sql(begin))
    return engine


def wipe_sqlite(url: str) -> bool:
    """Write the file anew without what was deleted, and empty the log. False while a reader needs the log still.

    `secure_delete` has overwritten each deleted row already; what copies a page left behind goes with the VACUUM, which
    a large file does without, because everybody's writes wait for it (about a second for 100 MB)."""
    engine = sqlite(url, 1, write=True)
    connection = engine.raw_connection()
    try:
        cursor = connection.cursor()
        pages, size = (cursor.execute(f"PRAGMA {name}").fetchone()[0] for name in ("page_count", "page_size"))
        if pages * size <= MOST_VACUUMED:
            cursor.execute("VACUUM")
        is_busy, _, _ = cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        return not is_busy
    finally:
        connection.close()
        engine.dispose()


def wipe_postgres(engine: sa.Engine, tables: Sequence[str]) -> bool:
    """Rows that were deleted are gone for every reader; their space is given back to be overwritten."""
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        for table in tables:
            connection.exec_driver_sql(f'VACUUM "{table}"')
    return True


def postgres(url: str, size: int) -> sa.Engine:
    """A frozen process must not hold a STOP's row (interface.md 6.10), and a commit must mean the disk. Never more than
    `size` connections: the server has only so many for all processes."""
    options = "-c idle_in_transaction_session_timeout=15000 -c lock_timeout=5000 -c timezone=UTC"
    engine = sa.create_engine(
        url, pool_size=size, max_overflow=0, pool_timeout=PATIENCE, pool_pre_ping=False, paramstyle="format",
        connect_args={"options": options, "application_name": NAME, "connect_timeout": 10, "tcp_user_timeout": 20_000},
    )  # fmt: skip
    road.fold(engine)
    return engine


def durability(engine: sa.Engine) -> Mapping[str, str]:
    """The settings on which “2xx means on disk” rests. Raises SettingsError when they do not hold (promises.md F.1)."""
    is_sqlite = engine.dialect.name == "sqlite"
    questions = ("journal_mode", "synchronous") if is_sqlite else ("synchronous_commit", "fsync")
    ask = "PRAGMA {}" if is_sqlite else "SHOW {}"
    with engine.connect() as connection:
        found = {name: str(connection.exec_driver_sql(ask.format(name)).scalar()) for name in questions}
    if is_sqlite and found != {"journal_mode": "wal", "synchronous": "2"}:
        raise SettingsError(f"SQLite must run with WAL and synchronous=FULL here, but it answers {found}.")
    if found.get("synchronous_commit") in ("off", "local"):
        raise SettingsError("PostgreSQL's synchronous_commit is off: a STOP could be lost. Set it to on.")
    return found
