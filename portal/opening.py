"""The database as every process opens it. Commands that serve no pages import this and not the application, which takes
half as long again to import."""

from portal import budget as budgets
from portal import (
    schema,
    second_lock,
    tables,  # noqa: F401 (completes the metadata: without it a foreign key may lead to a table nobody has declared)
)
from portal.accounts import key
from portal.accounts.key import Secrets
from portal.backup import before_migration
from portal.budget import Budget
from portal.database import Database, durability
from portal.errors import SettingsError
from portal.messaging.deferral import Policy
from portal.settings import Settings


def open_database(settings: Settings, *, secrets: Secrets | None = None, budget: Budget | None = None) -> Database:
    """The database at the newest schema, with its keys; its durability is asserted before anything is promised. The
    keys come first: whoever is killed in between has no database without them."""
    is_new = schema.revision(settings.database_url) is None
    found = secrets or key.load(settings.key_path, root=settings.secret_key, may_create=is_new)
    before_migration.keep(settings.database_url)
    schema.migrate(settings.database_url)
    second_lock.secure(settings.database_url)
    budget = budget or budgets.of(settings.database_connections, has_web=False)
    policy = Policy(settings.quiet_hours == "law", settings.automated_per_day)
    database = Database(settings.database_url, secrets=found, budget=budget, policy=policy)
    try:
        durability(database.engine)
    except SettingsError:
        database.dispose()
        raise
    return database


def secrets_of(database: Database) -> Secrets:
    return database.read(key.of)
