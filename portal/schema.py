"""The schema and its versions: brings a database to head, and refuses one that is newer than this code."""

from pathlib import Path

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from portal.errors import SettingsError

_FOLDER = Path(__file__).parent / "migrations"


def _config(url: str) -> Config:
    config = Config()
    config.set_main_option("script_location", str(_FOLDER))
    config.set_main_option("sqlalchemy.url", url.replace("%", "%%"))
    return config


HEAD = ScriptDirectory(str(_FOLDER)).get_current_head() or ""


def migrate(url: str) -> bool:
    """Bring the database at `url` to head; True when it was empty. Raises SettingsError for a newer schema."""
    at = revision(url)
    if at == HEAD:
        return False
    known = {script.revision for script in ScriptDirectory(str(_FOLDER)).walk_revisions()}
    if at is not None and at not in known:
        raise SettingsError(
            f"The database has the schema “{at}”, which is newer than this program. Update the program."
        )
    command.upgrade(_config(url), "head")
    return at is None


def revision(url: str) -> str | None:
    """The schema that the database at `url` has now; None for an empty one."""
    engine = sa.create_engine(url, poolclass=sa.NullPool)
    try:
        with engine.connect() as connection:
            return MigrationContext.configure(connection).get_current_revision()
    finally:
        engine.dispose()


def is_of_tables(name: str | None, kind: str, _parents: object) -> bool:
    """Whether the table classes should know it; the index of words (0003) is written by hand for each database."""
    return kind not in ("table", "index") or not (name or "").startswith("message_words")


def config(url: str) -> Config:
    """Alembic's configuration for `url`, for the migration commands and their tests."""
    return _config(url)
