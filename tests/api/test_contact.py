"""Contacts over the API: names and numbers, never consent."""

from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from portal.questionnaires import link
from portal.questionnaires import questionnaire as questionnaires
from tests.api.conftest import CLIENT, SECOND, Api, Clients
from tests.conftest import World

NORA = {"name": "Nora Vale", "email": "nora@example.com", "numbers": [{"number": "(415) 555-0132"}]}


def test_a_contact_is_kept_with_its_numbers_in_one_spelling(api: Api) -> None:
    answer = api.post("/contacts", NORA)
    assert answer.status_code == 201
    made = answer.json()
    assert made["numbers"] == [{"number": CLIENT}]
    assert (made["name"], made["email"], made["opt_in"], made["groups"]) == ("Nora Vale", "nora@example.com", "", [])
    assert api.get(f"/contacts/{made['id']}") == made
    assert answer.headers["location"] == f"/api/v1/contacts/{made['id']}"


@pytest.mark.covers("H-4", "P13")
def test_one_number_in_many_spellings_is_one_number(api: Api) -> None:
    spellings = ["+14155550132", "415-555-0132", "1 (415) 555 0132", "４１５ ５５５ ０１３２"]
    made = api.post("/contacts", {"name": "Nora", "numbers": [{"number": each} for each in spellings]}).json()
    assert made["numbers"] == [{"number": CLIENT}]
    [row] = api.get("/subscriptions")["items"]
    assert (row["number"], row["contact"]) == (CLIENT, made["id"])


@pytest.mark.covers("H-10")
def test_opt_in_is_a_view_of_what_the_client_did(api: Api, clients: Clients) -> None:
    made = api.post("/contacts", NORA).json()
    marks = [made["opt_in"]]
    clients.says_yes()
    marks.append(api.get(f"/contacts/{made['id']}")["opt_in"])
    clients.texts("STOP")
    marks.append(api.get(f"/contacts/{made['id']}")["opt_in"])
    assert marks == ["", "Y", "N"]


@pytest.mark.covers("H-3", "P13")
def test_a_new_number_starts_without_consent(api: Api, clients: Clients) -> None:
    made = api.post("/contacts", NORA).json()
    clients.says_yes()
    answer = api.patch(f"/contacts/{made['id']}", {"numbers": [{"number": SECOND}]})
    assert answer.status_code == 200
    assert (answer.json()["numbers"], answer.json()["opt_in"]) == ([{"number": SECOND}], "")
    assert api.post("/messages", {"to": SECOND, "text": "x"}).json()["reason"] == "no_consent"


@pytest.mark.covers("P12", "P13")
def test_giving_an_opted_out_number_to_somebody_else_opens_nothing(api: Api, clients: Clients) -> None:
    made = api.post("/contacts", NORA).json()
    clients.says_yes()
    clients.texts("STOP")
    api.patch(f"/contacts/{made['id']}", {"numbers": []})
    api.post("/contacts", {"name": "Somebody Else", "numbers": [{"number": CLIENT}]})
    assert api.post("/messages", {"to": CLIENT, "text": "x"}).json()["reason"] == "opted_out"


def test_what_is_left_out_stays_as_it_is(api: Api) -> None:
    made = api.post("/contacts", NORA).json()
    changed = api.patch(f"/contacts/{made['id']}", {"name": "Nora  Quill"}).json()
    assert changed == made | {"name": "Nora Quill"}
    assert api.patch(f"/contacts/{made['id']}", {"email": ""}).json() == changed | {"email": ""}
    assert api.patch(f"/contacts/{made['id']}", {}).json() == changed | {"email": ""}


@pytest.mark.covers("H-24")
def test_personal_links_lead_to_the_open_questionnaires(api: Api, site: World) -> None:
    asked = api.post("/questionnaires", {"title": "Hello", "questions": [{"kind": "opt_in", "label": "Texts?"}]}).json()
    site.write(lambda session: questionnaires.create(session, site.hearth.id, "Still a draft"))
    made = api.post("/contacts", NORA).json()
    [found] = made["form_urls"]
    assert found["questionnaire"] == asked["id"]
    assert found["url"].startswith(asked["url"] + "?c=")

    def owner_of(session: Any) -> str | None:
        published = questionnaires.get(session, site.hearth.id, asked["id"])
        return link.contact_id(site.secrets, published, parse_qs(urlsplit(found["url"]).query)["c"][0])

    assert site.read(owner_of) == made["id"]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": "   "}, "name"),
        ({"name": "a\nb"}, "name"),
        ({"name": "x" * 121}, "name"),
        ({}, "name"),
        ({"name": "N", "email": "nobody"}, "email"),
        ({"name": "N", "email": "a\x00b@example.com"}, "email"),
        ({"name": "N", "numbers": [{"number": "555"}]}, "numbers.0.number"),
        ({"name": "N", "numbers": [{"number": CLIENT}, {"number": "+1 800 555 0100"}]}, "numbers.1.number"),
        ({"name": "N", "numbers": [CLIENT]}, "numbers.0"),
        ({"name": "N", "numbers": [{"number": CLIENT, "opt_in": True}]}, "numbers.0.opt_in"),
        ({"name": "N", "opt_in": "Y"}, "opt_in"),
        ({"name": "N", "status": "opted_in"}, "status"),
        ({"name": "N", "numbers": [{"number": CLIENT}] * 11}, "numbers"),
    ],
)
def test_a_broken_contact_is_refused_and_named(api: Api, body: dict[str, Any], field: str) -> None:
    answer = api.post("/contacts", body)
    assert (answer.status_code, list(answer.json()["fields"])) == (422, [field])
    assert api.get("/subscriptions")["items"] == []


def test_a_broken_change_changes_nothing(api: Api) -> None:
    made = api.post("/contacts", NORA).json()
    answer = api.patch(f"/contacts/{made['id']}", {"name": "New", "numbers": [{"number": "call me"}]})
    assert answer.status_code == 422
    assert api.get(f"/contacts/{made['id']}") == made
