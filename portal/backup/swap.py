"""Puts one SQLite file in another's place; the old one is kept beside it under another name.

Whoever is killed at any moment leaves the old one or the new one, whole.
"""

import os
import sqlite3
from pathlib import Path

from portal import clock
from portal.backup import disk, sqlite_copy


def swap(new: Path, path: Path) -> Path | None:
    """Where the old one is now; None where there was none. `new` lies in the same folder, and its log is folded in.
    The caller has the hold alone. Raises SettingsError while any other program has the old one open."""
    aside = _put_aside(path) if path.exists() else None
    os.chmod(new, disk.PRIVATE)
    disk.sync(new)
    os.replace(new, path)
    disk.sync_folder(path.parent)
    return aside


def _put_aside(path: Path) -> Path:
    """A second name for the same bytes, so that the first is never without a file."""
    aside = _free_name(path)
    log = path.with_name(f"{path.name}-wal")
    try:
        sqlite_copy.fold_log(path)
    except sqlite3.DatabaseError:  # it is beyond reading: its log goes aside as it is, and must not meet the new file
        if log.exists():
            os.replace(log, aside.with_name(f"{aside.name}-wal"))
    os.link(path, aside)
    os.chmod(aside, disk.PRIVATE)
    for each in (log, path.with_name(f"{path.name}-shm")):
        each.unlink(missing_ok=True)
    disk.sync_folder(path.parent)
    return aside


def _free_name(path: Path) -> Path:
    """By the second; a second restore in one second gets a number."""
    stem = f"{path.name}.before-restore-{clock.now():%Y%m%dT%H%M%SZ}"
    names = (path.with_name(stem), *(path.with_name(f"{stem}-{number}") for number in range(2, 100)))
    return next(each for each in names if not each.exists())
