"""Writing an automation: five ways to say when, kept as typed when refused, with a sentence at the field."""

import re
from typing import Any

import pytest

from forms.automation_start import STARTS
from portal.automations import automation as automations
from portal.automations.automation import Automation
from portal.messaging import segment
from tests.conftest import as_member
from tests.web.automation_scene import TEXT, an_automation, read
from tests.web.scene import Scene, words

OPTED_IN = {
    "name": "Say hello", "way": "opted_in", "opted_in_wait": "1", "opted_in_unit": "day", "text": TEXT,
    "audience": "all",
}  # fmt: skip
PROJECT = OPTED_IN | {
    "way": "project", "project_day": "project.starts_on", "project_days": "2", "project_side": "before",
    "project_time": "09:00",
}  # fmt: skip
CONTACT = OPTED_IN | {
    "way": "contact", "contact_day": "Birthday", "contact_days": "0", "contact_side": "before", "contact_time": "10:00",
}  # fmt: skip
ONCE = OPTED_IN | {"way": "once", "moment": "2031-05-01T09:00"}


def only(scene: Scene) -> Automation:
    """The one there is."""
    (found,), _ = scene.site.read(lambda session: automations.page(session, scene.site.hearth.id))
    return Automation.model_validate(found.model_dump())


def test_each_way_becomes_its_rule(scene: Scene) -> None:
    asked = scene.publish()
    typed: list[tuple[dict[str, Any], dict[str, Any]]] = [
        (OPTED_IN, {"event": "opted_in", "delay_minutes": 1440}),
        (
            OPTED_IN | {"way": "submitted", "submitted_wait": "2", "submitted_unit": "hour", "questionnaire": asked},
            {"event": "submitted", "delay_minutes": 120, "questionnaire_id": asked},
        ),
        (PROJECT, {"event": "date", "date_of": "project.starts_on", "days_before": 2, "at_time": "09:00"}),
        (PROJECT | {"project_side": "after"}, {"days_before": -2}),
        (CONTACT, {"event": "date", "date_of": "contact:birthday", "days_before": 0, "at_time": "10:00"}),
    ]
    for form, expected in typed:
        answer = scene.alice().post("/automations/new", data=form)
        assert answer.status_code == 303, words(answer.text)
        made = read(scene, answer.headers["location"].rpartition("/")[2])
        assert {name: getattr(made, name) for name in expected} == expected
        assert made.condition == "draft"


def test_one_moment_is_local_time_of_the_business(scene: Scene) -> None:
    answer = scene.alice().post("/automations/new", data=ONCE)
    made = read(scene, answer.headers["location"].rpartition("/")[2])
    assert made.at is not None
    assert made.at.isoformat() == "2031-05-01T13:00:00+00:00"


@pytest.mark.parametrize(
    ("change", "field", "sentence"),
    [
        ({"way": ""}, "way-error", "Choose when it happens."),
        ({"name": " "}, "name-error", "Please give it a name"),
        ({"text": ""}, "text-error", "Please write the text."),
        ({"text": "Hi {nickname}"}, "text-error", "There is no variable {nickname}"),
        ({"text": "See you on {date}"}, "text-error", "{date} has a value only where a date starts it."),
        ({"opted_in_wait": "soon"}, "opted_in_wait-error", "Please give a whole number"),
        (PROJECT | {"project_time": ""}, "project_time-error", "Give the time of day"),
        (PROJECT | {"project_days": "9999"}, "project_days-error", "At most 366 days"),
        (CONTACT | {"contact_day": " "}, "contact_day-error", "Choose a date"),
        (ONCE | {"moment": "2020-01-01T09:00"}, "moment-error", "This moment has passed."),
        (ONCE | {"moment": "31.12."}, "moment-error", "Please give a date and a time."),
        ({"audience": "some"}, "audience-error", "Please choose at least one"),
        ({"audience": "some", "projects": "strange"}, "audience-error", "does not exist"),
    ],
)
def test_what_is_wrong_is_said_at_its_field_and_everything_is_kept(
    scene: Scene, change: dict[str, str], field: str, sentence: str
) -> None:
    answer = scene.alice().post("/automations/new", data=OPTED_IN | change)
    assert answer.status_code == 422
    place = re.search(rf'id="{field}".*?</p>', answer.text, re.DOTALL)
    assert place is not None, words(answer.text)
    assert sentence in words(place.group())
    kept = OPTED_IN | change
    assert kept["text"] in words(answer.text)
    assert kept["text"] or 'value="1"' in answer.text
    assert scene.site.read(lambda session: automations.page(session, scene.site.hearth.id))[0] == []


def test_everything_that_is_wrong_is_said_at_once(scene: Scene) -> None:
    form = PROJECT | {"name": "", "project_days": "two", "text": "Hi {nickname}", "audience": "some"}
    page = scene.alice().post("/automations/new", data=form).text
    assert set(re.findall(r'id="(\w+)-error"', page)) == {"name", "project_days", "text", "audience"}


def test_the_audience_is_what_was_checked(scene: Scene) -> None:
    asked = scene.publish()
    form = OPTED_IN | {"audience": "some", "origins": ["form", "reply"], "questionnaires": asked}
    assert scene.alice().post("/automations/new", data=form).status_code == 303
    assert only(scene).audience == {"origins": ["form", "reply"], "questionnaires": [asked]}


@pytest.mark.parametrize(
    ("start", "said"),
    [
        ("reminder", "Reminder before the project"),
        ("thanks", "Thank-you after"),
        ("welcome", "The day after opting in"),
    ],
)
def test_a_ready_made_beginning_is_valid_as_it_stands(scene: Scene, start: str, said: str) -> None:
    page = scene.alice().get(f"/automations/new?start={start}").text
    assert said in page
    assert scene.alice().post("/automations/new", data={"audience": "all"} | dict(STARTS[start])).status_code == 303


def test_an_edit_shows_what_there_is_and_says_that_scheduled_texts_stay(scene: Scene) -> None:
    found = an_automation(scene, is_on=True)
    page = scene.alice().get(f"/automations/{found}/edit").text
    assert "Editing does not change what is already scheduled." in words(page)
    assert TEXT in words(page)
    assert re.search(r'id="opted_in_wait"[^>]*value="1"', page)


@pytest.mark.covers("X-16")
def test_an_edit_is_a_new_version(scene: Scene) -> None:
    found = an_automation(scene, is_on=True)
    scene.alice().post(f"/automations/{found}/edit", data=OPTED_IN | {"text": "Good morning {business}"})
    after = read(scene, found)
    assert (after.text, after.version, after.condition) == ("Good morning {business}", 2, "on")


def test_an_edit_that_is_refused_changes_nothing(scene: Scene) -> None:
    found = an_automation(scene)
    answer = scene.alice().post(f"/automations/{found}/edit", data=OPTED_IN | {"text": "Hi {nickname}"})
    assert answer.status_code == 422
    assert "Hi {nickname}" in words(answer.text)
    assert read(scene, found).text == TEXT


def test_the_preview_fills_the_words_and_counts_them(scene: Scene) -> None:
    answer = scene.alice().post("/automations/preview", data={"text": "Hi {first_name}, {business} says ç"})
    said = words(answer.text)
    filled = "Hi Sam, Hearth Photography says ç"
    count = segment.count(filled)
    assert filled in said
    assert f"{count.units} characters · 1 segment · UCS-2 because of “ ç ” · {count.remaining_in_segment} left" in said


def test_an_unknown_variable_stays_as_it_is_in_the_preview(scene: Scene) -> None:
    assert "{nickname}" in scene.alice().post("/automations/preview", data={"text": "Hi {nickname}"}).text


@pytest.mark.covers("P10")
def test_staff_read_automations_and_do_not_write_them(scene: Scene) -> None:
    found = an_automation(scene)
    bob = as_member(scene.client, scene.site.bob)
    said = words(bob.get(f"/automations/{found}").text)
    assert "Owners and managers change automations and switch them on." in said
    assert "Switch on" not in said.replace("switch them on", "")
    assert bob.get(f"/automations/{found}/edit").status_code == 403
    assert bob.post("/automations/new", data=OPTED_IN).status_code == 403


@pytest.mark.covers("P10")
def test_another_businesss_questionnaires_and_projects_are_not_offered(scene: Scene) -> None:
    scene.publish("Our own questions")
    assert "Our own questions" not in as_member(scene.client, scene.site.charlie).get("/automations/new").text
