"""What there was before the schema changed: a copy of the SQLite file beside it, one for each schema it had.

PostgreSQL's steps are transactions too; its copies are made by whoever runs it, with `portal backup`.
"""

import os
import tempfile
from pathlib import Path

import sqlalchemy as sa

from portal import logs, schema
from portal.backup import disk, sqlite_copy
from portal.errors import SettingsError
from portal.settings import sqlite_path


def keep(url: str) -> Path | None:
    """The copy, where there is something to lose and a step to be taken; else None. Raises SettingsError."""
    path, at = sqlite_path(url), schema.revision(url)
    if path is None or at is None or not schema.is_known(at) or at == schema.HEAD or not _has_data(path):
        return None
    kept = path.with_name(f"{path.name}.schema-{at}")
    part = path.with_name(f".{kept.name}.part")
    sqlite_copy.make(path, part)
    os.replace(part, kept)
    disk.sync_folder(path.absolute().parent)
    logs.event("database.kept", file=kept.name, schema=at)
    return kept


def rehearse(url: str) -> tuple[str, str]:
    """Take every step on a copy that is thrown away: its schema before and after. Raises SettingsError."""
    path, at = sqlite_path(url), schema.revision(url)
    if path is None:
        raise SettingsError("A dry run needs a copy: restore a backup into another database and migrate that one.")
    with tempfile.TemporaryDirectory(dir=path.absolute().parent, prefix=".migrate-") as folder:
        copy = Path(folder) / "copy.db"
        sqlite_copy.make(path, copy)
        schema.migrate(f"sqlite:///{copy}")
        found = sqlite_copy.check(copy)
    return str(at), found.schema


def _has_data(path: Path) -> bool:
    with sqlite_copy.read(path) as connection:
        return connection.execute(sa.text("SELECT 1 FROM business LIMIT 1")).first() is not None
