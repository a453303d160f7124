"""What the doctor finds in folders outside of the database."""

import os
from pathlib import Path
from typing import TYPE_CHECKING

from portal import clock
from portal.commands.finding import Finding

if TYPE_CHECKING:
    from portal.settings import Settings


def backups(settings: "Settings") -> Finding:
    from portal.backup import rotation

    if not settings.backup_dir:
        return Finding("warn", "backups", "PORTAL_BACKUP_DIR is not set; only `portal backup` makes one")
    folder = Path(settings.backup_dir)
    try:
        found = rotation.of(folder)
    except OSError as error:
        return Finding("FAIL", "backups", f"{folder} cannot be used: {error.strerror}")
    sealed = "sealed" if settings.backup_passphrase else "not sealed: PORTAL_BACKUP_PASSPHRASE is not set"
    newest = f"the newest of {clock.rfc3339(next(iter(found)))}" if found else "none yet"
    return Finding("ok" if os.access(folder, os.W_OK) else "FAIL", "backups", f"{folder}: {newest}, {sealed}")
