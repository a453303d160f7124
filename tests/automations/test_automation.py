"""A rule from draft to its end: what it may be made of, and who did what to it."""

import datetime as dt
from functools import partial
from typing import Any

import pytest
from sqlmodel import select

from portal.accounts.audit import AuditEntry
from portal.automations import automation, rule
from portal.automations.rule import Rule
from portal.errors import Conflict, Invalid, NotFound
from tests.automations.conftest import NOON, Shop

LONG = "x" * 1601


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"text": "  "}, "text"),
        ({"text": LONG}, "text"),
        ({"text": "Hi {nobody}"}, "text"),
        ({"text": "Hi {answer|you}"}, "text"),
        ({"text": "Bell \x07"}, "text"),
        ({"text": "On {date}"}, "text"),
        ({"name": ""}, "name"),
        ({"name": "x" * 81}, "name"),
        ({"event": "birthday"}, "event"),
        ({"delay_minutes": -1}, "delay_minutes"),
        ({"delay_minutes": 600_000}, "delay_minutes"),
        ({"event": "date", "delay_minutes": 5, "date_of": "project.starts_on", "at_time": "09:00"}, "delay_minutes"),
        ({"event": "date", "at_time": "09:00"}, "date_of"),
        ({"event": "date", "date_of": "project.starts_on"}, "at_time"),
        ({"event": "date", "date_of": "project.starts_on", "at_time": "25:00"}, "at_time"),
        ({"event": "date", "date_of": "project.starts_on", "at_time": "9:00"}, "at_time"),
        ({"event": "date", "date_of": "project.name", "at_time": "09:00"}, "date_of"),
        ({"event": "date", "date_of": "contact:", "at_time": "09:00"}, "date_of"),
        ({"event": "date", "date_of": "project.starts_on", "at_time": "09:00", "days_before": 400}, "days_before"),
        ({"event": "date", "at": NOON - dt.timedelta(seconds=1)}, "at"),
        ({"event": "date", "at": NOON}, "at"),
        ({"event": "date", "at": NOON.replace(tzinfo=None)}, "at"),
        ({"event": "date", "at": NOON + dt.timedelta(1), "date_of": "project.starts_on"}, "at"),
        ({"at_time": "09:00"}, "at_time"),
        ({"questionnaire_id": "0" * 32}, "questionnaire_id"),
        ({"event": "submitted", "questionnaire_id": "0" * 32}, "questionnaire_id"),
        ({"audience": {"contacts": []}}, "audience"),
        ({"audience": {"contacts": "everybody"}}, "audience"),
        ({"audience": {"projects": ["0" * 32]}}, "audience"),
        ({"audience": {"origins": ["carrier pigeon"]}}, "audience"),
        ({"audience": {"colours": ["blue"]}}, "audience"),
    ],
)
def test_values_that_make_no_rule_are_refused_by_name(shop: Shop, values: dict[str, Any], field: str) -> None:
    with pytest.raises(Invalid) as problem:
        shop.draft(**values)
    assert list(problem.value.fields) == [field]


def test_a_rule_is_kept_tidy(shop: Shop) -> None:
    made = shop.draft(
        name="  Before  the day ", text=" Soon!\r\nBye ", event="date", date_of="contact: Wedding  Day", at_time="09:00"
    )
    found = shop.automation(made)
    assert (found.name, found.text, found.date_of) == ("Before the day", "Soon!\nBye", "contact:wedding day")


@pytest.mark.parametrize(
    ("values", "says"),
    [
        ({"text": "Hello"}, "who you are"),
        ({"text": "Hello from {business}"}, None),
        ({"text": "Hello from hearth photography"}, None),
        ({"event": "date", "date_of": "project.starts_on", "at_time": "05:00"}, "05:00"),
    ],
)
def test_what_is_allowed_and_seldom_wise_is_said(shop: Shop, values: dict[str, Any], says: str | None) -> None:
    from portal.accounts import business as businesses

    given = Rule(**({"name": "A", "text": "Hello from {business}", "event": "opted_in"} | values))
    found = shop.database.read(lambda s: rule.warnings(businesses.get(s, shop.business), given))
    assert (says in found[0]) if says else found == []


def test_every_turn_is_in_the_audit(shop: Shop) -> None:
    made = shop.draft()
    for verb in ("switch_on", "pause", "resume", "end"):
        shop.does(made, verb)
    entries = shop.database.read(lambda session: session.exec(select(AuditEntry)).all())
    found = sorted((each.action, each.actor) for each in entries if each.object == made)
    assert found == [
        (f"automation.{verb}", "member:alice") for verb in ("created", "ended", "paused", "resumed", "switched_on")
    ]


@pytest.mark.parametrize(
    ("done", "refused"),
    [
        ((), ("pause", "resume")),
        (("switch_on",), ("switch_on", "resume")),
        (("switch_on", "pause"), ("switch_on", "pause")),
        (("switch_on", "end"), ("switch_on", "pause", "resume", "end")),
    ],
)
def test_a_turn_that_its_condition_does_not_allow_is_refused(
    shop: Shop, done: tuple[str, ...], refused: tuple[str, ...]
) -> None:
    made = shop.draft()
    for verb in done:
        shop.does(made, verb)
    for verb in refused:
        with pytest.raises(Conflict):
            shop.does(made, verb)


def test_a_draft_whose_moment_has_passed_meanwhile_cannot_be_switched_on(shop: Shop) -> None:
    made = shop.draft(event="date", at=NOON + dt.timedelta(hours=1))
    shop.pass_time(hours=2)
    with pytest.raises(Invalid):
        shop.does(made, "switch_on")


def test_a_change_is_a_new_version_and_no_change_is_none(shop: Shop) -> None:
    made = shop.draft(name="A", text="Words")
    shop.does(made, "change", given=Rule("A", "Words", "opted_in"))
    assert shop.automation(made).version == 1
    shop.does(made, "change", given=Rule("A", "Other words", "opted_in"))
    assert shop.automation(made).version == 2


@pytest.mark.covers("P10", "rules 27")
def test_somebody_elses_rule_is_not_there(shop: Shop) -> None:
    made = shop.draft()
    for business_id, automation_id in ((shop.world.other.id, made), (shop.business, "x'"), (shop.business, "")):
        with pytest.raises(NotFound):
            shop.database.read(partial(automation.get, business_id=business_id, automation_id=automation_id))
    assert shop.database.read(lambda session: automation.page(session, shop.world.other.id)) == ([], None)
