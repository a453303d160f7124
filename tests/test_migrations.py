"""The schema in the migrations and in the tables is one; it can be built, left and built again on both databases."""

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext

from portal import schema
from portal.errors import SettingsError
from portal.tables import metadata


def test_the_migrations_and_the_tables_do_not_drift(database_url: str) -> None:
    engine = sa.create_engine(database_url)
    with engine.connect() as connection:
        opts = {"compare_type": True, "include_name": schema.is_of_tables}
        found = compare_metadata(MigrationContext.configure(connection, opts=opts), metadata)
    engine.dispose()
    assert found == []


def test_a_database_at_head_is_left_alone(database_url: str) -> None:
    assert schema.migrate(database_url) is False


def test_every_migration_can_be_taken_back_and_applied_again(database_url: str) -> None:
    command.downgrade(schema.config(database_url), "base")
    assert schema.migrate(database_url) is True


def test_a_schema_from_the_future_is_refused(database_url: str) -> None:
    engine = sa.create_engine(database_url)
    with engine.begin() as connection:
        connection.execute(sa.text("UPDATE alembic_version SET version_num = '9999'"))
    engine.dispose()
    with pytest.raises(SettingsError, match="newer"):
        schema.migrate(database_url)
