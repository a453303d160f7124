"""The second lock behind tenancy: what PostgreSQL shows to whoever forgets to name their business (promise P10)."""

from typing import Any

import pytest
import sqlalchemy as sa
from sqlmodel import Session
from starlette.applications import Starlette
from starlette.routing import Route
from starlette.testclient import TestClient

from portal import second_lock
from portal.accounts import audit
from portal.accounts.member import Right
from portal.commands import connections
from portal.database import Database
from portal.messaging import word_search
from portal.tables import metadata
from portal.web.page import Answer, Plain, page
from portal.web.visit import Visit
from tests.conftest import World, as_member

pytestmark = [pytest.mark.covers("P10"), pytest.mark.only_on_postgres]

SENDERS = sa.text("SELECT business_id FROM sender")


def seen(session: Session) -> set[str]:
    """Whose senders there are, asked by somebody who forgot to say whose they want."""
    return set(session.connection().execute(SENDERS).scalars())


def test_every_table_of_businesses_is_locked(database: Database) -> None:
    """But for those of people. A table that comes later is locked at the next start."""
    query = "SELECT c.relname FROM pg_class c JOIN pg_policy p ON p.polrelid = c.oid WHERE c.relrowsecurity"
    locked = set(database.read(lambda session: session.connection().exec_driver_sql(query).scalars().all()))
    assert locked == {table.name for table in metadata.sorted_tables if "business_id" in table.c} - second_lock.OPEN


def test_whoever_forgets_to_name_a_business_sees_their_own_and_nobody_elses(world: World) -> None:
    def narrowed(session: Session) -> set[str]:
        second_lock.narrow(session, world.hearth.id)
        return seen(session)

    assert world.database.read(seen) == {world.hearth.id, world.other.id}
    assert world.database.read(narrowed) == {world.hearth.id}
    assert world.database.read(seen) == {world.hearth.id, world.other.id}  # and only until the transaction ends


@pytest.mark.parametrize(
    "words",
    [
        "UPDATE sender SET is_active = false",
        "DELETE FROM disclaimer",
        "UPDATE contact SET name = 'gone'",
    ],
)
def test_what_is_changed_without_a_business_changes_nothing_of_another(world: World, words: str) -> None:
    def change(session: Session) -> None:
        second_lock.narrow(session, world.hearth.id)
        session.connection().exec_driver_sql(words)

    def state(session: Session) -> list[Any]:
        query = "SELECT * FROM {} WHERE business_id = %s"
        run = session.connection().exec_driver_sql
        return [run(query.format(name), (world.other.id,)).all() for name in ("sender", "disclaimer", "contact")]

    before = world.database.read(state)
    world.database.write(change)
    assert world.database.read(state) == before


def test_nothing_is_written_in_anothers_name_but_a_note_of_what_was_done_there(world: World) -> None:
    def smuggle(session: Session) -> None:
        second_lock.narrow(session, world.hearth.id)
        session.connection().exec_driver_sql(
            "INSERT INTO disclaimer (id, business_id, text, privacy_url, terms_url, created_at) "
            "VALUES ('x', %s, '', '', '', now())", (world.other.id,),
        )  # fmt: skip

    def note(session: Session) -> None:
        second_lock.narrow(session, world.hearth.id)
        audit.note(session, "branch.created", actor="system", business_id=world.other.id)

    with pytest.raises(sa.exc.ProgrammingError, match="row-level security"):
        world.database.write(smuggle)
    world.database.write(note)


def forgetful(session: Session, visit: Visit) -> Answer:
    return Plain(",".join(sorted(seen(session))), "text/plain")


@pytest.mark.parametrize("writes", [False, True])
def test_a_page_works_behind_the_lock(app: Starlette, site: World, client: TestClient, writes: bool) -> None:
    method = "POST" if writes else "GET"
    app.router.routes.insert(
        0, Route("/forgetful", page(forgetful, access=Right.READ, writes=writes), methods=[method])
    )
    answer = as_member(client, site.charlie).request(method, "/forgetful", data={} if writes else None)
    assert (answer.status_code, answer.text) == (200, site.other.id)


def test_a_call_of_the_api_works_behind_the_lock(site: World, client: TestClient) -> None:
    asked: list[Any] = []
    sa.event.listen(site.database.engine, "before_cursor_execute", lambda *facts: asked.append(facts[2:4]))
    answer = client.get("/api/v1/business", headers={"Authorization": f"Bearer {site.other.token}"})
    steps = [values for words, values in asked if "portal.business" in words]
    assert answer.status_code == 200
    assert [(role, businesses.split(",")[0]) for role, businesses in steps] == [(second_lock.ROLE, site.other.id)]


def test_the_search_for_words_steps_out_and_comes_back(world: World) -> None:
    def search(session: Session) -> set[str]:
        second_lock.narrow(session, world.hearth.id)
        word_search.find(session, world.hearth.id, "reminder")
        return seen(session)

    assert world.database.read(search) == {world.hearth.id}


def test_without_the_role_everything_works_and_the_doctor_says_what_to_do(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert connections.said_of_role(connections.facts(world.database.engine))[0] == "ok"
    monkeypatch.setattr(second_lock, "ROLE", "nobody_made_it")
    second_lock.secure(world.database.url)
    database = Database(world.database.url)

    def narrowed(session: Session) -> set[str]:
        second_lock.narrow(session, world.hearth.id)
        return seen(session)

    assert database.read(narrowed) == {world.hearth.id, world.other.id}
    verdict, sentence = connections.said_of_role(connections.facts(database.engine))
    database.dispose()
    assert verdict == "warn"
    assert "CREATE ROLE nobody_made_it NOLOGIN; GRANT nobody_made_it TO portal;" in sentence


def test_a_table_that_came_without_its_lock_gets_it_at_the_next_start(world: World) -> None:
    with world.database.engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE later (id text PRIMARY KEY, business_id text)")
        connection.exec_driver_sql("INSERT INTO later VALUES ('a', %s), ('b', %s)", (world.hearth.id, world.other.id))
    second_lock.secure(world.database.url)
    second_lock.secure(world.database.url)

    def ids(session: Session) -> list[str]:
        second_lock.narrow(session, world.other.id)
        return list(session.connection().exec_driver_sql("SELECT id FROM later").scalars())

    assert world.database.read(ids) == ["b"]
