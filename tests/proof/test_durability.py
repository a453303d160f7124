"""A 2xx means the disk: seen from outside with strace, and refused where the database would not keep the promise."""

import statistics
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlencode

import pytest
import sqlalchemy as sa
from twilio.request_validator import RequestValidator

from portal import engine as engines
from portal import schema
from portal.accounts import key
from portal.accounts.key import Secrets
from portal.app import create_app
from portal.database import Database, durability
from portal.errors import SettingsError
from portal.settings import Settings
from tests import machine
from tests.conftest import ACCOUNT, OUR_NUMBER, TOKEN, migrate, populate
from tests.postgres import Databases
from tests.proof.fleet import Program, free_port, post, wait_until
from tests.test_serve import clean

STOPS = 10
SECRET = "s" * 40
WATCHED = "read,recvfrom,recvmsg,write,writev,sendto,sendmsg,fsync,fdatasync"


class Watched:
    """`portal serve` under strace, on a database in `folder`; what it asked of the kernel is in `calls`."""

    def __init__(self, folder: Path) -> None:
        self.port, self.calls = free_port(), folder / "calls"
        url = f"sqlite:///{folder / 'portal.db'}"
        schema.migrate(url)
        database = Database(url, secrets=key.load(folder / "portal.keys", root=SECRET, may_create=True))
        self.business = populate(database, database.read(key.of)).hearth.id
        database.dispose()
        strace = [str(machine.find_strace()), "-f", "-y", "-s", "48", "-e", f"trace={WATCHED}", "-o", str(self.calls)]
        words = [*strace, sys.executable, "-m", "portal", "serve", "--no-jobs", "--port", str(self.port)]
        environment = clean() | {
            "PORTAL_DATABASE_URL": url, "PORTAL_SECRET_KEY": SECRET, "PORTAL_KEY_FILE": str(folder / "portal.keys"),
            "PORTAL_PUBLIC_URL": f"http://127.0.0.1:{self.port}",
        }  # fmt: skip
        self.program = Program("serve", words, environment, folder / "serve.log", "is open at")

    def stop(self, place: int, body: str = "STOP") -> int:
        """One signed STOP of a number of its own, and its status."""
        fields = {
            "MessageSid": f"SM{place:032x}", "AccountSid": ACCOUNT, "From": f"+1415555{place:04d}", "To": OUR_NUMBER,
            "Body": body, "NumMedia": "0", "NumSegments": "1",
        }  # fmt: skip
        path = f"/webhooks/twilio/{self.business}/messages"
        signature = RequestValidator(TOKEN).compute_signature(f"http://127.0.0.1:{self.port}{path}", fields)
        head = {"X-Twilio-Signature": signature, "Content-Type": "application/x-www-form-urlencoded"}
        return post(self.port, path, urlencode(fields).encode(), head, within=30)[0]

    def syncs(self) -> list[int]:
        """For each answered webhook: how often the log was synced between its request's bytes and its 2xx."""
        found: list[int] = []
        count: int | None = None
        for line in self.calls.read_text(errors="replace").splitlines():
            if '"POST /webhooks/' in line:
                count = 0
            elif count is not None and "portal.db-wal" in line and "sync(" in line:
                count += 1
            elif count is not None and '"HTTP/1.1 200' in line:
                found.append(count)
                count = None
        return found


@pytest.fixture
def watched(tmp_path: Path) -> Iterator[Watched]:
    made = Watched(tmp_path)
    made.program.start()
    yield made
    made.program.kill()


if sys.platform == "linux":  # strace knows no other

    @pytest.mark.covers("P2")
    def test_each_stop_is_synced_once_between_its_bytes_and_its_2xx(watched: Watched) -> None:
        """One in flight: one sync each, before the answer. With synchronous=NORMAL there would be none.

        Now and then the process writes for itself meanwhile (its heartbeat), or begins the log, and syncs once more.
        """
        assert [watched.stop(place) for place in range(1 + STOPS)] == [200] * (1 + STOPS)
        wait_until(lambda: len(watched.syncs()) > STOPS, "strace's last line")
        found = watched.syncs()
        assert min(found) >= 1, found
        assert statistics.median(found) == 1, found


@pytest.mark.covers("P2")
def test_sqlite_that_does_not_sync_each_commit_is_refused(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'portal.db'}"
    engine = engines.sqlite(url, 1)
    sa.event.listen(engine, "connect", lambda connection, _: connection.execute("PRAGMA synchronous=NORMAL"))
    try:
        with pytest.raises(SettingsError, match="synchronous=FULL"):
            durability(engine)
    finally:
        engine.dispose()


@pytest.mark.covers("P2")
def test_the_connections_that_read_and_write_sqlite_sync_each_commit(tmp_path: Path) -> None:
    engine = engines.sqlite(f"sqlite:///{tmp_path / 'portal.db'}", 1, write=True)
    try:
        assert durability(engine) == {"journal_mode": "wal", "synchronous": "2"}
    finally:
        engine.dispose()


@pytest.mark.covers("P2")
@pytest.mark.parametrize("setting", ["off", "local"])
def test_a_postgresql_that_may_forget_a_commit_is_refused(
    postgres_databases: Databases, secrets: Secrets, setting: str
) -> None:
    url = postgres_databases.fresh(migrate)
    try:
        configure(url, setting)
        with pytest.raises(SettingsError, match="synchronous_commit"):
            create_app(Settings(database_url=url, secret_key=SECRET), with_jobs=False, secrets=secrets)
        configure(url, "on")
        create_app(
            Settings(database_url=url, secret_key=SECRET), with_jobs=False, secrets=secrets
        ).state.database.dispose()
    finally:
        postgres_databases.drop(url)


def configure(url: str, setting: str) -> None:
    """As the owner of the database may, for every later connection to it."""
    engine = sa.create_engine(url, poolclass=sa.NullPool, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        name = connection.exec_driver_sql("SELECT current_database()").scalar()
        connection.exec_driver_sql(f'ALTER DATABASE "{name}" SET synchronous_commit = {setting}')
    engine.dispose()
