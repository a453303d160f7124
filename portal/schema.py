"""The schema and its versions: brings a database to head, and refuses one that is newer than this code."""

import re
from pathlib import Path
from typing import TYPE_CHECKING

import sqlalchemy as sa

from portal import expansion
from portal.errors import SettingsError

if TYPE_CHECKING:  # alembic is imported only where something is to be done: it costs every start a tenth of a second
    from alembic.config import Config

_FOLDER = Path(__file__).parent / "migrations"
_BEFORE = re.compile(r'^down_revision = "(\w+)"', re.MULTILINE)
_FILES = {path.stem.partition("_")[0]: path for path in (_FOLDER / "versions").glob("[0-9]*.py")}
_VERSIONS = sorted(_FILES)
_FOLLOWED = {found[1] for path in _FILES.values() if (found := _BEFORE.search(path.read_text(encoding="utf-8")))}
HEAD = max(set(_VERSIONS) - _FOLLOWED, default="")
"""The one that no other follows; not the highest number, since several people number their steps beside each other."""

UNFINISHED = "restore_unfinished"
"""A table that is there from the moment a copy came back on PostgreSQL until it is settled (backup/restoring.py)."""


def migrate(url: str, *, is_settling: bool = False) -> bool:
    """Bring the database at `url` to head; True when it was empty. Raises SettingsError for a newer schema, and for
    what a killed `portal restore` left before it was in quarantine."""
    at = revision(url)
    if not is_settling and is_unfinished(url):
        raise SettingsError("A restore was interrupted. Run the same `portal restore` again to finish it.")
    if may_work(url, at):
        return False
    if at is not None and at not in _VERSIONS:
        raise SettingsError(
            f"The database has the schema “{at}”, which is newer than this program. Update the program."
        )
    with expansion.alone(url):
        return _upgrade(url)


def may_work(url: str, at: str | None) -> bool:
    """Whether this program may work on a database at `at`: its own version, or a newer one that only adds to it."""
    return at == HEAD or (at is not None and at not in _VERSIONS and expansion.works_from(url) in _VERSIONS)


def _upgrade(url: str) -> bool:
    """Somebody else may have done it while we waited for our turn."""
    at = revision(url)
    if at != HEAD:
        from alembic import command

        command.upgrade(config(url), "head")
    return at is None


def is_known(name: str) -> bool:
    """Whether this program can bring a database at that schema to head."""
    return name in _VERSIONS


def is_unfinished(url: str) -> bool:
    """Never on SQLite, where a copy takes its place when it is settled."""
    if url.startswith("sqlite"):
        return False
    engine = sa.create_engine(url, poolclass=sa.NullPool)
    try:
        return sa.inspect(engine).has_table(UNFINISHED)
    finally:
        engine.dispose()


def revision(url: str) -> str | None:
    """The schema that the database at `url` has now; None for an empty one."""
    engine = sa.create_engine(url, poolclass=sa.NullPool)
    try:
        with engine.connect() as connection:
            if not sa.inspect(connection).has_table("alembic_version"):
                return None
            found = connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar()
            return None if found is None else str(found)
    finally:
        engine.dispose()


def is_of_tables(name: str | None, kind: str, _parents: object) -> bool:
    """Whether the table classes should know it; the index of words (0003) is written by hand for each database."""
    return kind not in ("table", "index") or not (name or "").startswith("message_words")


def config(url: str) -> "Config":
    """Alembic's configuration for `url`, for the migration commands and their tests."""
    from alembic.config import Config

    found = Config()
    found.set_main_option("script_location", str(_FOLDER))
    found.set_main_option("sqlalchemy.url", url.replace("%", "%%"))
    return found
