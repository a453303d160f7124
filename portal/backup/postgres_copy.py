"""PostgreSQL's own programs make and bring back its copies: one snapshot out, one transaction in.

Passwords go to them through the environment, never through the list of processes.
"""

import os
import shutil
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.engine import make_url

from portal import clock
from portal.backup import disk, facts
from portal.backup.facts import Facts
from portal.errors import SettingsError
from portal.schema import UNFINISHED

LEAVE_WITHIN = 2.0  # seconds
_FRESH = "DROP SCHEMA public CASCADE; CREATE SCHEMA public"
_MARK = f"CREATE TABLE public.{UNFINISHED} (id integer)"


def make(url: str, to: Path) -> Facts:
    """What is counted and what is dumped are the same moment. Raises SettingsError."""
    program = _program("pg_dump")
    with _snapshot(url) as (connection, name):
        found = facts.read(connection)
        words = ["--format=custom", "--no-owner", "--no-privileges", f"--snapshot={name}", f"--file={to}"]
        os.close(os.open(to, os.O_CREAT | os.O_TRUNC, disk.PRIVATE))
        _run([program, *words, f"--dbname={_address(url)}"], url)
    disk.sync(to)
    return found


def check(path: Path) -> None:
    """That its list of contents can be read. Raises SettingsError."""
    _run([_program("pg_restore"), "--list", str(path)], None)


def read_all(path: Path) -> None:
    """Every row of it, into nothing. Raises SettingsError where it cannot be read to its end."""
    _run([_program("pg_restore"), "--no-owner", f"--file={os.devnull}", str(path)], None)


def replace(url: str, dump: Path) -> None:
    """What was in the database goes and the copy comes in one transaction; it is unfinished until it is settled. The
    script is written out first, so that half of one is never taken for the whole."""
    script = dump.with_name(f"{dump.name}.sql")
    os.close(os.open(script, os.O_CREAT | os.O_TRUNC, disk.PRIVATE))
    try:
        _run([_program("pg_restore"), "--no-owner", f"--file={script}", str(dump)], None)
        steps = [f"--command={_FRESH}", f"--file={script}", f"--command={_MARK}", f"--dbname={_address(url)}"]
        psql = [_program("psql"), "--no-psqlrc", "--quiet", "--single-transaction", "--set=ON_ERROR_STOP=1"]
        _run([*psql, *steps], url)
    finally:
        script.unlink(missing_ok=True)


def others(url: str) -> int:
    """How many other connections there are to this database. One that was just closed gets a moment to be gone."""
    query = (
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() "
        "AND backend_type = 'client backend'"
    )
    until = clock.monotonic() + LEAVE_WITHIN
    while True:
        with _connected(url) as connection:
            count = int(connection.exec_driver_sql(query).scalar_one())
        if not count or clock.monotonic() > until:
            return count
        time.sleep(0.05)


def is_empty(url: str) -> bool:
    with _connected(url) as connection:
        return not sa.inspect(connection).get_table_names()


@contextmanager
def _snapshot(url: str) -> Iterator[tuple[sa.Connection, str]]:
    with _connected(url) as connection:
        connection = connection.execution_options(isolation_level="REPEATABLE READ")
        yield connection, str(connection.exec_driver_sql("SELECT pg_export_snapshot()").scalar_one())


@contextmanager
def _connected(url: str) -> Iterator[sa.Connection]:
    engine = sa.create_engine(url, poolclass=sa.NullPool)
    try:
        with engine.connect() as connection:
            yield connection
    finally:
        engine.dispose()


def _program(name: str) -> str:
    found = shutil.which(name)
    if found is None:
        raise SettingsError(f"The program {name} is missing. Install PostgreSQL's client programs (postgresql-client).")
    return found


def _address(url: str) -> str:
    return make_url(url).set(drivername="postgresql", password=None).render_as_string(hide_password=False)


def _secret(url: str | None) -> Mapping[str, str]:
    password = make_url(url).password if url else None
    return {"PGPASSWORD": str(password)} if password else {}


def _run(words: Sequence[str], url: str | None) -> None:
    """Raises SettingsError with the last line of what it said."""
    done = subprocess.run(  # noqa: S603 (words of ours and of the operator)
        words, env={**os.environ, **_secret(url)}, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE, text=True, check=False,
    )  # fmt: skip
    if done.returncode:
        said = done.stderr.strip().splitlines() or [f"exit {done.returncode}"]
        raise SettingsError(f"{Path(words[0]).name}: {said[-1]}")
