"""The long-running commands as real processes: they start, say where they are, and end when told."""

import contextlib
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from portal import schema
from portal.accounts import key
from portal.accounts.sender import SMS
from portal.consent import subscription
from portal.consent.state import Origin, Proof
from portal.database import Database
from portal.messaging import message, opt_in
from tests import house
from tests.conftest import World, populate
from tests.postgres import Databases

WITHIN = 40.0  # seconds, on a machine that many share
Environment = dict[str, str]
Start = Callable[..., "Process"]


class Process:
    """One `portal` command; what it says is read line by line."""

    def __init__(self, environment: Mapping[str, str], *arguments: str) -> None:
        self._popen = subprocess.Popen(
            [sys.executable, "-m", "portal", *arguments], cwd=house.ROOT, env=dict(environment), text=True,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True,
        )  # fmt: skip
        self._said: tuple[str, str] | None = None
        self._watchdog = threading.Timer(3 * WITHIN, self.kill)
        self._watchdog.start()

    @property
    def pid(self) -> int:
        return self._popen.pid

    def line(self, pattern: str) -> "re.Match[str]":
        """The first line that matches; fails with everything said when the process ends before."""
        assert self._popen.stdout is not None
        said = []
        for line in self._popen.stdout:
            said.append(line)
            if found := re.search(pattern, line):
                return found
        assert self._popen.stderr is not None
        raise AssertionError("".join(said) + self._popen.stderr.read())

    def tell(self, sig: signal.Signals) -> None:
        self._popen.send_signal(sig)

    def end(self) -> tuple[int, str, str]:
        """Wait for its own end: exit code and what was left unread."""
        if self._said is None:
            self._said = self._popen.communicate(timeout=WITHIN)
        return self._popen.returncode, *self._said

    def kill(self) -> None:
        """Whatever is left of it and its children."""
        self._watchdog.cancel()
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._popen.pid, signal.SIGKILL)


@pytest.fixture
def start() -> Iterator[Start]:
    started: list[Process] = []

    def begin(environment: Mapping[str, str], *arguments: str) -> Process:
        started.append(Process(environment, *arguments))
        return started[-1]

    yield begin
    for process in started:
        process.kill()
        process.end()


def clean() -> Environment:
    return {name: value for name, value in os.environ.items() if not name.startswith("PORTAL_")}


@pytest.fixture
def environment(tmp_path: Path) -> Environment:
    """An installation on SQLite that has never been started."""
    return clean() | {"PORTAL_DATABASE_URL": f"sqlite:///{tmp_path / 'portal.db'}", "PORTAL_SECRET_KEY": "s" * 40}


@pytest.fixture
def on_postgres(postgres_databases: Databases, tmp_path: Path) -> Iterator[Environment]:
    def migrate(url: str) -> None:
        schema.migrate(url)

    url = postgres_databases.fresh(migrate)
    path = tmp_path / "portal.keys"
    key.load(path, root="s" * 40, may_create=True)
    yield clean() | {"PORTAL_DATABASE_URL": url, "PORTAL_SECRET_KEY": "s" * 40, "PORTAL_KEY_FILE": str(path)}
    postgres_databases.drop(url)


@contextlib.contextmanager
def opened(environment: Environment) -> Iterator[Database]:
    path = Path(environment.get("PORTAL_KEY_FILE", environment["PORTAL_DATABASE_URL"][10:].replace(".db", ".keys")))
    secrets = key.load(path, root="s" * 40, may_create=False)
    database = Database(environment["PORTAL_DATABASE_URL"], secrets=secrets)
    try:
        yield database
    finally:
        database.dispose()


def get(url: str, cookie: str = "") -> Any:
    request = urllib.request.Request(url, headers={"Cookie": f"id={cookie}"} if cookie else {})
    return urllib.request.urlopen(request, timeout=WITHIN)


def test_an_empty_installation_is_set_up_by_the_link_on_the_console(start: Start, environment: Environment) -> None:
    process = start(environment, "serve", "--port", "0", "--no-jobs")
    url = process.line(r"open at (http://127\.0\.0\.1:\d+)").group(1)
    link = process.line(r"(http\S+/set-up\?token=\S+)").group(1)
    assert link.startswith(url)
    with get(link) as page:
        assert page.status == 200
        assert "Set up your business" in page.read().decode()
    with get(f"{url}/healthz") as page:
        assert page.status == 200


def test_a_stop_of_the_server_ends_open_live_pages_at_once(start: Start, environment: Environment) -> None:
    """stack.md trap 10: a stream that waits for its next event must not hold the server."""
    process = start(environment, "serve", "--port", "0")
    url = process.line(r"open at (http://\S+)").group(1)
    with opened(environment) as database:
        world = populate(database, key.in_memory(), provider="rehearsal")
    stream = get(f"{url}/events", world.alice.cookie)
    assert stream.readline() == b": hello\n"
    started = time.monotonic()
    process.tell(signal.SIGTERM)
    assert stream.read() in (b"\n", b"")
    code, _, err = process.end()
    assert (code, "Traceback" in err) == (0, False)
    assert time.monotonic() - started < 10


@pytest.mark.parametrize("sig", [signal.SIGTERM, signal.SIGINT])
def test_the_server_ends_with_zero_when_it_is_told(start: Start, environment: Environment, sig: signal.Signals) -> None:
    process = start(environment, "serve", "--port", "0")
    process.line("open at")
    process.tell(sig)
    code, _, err = process.end()
    assert (code, "Traceback" in err) == (0, False)


def test_a_port_that_is_taken_is_said_in_a_sentence(start: Start, environment: Environment) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        code, out, err = start(environment, "serve", "--port", str(taken.getsockname()[1])).end()
    assert (code, out) == (1, "")
    assert re.fullmatch(r"portal: Cannot listen on 127\.0\.0\.1, port \d+: Address already in use\. .*\n", err)


@pytest.mark.parametrize("arguments", [("serve", "--port", "0", "--workers", "2"), ("worker",)])
def test_sqlite_belongs_to_one_process(start: Start, environment: Environment, arguments: tuple[str, ...]) -> None:
    code, out, err = start(environment, *arguments).end()
    assert (code, out) == (1, "")
    assert err.startswith("portal: SQLite belongs to one process")


def test_a_lost_key_file_keeps_the_server_closed(start: Start, environment: Environment, tmp_path: Path) -> None:
    first = start(environment, "serve", "--port", "0")
    first.line("open at")
    first.tell(signal.SIGTERM)
    assert first.end()[0] == 0
    (tmp_path / "portal.keys").unlink()
    code, out, err = start(environment, "serve", "--port", "0").end()
    assert (code, out) == (1, "")
    assert "The key file" in err
    assert not (tmp_path / "portal.keys").exists()


def test_no_request_leaves_its_address_or_its_tokens_in_the_log(start: Start, environment: Environment) -> None:
    process = start(environment, "serve", "--port", "0")
    url = process.line(r"open at (http://\S+)").group(1)
    for path in ("/set-up?token=canary-token", "/f/canary-form?c=canary-link", "/nothing?q=canary-query"):
        with contextlib.suppress(urllib.error.HTTPError):
            get(url + path).close()
    process.tell(signal.SIGTERM)
    code, out, err = process.end()
    assert code == 0
    assert "canary" not in out + err


def queued(environment: Environment) -> tuple[World, Database]:
    database = Database(
        environment["PORTAL_DATABASE_URL"],
        secrets=key.load(Path(environment["PORTAL_KEY_FILE"]), root="s" * 40, may_create=False),
    )
    world = populate(database, key.in_memory(), provider="rehearsal")

    def ask(session: Any) -> None:
        row = subscription.lock(session, world.hearth.id, SMS, "+14155550132")
        opt_in.opt_in(
            session, row, origin=Origin.FORM, proof=Proof.HANDSET, actor="client", scope="informational",
            confirmation="form.confirmation",
        )  # fmt: skip

    database.write(ask)
    return world, database


def status(database: Database) -> str:
    query = sa.select(message.table.c.status).where(message.table.c.direction == "outbound")
    return str(database.read(lambda session: session.connection().execute(query).scalar_one()))


def test_a_worker_sends_what_is_due_and_ends_when_told(start: Start, on_postgres: Environment) -> None:
    _, database = queued(on_postgres)
    process = start(on_postgres, "worker")
    process.line("runs the jobs")
    end = time.monotonic() + WITHIN
    while status(database) == "queued" and time.monotonic() < end:
        time.sleep(0.05)
    process.tell(signal.SIGTERM)
    code, _, err = process.end()
    assert (code, "Traceback" in err) == (0, False)
    assert status(database) == "sent"
    database.dispose()


def test_several_processes_serve_behind_one_port_and_a_dead_one_is_replaced(
    start: Start, on_postgres: Environment
) -> None:
    process = start(on_postgres, "serve", "--port", "0", "--workers", "2", "--no-jobs")
    url = process.line(r"open at (http://\S+)").group(1)
    pids = children(process.pid)
    assert len(pids) == 2
    os.kill(pids[0], signal.SIGKILL)
    end = time.monotonic() + WITHIN
    while (len(now := children(process.pid)) < 2 or pids[0] in now) and time.monotonic() < end:
        time.sleep(0.05)
    assert len(now) == 2
    assert pids[0] not in now
    with get(f"{url}/healthz") as page:
        assert page.status == 200
    process.tell(signal.SIGTERM)
    assert process.end()[0] == 0


def children(pid: int) -> list[int]:
    """The serving processes of a pool (its resource tracker is none of them)."""
    found = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [int(each) for each in found if b"spawn_main" in Path(f"/proc/{each}/cmdline").read_bytes()]
