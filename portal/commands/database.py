"""The database as a command finds it: opened with settings from the environment, and closed whatever happens."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from portal import settings as settings_of
from portal.errors import SettingsError
from portal.settings import Settings, sqlite_path

if TYPE_CHECKING:
    from portal.database import Database


@contextmanager
def opened(settings: Settings | None = None) -> Iterator["Database"]:
    """At the newest schema, made where it was missing. Raises SettingsError with the variable to set."""
    from portal.opening import open_database

    with reachable():
        found = open_database(settings or settings_of.from_environment())
    found.join(is_listening=False)
    try:
        yield found
    finally:
        found.dispose()


@contextmanager
def existing(settings: Settings) -> Iterator["Database"]:
    """For commands that only look: neither a database, nor a key file, nor a newer schema comes into being."""
    from portal.accounts import key
    from portal.database import Database

    demand_schema(settings)
    secrets = key.load(settings.key_path, root=settings.secret_key, may_create=False)
    found = Database(settings.database_url, secrets=secrets)
    try:
        yield found
    finally:
        found.dispose()


def demand_schema(settings: Settings) -> None:
    """Raises SettingsError unless there is a database at exactly this program's schema."""
    from portal import schema

    demand_there(settings)
    with reachable():
        at = schema.revision(settings.database_url)
    if not schema.may_work(settings.database_url, at):
        raise SettingsError(f"The database has the schema “{at}”, not “{schema.HEAD}”. Run `portal migrate` first.")


def demand_there(settings: Settings) -> None:
    """Raises SettingsError where a look would make an empty file."""
    path = sqlite_path(settings.database_url)
    if path is not None and not path.is_file():
        raise SettingsError(f"There is no database at {path}. PORTAL_DATABASE_URL can name another one.")


@contextmanager
def reachable() -> Iterator[None]:
    """A database that does not answer is a matter of settings, not of tracebacks."""
    from sqlalchemy.exc import DBAPIError

    try:
        yield
    except DBAPIError as error:
        said = str(error.orig).strip().splitlines() or [type(error.orig).__name__]
        raise SettingsError(f"The database cannot be used: {said[0]}. Check PORTAL_DATABASE_URL.") from error


def is_sqlite(settings: Settings) -> bool:
    return settings.database_url.startswith("sqlite")
