"""A rule in one sentence, whatever it is."""

import datetime as dt
from typing import Any

import pytest

from portal.automations import sentence
from portal.automations.rule import Rule

ZONE, TITLES = "America/New_York", {"q1": "Before your session", "p1": "The beach"}
AT = dt.datetime(2031, 5, 1, 13, 0, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"event": "opted_in"}, "As soon as a client opts in"),
        ({"event": "opted_in", "delay_minutes": 1440}, "One day after a client opts in"),
        ({"event": "opted_in", "delay_minutes": 20160}, "Two weeks after a client opts in"),
        ({"event": "opted_in", "delay_minutes": 90}, "90 minutes after a client opts in"),
        ({"event": "submitted", "delay_minutes": 120}, "Two hours after a client sends in any questionnaire"),
        ({"event": "submitted", "questionnaire_id": "q1"}, "As soon as a client sends in “Before your session”"),
        ({"event": "submitted", "questionnaire_id": "gone"}, "As soon as a client sends in a questionnaire"),
        (
            {"event": "date", "date_of": "project.starts_on", "days_before": 2, "at_time": "09:00"},
            "Two days before a project starts, at 09:00",
        ),
        (
            {"event": "date", "date_of": "project.ends_on", "days_before": -1, "at_time": "18:30"},
            "One day after a project ends, at 18:30",
        ),
        (
            {"event": "date", "date_of": "project.starts_on", "at_time": "08:00"},
            "On the day a project starts, at 08:00",
        ),
        (
            {"event": "date", "date_of": "contact:birthday", "at_time": "10:00"},
            "On the day of a client’s “birthday”, at 10:00",
        ),
        (
            {"event": "date", "date_of": "contact:birthday", "days_before": 21, "at_time": "10:00"},
            "21 days before a client’s “birthday”, at 10:00",
        ),
        ({"event": "date", "at": AT}, "Once, on 1 May 2031, 09:00"),
    ],
)
def test_when(given: dict[str, Any], said: str) -> None:
    assert sentence.when(Rule("name", "text", **given), zone=ZONE, titles=TITLES) == said


@pytest.mark.parametrize(
    ("audience", "said"),
    [
        ({}, "To everybody it is about who may be texted"),
        (
            {"origins": ["form", "reply"]},
            "Only to clients who said Yes in a questionnaire or replied YES or START",
        ),
        (
            {"questionnaires": ["q1"], "projects": ["p1", "gone"]},
            "Only to clients who sent in “Before your session”, and of “The beach” or “a project”",
        ),
        ({"contacts": ["c1", "c2"]}, "Only to clients among two chosen contacts"),
    ],
)
def test_to_whom(audience: dict[str, list[str]], said: str) -> None:
    assert sentence.to_whom(Rule("name", "text", "opted_in", audience=audience), titles=TITLES) == said
