"""The databases that the other tests stand on."""

import subprocess
import sys
from contextlib import closing
from pathlib import Path

import psycopg

from tests import house
from tests.postgres import Databases

KILLED = """
import os, signal
from tests.postgres import Cluster
print(Cluster().folder, flush=True)
os.kill(os.getpid(), signal.SIGKILL)
"""


def migrate(url: str, migrated: list[str]) -> None:
    migrated.append(url)
    with connect(url) as connection:
        connection.execute("CREATE TABLE pot (lid text)")


def connect(url: str) -> psycopg.Connection:
    return psycopg.connect(url.replace("+psycopg", ""), autocommit=True)


def test_one_test_never_sees_the_rows_of_another(postgres_databases: Databases) -> None:
    first, second = postgres_databases.empty(), postgres_databases.empty()
    for url in (first, second):
        migrate(url, [])
    with connect(first) as one, connect(second) as other:
        one.execute("INSERT INTO pot VALUES ('a')")
        assert other.execute("SELECT * FROM pot").fetchall() == []


def test_commits_are_synchronous_as_in_real_life(postgres_databases: Databases) -> None:
    with connect(postgres_databases.empty()) as connection:
        assert connection.execute("SHOW synchronous_commit").fetchone() == ("on",)


def test_the_role_of_the_tests_is_no_superuser(postgres_databases: Databases) -> None:
    with connect(postgres_databases.empty()) as connection:
        [row] = connection.execute("SELECT rolsuper FROM pg_roles WHERE rolname = current_user").fetchall()
        assert row == (False,)


def test_a_dropped_database_is_gone_though_somebody_is_connected(postgres_databases: Databases) -> None:
    url = postgres_databases.empty()
    with connect(url):
        postgres_databases.drop(url)
    assert not exists(postgres_databases, url)


def exists(databases: Databases, url: str) -> bool:
    name = psycopg.conninfo.conninfo_to_dict(url.replace("+psycopg", ""))["dbname"]
    with psycopg.connect(host=databases.folder, user="portal", dbname="postgres") as connection:
        return bool(connection.execute("SELECT FROM pg_database WHERE datname = %s", [name]).rowcount)


def test_the_schema_is_migrated_once_and_then_copied(postgres_databases: Databases) -> None:
    """Each `Databases` stands for a worker: the second finds the first one's template."""
    migrated: list[str] = []
    for _ in range(2):
        with (
            closing(Databases(postgres_databases.folder, template="pot_template")) as worker,
            connect(worker.fresh(lambda url: migrate(url, migrated))) as connection,
        ):
            assert connection.execute("SELECT * FROM pot").fetchall() == []
    assert len(migrated) == 1


def test_a_killed_test_session_leaves_neither_a_server_nor_a_folder_behind() -> None:
    """Standard error ends only when the guardian, which has it too, has cleaned up."""
    done = subprocess.run([sys.executable, "-c", KILLED], cwd=house.ROOT, capture_output=True, text=True)
    folder = Path(done.stdout.strip())
    assert folder.name.startswith("portal-postgres-")
    assert not folder.exists()
