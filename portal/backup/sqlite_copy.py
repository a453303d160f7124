"""A copy of the SQLite file while somebody writes to it: one moment of it, checked before anybody relies on it.

`VACUUM INTO` reads in one snapshot beside the writer, who waits for nothing, and leaves out what was deleted; copying
the file with `cp` would miss the log and tear pages.
"""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from urllib.parse import quote

import sqlalchemy as sa

from portal.backup import disk, facts
from portal.backup.facts import Facts
from portal.errors import SettingsError


def make(source: Path, to: Path) -> Facts:
    """Raises SettingsError when the copy is not whole, and leaves none then."""
    to.unlink(missing_ok=True)
    os.close(os.open(to, os.O_CREAT | os.O_EXCL, disk.PRIVATE))  # empty and private, before a byte is in it
    try:
        with closing(_open(source)) as connection:
            connection.execute("VACUUM INTO ?", [str(to)])
        found = check(to)
        disk.sync(to)
    except sqlite3.Error as error:
        to.unlink(missing_ok=True)
        raise SettingsError(f"The database cannot be copied: {error}.") from error
    except SettingsError:
        to.unlink(missing_ok=True)
        raise
    return found


def check(path: Path) -> Facts:
    """Every page, every index and every reference. Raises SettingsError with what is wrong."""
    with closing(_open(path)) as connection:
        said = connection.execute("PRAGMA integrity_check(1)").fetchone()[0]
        stray = connection.execute("PRAGMA foreign_key_check").fetchone()
    if said != "ok":
        raise SettingsError(f"The copy of the database is damaged: {said}")
    if stray is not None:
        raise SettingsError(f"The copy of the database is damaged: a row of “{stray[0]}” refers to one that is gone.")
    with read(path) as connected:
        return facts.read(connected)


@contextmanager
def read(path: Path) -> Iterator[sa.Connection]:
    """A plain connection, apart from the house's own: nothing is changed, not even the kind of log."""
    engine = sa.create_engine("sqlite://", creator=lambda: _open(path), poolclass=sa.NullPool)
    try:
        with engine.connect() as connection:
            yield connection
    finally:
        engine.dispose()


def fold_log(path: Path) -> None:
    """Everything is in the one file from now on. Raises SettingsError while any other program has it open."""
    try:
        with closing(_open(path)) as connection:
            connection.execute("PRAGMA busy_timeout=0")
            connection.execute("PRAGMA journal_mode=DELETE").fetchone()
    except sqlite3.OperationalError as error:
        raise SettingsError(f"Another program has the database {path} open ({error}). Close it first.") from error


def _open(path: Path) -> sqlite3.Connection:
    """Never made where it is missing."""
    name = quote(str(path.absolute()))
    return sqlite3.connect(f"file:{name}?mode=rw", uri=True, isolation_level=None, timeout=10)
