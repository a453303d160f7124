"""What becomes a scheduled text: each occasion once, from the moment a rule is on, and never back."""

import datetime as dt
from functools import partial
from typing import Any

import pytest

from portal import clock
from portal.automations import plan
from portal.automations.rule import Rule
from portal.contacts import contact
from portal.messaging import trigger_event
from portal.messaging.trigger_event import Trigger
from tests.automations.conftest import NOON, SECOND, Shop
from tests.messaging.conftest import CLIENT

MONDAY = NOON.date()


def on(day: int) -> dt.date:
    """So many days after the Monday on which the tests begin."""
    return MONDAY + dt.timedelta(days=day)


def test_an_opt_in_starts_a_text_after_its_delay(shop: Shop) -> None:
    shop.rule(delay_minutes=90)
    shop.client()
    assert shop.tick() == []
    assert [each.due_at for each in shop.texts()] == [NOON + dt.timedelta(minutes=90)]
    shop.pass_time(minutes=90)
    assert shop.tick() == ["Hello from Hearth Photography"]


def test_a_second_yes_of_somebody_opted_in_starts_nothing(shop: Shop) -> None:
    shop.rule()
    shop.client()
    shop.says_yes()
    shop.tick()
    assert len(shop.texts()) == 1


@pytest.mark.covers("X-16")
def test_a_new_opt_in_after_a_stop_starts_its_own_text(shop: Shop) -> None:
    shop.rule()
    shop.client()
    shop.texts_us("STOP")
    shop.pass_time(minutes=1)
    shop.texts_us("START")
    shop.tick()
    assert shop.stands() == [("skipped", "opted_out"), ("sent", "")]


def test_switching_on_does_not_reach_back_to_what_happened_before(shop: Shop) -> None:
    made = shop.draft(delay_minutes=60)
    shop.client()
    shop.pass_time(minutes=1)
    shop.does(made, "switch_on")
    shop.tick()
    assert shop.texts() == []


def test_what_happens_during_a_pause_is_not_scheduled_later(shop: Shop) -> None:
    made = shop.rule(delay_minutes=60)
    shop.does(made, "pause")
    shop.client()
    shop.pass_time(minutes=1)
    shop.does(made, "resume")
    shop.tick()
    assert shop.texts() == []


def test_an_event_is_planned_once_and_then_forgotten(shop: Shop) -> None:
    shop.rule(delay_minutes=60)
    shop.client()
    assert shop.write(plan.take_events) == 1
    assert shop.write(plan.take_events) == 0
    assert not shop.database.read(trigger_event.is_any)


@pytest.mark.covers("P3", "P6")
def test_the_same_event_noted_twice_is_one_text(shop: Shop) -> None:
    shop.rule()
    who = shop.client()
    row = shop.row()
    again = {"source": "entry:1", "subscription_id": row.id, "contact_id": who}
    for _ in range(2):
        shop.write(lambda session: trigger_event.note(session, shop.business, Trigger.OPTED_IN, **again))
        shop.tick()
    assert len(shop.texts()) == 1


def test_a_member_who_records_an_opt_out_starts_nothing(shop: Shop) -> None:
    shop.rule()
    shop.client(agrees=False)
    shop.texts_us("STOP")
    shop.tick()
    assert shop.texts() == []


def test_only_the_origin_that_the_rule_is_for_starts_it(shop: Shop) -> None:
    shop.rule(audience={"origins": ["reply"]})
    shop.rule(audience={"origins": ["form"]}, name="Form")
    shop.client()
    shop.tick()
    assert [each.automation for each in shop.texts()] == ["Form"]


def test_a_text_before_a_date_is_due_at_the_businesss_own_hour(shop: Shop) -> None:
    who = shop.client()
    shop.project(who, starts_on=on(5))
    shop.rule(event="date", date_of="project.starts_on", days_before=2, at_time="09:00")
    shop.plan()
    assert [(each.due_at, each.about_on) for each in shop.texts()] == [
        (dt.datetime(2026, 11, 26, 14, tzinfo=dt.UTC), on(5))
    ]


def test_a_text_after_a_date_has_days_before_less_than_none(shop: Shop) -> None:
    shop.project(shop.client(), ends_on=on(1))
    shop.rule(event="date", date_of="project.ends_on", days_before=-3, at_time="10:00")
    shop.plan()
    assert [each.due_at for each in shop.texts()] == [dt.datetime(2026, 11, 27, 15, tzinfo=dt.UTC)]


def test_days_become_rows_two_weeks_ahead_and_later_ones_when_their_time_comes(shop: Shop) -> None:
    shop.project(shop.client(), starts_on=on(20))
    shop.rule(event="date", date_of="project.starts_on", at_time="09:00")
    shop.plan()
    assert shop.texts() == []
    shop.pass_time(days=7)
    shop.plan()
    assert len(shop.texts()) == 1


def test_a_moment_that_had_passed_when_it_was_switched_on_is_left_alone(shop: Shop) -> None:
    shop.project(shop.client(), starts_on=on(0))
    shop.rule(event="date", date_of="project.starts_on", at_time="11:59")
    shop.plan()
    assert shop.texts() == []


def test_a_project_noted_down_after_its_hour_gets_no_text_that_was_for_the_morning(shop: Shop) -> None:
    shop.rule(event="date", date_of="project.starts_on", at_time="13:00")
    shop.pass_time(hours=6)
    shop.project(shop.client(), starts_on=on(0))
    shop.plan()
    assert shop.texts() == []


def test_a_date_that_was_added_since_is_found_by_the_next_look(shop: Shop) -> None:
    who = shop.client()
    shop.rule(event="date", date_of="contact:Wedding", at_time="09:00")
    shop.plan()
    shop.date(who, "Wedding", on(3))
    shop.plan()
    assert shop.texts() == []
    shop.pass_time(minutes=10)
    shop.plan()
    assert [each.about_on for each in shop.texts()] == [on(3)]


def test_a_birthday_comes_every_year(shop: Shop) -> None:
    who = shop.client()
    shop.date(who, "Birthday", dt.date(1990, 11, 27))
    shop.rule(event="date", date_of="contact:Birthday", at_time="09:00")
    shop.plan()
    assert [each.about_on for each in shop.texts()] == [dt.date(2026, 11, 27)]
    shop.pass_time(days=360)
    shop.plan()
    assert [each.about_on for each in shop.texts()] == [dt.date(2026, 11, 27), dt.date(2027, 11, 27)]


def test_a_birthday_on_a_leap_day_is_kept_on_the_28th(shop: Shop) -> None:
    shop.date(shop.client(), "Birthday", dt.date(2000, 2, 29))
    shop.pass_time(days=85)
    shop.rule(event="date", date_of="contact:Birthday", at_time="09:00")
    shop.plan()
    assert [each.about_on for each in shop.texts()] == [dt.date(2027, 2, 28)]


def test_birthdays_around_new_year_are_found_from_december(shop: Shop) -> None:
    who = shop.client()
    shop.date(who, "Birthday", dt.date(1990, 1, 2))
    other = shop.client("Juan Lopez", SECOND)
    shop.date(other, "Birthday", dt.date(1985, 12, 30))
    shop.pass_time(days=35)
    shop.rule(event="date", date_of="contact:Birthday", at_time="09:00")
    shop.plan()
    assert [each.about_on for each in shop.texts()] == [dt.date(2026, 12, 30), dt.date(2027, 1, 2)]


def test_any_other_date_is_itself_once(shop: Shop) -> None:
    shop.date(shop.client(), "Wedding", dt.date(2025, 11, 27))
    shop.rule(event="date", date_of="contact:Wedding", at_time="09:00")
    shop.plan()
    assert shop.texts() == []


def test_a_client_with_two_numbers_gets_one_text_at_the_one_that_agreed(shop: Shop) -> None:
    who = shop.client(agrees=False)
    shop.write(lambda session: contact.add_number(session, contact.get(session, shop.business, who), SECOND))
    shop.says_yes(SECOND)
    shop.project(who, starts_on=on(2))
    shop.rule(event="date", date_of="project.starts_on", at_time="09:00")
    shop.plan()
    assert [each.number for each in shop.texts()] == [SECOND]


def test_a_client_whose_better_number_came_later_still_gets_one(shop: Shop) -> None:
    who = shop.client()
    shop.project(who, starts_on=on(2))
    shop.rule(event="date", date_of="project.starts_on", at_time="09:00")
    shop.plan()
    shop.write(lambda session: contact.add_number(session, contact.get(session, shop.business, who), SECOND))
    shop.pass_time(minutes=15)
    shop.says_yes(SECOND)
    shop.plan()
    assert [each.number for each in shop.texts()] == [CLIENT]


def test_a_moment_is_for_everybody_in_the_audience(shop: Shop) -> None:
    maria, _ = shop.client(), shop.client("Juan Lopez", SECOND)
    day = shop.project(maria)
    shop.rule(event="date", at=NOON + dt.timedelta(hours=1), name="All")
    shop.rule(event="date", at=NOON + dt.timedelta(hours=1), name="Some", audience={"projects": [day]})
    shop.rule(event="date", at=NOON + dt.timedelta(hours=1), name="One", audience={"contacts": [maria]})
    shop.plan()
    assert sorted((each.automation, each.number) for each in shop.texts()) == [
        ("All", CLIENT), ("All", SECOND), ("One", CLIENT), ("Some", CLIENT),
    ]  # fmt: skip


def test_who_agrees_just_before_the_moment_is_in_time(shop: Shop) -> None:
    """Nobody looked between the Yes and the moment."""
    shop.rule(event="date", at=NOON + dt.timedelta(hours=1))
    shop.plan()
    shop.pass_time(minutes=59)
    shop.client()
    shop.pass_time(minutes=2)
    assert shop.tick() == ["Hello from Hearth Photography"]


def test_who_agrees_just_after_the_moment_is_too_late(shop: Shop) -> None:
    shop.rule(event="date", at=NOON + dt.timedelta(hours=1))
    shop.plan()
    shop.pass_time(minutes=61)
    shop.client()
    assert shop.tick() == []
    assert shop.stands() == [("skipped", "no_consent")]


def test_a_change_leaves_what_is_scheduled_and_schedules_no_second_text(shop: Shop) -> None:
    shop.project(shop.client(), starts_on=on(2))
    made = shop.rule(event="date", date_of="project.starts_on", at_time="09:00", text="First words")
    shop.plan()
    shop.does(made, "change", given=Rule("New", "New words", "date", date_of="project.starts_on", at_time="15:00"))
    shop.plan()
    assert [(each.text, each.version, each.due_at.hour) for each in shop.texts()] == [("First words", 1, 14)]
    shop.project(shop.client("Juan Lopez", SECOND), starts_on=on(3))
    shop.pass_time(minutes=10)
    shop.plan()
    assert [(each.text, each.version, each.due_at.hour) for each in shop.texts()][1:] == [("New words", 2, 20)]


def test_a_change_between_looking_and_writing_writes_nothing(shop: Shop) -> None:
    shop.client()
    made = shop.rule(event="date", at=NOON + dt.timedelta(hours=1))
    piece = shop.database.read(lambda session: plan.look(session, made, plan.START))
    shop.does(made, "pause")
    shop.write(partial(plan.store, piece=piece))
    assert shop.texts() == []


@pytest.mark.covers("P6", "P20")
def test_a_plan_that_was_cut_off_goes_on_without_a_gap_and_without_a_double(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One piece is on disk, the next one never was: the next look starts anew and leaves what is there."""
    monkeypatch.setattr(plan, "PIECE", 2)
    for i in range(5):
        shop.client(f"Client {i}", f"+1415555014{i}")
    made = shop.rule(event="date", at=NOON + dt.timedelta(hours=1))
    piece = shop.database.read(lambda session: plan.look(session, made, plan.START))
    shop.write(partial(plan.store, piece=piece))
    first = {each.id for each in shop.texts()}
    assert (len(first), shop.automation(made).planned_at) == (2, None)
    shop.plan()
    assert len(shop.texts()) == 5
    assert first < {each.id for each in shop.texts()}
    assert shop.automation(made).planned_at == clock.now()


@pytest.mark.covers("P20")
def test_two_workers_that_plan_the_same_piece_write_it_once(shop: Shop) -> None:
    shop.client()
    made = shop.rule(event="date", at=NOON + dt.timedelta(hours=1))
    pieces = [shop.database.read(lambda session: plan.look(session, made, plan.START)) for _ in range(2)]
    for piece in pieces:
        shop.write(partial(plan.store, piece=piece))
    assert len(shop.texts()) == 1


@pytest.mark.covers("P9")
@pytest.mark.parametrize(
    ("now", "at_time", "due"),
    [
        ("2026-10-31T16:00", "01:30", "2026-11-01T05:30"),
        ("2027-03-13T17:00", "02:30", "2027-03-14T07:00"),
    ],
    ids=["twice", "never"],
)
def test_a_text_on_the_day_the_clock_jumps_is_sent_once(shop: Shop, now: str, at_time: str, due: str) -> None:
    moment = dt.datetime.fromisoformat(f"{due}+00:00")
    shop.time.move_to(dt.datetime.fromisoformat(f"{now}+00:00"))
    shop.project(shop.client(), starts_on=(moment - dt.timedelta(hours=4)).date())
    shop.rule(event="date", date_of="project.starts_on", at_time=at_time)
    sent: list[str] = []
    for _ in range(4 * 24):  # every quarter of an hour, for a day
        shop.pass_time(minutes=15)
        sent += shop.tick()
    assert sent == ["Hello from Hearth Photography"]
    assert [each.due_at for each in shop.texts()] == [moment]


@pytest.mark.covers("P9")
@pytest.mark.parametrize("hours", [-25, -1, 1, 23])
def test_a_clock_that_jumps_and_comes_back_repeats_nothing(shop: Shop, hours: int) -> None:
    shop.project(shop.client(), starts_on=on(0))
    shop.rule(event="date", date_of="project.starts_on", at_time="12:30")
    shop.tick()
    sent: list[str] = []
    for jump in (hours, -hours, hours, -hours):
        shop.pass_time(hours=jump)
        sent += shop.tick()
    shop.pass_time(minutes=45)
    sent += shop.tick()
    assert sent.count("Hello from Hearth Photography") <= 1
    assert len(shop.texts()) == 1
    assert shop.stands()[0][0] in ("sent", "skipped")


def submit(shop: Shop, questionnaire: str, *, nonce: str, client: str | None = None, number: str = "") -> Any:
    from portal.questionnaires import questionnaire as questionnaires
    from portal.questionnaires import submission
    from tests.conftest import NO_CAPS

    def work(session: Any) -> Any:
        who = contact.get(session, shop.business, client) if client else None
        asked = questionnaires.get(session, shop.business, questionnaire)
        return submission.receive(
            session, asked, version=1, nonce=nonce, answers=(), act=said_yes(number) if number else None, client=who,
            caps=NO_CAPS,
        )  # fmt: skip

    return shop.write(work)


def said_yes(number: str) -> Any:
    from portal.consent.disclaimer import Shown
    from portal.consent.phone_number import PhoneNumber
    from portal.questionnaires.choice import Act

    words = Shown("v1", "I agree", "", "")
    return Act(
        "yes", PhoneNumber(number, "US"), number, "Texts?", words, "", "", "", "", "192.0.2.7", "192.0.2.0/24", "", ""
    )  # fmt: skip


def questionnaire(shop: Shop) -> str:
    from portal.questionnaires import questionnaire as questionnaires

    def work(session: Any) -> str:
        made = questionnaires.create(session, shop.business, "Before your session")
        questionnaires.publish(session, made)
        return made.id

    return str(shop.write(work))


def test_a_questionnaire_sent_in_starts_a_text_to_its_client(shop: Shop) -> None:
    asked, other, who = questionnaire(shop), questionnaire(shop), shop.client()
    shop.rule(event="submitted", questionnaire_id=asked, name="This", text="Thank you, {first_name}")
    shop.rule(event="submitted", questionnaire_id=other, name="Other")
    shop.rule(event="submitted", name="Any", delay_minutes=5)
    submit(shop, asked, nonce="n1", client=who)
    assert shop.tick() == ["Thank you, Maria"]
    assert sorted(each.automation for each in shop.texts()) == ["Any", "This"]


def test_a_questionnaire_sent_in_by_nobody_we_know_starts_nothing(shop: Shop) -> None:
    asked = questionnaire(shop)
    shop.client()
    shop.rule(event="submitted", questionnaire_id=asked)
    submit(shop, asked, nonce="n1")
    shop.tick()
    assert shop.texts() == []


@pytest.mark.covers("P14")
def test_a_stranger_who_types_a_clients_number_again_and_again_causes_one_text_a_day(shop: Shop) -> None:
    asked = questionnaire(shop)
    shop.client()
    shop.rule(event="submitted", questionnaire_id=asked, text="Thank you")
    sent: list[str] = []
    for i in range(5):
        submit(shop, asked, nonce=f"n{i}", number=CLIENT)
        sent += shop.tick()
    assert sent == ["Thank you"]


@pytest.mark.covers("H-14", "rules 11")
def test_a_first_yes_in_a_questionnaire_gets_the_confirmation_and_then_the_text(shop: Shop) -> None:
    asked = questionnaire(shop)
    shop.rule(event="submitted", questionnaire_id=asked, text="Thank you")
    submit(shop, asked, nonce="n1", number=CLIENT)
    shop.plan()
    shop.decide()
    assert [each.row.purpose for each in shop.claim()] == ["opt_in_confirmation"]


def test_those_who_sent_in_a_questionnaire_are_an_audience(shop: Shop) -> None:
    asked, who = questionnaire(shop), shop.client()
    shop.client("Juan Lopez", SECOND)
    submit(shop, asked, nonce="n1", client=who)
    shop.rule(event="date", at=NOON + dt.timedelta(hours=1), audience={"questionnaires": [asked]})
    shop.plan()
    assert [each.number for each in shop.texts()] == [CLIENT]
