"""Alembic's environment: the metadata of all tables, and one transaction per migration."""

from typing import Any, Literal

import sqlalchemy as sa
from alembic import context
from sqlalchemy import event
from sqlmodel import AutoString

from portal import expansion, schema
from portal.column import UtcTime
from portal.tables import metadata


def as_written(kind: str, item: Any, autogen: Any) -> str | Literal[False]:
    """How a column type stands in a migration: plain SQLAlchemy, and our own UTC time."""
    if kind == "type" and isinstance(item, AutoString):
        return "sa.String()"
    return "portal.column.UtcTime()" if kind == "type" and isinstance(item, UtcTime) else False


def begin_for_all(engine: sa.Engine) -> None:
    """SQLite's driver begins no transaction for a CREATE or ALTER by itself: a step that is killed would stay half."""

    def prepare(connection: Any, _record: Any) -> None:
        connection.isolation_level = None

    event.listen(engine, "connect", prepare)
    event.listen(engine, "begin", lambda connection: connection.exec_driver_sql("BEGIN IMMEDIATE"))


def run() -> None:
    url = context.config.get_main_option("sqlalchemy.url") or ""
    engine = sa.create_engine(url, poolclass=sa.NullPool)
    if engine.dialect.name == "sqlite":
        begin_for_all(engine)
    with engine.connect() as connection:
        context.configure(
            connection=connection,
            target_metadata=metadata,
            render_as_batch=connection.dialect.name == "sqlite",
            transaction_per_migration=True,
            transactional_ddl=True,
            compare_type=True,
            render_item=as_written,
            include_name=schema.is_of_tables,
            on_version_apply=expansion.note,
        )
        with context.begin_transaction():
            if connection.dialect.name == "postgresql":
                connection.execute(sa.text("SELECT pg_advisory_xact_lock(7276002)"))
            context.run_migrations()
        connection.commit()
    engine.dispose()


run()
