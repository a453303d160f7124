"""The registration page: what to hand in, what is to do, what was handed in; and the warning when it is not so."""

import html
import json
import re
from typing import Any

import pytest
from sqlmodel import Session, select
from starlette.testclient import TestClient

from portal.accounts import business as businesses
from portal.accounts.audit import AuditEntry
from portal.questionnaires.question import Question
from portal.registration.registration import Registration
from tests.conftest import World, as_member
from tests.web.door import NAME, OPT_IN, Door, made
from tests.web.scene import words

pytestmark = pytest.mark.covers("rules 28")
PAGE = "/settings/registration"
NOT_THE_SAME = "not what you registered"


def seen(client: TestClient, where: str = PAGE) -> str:
    answer = client.get(where)
    assert answer.status_code == 200
    return words(answer.text)


def typed(client: TestClient, **values: str) -> dict[str, str]:
    """What the page's own form would send."""
    found = re.search(r'name="digest" value="(\w+)"', client.get(PAGE).text)
    assert found
    return {"digest": found[1], "sender": ""} | values


def stored(site: World) -> list[Registration]:
    found: list[Registration] = site.read(lambda session: list(session.exec(select(Registration)).all()))
    return found


def change(site: World, **values: Any) -> None:
    site.write(lambda session: businesses.change(session, businesses.get(session, site.hearth.id), **values))


def register(client: TestClient, site: World) -> None:
    answer = client.post(PAGE, data=typed(client, sender=site.hearth.sender))
    assert (answer.status_code, answer.headers["location"]) == (303, PAGE)


def test_the_page_holds_the_pack_of_the_settings_as_they_are(door: Door) -> None:
    page = seen(as_member(door.client, door.site.alice))
    assert f"“Before your session” https://portal.example.com/f/{door.questionnaire.token}" in page
    assert "Hearth Photography: you're opted in to texts about your appointments and projects" in page
    assert "Local number (10DLC)" in page
    assert "Twilio answers the bare word HELP itself" in page


@pytest.mark.at_the_door
def test_what_is_to_do_leads_to_its_setting(client: TestClient, site: World) -> None:
    page = as_member(client, site.alice).get(PAGE).text
    assert "give a phone or an e-mail for questions in Settings" in html.unescape(page)
    assert "Publish a questionnaire with the opt-in question" in page
    assert re.search(r'<a href="/questionnaires">Change it', page)


@pytest.mark.at_the_door
def test_staff_look_and_cannot_write_it_down(client: TestClient, site: World) -> None:
    page = seen(as_member(client, site.bob))
    assert "An owner writes it down here" in page
    assert "Change it" not in page
    assert client.post(PAGE, data={"digest": "x"}).status_code == 403


def test_what_was_registered_is_kept_with_who_and_when_and_for_which_number(client: TestClient, site: World) -> None:
    register(as_member(client, site.alice), site)
    (row,) = stored(site)
    assert (row.business_id, row.sender_id, row.registered_by) == (
        site.hearth.id, site.hearth.sender, f"member:{site.alice.id}"
    )  # fmt: skip
    assert row.snapshot["pack"]["brand"] == "Hearth Photography"
    page = seen(client)
    assert "Your settings are what you registered" in page
    assert row.digest[:12] in page

    def audited(session: Session) -> list[str]:
        return [each.object for each in session.exec(select(AuditEntry)).all() if each.action == "registration.stored"]

    assert site.read(audited) == [row.id]


def test_nobody_registers_what_changed_under_their_hand(client: TestClient, site: World) -> None:
    data = typed(as_member(client, site.alice))
    change(site, phone="(415) 555-0100")
    answer = client.post(PAGE, data=data | {"sender": site.hearth.sender})
    assert answer.status_code == 422
    assert "The settings changed while this page was open" in answer.text
    assert stored(site) == []


@pytest.mark.at_the_door
@pytest.mark.parametrize("sender", ["", "0" * 32])
def test_a_number_of_somebody_else_is_refused_with_the_same_form(client: TestClient, site: World, sender: str) -> None:
    answer = as_member(client, site.alice).post(PAGE, data=typed(client, sender=sender or site.other.sender))
    assert answer.status_code == 422
    assert 'name="sender"' in answer.text
    assert stored(site) == []


@pytest.mark.parametrize("where", [PAGE, "/settings", "/"])
def test_a_setting_that_moved_is_said_where_its_owner_looks_until_it_is_back(
    client: TestClient, site: World, where: str
) -> None:
    register(as_member(client, site.alice), site)
    assert NOT_THE_SAME not in seen(client, where).casefold()
    change(site, purposes="your weddings")
    page = seen(client, where)
    assert NOT_THE_SAME in page.casefold()
    assert "What you text about" in page
    change(site, purposes="your appointments and projects")
    assert NOT_THE_SAME not in seen(client, where).casefold()


def test_the_page_shows_what_was_and_what_is_and_registering_again_ends_it(client: TestClient, site: World) -> None:
    register(as_member(client, site.alice), site)
    change(site, purposes="your weddings")
    page = seen(client)
    assert "Was your appointments and projects Is now your weddings" in page
    assert "I registered this again" in page
    register(client, site)
    assert NOT_THE_SAME not in seen(client).casefold()
    assert len(stored(site)) == 2


@pytest.mark.at_the_door
def test_today_troubles_nobody_who_cannot_change_it(client: TestClient, site: World) -> None:
    register(as_member(client, site.alice), site)
    change(site, purposes="your weddings")
    assert NOT_THE_SAME not in seen(as_member(client, site.bob), "/").casefold()


@pytest.mark.at_the_door
@pytest.mark.parametrize(("kind", "media"), [("txt", "text/plain"), ("json", "application/json")])
def test_the_pack_is_a_file_to_take_along(client: TestClient, site: World, kind: str, media: str) -> None:
    answer = as_member(client, site.alice).get(f"{PAGE}/file?as={kind}")
    assert answer.headers["content-type"].startswith(media)
    assert re.search(
        rf'filename="hearth-photography-registration-[\d-]+\.{kind}"', answer.headers["content-disposition"]
    )
    assert "Hearth Photography sends text messages (SMS)" in answer.text
    if kind == "json":
        assert {"pack", "checks"} == set(json.loads(answer.text))


@pytest.mark.at_the_door
def test_what_was_registered_can_be_taken_out_as_it_was_by_its_own_business_alone(
    client: TestClient, site: World
) -> None:
    register(as_member(client, site.alice), site)
    change(site, purposes="your weddings")
    where = f"{PAGE}/file?of={stored(site)[0].id}"
    assert client.get(where).json()["fields"]["purposes"] == "your appointments and projects"
    assert as_member(client, site.charlie).get(where).status_code == 404


@pytest.mark.at_the_door
def test_a_hostile_name_is_only_text(client: TestClient, site: World) -> None:
    change(site, name="<script>alert(1)</script>")
    assert "<script>alert" not in as_member(client, site.alice).get(PAGE).text


# what everybody may open


@pytest.mark.at_the_door
@pytest.mark.parametrize(
    ("path", "parts"),
    [("privacy", ("No mobile information will be shared", "What we keep")),
     ("terms", ("Message frequency varies", "Message and data rates may apply", "Carriers are not liable"))],
)  # fmt: skip
def test_privacy_and_terms_open_alone_without_signing_in_and_without_a_cookie(
    client: TestClient, site: World, path: str, parts: tuple[str, ...]
) -> None:
    answer = client.get(f"/opt-in/hearth-photography/{path}")
    assert answer.status_code == 200
    assert "set-cookie" not in answer.headers
    assert [each for each in parts if each not in answer.text] == []
    assert answer.text.count("<h1") == 1


def test_the_public_page_sets_no_cookie_and_names_no_questionnaire(door: Door) -> None:
    """The link to a questionnaire is for those who were given it."""
    answer = door.client.get("/opt-in/hearth-photography")
    assert "set-cookie" not in answer.headers
    assert door.questionnaire.token not in answer.text


def test_the_public_page_shows_the_question_about_offers_where_a_form_asks_it(client: TestClient, site: World) -> None:
    assert "optin-more" not in client.get("/opt-in/hearth-photography").text
    offers = Question("offers", "opt_in_marketing", "May we also text you offers?")
    site.write(lambda session: made(session, site.hearth.id, (NAME, OPT_IN, offers)))
    page = client.get("/opt-in/hearth-photography").text
    assert page.count("marketing and promotional text messages (SMS)") == 1


@pytest.mark.at_the_door
def test_the_public_page_tells_of_texts_that_ask_where_the_gate_is_on(client: TestClient, site: World) -> None:
    assert "And by text" not in client.get("/opt-in/hearth-photography").text
    change(site, has_first_message_gate=True)
    page = html.unescape(client.get("/opt-in/hearth-photography").text)
    assert "[team member] is trying to reach you" in page
