"""A dry run says what the real run then does, and does nothing itself."""

import datetime as dt
from typing import Any

import pytest

from portal.accounts import business as businesses
from portal.automations import automation, dry_run
from portal.automations.dry_run import DryRun
from portal.automations.rule import Rule
from tests.automations.conftest import NOON, SECOND, Shop
from tests.messaging.conftest import CLIENT

THIRD = "+14155550134"


def tried(shop: Shop, automation_id: str) -> DryRun:
    def work(session: Any) -> DryRun:
        rule = automation.get(session, shop.business, automation_id)
        return dry_run.dry_run(session, businesses.get(session, shop.business), rule)

    found: DryRun = shop.database.read(work)
    return found


@pytest.mark.covers("H-23", "rules 8")
def test_it_says_who_gets_what_and_who_is_skipped_and_why(shop: Shop) -> None:
    shop.client("Maria Lopez")
    shop.client("Juan Vega", SECOND)
    shop.client("Nora Vale", THIRD, agrees=False)
    shop.texts_us("STOP", SECOND)
    made = shop.draft(event="date", at=NOON + dt.timedelta(hours=1), text="Hi {first_name}, {business} here")
    found = tried(shop, made)
    assert (found.counted, found.sends, found.skips, found.segments) == (3, 1, 2, 1)
    assert found.skipped == {"opted_out": 1, "no_consent": 1}
    assert {each.number: each.text for each in found.lines if not each.reason} == {
        CLIENT: "Hi Maria, Hearth Photography here"
    }
    assert found.next_at == NOON + dt.timedelta(hours=1)
    assert not found.has_more
    assert [count for _, sentence, count in found.reasons if sentence] == [1, 1]


def test_it_stores_and_sends_nothing(shop: Shop) -> None:
    shop.client()
    shop.leave()
    made = shop.draft(event="date", at=NOON + dt.timedelta(hours=1))
    tried(shop, made)
    assert shop.texts() == []
    assert shop.claim() == []


@pytest.mark.parametrize("when", ["project", "contact", "moment"])
def test_the_real_run_does_what_it_said(shop: Shop, when: str) -> None:
    maria, juan = shop.client("Maria Lopez"), shop.client("Juan Vega", SECOND)
    shop.project(maria, juan, starts_on=NOON.date() + dt.timedelta(2))
    for who in (maria, juan):
        shop.date(who, "Birthday", dt.date(1990, 11, 25))
    shop.texts_us("STOP", SECOND)
    given: dict[str, dict[str, Any]] = {
        "project": {"date_of": "project.starts_on", "days_before": 1, "at_time": "09:00"},
        "contact": {"date_of": "contact:Birthday", "days_before": 1, "at_time": "09:00"},
        "moment": {"at": NOON + dt.timedelta(hours=21)},
    }
    made = shop.draft(event="date", text="{name}, on {date}. {project|None}", **given[when])
    said = tried(shop, made)
    shop.does(made, "switch_on")
    shop.plan()
    shop.pass_time(hours=21)
    sent = shop.tick()
    assert sent == [each.text for each in said.lines if not each.reason]
    assert len(sent) == 1
    assert [(each.number, each.reason) for each in shop.texts() if each.reason] == [
        (each.number, each.reason) for each in said.lines if each.reason
    ]


def test_a_variable_without_a_value_is_a_reason(shop: Shop) -> None:
    shop.client()
    made = shop.rule(event="date", at=NOON + dt.timedelta(hours=1), text="About {project}")
    assert tried(shop, made).skipped == {"no value for {project}": 1}
    shop.pass_time(hours=1)
    assert shop.tick() == []
    assert shop.stands() == [("skipped", "no value for {project}")]
    assert "Write {project|…}" in shop.texts()[0].sentence


def test_for_what_clients_do_it_shows_those_who_did_it_last(shop: Shop) -> None:
    shop.client()
    found = tried(shop, shop.draft(text="Hi {first_name}"))
    assert found.is_example
    assert [(each.text, each.due_at) for each in found.lines] == [("Hi Maria", None)]


def test_it_stops_counting_and_says_that_there_are_more(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dry_run, "MOST", 3)
    for i in range(5):
        shop.client(f"Client {i}", f"+1415555014{i}")
    found = tried(shop, shop.draft(event="date", at=NOON + dt.timedelta(hours=1)))
    assert (found.counted, found.sends, found.has_more) == (3, 3, True)


def test_values_that_are_not_saved_yet_can_be_tried(shop: Shop) -> None:
    shop.client()
    rule = Rule("New", "Ahoy {name}", "date", at=NOON + dt.timedelta(days=3))
    found = shop.database.read(lambda s: dry_run.dry_run(s, businesses.get(s, shop.business), rule))
    assert [each.text for each in found.lines] == ["Ahoy Maria Lopez"]


def test_it_says_when_there_is_no_number_to_send_from(shop: Shop) -> None:
    from portal.accounts.sender import Sender

    shop.client()
    made = shop.draft(event="date", at=NOON + dt.timedelta(hours=1))

    def off(session: Any) -> None:
        session.get_one(Sender, shop.world.hearth.sender).is_active = False

    shop.write(off)
    assert tried(shop, made).skipped == {"sender_off": 1}
