"""Connections are shared out, and whoever cannot have one is told so in time instead of hanging."""

import asyncio
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
import sqlalchemy as sa
from starlette.applications import Starlette
from starlette.testclient import TestClient

from portal import budget
from portal.accounts.key import Secrets
from portal.budget import CONNECTIONS, LEAST, Turnstile
from portal.commands import connections
from portal.commands.connections import Facts
from portal.database import Database
from portal.errors import SettingsError, Unavailable
from portal.settings import Settings, from_environment
from tests.conftest import migrate
from tests.postgres import Databases
from tests.postgres_server import SETTINGS
from tests.proof.fleet import wait_until


@pytest.mark.parametrize("connections", [LEAST, 6, CONNECTIONS, 40])
@pytest.mark.parametrize(("has_web", "has_jobs"), [(True, True), (True, False), (False, True)])
def test_a_process_takes_what_it_may_and_everybody_in_it_gets_some(
    connections: int, has_web: bool, has_jobs: bool
) -> None:
    found = budget.of(connections, has_web=has_web, has_jobs=has_jobs)
    assert found.pool + 1 == connections
    assert min(found.readers, found.writers, found.direct) >= 1


def test_four_that_serve_and_two_workers_fit_a_stock_server() -> None:
    assert 6 * CONNECTIONS <= 100 - 3 - 5, "three are reserved, and commands need some"


def test_too_few_connections_are_refused_in_a_sentence() -> None:
    with pytest.raises(SettingsError, match="PORTAL_DATABASE_CONNECTIONS must be at least 5"):
        from_environment({"PORTAL_DATABASE_CONNECTIONS": "4", "PORTAL_SECRET_KEY": "s" * 40})


def test_whoever_waits_too_long_for_a_thread_is_told_to_come_back(monkeypatch: pytest.MonkeyPatch) -> None:
    """What has begun is waited for: only its own answer is true."""
    monkeypatch.setattr(budget, "PATIENCE", 0.01)
    done, begun = threading.Event(), threading.Event()

    def slow(_: object) -> str:
        begun.set()
        done.wait(60)
        return "done"

    async def play() -> str:
        with ThreadPoolExecutor(1) as threads:
            first = asyncio.ensure_future(budget.within(threads, slow, None))
            await asyncio.to_thread(begun.wait, 60)
            with pytest.raises(Unavailable) as refused:
                await budget.within(threads, slow, None)
            assert refused.value.retry_after
            done.set()
            return await first

    assert asyncio.run(play()) == "done"


def test_who_gave_up_is_not_told_that_there_was_no_room() -> None:
    async def play() -> None:
        with ThreadPoolExecutor(1) as threads:
            waiting = asyncio.ensure_future(budget.within(threads, threading.Event().wait, 0.0))
            waiting.cancel()
            with pytest.raises(asyncio.CancelledError):
                await waiting

    asyncio.run(play())


def test_a_turnstile_lets_its_own_in_again_and_others_only_when_there_is_room(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(budget, "PATIENCE", 0.01)
    turnstile = Turnstile(1)

    def try_it() -> bool:
        try:
            with turnstile.entered():
                return True
        except Unavailable:
            return False

    with ThreadPoolExecutor(1) as others:
        with turnstile.entered():
            assert try_it()
            assert not others.submit(try_it).result()
        assert others.submit(try_it).result()


@pytest.fixture
def narrow(postgres_databases: Databases, secrets: Secrets, monkeypatch: pytest.MonkeyPatch) -> Iterator[Database]:
    """A process with the least it can live with, whose patience is short."""
    monkeypatch.setattr("portal.engine.PATIENCE", 0.01)
    url = postgres_databases.fresh(migrate)
    found = Database(url, secrets=secrets, budget=budget.of(LEAST))
    yield found
    found.dispose()
    postgres_databases.drop(url)


@pytest.mark.only_on_postgres
def test_an_exhausted_pool_is_said_and_not_waited_for(narrow: Database) -> None:
    held = [narrow.engine.connect() for _ in range(LEAST - 1)]
    for work in (narrow.read, narrow.write):
        with pytest.raises(Unavailable):
            work(lambda session: session.connection().execute(sa.text("SELECT 1")).scalar())
    for connection in held:
        connection.close()
    assert narrow.read(lambda session: session.connection().execute(sa.text("SELECT 1")).scalar()) == 1


@pytest.mark.at_the_door
def test_a_page_and_a_call_that_cannot_be_answered_say_when_to_come_back(
    app: Starlette, client: TestClient, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def full(*_: object) -> None:
        raise budget.exhausted()

    monkeypatch.setattr(app.state.database, "reading", full)
    for path in ("/sign-in", "/api/v1/business", "/webhooks/twilio/b1/messages"):
        method = "POST" if "webhooks" in path else "GET"
        answer = client.request(method, path, headers={"Authorization": "Bearer x", "Cookie": "__Host-id=x"})
        assert (path, answer.status_code, answer.headers["retry-after"]) == (path, 503, "2")


@pytest.mark.parametrize(("processes", "verdict"), [(0, "ok"), (6, "ok"), (7, "warn")])
def test_the_doctor_counts_processes_against_the_server(processes: int, verdict: str) -> None:
    assert (
        connections.said(Facts(97, processes, is_above=False, has_tenant=True, role="portal"), CONNECTIONS)[0]
        == verdict
    )


def test_the_doctor_warns_of_a_role_that_no_rule_binds() -> None:
    assert connections.said_of_role(Facts(97, 1, is_above=True, has_tenant=True, role="portal"))[0] == "warn"


@pytest.mark.only_on_postgres
def test_the_doctor_sees_who_serves_here(narrow: Database) -> None:
    before = connections.facts(narrow.engine)
    narrow.join()
    wait_until(lambda: connections.facts(narrow.engine).processes == 1, "the connection that marks a process")
    assert (before.processes, before.is_above, before.room) == (0, False, int(SETTINGS["max_connections"]) - 3)
