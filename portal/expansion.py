"""Old and new programs beside each other on one database, while machine after machine is brought up to date.

A step of the schema that only adds, and that a program may know nothing of, says `expands = True`. Beside the version
the database keeps `works_from`: the oldest version whose program may work on it. Any other step begins it anew.
"""

from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa

_LOCK = 7276004
_ADD = "ALTER TABLE alembic_version ADD COLUMN works_from VARCHAR(80)"  # "version:oldest"
_READ = "SELECT version_num, works_from FROM alembic_version"
_WRITE = sa.text("UPDATE alembic_version SET works_from = :said")


def works_from(url: str) -> str | None:
    """The oldest version whose program may work on this database; None when nobody has said so of its version."""
    with _connected(url) as connection:
        return _kept(connection)


@contextmanager
def alone(url: str) -> Iterator[None]:
    """One process at a time brings a database up to date; the others wait here. The lock ends with its connection,
    however that ends."""
    with _connected(url) as connection:
        if connection.dialect.name == "postgresql":
            connection.exec_driver_sql(f"SELECT pg_advisory_lock({_LOCK})")
            connection.commit()  # the lock stays; an open transaction would be in the way of a step that locks tables
        yield


def note(ctx: Any, step: Any, heads: Collection[Any], run_args: Mapping[str, Any]) -> None:
    """Alembic's callback after each step, in the step's own transaction."""
    connection: sa.Connection = ctx.connection
    if not _has_column(connection):
        connection.exec_driver_sql(_ADD)
    head = oldest = next(iter(heads), "")
    if step.is_upgrade and getattr(step.up_revision.module, "expands", False):
        before = str(step.up_revision.down_revision)
        oldest = _kept(connection, version=before) or before
    connection.execute(_WRITE, {"said": f"{head}:{oldest}"})


def _kept(connection: sa.Connection, *, version: str = "") -> str | None:
    """What was said of `version` (else of the one the database is at); a note about another one counts for nothing."""
    row = connection.exec_driver_sql(_READ).first() if _has_column(connection) else None
    of, _, oldest = str(row[1] if row else "").partition(":")
    return oldest if row and of == (version or row[0]) else None


@contextmanager
def _connected(url: str) -> Iterator[sa.Connection]:
    engine = sa.create_engine(url, poolclass=sa.NullPool)
    try:
        with engine.connect() as connection:
            yield connection
    finally:
        engine.dispose()


def _has_column(connection: sa.Connection) -> bool:
    return any(column["name"] == "works_from" for column in sa.inspect(connection).get_columns("alembic_version"))
