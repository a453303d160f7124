"""What waits for a better hour on the road out, what never does, and three automated texts a day."""

import datetime as dt
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

import pytest
import time_machine

from portal.accounts import business as businesses
from portal.accounts.key import Secrets
from portal.accounts.sender import SMS
from portal.consent import subscription
from portal.consent.purpose import Purpose
from portal.database import Database
from portal.messaging import daily_limit, first_message, outbox, thread
from portal.messaging.asking import Basis
from portal.messaging.deferral import DAY_FULL, QUIET_HOURS, Policy
from portal.messaging.outbox import Queued
from portal.providers.provider import Accepted, Rejected, Trouble
from tests.conftest import World
from tests.messaging.conftest import CLIENT, Road

OPEN = dt.datetime(2026, 11, 23, 22, 0, tzinfo=dt.UTC)  # Monday, 14:00 in California
NIGHT = dt.datetime(2026, 11, 24, 6, 0, tzinfo=dt.UTC)  # 22:00
MORNING = dt.datetime(2026, 11, 24, 17, 0, tzinfo=dt.UTC)  # 09:00
HOUR, MINUTE = dt.timedelta(hours=1), dt.timedelta(minutes=1)


@pytest.fixture
def database(database_url: str, secrets: Secrets) -> Iterator[Database]:
    found = Database(database_url, secrets=secrets, policy=Policy(is_on=True, automated_per_day=3))
    yield found
    found.dispose()


@pytest.fixture
def time() -> Iterator[Any]:
    with time_machine.travel(OPEN, tick=False) as travelled:
        yield travelled


@pytest.fixture
def road(world: World, database: Database, time: Any) -> Road:
    """The client has agreed on a form, and has had the confirmation."""
    made = Road(world, database)
    made.says_yes()
    made.send_all()
    return made


def automated(road: Road, text: str, *, number: str = CLIENT, **values: Any) -> Queued:
    queued = road.write(
        lambda session: outbox.queue(
            session, road.row(number), text, purpose=Purpose.AUTOMATED, once_key=f"k:{number}:{text}", **values
        )
    )
    assert isinstance(queued, Queued)
    return queued


def waits(road: Road) -> list[tuple[str, str, Any]]:
    return [(each.text, each.reason, each.due_at) for each in road.outbound() if each.status == "queued"]


@pytest.mark.covers("rules 13", "P7")
def test_an_automated_text_at_night_waits_for_the_morning_and_leaves_then(road: Road, time: Any) -> None:
    time.move_to(NIGHT)
    assert automated(road, "Reminder").until == MORNING
    assert road.send_all() == []
    time.move_to(MORNING)
    assert road.send_all() == ["Reminder"]


@pytest.mark.covers("P7", "P9")
def test_a_text_that_an_outage_kept_until_the_night_goes_back_to_waiting_and_is_claimed_once(
    road: Road, time: Any
) -> None:
    automated(road, "Reminder")
    [claimed] = road.claim()
    road.land(claimed.row, Rejected(Trouble.TEMPORARY, "503", "The provider is down."))
    time.move_to(NIGHT + 4 * HOUR)
    assert road.claim() == []
    assert waits(road) == [("Reminder", QUIET_HOURS, MORNING)]
    assert road.claim() == []
    time.move_to(MORNING)
    assert road.send_all() == ["Reminder"]
    assert road.send_all() == []


@pytest.mark.covers("P7")
def test_a_text_that_is_stale_before_the_next_opening_is_dropped_with_its_reason(road: Road, time: Any) -> None:
    automated(road, "Reminder", expires_at=MORNING - HOUR)
    time.move_to(NIGHT)
    assert road.claim() == []
    [dropped] = [each for each in road.outbound() if each.text == "Reminder"]
    assert (dropped.status, dropped.reason) == ("cancelled", QUIET_HOURS)


@pytest.mark.covers("rules 13")
def test_what_is_owed_leaves_at_two_in_the_morning(road: Road, time: Any) -> None:
    time.move_to(NIGHT + 4 * HOUR)
    left = []
    for word in ("HELP", "STOP", "START"):
        road.texts_us(word)
        claimed = road.claim()
        left += [each.row.purpose for each in claimed]
        for each in claimed:
            road.land(each.row, Accepted(f"SM{each.row.id}"))
        time.shift(MINUTE)
    assert left == [Purpose.HELP, Purpose.OPT_OUT_CONFIRMATION, Purpose.OPT_IN_CONFIRMATION]


def test_what_a_member_writes_by_hand_goes_at_the_hour_of_their_choice(road: Road, time: Any) -> None:
    time.move_to(NIGHT)
    road.member_writes("The door is open")
    assert road.send_all() == ["The door is open"]


def test_what_a_member_wrote_in_the_day_does_not_leave_at_night_because_a_provider_was_down(
    road: Road, time: Any
) -> None:
    road.member_writes("See you tomorrow")
    time.move_to(NIGHT)
    assert road.claim() == []
    assert waits(road) == [("See you tomorrow", QUIET_HOURS, MORNING)]
    time.move_to(MORNING)
    assert road.send_all() == ["See you tomorrow"]


def test_an_answer_within_a_day_of_the_clients_text_goes_at_any_hour(road: Road, time: Any) -> None:
    road.texts_us("When do you open?")
    road.member_writes("At nine", once_key="late")
    time.move_to(NIGHT)
    assert road.send_all() == ["At nine"]


def test_a_patient_text_waits_outside_a_conversation_and_goes_at_once_inside_one(road: Road, time: Any) -> None:
    def writes(key: str) -> Any:
        return road.write(
            lambda session: thread.write(
                session, road.business, road.row().id, key, member_id=None, once_key=key, is_patient=True
            )
        )

    time.move_to(NIGHT)
    assert writes("one").until == MORNING
    road.texts_us("Hello?")
    assert writes("two").until is None
    assert road.send_all() == ["two"]


@pytest.mark.covers("rules 13")
def test_a_request_of_a_member_goes_at_the_hour_of_their_choice_but_not_hours_later_in_the_night(
    road: Road, time: Any
) -> None:
    def ask(session: Any, number: str = "+14155550144") -> Any:
        business = businesses.get(session, road.business)
        business.has_first_message_gate = True
        row = subscription.lock(session, road.business, SMS, number)
        return first_message.ask(
            session, business, row, basis=Basis.GAVE_NUMBER, note="", member=None, actor="member:alice"
        )

    road.write(ask)
    time.move_to(NIGHT)  # the provider was down meanwhile
    assert road.send_all() == []
    road.write(partial(ask, number="+14155550166"))
    road.is_asked("+14155550155")  # a Yes in a form, just now
    assert len(road.send_all()) == 2
    time.move_to(MORNING)
    assert len(road.send_all()) == 1


@pytest.mark.covers("rules 14")
def test_a_fourth_automated_text_in_a_day_waits_until_the_first_is_a_day_old(road: Road, time: Any) -> None:
    for text in ("one", "two", "three"):
        automated(road, text)
        assert road.send_all() == [text]
        time.shift(MINUTE)
    automated(road, "four")
    assert road.send_all() == []
    assert waits(road) == [("four", DAY_FULL, OPEN + 24 * HOUR)]
    time.move_to(OPEN + 24 * HOUR)
    assert road.send_all() == ["four"]


@pytest.mark.covers("rules 14")
def test_replies_by_hand_and_owed_answers_count_for_nothing(road: Road) -> None:
    road.texts_us("Hello")
    for text in ("a", "b", "c", "d"):
        road.member_writes(text)
    road.texts_us("HELP")
    assert len(road.send_all()) == 5
    automated(road, "one")
    assert road.send_all() == ["one"]


@pytest.mark.covers("rules 14")
def test_a_text_that_the_provider_did_not_take_is_tried_again_and_never_counted_against_itself(
    road: Road, time: Any
) -> None:
    for text in ("one", "two"):
        automated(road, text)
        road.send_all()
    automated(road, "three")
    [claimed] = road.claim()
    road.land(claimed.row, Rejected(Trouble.TEMPORARY, "503", "Down."))
    time.shift(HOUR)
    assert road.send_all() == ["three"]


@pytest.mark.covers("rules 14")
def test_the_room_that_opens_at_night_is_used_in_the_morning(road: Road, time: Any) -> None:
    time.move_to(NIGHT - 2 * HOUR - MINUTE)
    for text in ("one", "two", "three"):
        automated(road, text)
        road.send_all()
    time.move_to(MORNING)
    automated(road, "four")
    assert road.send_all() == []
    [(_, reason, until)] = waits(road)
    assert (reason, until) == (DAY_FULL, NIGHT - 2 * HOUR - MINUTE + 24 * HOUR)


def test_a_turn_of_claims_asks_once_however_many_automated_texts_it_takes(
    road: Road, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[int] = []
    full = daily_limit.full

    def counting(session: Any, ids: Any, most: int, now: dt.datetime) -> Any:
        asked.append(len(ids))
        return full(session, ids, most, now)

    monkeypatch.setattr(daily_limit, "full", counting)
    numbers = [f"+1415555016{n}" for n in range(8)]
    for number in numbers:
        road.says_yes(number)
    road.send_all()
    for number in numbers:
        automated(road, "Reminder", number=number)
    asked.clear()
    assert len(road.claim(free=8)) == 8
    assert asked == [8]


@pytest.mark.covers("rules 14")
def test_workers_at_the_same_moment_send_no_fourth_text(road: Road) -> None:
    for n in range(8):
        automated(road, f"text {n}")
    with ThreadPoolExecutor(4) as workers:
        left = [text for texts in workers.map(lambda _: road.send_all(), range(4)) for text in texts]
    assert len(left) <= 3
    assert {reason for _, reason, _ in waits(road)} <= {DAY_FULL, ""}
    assert len(road.send_all() + left) == 3
