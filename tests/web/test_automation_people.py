"""Choosing contacts for an automation: searched for by name, several, taken out again, with and without a script."""

import re
from typing import Any

import pytest

from portal.automations import automation as automations
from portal.contacts import contact
from portal.messaging import contact_desk
from portal.messaging.contact_desk import Who
from tests.conftest import as_member
from tests.web.automation_scene import TEXT, an_automation, read
from tests.web.scene import Scene, words

TYPED = {
    "name": "Say hello", "way": "opted_in", "opted_in_wait": "3", "opted_in_unit": "week", "text": TEXT,
    "audience": "some", "origins": "form",
}  # fmt: skip


@pytest.fixture
def people(scene: Scene) -> dict[str, str]:
    """Contacts by first name; another business has a Rosa too."""
    names = {"Rosa Delgado": "+14155550132", "Rosalind Hart": "+14155550133", "Owen Hartley": "+14155550134"}
    scene.write(lambda session: contact.create(session, scene.site.other.id, name="Rosa Stranger"))
    for name, number in names.items():
        scene.named(name, number)
    return {name.split()[0]: str(scene.row(number).contact_id) for name, number in names.items()}


def boxes(page: str) -> dict[str, bool]:
    """The contacts that are offered, by id: whether each is chosen."""
    found = re.findall(r'name="contacts" value="(\w+)"( checked)?', page)
    return {contact_id: bool(checked) for contact_id, checked in found}


def post(scene: Scene, url: str = "/automations/new", **given: Any) -> Any:
    return scene.alice().post(url, data=TYPED | given)


@pytest.mark.covers("H-23")
def test_the_search_offers_who_begins_so_and_keeps_everything_that_was_typed(
    scene: Scene, people: dict[str, str]
) -> None:
    answer = post(scene, do="find", find="ros", contacts=[people["Owen"]], name="")
    assert answer.status_code == 200
    assert boxes(answer.text) == {people["Owen"]: True, people["Rosa"]: False, people["Rosalind"]: False}
    said = words(answer.text)
    assert TEXT in said
    assert "Rosa Delgado +1 415 555 0132" in said
    assert 'name="find" type="search" value="ros"' in answer.text
    assert re.search(r'id="opted_in_wait"[^>]*value="3"', answer.text)
    assert re.search(r'<option selected value="week">', answer.text)
    assert re.search(r'<input checked[^>]*name="origins"[^>]*value="form"', answer.text)
    assert 'class="field-error"' not in answer.text, "nobody is told off for what is not finished"
    assert scene.site.read(lambda session: automations.page(session, scene.site.hearth.id))[0] == []


@pytest.mark.covers("H-23")
def test_who_is_checked_is_the_audience_and_can_be_taken_out_again(scene: Scene, people: dict[str, str]) -> None:
    wanted = sorted([people["Rosa"], people["Owen"]])
    answer = post(scene, contacts=wanted, find="ros", found_for="ros")
    found = answer.headers["location"].rpartition("/")[2]
    assert sorted(read(scene, found).audience["contacts"]) == wanted
    edit = scene.client.get(f"/automations/{found}/edit").text
    assert boxes(edit) == dict.fromkeys(wanted, True)
    assert post(scene, f"/automations/{found}/edit", contacts=[people["Owen"]]).status_code == 303
    assert read(scene, found).audience["contacts"] == [people["Owen"]]


def test_a_name_that_nobody_looked_for_is_looked_for_before_anything_is_saved(
    scene: Scene, people: dict[str, str]
) -> None:
    """Enter in the search of a browser without a script presses “Save”."""
    answer = post(scene, find="rosal")
    assert answer.status_code == 200
    assert boxes(answer.text) == {people["Rosalind"]: False}
    found = an_automation(scene)
    assert boxes(post(scene, f"/automations/{found}/edit", find="own").text) == {}
    assert "No contact begins with “ own ”" in words(
        scene.client.post(f"/automations/{found}/edit", data=TYPED | {"find": "own"}).text
    )
    assert read(scene, found).version == 1


def test_for_everybody_the_search_does_not_hold_up_saving(scene: Scene, people: dict[str, str]) -> None:
    assert post(scene, audience="all", find="ros").status_code == 303


def test_what_is_wrong_elsewhere_keeps_the_chosen_contacts(scene: Scene, people: dict[str, str]) -> None:
    answer = post(scene, text="", contacts=[people["Rosa"]], find="ow", found_for="ow")
    assert answer.status_code == 422
    assert boxes(answer.text) == {people["Rosa"]: True, people["Owen"]: False}


def test_an_open_page_gets_the_boxes_alone(scene: Scene, people: dict[str, str]) -> None:
    answer = scene.alice().post("/automations/contacts", data={"find": "0134", "contacts": [people["Rosa"]]})
    assert answer.text.lstrip().startswith('<div class="stack-s" id="chosen"')
    assert boxes(answer.text) == {people["Rosa"]: True, people["Owen"]: False}
    assert 'name="found_for" value="0134"' in answer.text


def test_a_contact_that_was_merged_meanwhile_is_shown_as_who_it_is_now(scene: Scene, people: dict[str, str]) -> None:
    found = an_automation(scene, audience={"contacts": [people["Rosa"], people["Rosalind"]]})
    who = Who("member:tests", "")
    scene.write(
        lambda session: contact_desk.merge(session, scene.site.hearth.id, people["Rosalind"], people["Rosa"], who)
    )
    page = scene.alice().get(f"/automations/{found}/edit").text
    assert boxes(page) == {people["Rosalind"]: True}
    assert "Rosa Delgado" not in page


@pytest.mark.covers("P10", "rules 27")
def test_contacts_of_another_business_are_neither_found_nor_named_nor_taken(
    scene: Scene, people: dict[str, str]
) -> None:
    charlie = as_member(scene.client, scene.site.charlie)
    found = charlie.post("/automations/contacts", data={"find": "ros", "contacts": list(people.values())})
    assert "Delgado" not in found.text
    assert list(boxes(found.text).values()) == [False], "only their own Rosa"
    refused = charlie.post("/automations/new", data=TYPED | {"contacts": [people["Rosa"]]})
    assert refused.status_code == 422
    assert "does not exist" in words(refused.text)
    assert as_member(scene.client, scene.site.bob).post("/automations/contacts", data={"find": "r"}).status_code == 403
