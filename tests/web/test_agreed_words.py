"""Who agreed to which words: a version stays what it was, and new words ask before they are saved whom they leave."""

import re

import pytest

from tests.conftest import as_member
from tests.web.door import YES, Door

pytestmark = pytest.mark.covers("H-8", "rules 10", "rules 17")
OTHER = YES | {"q_optin_number": "(415) 555-0147"}


def version(door: Door, number: str = "+14155550132") -> str:
    return str(door.row(number).wording_version)


def test_each_number_rests_on_the_words_its_client_saw_until_their_next_yes(door: Door) -> None:
    door.send(YES)
    first = version(door)
    door.change(purposes="gardens and fences")
    door.send(OTHER)
    assert (version(door), version(door, "+14155550147") != first) == (first, True)
    door.send(YES)
    assert version(door) == version(door, "+14155550147")


def test_the_page_counts_who_rests_on_each_version_and_lists_them(door: Door) -> None:
    door.send(YES)
    first = version(door)
    door.change(purposes="gardens and fences")
    door.send(OTHER)
    alice = as_member(door.client, door.site.alice)
    page = alice.get("/evidence/words").text
    assert page.index("gardens and fences") < page.index("your appointments and projects")
    assert re.findall(r'<strong class="nums">(\d+)</strong> number that may be texted rests', page) == ["1", "1"]
    listed = alice.get(f"/sms?wording={first}").text
    assert ("555 0132" in listed, "555 0147" in listed) == (True, False)
    assert f"Agreed to the words {first[:8]}" in listed


def test_who_stops_is_counted_no_more(door: Door) -> None:
    rosa = door.as_(door.contact("+14155550132"))
    rosa.send(YES)
    first = version(door)
    rosa.send({"q_name": "Rosa", "q_optin": "no"})
    alice = as_member(door.client, door.site.alice)
    assert f"/sms?wording={first}" not in alice.get("/evidence/words").text


def test_other_words_are_saved_only_once_it_was_said_what_that_means(door: Door) -> None:
    door.send(YES)
    alice = as_member(door.client, door.site.alice)
    form = {"name": "Hearth Photography", "purposes": "gardens and fences", "phone": "+1 202 555 0199", "email": "",
            "privacy_url": "", "terms_url": "", "language": "en", "timezone": "America/New_York",
            "allowed_regions": "US"}  # fmt: skip
    answer = alice.post("/settings", data=form)
    assert answer.status_code == 422
    assert "1 client agreed to other words" in answer.text
    assert "gardens and fences" in answer.text
    found = re.search(r'name="words" value="(\w+)"', answer.text)
    assert found
    assert alice.post("/settings", data=form | {"purposes": "roofs", "words": found[1]}).status_code == 422
    assert alice.post("/settings", data=form | {"words": found[1]}).status_code == 303
    assert "gardens and fences" in door.page().text


def test_what_stands_in_no_question_is_saved_at_once(door: Door) -> None:
    door.send(YES)
    alice = as_member(door.client, door.site.alice)
    page = alice.get("/settings").text
    name = re.search(r'name="name"[^>]*value="([^"]*)"', page)
    assert name
    form = {"name": name[1], "purposes": "your appointments and projects", "phone": "+1 202 555 0111", "email": "",
            "privacy_url": "", "terms_url": "", "language": "en", "timezone": "America/New_York",
            "allowed_regions": "US"}  # fmt: skip
    assert alice.post("/settings", data=form).status_code == 303
