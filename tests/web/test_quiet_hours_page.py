"""The hours of a client at the desk: a warning that forbids nothing, one click to the next opening, and what waits."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import replace

import pytest
import time_machine
from starlette.testclient import TestClient

from portal.consent.purpose import Purpose
from portal.messaging import deferral, outbox
from portal.settings import Settings
from tests.conftest import just_signed_in
from tests.web.scene import Scene, field, words

NIGHT = dt.datetime(2026, 11, 24, 6, 0, tzinfo=dt.UTC)  # Monday 22:00 in California, Tuesday 01:00 in New York
MORNING = dt.datetime(2026, 11, 24, 17, 0, tzinfo=dt.UTC)  # 09:00 and 12:00
WARNING = "It is 22:00 for this client. Send now, or"


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return replace(settings, quiet_hours="law", automated_per_day=3)


@pytest.fixture
def rosa(scene: Scene) -> Iterator[str]:
    """She agreed on a form; it is night where her number is."""
    with time_machine.travel(NIGHT, tick=False):
        scene.write(just_signed_in)
        scene.named("Rosa Delgado")
        scene.alice()
        there = f"/sms/{scene.says_yes()}"
        scene.send_all()
        yield there


def test_the_composer_warns_at_night_and_sends_all_the_same(scene: Scene, rosa: str) -> None:
    page = scene.client.get(rosa).text
    assert WARNING in words(page)
    scene.client.post(rosa, data={"once": field(page, "once"), "text": "The door is open"})
    assert scene.send_all() == ["The door is open"]


def test_one_click_sends_it_at_the_next_opening_in_both_peoples_time(scene: Scene, rosa: str) -> None:
    page = scene.client.get(rosa).text
    scene.client.post(rosa, data={"once": field(page, "once"), "text": "See you at noon", "act": "opening"})
    assert scene.send_all() == []
    assert "Goes out today at 12:00 (09:00 for the client)" in words(scene.client.get(rosa).text)
    with time_machine.travel(MORNING, tick=False):
        assert scene.send_all() == ["See you at noon"]


def test_inside_a_conversation_nobody_is_warned(scene: Scene, rosa: str) -> None:
    scene.texts_us("Are you awake?")
    assert WARNING not in words(scene.client.get(rosa).text)


def test_an_automated_text_that_waits_says_until_when_and_why(scene: Scene, rosa: str) -> None:
    scene.write(lambda session: outbox.queue(session, scene.row(), "Reminder", purpose=Purpose.AUTOMATED))
    said = words(scene.client.get(rosa).text)
    assert "Goes out today at 12:00 (09:00 for the client)" in said
    assert "Outside the hours for texts at this number." in said


def test_whoever_opens_the_database_of_an_installation_keeps_its_hours(scene: Scene) -> None:
    assert scene.site.read(deferral.policy) == deferral.Policy(is_on=True, automated_per_day=3)
    assert (Settings.quiet_hours, Settings.automated_per_day) == ("law", 3)


def test_the_settings_say_the_hours_in_force(scene: Scene, client: TestClient) -> None:
    scene.alice()
    assert "Monday to Saturday 09:00–20:00, Sunday 12:00–20:00 , on the clock" in words(client.get("/settings").text)
