"""Automations keep the hours of each number: deferred where everybody can see it, sent at the opening, never twice."""

import datetime as dt
from collections.abc import Iterator

import pytest

from portal.accounts.key import Secrets
from portal.automations import scheduled_text
from portal.automations.scheduled_text import Standing
from portal.database import Database
from portal.messaging.deferral import QUIET_HOURS, Policy
from tests.automations.conftest import Shop

NIGHT = dt.datetime(2026, 11, 24, 6, 0, tzinfo=dt.UTC)  # Monday 22:00 in California, where the client's number is
MORNING = dt.datetime(2026, 11, 24, 17, 0, tzinfo=dt.UTC)  # Tuesday 09:00


@pytest.fixture
def database(database_url: str, secrets: Secrets) -> Iterator[Database]:
    found = Database(database_url, secrets=secrets, policy=Policy(is_on=True, automated_per_day=3))
    yield found
    found.dispose()


@pytest.mark.covers("rules 13", "P9")
def test_what_is_due_at_night_is_deferred_with_its_next_time_and_leaves_once_in_the_morning(shop: Shop) -> None:
    shop.rule(text="Welcome")
    shop.time.move_to(NIGHT)
    shop.client()
    assert shop.tick() == []
    [text] = shop.texts()
    assert (text.status, text.reason, text.due_at) == (Standing.DEFERRED, QUIET_HOURS, MORNING)
    assert text.sentence == "Outside the hours for texts at this number."
    shop.time.move_to(MORNING)
    assert shop.tick() == ["Welcome"]
    shop.pass_time(hours=1)
    assert shop.tick() == []


@pytest.mark.covers("rules 13", "rules 15")
def test_a_promotional_text_keeps_the_same_hours(shop: Shop) -> None:
    shop.rule(text="Half price", is_marketing=True)
    shop.time.move_to(NIGHT)
    shop.client(scope="marketing")
    assert shop.tick() == []
    assert shop.stands() == [("deferred", QUIET_HOURS)]


@pytest.mark.covers("X-16")
def test_a_stop_at_night_skips_what_was_deferred_even_after_a_new_yes(shop: Shop) -> None:
    shop.rule(text="Welcome")
    shop.time.move_to(NIGHT)
    shop.client()
    shop.tick()
    shop.pass_time(hours=1)
    shop.texts_us("STOP")
    shop.pass_time(hours=1)
    shop.texts_us("START")
    shop.time.move_to(MORNING)
    shop.plan()
    shop.decide()
    assert (Standing.SKIPPED, "opted_out") in shop.stands()


def test_what_would_be_out_of_date_by_the_opening_is_skipped_with_the_reason(shop: Shop) -> None:
    client = shop.client()
    shop.leave()
    shop.project(client, starts_on=dt.date(2026, 11, 25))
    shop.rule(event="date", date_of="project.starts_on", days_before=1, at_time="23:30", text="Tomorrow!")
    shop.plan()
    shop.time.move_to(dt.datetime(2026, 11, 25, 4, 30, tzinfo=dt.UTC))  # 23:30 of the day before
    assert shop.tick() == []
    [text] = shop.texts()
    assert (text.status, text.reason) == (Standing.SKIPPED, QUIET_HOURS)
    assert text.sentence.startswith("It came outside the hours")


def test_a_rule_that_was_paused_meanwhile_does_not_send_later_what_it_missed(shop: Shop) -> None:
    made = shop.rule(text="Welcome")
    shop.time.move_to(NIGHT)
    shop.client()
    shop.tick()
    shop.does(made, "pause")
    shop.pass_time(hours=1)
    shop.does(made, "resume")
    shop.time.move_to(MORNING)
    assert shop.tick() == []
    assert shop.stands() == [("skipped", "automation_paused")]


def test_a_text_that_waits_in_the_outbox_tells_its_next_time_in_the_list(shop: Shop) -> None:
    shop.rule(text="Welcome")
    shop.pass_time(hours=1)
    shop.client()
    shop.plan()
    shop.decide()
    shop.time.move_to(NIGHT)
    assert shop.leave() == []
    [text] = shop.database.read(lambda session: scheduled_text.page(session, shop.business))[0]
    assert (text.status, text.reason, text.waits_until) == (Standing.QUEUED, QUIET_HOURS, MORNING)
