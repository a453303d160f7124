"""A backup every night and a trial of one every week, by themselves, into the folder that the operator named.

Several processes may have the same folder: whoever holds its lock works, the others find it done.
"""

import datetime as dt
import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from portal import clock, logs
from portal.backup import making, rotation, trial
from portal.database import Database, Lane
from portal.errors import SettingsError
from portal.settings import Settings
from portal.watch import backup_run
from portal.watch.backup_run import Kind

TRY_EVERY = dt.timedelta(days=7)
AGAIN = dt.timedelta(hours=1)  # after one that failed


class Nightly:
    """Of one process that runs jobs; `turn` is called by the timetable every minute."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._not_before: dt.datetime | None = None

    def turn(self, database: Database) -> None:
        """Nothing where no folder is named, where another process is at it, and within an hour of a failure."""
        now = clock.now()
        if not self._settings.backup_dir or (self._not_before is not None and now < self._not_before):
            return
        self._not_before = None
        folder = Path(self._settings.backup_dir)
        try:
            with _alone(folder) as is_mine:
                if is_mine and rotation.is_due(rotation.of(folder), now):
                    self._make(database, folder)
                elif is_mine and self._is_trial_due(database, now):
                    self._try(database, folder)
        except OSError as error:
            self._note(database, Kind.MADE, now, problem=f"The folder {folder} cannot be used: {error.strerror}.")

    def _make(self, database: Database, folder: Path) -> None:
        began = clock.now()
        try:
            about = making.make(self._settings, folder / rotation.name(began))
        except SettingsError as error:
            self._note(database, Kind.MADE, began, problem=str(error))
            return
        self._note(database, Kind.MADE, began, size=about.size)
        logs.event("backup.made", size=about.size, gone=rotation.prune(folder))

    def _is_trial_due(self, database: Database, now: dt.datetime) -> bool:
        found = database.read(backup_run.latest)
        return found is None or found.tried_at is None or now - found.tried_at >= TRY_EVERY

    def _try(self, database: Database, folder: Path) -> None:
        began = clock.now()
        newest = next(iter(rotation.of(folder).values()))
        self._note(
            database, Kind.TRIED, began, size=newest.stat().st_size, problem=trial.problem(self._settings, newest)
        )

    def _note(self, database: Database, kind: Kind, began: dt.datetime, *, size: int = 0, problem: str = "") -> None:
        seconds = (clock.now() - began).total_seconds()
        note = partial(backup_run.note, kind=kind, seconds=seconds, size=size, problem=problem)
        database.write(note, lane=Lane.BULK)
        if problem:
            logs.event("backup.failed", level=40, kind=str(kind), why=problem)
            self._not_before = clock.now() + AGAIN


@contextmanager
def _alone(folder: Path) -> Iterator[bool]:
    """Whether nobody else works in this folder now. Raises OSError where it cannot be used."""
    descriptor = os.open(folder / ".portal-backup.lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
            return
        yield True
    finally:
        os.close(descriptor)
