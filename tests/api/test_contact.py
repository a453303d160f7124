"""Contacts over the API: names and numbers, never consent."""

from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from portal.messaging import contact_desk
from portal.messaging.contact_desk import Who
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
        ({"name": "N", "dates": [{"name": "", "date": "2027-06-12"}]}, "dates.0.name"),
        ({"name": "N", "dates": [{"name": "A", "date": "2027-02-30"}]}, "dates.0.date"),
        ({"name": "N", "dates": [{"name": "A", "date": "1899-01-01"}]}, "dates"),
        ({"name": "N", "dates": [{"name": "A", "date": "2027-01-01"}, {"name": "a", "date": "2027-01-01"}]}, "dates"),
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


def test_dates_are_kept_replaced_and_left_alone(api: Api) -> None:
    wedding, birthday = {"name": "Wedding", "date": "2027-06-12"}, {"name": "Birthday", "date": "1990-05-17"}
    made = api.post("/contacts", NORA | {"dates": [wedding, birthday]}).json()
    assert made["dates"] == [birthday, wedding]
    where = f"/contacts/{made['id']}"
    assert api.patch(where, {"name": "Nora Quill"}).json()["dates"] == [birthday, wedding]
    moved = wedding | {"name": "wedding", "date": "2027-06-13"}
    assert api.patch(where, {"dates": [moved]}).json()["dates"] == [moved]
    assert api.patch(where, {"dates": []}).json()["dates"] == []


def test_contacts_are_listed_by_name_page_by_page(api: Api) -> None:
    for name in ("Zora", "Émile", "bob", "Alba"):
        api.post("/contacts", {"name": name})
    names, after = [], ""
    while True:
        page = api.get(f"/contacts?limit=3{after}")
        names += [each["name"] for each in page["items"]]
        if page["next"] is None:
            break
        after = f"&after={page['next']}"
    assert names == ["Alba", "bob", "Émile", "Zora"]


@pytest.mark.parametrize("q", ["nor", "NORA@ex", "%2B1415555", "0132", "(415) 555-0132"])
def test_a_contact_is_found_by_name_address_and_number(api: Api, clients: Clients, q: str) -> None:
    made = api.post("/contacts", NORA).json()
    api.post("/contacts", {"name": "Somebody Else", "numbers": [{"number": "+1 202 555 0123"}]})
    clients.says_yes()
    [found] = api.get(f"/contacts?q={q}")["items"]
    assert (found["id"], found["numbers"], found["opt_in"]) == (made["id"], [{"number": CLIENT}], "Y")


@pytest.mark.parametrize("query", ["limit=0", "limit=201", "q=%00", f"q={'x' * 121}", "after=~", "status=x"])
def test_a_broken_query_is_refused(api: Api, query: str) -> None:
    assert api.call("GET", f"/contacts?{query}").status_code == 422


def test_a_merged_contact_answers_as_the_one_it_is_part_of_and_is_not_changed(api: Api, site: World) -> None:
    kept = api.post("/contacts", NORA).json()
    other = api.post("/contacts", {"name": "N. Vale", "numbers": [{"number": SECOND}]}).json()
    site.write(
        lambda session: contact_desk.merge(session, site.hearth.id, kept["id"], other["id"], Who("member:x", ""))
    )
    assert api.get(f"/contacts/{other['id']}")["id"] == kept["id"]
    assert api.get(f"/contacts/{kept['id']}")["numbers"] == [{"number": CLIENT}, {"number": SECOND}]
    assert [each["id"] for each in api.get("/contacts")["items"]] == [kept["id"]]
    answer = api.patch(f"/contacts/{other['id']}", {"name": "New"})
    assert (answer.status_code, answer.json()["reason"], kept["id"] in answer.json()["unlock"]) == (409, "merged", True)


@pytest.mark.covers("X-15", "P12")
def test_a_number_given_to_a_client_who_opted_out_is_paused(api: Api, clients: Clients) -> None:
    made = api.post("/contacts", NORA).json()
    clients.says_yes()
    clients.texts("STOP")
    other = api.post("/contacts", {"name": "Ola", "numbers": [{"number": SECOND}]}).json()
    clients.says_yes(SECOND)
    api.patch(f"/contacts/{made['id']}", {"numbers": [{"number": CLIENT}, {"number": SECOND}]})
    assert api.post("/messages", {"to": SECOND, "text": "x"}).json()["reason"] == "paused"
    api.patch(f"/contacts/{other['id']}", {"numbers": []})
    assert api.post("/messages", {"to": SECOND, "text": "x"}).json()["reason"] == "paused"
