"""Signing in and out, sessions and their cookies, and the first owner of an empty installation (promises.md E)."""

import datetime as dt
import threading

import pytest
import sqlalchemy as sa
from sqlmodel import Session, select
from starlette.applications import Starlette
from starlette.testclient import TestClient

from portal import clock
from portal.accounts import member
from portal.accounts import session as sign_ins
from portal.accounts.audit import AuditEntry
from portal.accounts.business import Business
from portal.accounts.member import Member, Role
from portal.accounts.session import SignIn
from tests.conftest import PASSWORD, Person, World, as_member

COOKIE = "__Host-id"


def enter(client: TestClient, email: str, password: str = PASSWORD, **fields: str) -> int:
    data = {"email": email, "password": password, "next": "/settings"} | fields
    answer = client.post("/sign-in", data=data)
    return answer.status_code


def another(app: Starlette) -> TestClient:
    """A second browser."""
    return TestClient(app, base_url="https://portal.example.com", follow_redirects=False)


def token_of(site: World, client: TestClient) -> str:
    cookie = client.cookies[COOKIE]
    found = site.read(lambda session: sign_ins.find(session, cookie))
    return str(found[0].csrf)


def test_a_member_signs_in_and_lands_where_they_wanted_to_go(client: TestClient, site: World) -> None:
    answer = client.post("/sign-in", data={"email": "Alice@Example.com ", "password": PASSWORD, "next": "/settings"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/settings")
    assert client.get("/settings").status_code == 200


@pytest.mark.parametrize(
    "next_url", ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)"]
)
def test_signing_in_never_leads_to_another_site(client: TestClient, site: World, next_url: str) -> None:
    answer = client.post("/sign-in", data={"email": "alice@example.com", "password": PASSWORD, "next": next_url})
    assert (answer.status_code, answer.headers["location"]) == (303, "/")


def test_a_wrong_password_and_an_unknown_member_get_the_same_answer(client: TestClient, site: World) -> None:
    wrong = client.post("/sign-in", data={"email": "alice@example.com", "password": "not her password"})
    unknown = client.post("/sign-in", data={"email": "alicx@example.com", "password": "not her password"})
    assert wrong.status_code == unknown.status_code == 422
    assert wrong.text.replace("alice@", "alicx@") == unknown.text
    assert "do not belong together" in wrong.text


def test_an_unknown_member_costs_as_much_hashing_as_a_known_one(
    client: TestClient, site: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    verified: list[str] = []
    real = member.hasher()

    class Watched:
        def hash(self, password: str) -> str:
            return real.hash(password)

        def verify(self, password_hash: str, password: str) -> bool:
            verified.append(password_hash)
            return real.verify(password_hash, password)

    monkeypatch.setattr(member, "hasher", Watched)
    enter(client, "nobody@example.com", "some password")
    assert len(verified) == 1


def test_a_disabled_member_cannot_sign_in(client: TestClient, site: World) -> None:
    def disable(session: Session) -> None:
        found = member.get(session, site.hearth.id, site.bob.id)
        member.disable(session, found)

    site.write(disable)
    assert enter(client, "bob@example.com") == 422


def test_guessing_one_account_is_stopped_without_locking_out_its_owner_elsewhere(
    client: TestClient, app: Starlette, site: World
) -> None:
    statuses = [enter(client, "alice@example.com", f"wrong password {n}") for n in range(12)]
    assert statuses == [422] * 10 + [429] * 2
    assert enter(client, "alice@example.com") == 429
    elsewhere = TestClient(
        app, base_url="https://portal.example.com", follow_redirects=False, client=("198.51.100.7", 1234)
    )
    assert enter(elsewhere, "alice@example.com") == 303


def test_many_accounts_from_one_network_are_stopped_too(client: TestClient, site: World) -> None:
    statuses = {enter(client, f"member{n}@example.com", "some password") for n in range(30)}
    assert statuses == {422}
    assert enter(client, "bob@example.com") == 429


def test_the_session_cookie_is_out_of_reach_of_scripts_and_other_sites(client: TestClient, site: World) -> None:
    answer = client.post("/sign-in", data={"email": "alice@example.com", "password": PASSWORD})
    cookie = answer.headers["set-cookie"]
    assert cookie.startswith(f"{COOKIE}=")
    attributes = {part.strip().lower() for part in cookie.split(";")[1:]}
    assert {"httponly", "secure", "path=/", "samesite=lax"} <= attributes
    assert not any(part.startswith("domain") for part in attributes)


def test_the_token_of_a_session_is_stored_only_as_a_hash(client: TestClient, site: World) -> None:
    enter(client, "alice@example.com")
    stored = site.read(lambda session: session.exec(select(SignIn.id)).all())
    assert client.cookies[COOKIE] not in stored
    assert sign_ins.digest(client.cookies[COOKIE]) in stored


def test_signing_out_ends_the_session_on_the_server(client: TestClient, app: Starlette, site: World) -> None:
    as_member(client, site.alice)
    answer = client.post("/sign-out")
    assert answer.headers["location"] == "/sign-in"
    assert "cache" in answer.headers["clear-site-data"]
    thief = as_member(another(app), site.alice)
    assert thief.get("/settings").headers["location"].startswith("/sign-in")


def aged(site: World, who: Person, **times: dt.datetime) -> None:
    def change(session: Session) -> None:
        found = session.get(SignIn, sign_ins.digest(who.cookie))
        assert found is not None
        for name, moment in times.items():
            setattr(found, name, moment)
        session.add(found)

    site.write(change)


def seen_at(site: World) -> dt.datetime:
    moment: dt.datetime = site.read(
        lambda session: session.exec(select(SignIn.seen_at).where(SignIn.member_id == site.alice.id)).one()
    )
    return moment


def test_a_session_ends_after_twelve_idle_hours(client: TestClient, site: World) -> None:
    aged(site, site.alice, seen_at=clock.now() - dt.timedelta(hours=11, minutes=55))
    assert as_member(client, site.alice).get("/settings").status_code == 200
    aged(site, site.alice, seen_at=clock.now() - dt.timedelta(hours=12, minutes=1))
    assert client.get("/settings").status_code == 303


def test_a_session_ends_after_fourteen_days_however_busy_it_was(client: TestClient, site: World) -> None:
    aged(site, site.alice, created_at=clock.now() - dt.timedelta(days=14, minutes=1))
    assert as_member(client, site.alice).get("/settings").status_code == 303


def test_a_page_that_only_reads_keeps_its_session_alive_with_one_write_in_five_minutes(
    client: TestClient, site: World
) -> None:
    as_member(client, site.alice)
    old = clock.now() - dt.timedelta(minutes=6)
    aged(site, site.alice, seen_at=old)
    client.get("/settings")
    touched = seen_at(site)
    assert touched > old + dt.timedelta(minutes=5)
    client.get("/settings")
    assert seen_at(site) == touched


def test_sessions_that_are_over_are_forgotten(site: World) -> None:
    aged(site, site.alice, seen_at=clock.now() - dt.timedelta(hours=13))
    assert site.write(sign_ins.prune) == 1
    assert site.read(lambda session: len(session.exec(select(SignIn.id)).all())) == 3


@pytest.mark.parametrize("token", [None, "", "of somebody else"])
def test_a_form_without_the_sessions_own_token_changes_nothing(
    client: TestClient, app: Starlette, site: World, token: str | None
) -> None:
    as_member(client, site.alice)
    del client.headers["X-CSRF-Token"]
    data = {} if token is None else {"csrf_token": site.bob.csrf if token else ""}
    assert client.post("/sign-out", data=data).status_code == 403
    assert client.get("/settings").status_code == 200


def test_the_token_may_come_in_the_form_where_there_is_no_script(client: TestClient, site: World) -> None:
    as_member(client, site.alice)
    del client.headers["X-CSRF-Token"]
    assert client.post("/sign-out", data={"csrf_token": site.alice.csrf}).status_code == 303


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"sec-fetch-site": "cross-site"}, 403), ({"sec-fetch-site": "same-site"}, 403),
        ({"origin": "https://evil.example"}, 403), ({"origin": "null"}, 403),
        ({"sec-fetch-site": "same-origin"}, 303), ({"origin": "https://portal.example.com"}, 303), ({}, 303),
    ],
)  # fmt: skip
def test_a_form_of_another_site_is_refused_even_with_the_right_token(
    client: TestClient, site: World, headers: dict[str, str], status: int
) -> None:
    as_member(client, site.alice)
    assert client.post("/sign-out", headers=headers).status_code == status


def test_another_site_cannot_sign_a_visitor_in(client: TestClient, site: World) -> None:
    data = {"email": "charlie@example.com", "password": PASSWORD}
    assert client.post("/sign-in", data=data, headers={"sec-fetch-site": "cross-site"}).status_code == 403


def test_what_happened_at_the_door_is_noted_for_the_owner(client: TestClient, site: World) -> None:
    enter(client, "alice@example.com", "not her password")
    enter(client, "alice@example.com")
    client.headers["X-CSRF-Token"] = token_of(site, client)
    client.post("/sign-out")
    query = select(AuditEntry.action).order_by(sa.column("at"))
    notes = site.read(lambda session: list(session.exec(query).all()))
    assert notes == ["sign_in_failed", "signed_in", "signed_out"]


def test_an_empty_installation_says_where_the_set_up_link_is(client: TestClient) -> None:
    page = client.get("/sign-in")
    assert page.status_code == 200
    assert "console" in page.text


SET_UP = {
    "business": "Fern Studio", "timezone": "America/New_York", "name": "Fern", "email": "fern@example.com",
    "password": "a few words in a row",
}  # fmt: skip


def set_up_token(app: Starlette) -> str:
    made: str = app.state.database.write(sign_ins.create_set_up_token)
    return made


def test_the_consoles_token_makes_the_first_business_and_signs_its_owner_in(client: TestClient, app: Starlette) -> None:
    token = set_up_token(app)
    assert client.get(f"/set-up?token={token}").status_code == 200
    answer = client.post("/set-up", data=SET_UP | {"token": token})
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    assert "Fern Studio" in client.get("/settings").text
    owner = app.state.database.read(lambda session: session.exec(select(Member)).one())
    assert (owner.email, owner.role) == ("fern@example.com", Role.OWNER)


@pytest.mark.parametrize("token", ["", "guessed"])
def test_nobody_sets_up_without_the_consoles_token(client: TestClient, app: Starlette, token: str) -> None:
    assert client.get(f"/set-up?token={token}").status_code == 404
    assert client.post("/set-up", data=SET_UP | {"token": token}).status_code == 422
    assert app.state.database.read(lambda session: session.exec(select(Business)).all()) == []


def test_the_set_up_token_works_once_and_for_an_hour(
    client: TestClient, app: Starlette, monkeypatch: pytest.MonkeyPatch
) -> None:
    used, late = set_up_token(app), set_up_token(app)
    client.post("/set-up", data=SET_UP | {"token": used})
    other = SET_UP | {"email": "second@example.com"}
    assert another(app).post("/set-up", data=other | {"token": used}).status_code == 422
    in_an_hour = clock.now() + dt.timedelta(minutes=61)
    monkeypatch.setattr(clock, "now", lambda: in_an_hour)
    assert another(app).get(f"/set-up?token={late}").status_code == 404


def test_a_weak_password_keeps_the_token_and_what_was_typed(client: TestClient, app: Starlette) -> None:
    token = set_up_token(app)
    answer = client.post("/set-up", data=SET_UP | {"token": token, "password": "short"})
    assert answer.status_code == 422
    assert "at least 15 characters" in answer.text
    assert "Fern Studio" in answer.text
    assert client.post("/set-up", data=SET_UP | {"token": token}).status_code == 303


def test_an_address_that_is_none_is_said_beside_the_address(client: TestClient, app: Starlette) -> None:
    answer = client.post("/set-up", data=SET_UP | {"token": set_up_token(app), "email": "not an address"})
    assert answer.status_code == 422
    assert 'id="email-error"' in answer.text
    assert 'id="password-error"' not in answer.text


def test_hashing_never_happens_on_the_event_loop(
    client: TestClient, site: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    threads: list[str] = []

    def watched(password_hash: str | None, password: str) -> bool:
        threads.append(threading.current_thread().name)
        return False

    monkeypatch.setattr(member, "is_password_right", watched)
    enter(client, "alice@example.com")
    assert [name.startswith("hash") for name in threads] == [True]
