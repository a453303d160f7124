"""Branches and those who work in several businesses of one account: switching, adding, leaving; tenants stay apart."""

import datetime as dt
from typing import Any

import pytest
import sqlalchemy as sa
from sqlmodel import Session
from starlette.testclient import TestClient

from portal import clock
from portal.accounts import business as businesses
from portal.accounts import member, workplace
from portal.accounts import session as sign_ins
from portal.accounts.business import Business
from portal.accounts.member import Role
from portal.accounts.session import SignIn
from portal.column import table_of
from portal.contacts import contact
from portal.errors import Conflict
from tests.conftest import PASSWORD, Person, World, as_member, person

NAME = "Hearth Oakland"


@pytest.fixture
def oakland(site: World) -> str:
    """A branch of Hearth's that Alice owns, with a client of its own; Erin is its staff, at home there."""

    def make(session: Session) -> str:
        branch = businesses.create_branch(session, businesses.get(session, site.hearth.id), NAME)
        workplace.post(session, branch, member.own(session, site.alice.id), Role.OWNER)
        contact.create(session, branch.id, name="CANARY of Oakland", email="", numbers=[])
        return branch.id

    made: str = site.write(make)
    return made


@pytest.fixture
def erin(site: World, oakland: str) -> Person:
    made: Person = site.write(lambda session: person(session, oakland, "erin", Role.STAFF))
    return made


def here(site: World, client: TestClient) -> tuple[str, str]:
    """(business, role) of the browser."""
    found = site.read(lambda session: sign_ins.find(session, client.cookies["__Host-id"]))
    looked_up = site.read(lambda session: sign_ins.look_up(session, client.cookies["__Host-id"]))
    assert (found[2].name, found[1].role) == (looked_up[2].name, looked_up[1].role)
    client.headers["X-CSRF-Token"] = found[0].csrf
    return found[2].name, found[1].role


def switch(client: TestClient, business_id: str) -> Any:
    answer = client.post("/switch", data={"business": business_id})
    if answer.status_code == 303:  # as a browser does, which knows one cookie of this name
        client.cookies.clear()
        client.cookies.set("__Host-id", answer.cookies["__Host-id"], domain="portal.example.com")
    return answer


@pytest.mark.covers("M-11")
def test_an_owner_adds_a_branch_and_owns_it(client: TestClient, site: World) -> None:
    as_member(client, site.alice)
    assert client.post("/settings/branches", data={"name": NAME}).status_code == 303
    page = client.get("/settings/branches").text
    assert NAME in page
    assert "has no number to text from yet" in page
    branch = site.read(lambda session: businesses.branches(session, site.hearth.id))[0]
    assert switch(client, branch.id).headers["location"] == "/"
    assert here(site, client) == (NAME, "owner")
    assert NAME in client.get("/").text


@pytest.mark.covers("M-10", "X-6")
def test_a_branch_shows_what_it_inherits_and_has_no_branches(client: TestClient, site: World, oakland: str) -> None:
    switch(as_member(client, site.alice), oakland)
    here(site, client)
    page = client.get("/settings/branches").text
    assert "Hearth Oakland is a branch of Hearth Photography" in page
    assert 'action="/settings/branches"' not in page
    assert f'name="business" value="{site.hearth.id}">Switch to Hearth Photography' in page
    answer = client.post("/settings/branches", data={"name": "Hearth Piedmont"})
    assert answer.status_code == 409
    assert "is a branch itself" in answer.text
    with pytest.raises(Conflict):
        site.write(
            lambda session: businesses.change_policy(
                session, businesses.get(session, oakland), has_first_message_gate=True
            )
        )


@pytest.mark.covers("M-10", "X-6")
def test_a_branch_starts_with_the_policy_of_its_main_business(site: World) -> None:
    def make(session: Session) -> tuple[Business, Business]:
        main = businesses.get(session, site.hearth.id)
        businesses.change_policy(
            session, main, has_first_message_gate=True, opt_in_words=["PRONTO"], wordings={"help.en": 3}
        )
        businesses.change(session, main, region="CA", timezone="America/Toronto", allowed_regions=["CA", "US"])
        return main, businesses.create_branch(session, main, NAME)

    main, branch = site.write(make)
    for name in (*businesses.POLICY, *businesses.INHERITED):
        assert getattr(branch, name) == getattr(main, name), name
    assert (branch.main_id, branch.policy_id) == (main.id, main.id)
    assert branch.slug != main.slug
    assert branch.wordings is not main.wordings


@pytest.mark.covers("M-11", "P10")
def test_a_main_business_and_its_branch_do_not_see_each_others_clients(
    client: TestClient, site: World, oakland: str, erin: Person
) -> None:
    site.write(lambda session: contact.create(session, site.hearth.id, name="CANARY of Hearth", email="", numbers=[]))
    as_member(client, site.alice)
    seen = client.get("/contacts").text
    assert ("CANARY of Hearth" in seen, "CANARY of Oakland" in seen) == (True, False)
    switch(client, oakland)
    seen = client.get("/contacts").text
    assert ("CANARY of Hearth" in seen, "CANARY of Oakland" in seen) == (False, True)
    assert "CANARY of Hearth" not in as_member(client, erin).get("/contacts").text


@pytest.mark.covers("P10")
@pytest.mark.parametrize("where", ["oakland", "other", "nonsense", ""])
def test_nobody_switches_to_a_business_they_do_not_belong_to(
    client: TestClient, site: World, oakland: str, where: str
) -> None:
    as_member(client, site.bob)
    answer = switch(client, {"oakland": oakland, "other": site.other.id}.get(where, where))
    assert answer.status_code == 404
    assert "set-cookie" not in answer.headers
    assert here(site, client) == ("Hearth Photography", "staff")


@pytest.mark.covers("P10")
def test_a_page_of_the_former_business_can_send_and_refresh_nothing(
    client: TestClient, site: World, oakland: str
) -> None:
    switch(as_member(client, site.alice), oakland)
    form = client.post("/contacts", data={"name": "Meant for Hearth"})  # with the token of before
    assert form.status_code == 403
    refresh = {"HX-Request": "true", "HX-Request-Type": "partial", "X-Business": site.hearth.id}
    answer = client.get("/contacts", headers=refresh)
    assert (answer.status_code, answer.headers["hx-retarget"]) == (403, "#flashes")
    assert "You switched to another business" in answer.text
    assert "CANARY" not in answer.text


@pytest.mark.covers("M-11")
def test_a_colleague_is_posted_with_a_role_of_their_own_and_works_there(
    client: TestClient, site: World, oakland: str
) -> None:
    switch(as_member(client, site.alice), oakland)
    here(site, client)
    added = {"name": "Ignored", "email": "BOB@example.com", "role": "manager", "password": ""}
    assert client.post("/settings/members", data=added).status_code == 303
    assert "Bob" in client.get("/settings/members").text
    assert site.read(lambda session: member.names(session, oakland))[site.bob.id] == "Bob"
    as_member(client, site.bob)
    assert 'action="/switch"' in client.get("/").text
    switch(client, oakland)
    assert here(site, client) == (NAME, "manager")
    assert site.read(lambda session: member.get(session, site.hearth.id, site.bob.id)).role == "staff"
    assert site.read(lambda session: member.get(session, oakland, site.bob.id)).may(member.Right.EXPORT)


def test_ones_own_account_is_the_same_in_every_business_and_one_stays_where_one_is(
    client: TestClient, site: World, oakland: str
) -> None:
    switch(as_member(client, site.alice), oakland)
    here(site, client)
    assert client.post("/settings/account/shortcuts", data={"shortcuts": "off"}).status_code == 303
    words = {"current": PASSWORD, "new": "another few words in a row", "again": "another few words in a row"}
    answer = client.post("/settings/account/password", data=words)
    client.cookies.clear()
    client.cookies.set("__Host-id", answer.cookies["__Host-id"], domain="portal.example.com")
    assert here(site, client) == (NAME, "owner")
    alice = site.read(lambda session: member.own(session, site.alice.id))
    assert (alice.has_shortcuts, alice.role, alice.business_id) == (False, "owner", site.hearth.id)
    assert member.is_password_right(alice.password_hash, "another few words in a row")


@pytest.mark.covers("P10")
def test_an_ended_posting_sends_the_browser_home_at_once(client: TestClient, site: World, oakland: str) -> None:
    def post(session: Session) -> None:
        workplace.post(session, businesses.get(session, oakland), member.own(session, site.bob.id), Role.STAFF)

    site.write(post)
    bob = TestClient(client.app, base_url="https://portal.example.com", follow_redirects=False)
    switch(as_member(bob, site.bob), oakland)
    here(site, bob)
    switch(as_member(client, site.alice), oakland)
    here(site, client)
    assert client.post(f"/settings/members/{site.bob.id}/disable").status_code == 303
    assert bob.post("/contacts", data={"name": "Too late"}).status_code == 403
    assert here(site, bob) == ("Hearth Photography", "staff")
    assert switch(bob, oakland).status_code == 404
    assert site.bob.id not in site.read(lambda session: member.names(session, oakland))
    assert "Bob" in [each.name for each in site.read(lambda session: member.all_of(session, oakland))]


@pytest.mark.covers("P10")
@pytest.mark.parametrize("action", ["name", "password"])
def test_a_branch_changes_neither_name_nor_password_of_somebody_posted_there(
    client: TestClient, site: World, oakland: str, action: str
) -> None:
    """Or an owner of a branch could sign in as an owner of the main business."""
    owner = site.write(lambda session: person(session, oakland, "olga", Role.OWNER))
    answer = as_member(client, owner).post(
        f"/settings/members/{site.alice.id}/{action}", data={"name": "Mallory", "password": "another few words"}
    )
    assert answer.status_code == 404
    alice = site.read(lambda session: member.own(session, site.alice.id))
    assert alice.name == "Alice"
    assert member.is_password_right(alice.password_hash, PASSWORD)


@pytest.mark.covers("P10")
@pytest.mark.parametrize("email", ["charlie@example.com", "alice@example.com"])
def test_an_address_of_a_foreign_account_is_answered_like_one_that_is_here_already(
    client: TestClient, site: World, oakland: str, email: str
) -> None:
    added = {"name": "New", "email": email, "role": "staff", "password": "another few words in a row"}
    answer = as_member(client, site.alice).post("/settings/members", data=added)
    assert answer.status_code == 422
    assert "Somebody already signs in with this e-mail address." in answer.text
    assert "Charlie" not in answer.text
    without = client.post("/settings/members", data=added | {"password": ""})
    assert "Please choose a password for them." in without.text


@pytest.mark.covers("P10")
def test_at_least_one_owner_remains_in_a_branch_too(client: TestClient, site: World, oakland: str) -> None:
    """Alice owns both: she can be taken from neither, at home not either, until somebody else owns the branch."""
    second = site.write(lambda session: person(session, site.hearth.id, "fay", Role.OWNER))
    as_member(client, second)
    assert client.post(f"/settings/members/{site.alice.id}/disable").status_code == 409
    assert client.post(f"/settings/members/{site.alice.id}/role", data={"role": "staff"}).status_code == 303
    client = as_member(client, site.write(lambda session: person(session, oakland, "olga", Role.OWNER)))
    assert client.post(f"/settings/members/{site.alice.id}/role", data={"role": "staff"}).status_code == 303
    owners = [each for each in site.read(lambda session: member.all_of(session, oakland)) if each.role == "owner"]
    assert [each.name for each in owners] == ["Olga"]
    assert client.post(f"/settings/members/{owners[0].id}/role", data={"role": "staff"}).status_code == 409


# the password once more


def forget(site: World) -> None:
    old = sa.update(table_of(SignIn)).values(proved_at=clock.now() - dt.timedelta(minutes=11))
    site.write(lambda session: session.connection().execute(old))


def test_members_are_changed_only_within_ten_minutes_of_the_password(client: TestClient, site: World) -> None:
    """The form is not shown before, so that nothing typed is lost; a POST goes back to its page, not repeated."""
    as_member(client, site.alice)
    forget(site)
    page = client.get("/settings/members").text
    assert 'action="/settings/members"' not in page
    referer = {"Referer": f"https://portal.example.com/settings/members/{site.bob.id}"}
    answer = client.post(f"/settings/members/{site.bob.id}/role", data={"role": "owner"}, headers=referer)
    back = f"/settings/members/{site.bob.id}"
    assert answer.headers["location"] == f"/settings/prove?next={back.replace('/', '%2F')}"
    wrong = client.post("/settings/prove", data={"password": "not the password", "next": back})
    assert wrong.status_code == 422
    right = client.post("/settings/prove", data={"password": PASSWORD, "next": back})
    assert right.headers["location"] == back
    assert site.read(lambda session: sign_ins.find(session, site.alice.cookie)) is None, "a new token"
    client.cookies.clear()
    client.cookies.set("__Host-id", right.cookies["__Host-id"], domain="portal.example.com")
    assert 'action="/settings/members"' in client.get("/settings/members").text
    assert client.post(f"/settings/members/{site.bob.id}/role", data={"role": "manager"}).status_code == 303
    assert site.read(lambda session: member.get(session, site.hearth.id, site.bob.id)).role == "manager"


@pytest.mark.parametrize("to", ["https://evil.example/", "//evil.example", "/\\evil.example"])
def test_the_proof_leads_nowhere_else(client: TestClient, site: World, to: str) -> None:
    answer = as_member(client, site.alice).post("/settings/prove", data={"password": PASSWORD, "next": to})
    assert answer.headers["location"] == "/"
