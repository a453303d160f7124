"""A second place for checkpoints: a folder outside the database (PORTAL_WITNESS_DIR), one file per business and day.

It is written once and never again, best where the database's owner cannot change it. A database that was put back, or
written anew together with its own checkpoints, contradicts it.
"""

import contextlib
import datetime as dt
import os
from pathlib import Path

from portal import logs
from portal.accounts.key import Secrets
from portal.evidence import note
from portal.evidence.note import Checkpoint

MODE = 0o444
LOOKED_AT = 60  # files; a clock that once ran ahead must not make an old one the newest for ever


def keep(folder: Path, business_id: str, day: dt.date, text: str) -> None:
    """The first one of a day stays. Raises OSError where it cannot be on the disk, also where the folder itself is
    gone: one made anew in its place would be on the wrong disk. Nothing half-written stays."""
    place = folder / business_id
    place.mkdir(exist_ok=True)
    path = place / f"{day.isoformat()}.txt"
    if path.is_file() and not path.stat().st_size:  # the power went while it was written
        path.unlink()
    with contextlib.suppress(FileExistsError):  # written once
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, MODE)
        try:
            with os.fdopen(descriptor, "w", encoding="utf-8", newline="\n") as file:
                file.write(text)
                file.flush()
                os.fsync(file.fileno())
        except OSError:
            path.unlink()
            raise
        for each in (place, folder):
            _sync(each)


def newest(folder: Path, business_id: str, secrets: Secrets) -> Checkpoint | None:
    """Of the latest ones that this installation signed for the business that of the most entries, or None."""
    place, known = folder / business_id, []
    for path in sorted(place.glob("*.txt"), reverse=True)[:LOOKED_AT] if place.is_dir() else ():
        found = note.ours_in(secrets, path.read_text(encoding="utf-8", errors="replace"))
        known += [each for each in found if each.business_id == business_id]
        if not found:
            logs.event("witness.unreadable", level=30, day=path.stem)
    return max(known, key=lambda each: each.size, default=None)


def trouble(folder: Path) -> str:
    """Why nothing could be kept there, or nothing."""
    if not folder.is_dir():
        return f"{folder} is no folder."
    return "" if os.access(folder, os.W_OK | os.X_OK) else f"{folder} cannot be written to."


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
