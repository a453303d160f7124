"""Texts for later: decided about when written and again when due, changed and cancelled only until they leave."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from sqlmodel import Session

from portal import clock
from portal.errors import NotFound
from portal.messaging import outbox, send_later, thread
from portal.messaging.gate import Refuse
from portal.messaging.outbox import Queued
from portal.messaging.send_later import Waiting
from portal.providers.provider import Accepted, Rejected, Trouble
from tests.messaging.conftest import NO_LIMITS, Road

HOUR = dt.timedelta(hours=1)
Shift = Callable[[dt.timedelta], None]


@pytest.fixture
def open_road(road: Road) -> Road:
    """The client said Yes, and the confirmation is on their phone."""
    road.says_yes()
    road.send_all()
    return road


def for_later(road: Road, text: str = "See you tomorrow", *, after: dt.timedelta = HOUR, once: str = "one") -> Any:
    def work(session: Session) -> Any:
        return send_later.write(
            session, road.business, road.row().id, text, member_id=road.world.alice.id, once_key=once,
            due_at=clock.now() + after,
        )  # fmt: skip

    return road.write(work)


def waiting(road: Road) -> list[Waiting]:
    found: list[Waiting] = road.database.read(lambda session: send_later.waiting(session, road.row().id))
    return found


def change(road: Road, one: Waiting, text: str, after: dt.timedelta) -> bool:
    changed: bool = road.write(
        lambda session: send_later.change(session, road.business, one, text=text, due_at=clock.now() + after)
    )
    return changed


def status(road: Road) -> tuple[str, str]:
    last = road.outbound()[-1]
    return last.status, last.reason


@pytest.mark.covers("H-16", "P6")
def test_a_text_for_later_leaves_once_when_its_time_has_come(open_road: Road, shift: Shift) -> None:
    assert isinstance(for_later(open_road), Queued)
    assert open_road.send_all() == []
    shift(HOUR - dt.timedelta(seconds=5))
    assert open_road.send_all() == []
    shift(dt.timedelta(seconds=10))
    assert open_road.send_all() == ["See you tomorrow"]
    assert open_road.send_all() == []


@pytest.mark.covers("P6")
def test_the_same_form_twice_is_one_text_for_later(open_road: Road, shift: Shift) -> None:
    first, second = for_later(open_road), for_later(open_road)
    assert first == second
    shift(2 * HOUR)
    assert open_road.send_all() == ["See you tomorrow"]


@pytest.mark.covers("X-16", "H-22")
def test_a_stop_before_its_time_cancels_it_and_a_new_yes_does_not_bring_it_back(open_road: Road, shift: Shift) -> None:
    for_later(open_road)
    open_road.texts_us("STOP")
    cancelled = next(each for each in open_road.outbound() if each.text == "See you tomorrow")
    assert (cancelled.status, cancelled.reason) == ("cancelled", "opted_out")
    open_road.texts_us("START")
    shift(2 * HOUR)
    assert "See you tomorrow" not in open_road.send_all()


@pytest.mark.covers("X-16")
def test_consent_is_read_again_at_its_time(open_road: Road, shift: Shift, monkeypatch: pytest.MonkeyPatch) -> None:
    """Even where nothing cancelled it on the way: the claim decides by the state of that moment."""
    for_later(open_road)
    monkeypatch.setattr(outbox, "cancel_waiting", lambda *facts, **more: None)
    open_road.texts_us("STOP")
    open_road.send_all()
    assert len(waiting(open_road)) == 1
    shift(2 * HOUR)
    assert "See you tomorrow" not in open_road.send_all()
    refused = next(each for each in open_road.outbound() if each.text == "See you tomorrow")
    assert (refused.status, refused.reason) == ("refused", "opted_out")


@pytest.mark.covers("H-22")
def test_who_may_not_be_texted_now_gets_nothing_for_later_either(road: Road) -> None:
    road.says_yes()
    road.texts_us("STOP")
    before = len(road.messages())
    answer = for_later(road)
    assert isinstance(answer, Refuse)
    assert answer.reason == "opted_out"
    assert len(road.messages()) == before


def test_it_stands_apart_until_it_leaves_and_then_at_the_end_of_the_thread(open_road: Road, shift: Shift) -> None:
    for_later(open_road)
    shift(HOUR / 2)
    open_road.texts_us("Is it on?")
    lines = open_road.database.read(lambda session: thread.read(session, open_road.business, open_road.row().id))
    assert "See you tomorrow" not in [each.text for each in lines.messages]
    assert [each.text for each in waiting(open_road)] == ["See you tomorrow"]
    assert open_road.row().last_message_text == "Is it on?"
    shift(HOUR)
    open_road.send_all()
    lines = open_road.database.read(lambda session: thread.read(session, open_road.business, open_road.row().id))
    assert [each.text for each in lines.messages][-1] == "See you tomorrow"
    assert waiting(open_road) == []
    assert open_road.row().last_message_text == "See you tomorrow"


def test_a_text_that_is_tried_again_is_none_for_later(open_road: Road) -> None:
    open_road.member_writes("Now")
    (claim,) = open_road.claim()
    open_road.land(claim.row, Rejected(Trouble.TEMPORARY, "503", "Busy.", 600))
    assert status(open_road)[0] == "queued"
    assert waiting(open_road) == []


def test_its_words_and_its_time_can_be_changed(open_road: Road, shift: Shift) -> None:
    for_later(open_road)
    assert change(open_road, waiting(open_road)[0], "See you on Friday" * 12, 3 * HOUR)
    (one,) = waiting(open_road)
    assert one.segments == 2
    shift(2 * HOUR)
    assert open_road.send_all() == []
    shift(2 * HOUR)
    assert open_road.send_all() == ["See you on Friday" * 12]


@pytest.mark.covers("P6")
def test_who_changes_or_cancels_it_after_the_claim_is_told_that_it_has_left(open_road: Road, shift: Shift) -> None:
    for_later(open_road)
    (one,) = waiting(open_road)
    shift(2 * HOUR)
    (claim,) = open_road.claim(limits=NO_LIMITS)
    assert not change(open_road, one, "Other words", HOUR)
    assert not open_road.write(lambda session: send_later.cancel(session, open_road.business, one))
    open_road.land(claim.row, Accepted("SM1"))
    sent = open_road.outbound()[-1]
    assert (sent.status, sent.text) == ("sent", "See you tomorrow")


def test_a_cancelled_one_never_leaves_and_stands_where_it_was_cancelled(open_road: Road, shift: Shift) -> None:
    for_later(open_road)
    (one,) = waiting(open_road)
    shift(HOUR / 2)
    assert open_road.write(lambda session: send_later.cancel(session, open_road.business, one))
    cancelled = open_road.outbound()[-1]
    assert cancelled.status == "cancelled"
    assert cancelled.created_at == cancelled.finished_at
    shift(2 * HOUR)
    assert open_road.send_all() == []


def test_a_text_that_could_not_leave_for_a_day_is_not_sent_out_of_place(open_road: Road, shift: Shift) -> None:
    for_later(open_road)
    shift(HOUR + send_later.LATE + HOUR)
    assert open_road.send_all() == []
    assert status(open_road) == ("cancelled", "expired")


def test_what_is_to_come_is_listed_in_the_order_of_its_time_and_for_one_business_alone(open_road: Road) -> None:
    for_later(open_road, "second", after=2 * HOUR, once="a")
    for_later(open_road, "first", once="b")
    for_later(open_road, "third", after=3 * HOUR, once="c")
    open_road.member_writes("not for later")

    def upcoming(business_id: str, limit: int = 10) -> list[str]:
        return [
            each.text
            for each in open_road.database.read(lambda session: send_later.upcoming(session, business_id, limit))
        ]

    assert upcoming(open_road.business) == ["first", "second", "third"]
    assert upcoming(open_road.business, 2) == ["first", "second"]
    assert upcoming(open_road.world.other.id) == []


@pytest.mark.covers("P10")
def test_another_business_finds_changes_and_cancels_none_of_it(open_road: Road) -> None:
    for_later(open_road)
    (one,) = waiting(open_road)
    other = open_road.world.other.id
    with pytest.raises(NotFound):
        open_road.database.read(lambda session: send_later.find(session, other, one.subscription_id, one.id))
    assert not open_road.write(lambda session: send_later.cancel(session, other, one))
    assert not open_road.write(
        lambda session: send_later.change(session, other, one, text="x", due_at=clock.now() + HOUR)
    )
    assert [each.text for each in waiting(open_road)] == ["See you tomorrow"]


def test_what_was_never_for_later_cannot_be_found(open_road: Road) -> None:
    row = open_road.row()
    (confirmation,) = open_road.outbound()
    with pytest.raises(NotFound):
        open_road.database.read(lambda session: send_later.find(session, open_road.business, row.id, confirmation.id))


@pytest.mark.parametrize(
    ("after", "sentence"),
    [
        (dt.timedelta(seconds=-1), "has passed"),
        (dt.timedelta(days=366), "within a year"),
        (dt.timedelta(days=364), ""),
        (dt.timedelta(minutes=1), ""),
    ],
)
def test_a_time_is_to_come_and_at_most_a_year_ahead(after: dt.timedelta, sentence: str) -> None:
    assert sentence in send_later.problem_of(clock.now() + after)


def test_the_list_of_what_is_to_come_walks_its_own_index(open_road: Road) -> None:
    """However many texts of all businesses are queued (speed.md, design 5)."""
    word = "EXPLAIN QUERY PLAN" if open_road.database.is_sqlite else "EXPLAIN"

    def explain(session: Session) -> str:
        compiled, road = send_later._UPCOMING._ready(session)
        if not open_road.database.is_sqlite:
            road.cursor.execute("SET enable_seqscan = off")
        road.cursor.execute(f"{word} {compiled.sql}", compiled.bind({"business_id": "x", "limit": 5}))
        return str(road.cursor.fetchall())

    assert "message_for_later" in open_road.database.read(explain)


def test_a_text_of_now_is_not_moved_by_its_claim(open_road: Road, shift: Shift) -> None:
    open_road.member_writes("Now")
    written = open_road.outbound()[-1].created_at
    shift(HOUR)
    open_road.send_all()
    assert open_road.outbound()[-1].created_at == written
