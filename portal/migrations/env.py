"""Alembic's environment: the metadata of all tables, and one transaction per migration."""

import sqlalchemy as sa
from alembic import context

from portal.tables import metadata


def run() -> None:
    url = context.config.get_main_option("sqlalchemy.url") or ""
    engine = sa.create_engine(url, poolclass=sa.NullPool)
    with engine.connect() as connection:
        context.configure(
            connection=connection,
            target_metadata=metadata,
            render_as_batch=connection.dialect.name == "sqlite",
            transaction_per_migration=True,
            compare_type=True,
        )
        with context.begin_transaction():
            if connection.dialect.name == "postgresql":
                connection.execute(sa.text("SELECT pg_advisory_xact_lock(7276002)"))
            context.run_migrations()
        connection.commit()
    engine.dispose()


run()
