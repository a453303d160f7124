"""Settings: the business's words and what they make, a member's own browsers, and who else may sign in."""

from typing import Any

import pytest
from sqlmodel import Session, select
from starlette.applications import Starlette
from starlette.testclient import TestClient

from portal.accounts import business as businesses
from portal.accounts import member
from portal.accounts import session as sign_ins
from portal.accounts.audit import AuditEntry
from portal.accounts.business import Business
from portal.accounts.member import Member, Role
from tests.conftest import PASSWORD, World, as_member, person

NEW = "another few words in a row"
PARTICULARS = {
    "name": "Hearth Photography", "purposes": "your portrait session", "phone": "(415) 555-0100",
    "email": "hello@hearth.example", "privacy_url": "https://hearth.example/privacy", "terms_url": "",
    "timezone": "America/Chicago", "allowed_regions": ["US", "CA"],
}  # fmt: skip


def hearth(site: World) -> Business:
    found: Business = site.read(lambda session: businesses.get(session, site.hearth.id))
    return found


def another(app: Starlette) -> TestClient:
    return TestClient(app, base_url="https://portal.example.com", follow_redirects=False)


def texts(page: str) -> str:
    return page.partition('id="preview"')[2]


# the business


@pytest.mark.covers("H-8")
def test_the_owner_sees_the_fixed_disclaimer_as_clients_will(client: TestClient, site: World) -> None:
    page = texts(as_member(client, site.alice).get("/settings").text)
    assert "By choosing Yes and entering my number, I agree" in page
    assert "from Hearth Photography about your appointments and projects" in page
    assert 'name="disclaimer"' not in page


@pytest.mark.covers("X-25", "rules 29")
def test_the_confirmation_is_shown_with_its_parts(client: TestClient, site: World) -> None:
    page = texts(as_member(client, site.alice).get("/settings").text)
    assert "Hearth Photography: you&#39;re opted in to texts about" in page
    assert "170 characters, 2 parts, GSM-7" in page


def test_what_the_owner_saves_goes_into_the_next_texts(client: TestClient, site: World) -> None:
    answer = as_member(client, site.alice).post("/settings", data=PARTICULARS)
    assert (answer.status_code, answer.headers["location"]) == (303, "/settings")
    page = client.get("/settings").text
    assert "about your portrait session at this number" in page
    assert "https://hearth.example/privacy" in texts(page)
    assert hearth(site).allowed_regions == ["US", "CA"]
    assert hearth(site).timezone == "America/Chicago"


def test_the_preview_follows_what_is_typed_and_keeps_nothing(client: TestClient, site: World) -> None:
    typed = {"name": "Hearth", "purposes": "your “wedding”"}
    answer = as_member(client, site.alice).get("/settings/preview", params=typed, headers={"hx-request": "true"})
    assert answer.text.startswith('<section class="card" id="preview"')
    assert "about your “wedding”" in answer.text
    assert "UCS-2 because of ““”" in answer.text
    assert hearth(site).name == "Hearth Photography"


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("name", "", "Please give the name."),
        ("name", "Hearth\nPhotography", "plain text on one line"),
        ("name", "x" * 81, "longer than 80"),
        ("purposes", "deals at https://a.example", "leave out links"),
        ("purposes", "texts \u202ebackwards", "plain text on one line"),
        ("phone", "call me", "phone number"),
        ("email", "not an address", "one e-mail address"),
        ("email", "a@b.example, c@d.example", "one e-mail address"),
        ("privacy_url", "javascript:alert(1)", "whole address"),
        ("terms_url", "hearth.example/terms", "whole address"),
        ("allowed_regions", [], "at least one"),
        ("timezone", "Mars/Olympus", "Not a valid choice"),
    ],
)
def test_a_particular_that_would_spoil_a_text_is_refused_with_a_sentence(
    client: TestClient, site: World, field: str, value: Any, sentence: str
) -> None:
    data = {name: kept for name, kept in (PARTICULARS | {field: value}).items() if kept != []}
    answer = as_member(client, site.alice).post("/settings", data=data)
    assert answer.status_code == 422
    assert sentence in answer.text
    assert "your portrait session" in answer.text or field == "purposes"
    assert hearth(site).purposes == "your appointments and projects"


def test_an_automatic_text_that_carriers_would_refuse_for_its_length_is_refused_here(
    client: TestClient, site: World
) -> None:
    data = PARTICULARS | {"name": "N" * 80, "purposes": "p" * 120}
    answer = as_member(client, site.alice).post("/settings", data=data)
    assert answer.status_code == 422
    assert "320 is the most" in answer.text


def test_a_hostile_name_is_only_text(client: TestClient, site: World) -> None:
    as_member(client, site.alice).post("/settings", data=PARTICULARS | {"name": "<script>alert(1)</script>"})
    assert "<script>alert" not in client.get("/settings").text


def test_staff_read_the_particulars_and_change_nothing(client: TestClient, site: World) -> None:
    as_member(client, site.bob)
    page = client.get("/settings").text
    assert "Only an owner can change these" in page
    assert '<form class="card' not in page
    assert client.post("/settings", data=PARTICULARS).status_code == 403
    assert client.get("/settings/members").status_code == 403
    assert hearth(site).timezone == "America/New_York"


# one's own account


def change(client: TestClient, **fields: str) -> Any:
    data = {"current": PASSWORD, "new": NEW, "again": NEW} | fields
    return client.post("/settings/account/password", data=data)


@pytest.mark.covers("P10")
def test_after_a_change_of_password_every_other_browser_is_out(client: TestClient, app: Starlette, site: World) -> None:
    second = another(app)
    second.post("/sign-in", data={"email": "alice@example.com", "password": PASSWORD})
    assert second.get("/settings").status_code == 200
    first = as_member(client, site.alice)
    assert change(first).status_code == 303
    assert second.get("/settings").status_code == 303
    csrf = second.post("/sign-out")
    assert csrf.status_code == 401


def test_the_browser_that_changed_the_password_goes_on_with_a_new_token(
    client: TestClient, app: Starlette, site: World
) -> None:
    answer = change(as_member(client, site.alice))
    old = as_member(another(app), site.alice)
    assert "__Host-id=" in answer.headers["set-cookie"]
    client.cookies.clear()
    client.cookies.set("__Host-id", answer.cookies["__Host-id"], domain="portal.example.com")
    assert client.get("/settings/account").status_code == 200
    assert old.get("/settings/account").status_code == 303


def test_the_new_password_signs_in_and_the_old_one_does_not(client: TestClient, app: Starlette, site: World) -> None:
    change(as_member(client, site.alice))
    browser = another(app)
    assert browser.post("/sign-in", data={"email": "alice@example.com", "password": PASSWORD}).status_code == 422
    assert browser.post("/sign-in", data={"email": "alice@example.com", "password": NEW}).status_code == 303


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"current": "not my password"}, "This is not your current password."),
        ({"new": "short", "again": "short"}, "at least 15 characters"),
        ({"new": "aaaaaaaaaaaaaaaaaaaa", "again": "aaaaaaaaaaaaaaaaaaaa"}, "easy to guess"),
        ({"again": "something else than that"}, "do not match"),
        ({"new": ""}, "Please choose a new password."),
    ],
)
def test_a_password_that_cannot_be_changed_so_stays(
    client: TestClient, site: World, fields: dict[str, str], sentence: str
) -> None:
    answer = change(as_member(client, site.alice), **fields)
    assert answer.status_code == 422
    assert sentence in answer.text
    assert client.get("/settings").status_code == 200


def test_guessing_the_current_password_at_an_open_browser_is_stopped(client: TestClient, site: World) -> None:
    as_member(client, site.alice)
    statuses = [change(client, current=f"guess number {n}").status_code for n in range(11)]
    assert statuses == [422] * 10 + [429]
    assert change(client).status_code == 429


def test_a_member_signs_one_other_browser_out(client: TestClient, app: Starlette, site: World) -> None:
    second = another(app)
    second.post("/sign-in", data={"email": "alice@example.com", "password": PASSWORD})
    digest = sign_ins.digest(second.cookies["__Host-id"])
    as_member(client, site.alice)
    assert digest in client.get("/settings/account").text
    assert client.post(f"/settings/account/sign-ins/{digest}/end").headers["location"] == "/settings/account"
    assert second.get("/settings").status_code == 303


def test_nobody_signs_a_colleague_out(client: TestClient, site: World) -> None:
    digest = sign_ins.digest(site.bob.cookie)
    answer = as_member(client, site.alice).post(f"/settings/account/sign-ins/{digest}/end")
    assert answer.status_code == 404
    assert site.read(lambda session: sign_ins.find(session, site.bob.cookie)) is not None


def test_signing_out_all_others_keeps_this_browser(client: TestClient, app: Starlette, site: World) -> None:
    second = another(app)
    second.post("/sign-in", data={"email": "alice@example.com", "password": PASSWORD})
    answer = as_member(client, site.alice).post("/settings/account/sign-ins/end-others")
    client.cookies.clear()
    client.cookies.set("__Host-id", answer.cookies["__Host-id"], domain="portal.example.com")
    assert client.get("/settings/account").status_code == 200
    assert second.get("/settings").status_code == 303


# members

MEMBER = {"name": "Erin Vale", "email": "Erin@example.com", "role": "staff", "password": NEW}


def members(site: World) -> dict[str, Member]:
    return {each.email: each for each in site.read(lambda session: member.all_of(session, site.hearth.id))}


def test_an_owner_adds_a_member_who_then_signs_in(client: TestClient, app: Starlette, site: World) -> None:
    answer = as_member(client, site.alice).post("/settings/members", data=MEMBER)
    assert answer.headers["location"] == "/settings/members"
    assert members(site)["erin@example.com"].role == Role.STAFF
    browser = another(app)
    assert browser.post("/sign-in", data={"email": "erin@example.com", "password": NEW}).status_code == 303


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"password": "short"}, "at least 15 characters"),
        ({"email": "charlie@example.com"}, "Somebody already signs in with this e-mail address."),
        ({"email": "no address"}, "Please give an e-mail address."),
        ({"role": "operator"}, "Not a valid choice"),
        ({"role": ""}, "Please choose a role."),
    ],
)
def test_a_member_who_cannot_be_added_is_refused_with_a_sentence(
    client: TestClient, site: World, fields: dict[str, str], sentence: str
) -> None:
    answer = as_member(client, site.alice).post("/settings/members", data=MEMBER | fields)
    assert answer.status_code == 422
    assert sentence in answer.text
    assert "Erin Vale" in answer.text
    assert NEW not in answer.text
    assert len(members(site)) == 2


def test_a_disabled_member_is_out_at_once_and_may_come_back(client: TestClient, app: Starlette, site: World) -> None:
    bob = as_member(another(app), site.bob)
    as_member(client, site.alice)
    assert client.post(f"/settings/members/{site.bob.id}/disable").status_code == 303
    assert bob.get("/settings").status_code == 303
    assert bob.post("/sign-in", data={"email": "bob@example.com", "password": PASSWORD}).status_code == 422
    client.post(f"/settings/members/{site.bob.id}/enable")
    assert bob.post("/sign-in", data={"email": "bob@example.com", "password": PASSWORD}).status_code == 303


def test_at_least_one_owner_remains(client: TestClient, site: World) -> None:
    as_member(client, site.alice)
    answer = client.post(f"/settings/members/{site.alice.id}/disable")
    assert answer.status_code == 409
    assert "at least one owner" in answer.text
    second = site.write(lambda session: person(session, site.hearth.id, "fay", Role.OWNER))
    assert client.post(f"/settings/members/{second.id}/disable").status_code == 303


def test_a_new_password_from_the_owner_signs_the_member_out_everywhere(
    client: TestClient, app: Starlette, site: World
) -> None:
    bob = as_member(another(app), site.bob)
    answer = as_member(client, site.alice).post(f"/settings/members/{site.bob.id}/password", data={"password": NEW})
    assert answer.status_code == 303
    assert bob.get("/settings").status_code == 303
    assert bob.post("/sign-in", data={"email": "bob@example.com", "password": NEW}).status_code == 303


@pytest.mark.covers("S-8")
def test_clients_see_the_name_that_the_owner_entered_and_nobody_changes_their_own(
    client: TestClient, site: World
) -> None:
    url = f"/settings/members/{site.bob.id}/name"
    assert as_member(client, site.bob).post(url, data={"name": "Bobby"}).status_code == 403
    assert as_member(client, site.alice).post(url, data={"name": " Bob Díaz "}).status_code == 303
    assert site.read(lambda session: member.names(session, site.hearth.id))[site.bob.id] == "Bob Díaz"
    renamed = select(AuditEntry).where(AuditEntry.action == "member.renamed")
    last = site.read(lambda session: session.exec(renamed).one())
    assert (last.object, set(last.details)) == (site.bob.id, {"before", "after"})
    assert "Bob" not in str(last.details)


@pytest.mark.parametrize("name", ["", "x" * 81, "Bob\nSTOP", "Bob www.example.com"])
def test_a_name_that_would_spoil_a_text_is_refused(client: TestClient, site: World, name: str) -> None:
    answer = as_member(client, site.alice).post(f"/settings/members/{site.bob.id}/name", data={"name": name})
    assert answer.status_code == 422
    assert site.read(lambda session: member.names(session, site.hearth.id))[site.bob.id] == "Bob"


@pytest.mark.parametrize("action", ["", "/name", "/disable", "/enable", "/password"])
def test_members_of_another_business_do_not_exist(client: TestClient, site: World, action: str) -> None:
    as_member(client, site.charlie)
    url = f"/settings/members/{site.bob.id}{action}"
    answer = client.post(url, data={"password": NEW, "name": "Z"}) if action else client.get(url)
    assert answer.status_code == 404

    def is_unharmed(session: Session) -> bool:
        bob = member.get(session, site.hearth.id, site.bob.id)
        return bob.disabled_at is None and member.is_password_right(bob.password_hash, PASSWORD)

    assert site.read(is_unharmed)
