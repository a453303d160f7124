"""Databases to test on: one throw-away cluster for a whole test session, and a fresh database for who asks.

A pytest plugin too: with `PORTAL_TEST_ON=postgresql` the session starts the cluster before any xdist worker exists, so
that all of them share it; otherwise a worker that asks for one gets its own.
"""

import itertools
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from types import TracebackType
from typing import LiteralString, Self

import psycopg
import pytest
from psycopg import sql
from sqlalchemy import make_url

from tests import postgres_server
from tests.postgres_server import ROLE

FOLDER = "PORTAL_TEST_POSTGRES_FOLDER"
NUMBERS = itertools.count(1)


def is_under_test() -> bool:
    """Which database do the tests run on? `PORTAL_TEST_ON` is `sqlite` (as when unset) or `postgresql`."""
    chosen = os.environ.get("PORTAL_TEST_ON", "sqlite")
    if chosen not in ("sqlite", "postgresql"):
        raise pytest.UsageError(f"PORTAL_TEST_ON is {chosen!r}; it can be sqlite or postgresql.")
    return chosen == "postgresql"


class Cluster:
    """A running server; leave the `with` block, or die, and it is gone with all its files."""

    def __init__(self) -> None:
        self._guardian = subprocess.Popen(
            [sys.executable, postgres_server.__file__],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            start_new_session=True,  # Ctrl-C is for the tests; the server must live until they have cleaned up
        )
        assert self._guardian.stdout is not None
        self.folder = self._guardian.stdout.readline().strip()
        if not self.folder:
            raise RuntimeError("PostgreSQL for the tests did not start; it has said why on standard error.")

    def stop(self) -> None:
        self._guardian.communicate()
        if self._guardian.returncode:
            raise RuntimeError("PostgreSQL for the tests did not stop; it has said why on standard error.")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.stop()


class Databases:
    """Fresh databases of one cluster. The role that owns them is not a superuser, as in real life."""

    def __init__(self, folder: str, *, template: str = "portal_template") -> None:
        self.folder = folder
        self._template = template
        self._has_template = False
        self._kept: psycopg.Connection | None = None

    def close(self) -> None:
        if self._kept is not None:
            self._kept.close()

    def fresh(self, migrate: Callable[[str], None]) -> str:
        """The URL of a new database at the head of the schema. `migrate(url)` runs once for the whole cluster."""
        if not self._has_template:
            self._make_template(migrate)
            self._has_template = True
        return self._create(template=self._template)

    def keep(self, url: str, template: str) -> None:
        """This database, which nobody uses any more, is what `copy(template)` copies."""
        self._execute("ALTER DATABASE {} RENAME TO {}", _name(url), template)

    def copy(self, template: str) -> str:
        """The URL of a new database like one that was kept."""
        return self._create(template=template)

    def empty(self) -> str:
        """The URL of a new database without any table."""
        return self._create(template="template0")

    def drop(self, url: str) -> None:
        """Whoever is still connected is thrown out."""
        self._execute("DROP DATABASE {} WITH (FORCE)", _name(url))

    def _make_template(self, migrate: Callable[[str], None]) -> None:
        """Under a lock that all workers see, and renamed when done, so that nobody copies half a schema."""
        with self._connect() as connection:
            connection.execute("SELECT pg_advisory_lock(1)")
            if connection.execute("SELECT FROM pg_database WHERE datname = %s", [self._template]).rowcount:
                return
            unfinished = self.empty()
            migrate(unfinished)
            self._execute("ALTER DATABASE {} RENAME TO {}", _name(unfinished), self._template)

    def _create(self, *, template: str) -> str:
        name = f"test_{os.getpid()}_{next(NUMBERS)}"
        self._execute("CREATE DATABASE {} TEMPLATE {} STRATEGY FILE_COPY", name, template)
        return f"postgresql+psycopg://{ROLE}@/{name}?host={self.folder}"

    def _execute(self, statement: LiteralString, *names: str) -> None:
        if self._kept is None:  # one for all that come: a test is made a database and loses it
            self._kept = self._connect()
        self._kept.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))

    def _connect(self) -> psycopg.Connection:
        return psycopg.connect(host=self.folder, user=ROLE, dbname="postgres", autocommit=True)


def _name(url: str) -> str:
    name = make_url(url).database
    assert name is not None
    return name


@pytest.fixture(scope="session")
def postgres_databases() -> Iterator[Databases]:
    """The session's cluster if there is one; else one for this process alone."""
    if folder := os.environ.get(FOLDER):
        with closing(Databases(folder)) as databases:
            yield databases
        return
    with Cluster() as cluster, closing(Databases(cluster.folder)) as databases:
        yield databases


def pytest_configure(config: pytest.Config) -> None:
    if is_under_test() and FOLDER not in os.environ:
        cluster = Cluster()
        os.environ[FOLDER] = cluster.folder
        config.add_cleanup(lambda: _stop(cluster))


def _stop(cluster: Cluster) -> None:
    del os.environ[FOLDER]
    cluster.stop()
