"""What a day allows: segments with a reserve, automated texts, texts of one member; said once at 80 in 100."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa

from portal import clock
from portal.accounts import allowance
from portal.accounts.audit import AuditEntry
from portal.column import table_of
from portal.consent import subscription
from portal.consent.purpose import Purpose
from portal.messaging import claim, outbox, shelf_life, spending
from portal.messaging.spending import Limits
from portal.providers.provider import Accepted
from tests.messaging.conftest import Road
from tests.messaging.test_breaker import NUMBERS

MEMBER = "a member"
Take = Callable[..., list[Any]]


@pytest.fixture
def open_road(road: Road) -> Road:
    """Numbers that may be texted, at the beginning of a day."""
    for number in NUMBERS[:14]:
        road.says_yes(number)
    road.send_all()
    road.write(lambda session: session.execute(sa.text("DELETE FROM allowance")))
    return road


def queue(road: Road, number: str, *, purpose: Purpose = Purpose.CONVERSATION, member_id: str | None = None) -> None:
    def work(session: Any) -> None:
        row = subscription.lock(session, road.business, "sms", number)
        outbox.queue(session, row, "Hello", purpose=purpose, member_id=member_id)

    road.write(work)


def take(road: Road, limits: Limits, free: int = 20) -> list[str]:
    """One turn; the purposes that left."""
    claims = road.write(lambda session: claim.take(session, free, limits))
    for each in claims:
        road.land(each.row, Accepted(f"SM{each.row.id}"))
    return [each.row.purpose for each in claims]


def warnings(road: Road) -> int:
    entries = table_of(AuditEntry)
    query = sa.select(sa.func.count()).select_from(entries).where(entries.c.action == "spending.warned")
    return int(road.database.read(lambda session: session.execute(query).scalar_one()))


@pytest.mark.covers("P14")
def test_what_leaves_by_itself_ends_at_nine_tenths_and_the_rest_is_kept(open_road: Road) -> None:
    """Ten segments a day: nine automated texts, then the answer to a STOP."""
    limits = Limits(10, 0)
    for number in NUMBERS[:12]:
        queue(open_road, number, purpose=Purpose.AUTOMATED)
    assert take(open_road, limits) == ["automated"] * 9
    assert [open_road.outbound(number)[-1].reason for number in NUMBERS[9:12]] == ["capped"] * 3
    open_road.texts_us("STOP", NUMBERS[0])
    assert take(open_road, limits) == ["opt_out_confirmation"]


@pytest.mark.covers("P14")
def test_at_eighty_in_a_hundred_it_is_said_once_a_day(open_road: Road) -> None:
    limits = Limits(10, 0)
    for count, number in enumerate(NUMBERS[:10], start=1):
        queue(open_road, number)
        take(open_road, limits)
        assert warnings(open_road) == (1 if count >= 8 else 0)


@pytest.mark.covers("P14")
def test_automated_texts_have_a_number_of_their_own(open_road: Road) -> None:
    limits = Limits(0, 0, automated_day=2)
    for number in NUMBERS[:3]:
        queue(open_road, number, purpose=Purpose.AUTOMATED)
    assert take(open_road, limits) == ["automated"] * 2
    queue(open_road, NUMBERS[5])
    assert take(open_road, limits) == ["conversation"]


@pytest.mark.covers("P14")
def test_one_member_causes_only_so_many_texts_and_others_go_on(open_road: Road) -> None:
    limits = Limits(0, 0, member_day=3)
    for number in NUMBERS[:5]:
        queue(open_road, number, member_id=MEMBER)
    queue(open_road, NUMBERS[6], member_id="another")
    queue(open_road, NUMBERS[7])
    assert len(take(open_road, limits)) == 5
    assert [open_road.outbound(number)[-1].reason for number in NUMBERS[3:5]] == ["capped"] * 2


@pytest.mark.covers("P14", "P20")
def test_two_processes_at_once_pass_a_limit_by_one_turn_at_most(
    open_road: Road, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both read before either has written: what the other's turn took is not seen, and no more than that."""
    limits = Limits(6, 0)
    for number in NUMBERS[:14]:
        queue(open_road, number)
    with monkeypatch.context() as patch:
        patch.setattr(allowance, "used", lambda *_, **__: 0)
        assert len(take(open_road, limits, free=4)) == 4
        assert len(take(open_road, limits, free=4)) == 4
    assert take(open_road, limits, free=4) == []
    assert open_road.database.read(lambda session: spending.used(session, open_road.business)) <= 6 + 4


@pytest.mark.covers("P7")
@pytest.mark.parametrize("purpose", list(Purpose))
def test_every_purpose_has_a_word_about_its_end(purpose: Purpose) -> None:
    assert purpose in shelf_life.LASTS


def test_an_answer_to_a_stop_lasts_five_minutes_and_a_members_words_outlast_an_outage_of_a_day() -> None:
    now = clock.now()
    assert shelf_life.end(Purpose.OPT_OUT_CONFIRMATION, now) == now + dt.timedelta(minutes=5)
    words = shelf_life.end(Purpose.CONVERSATION, now)
    assert words is not None
    assert words >= now + dt.timedelta(days=2)


@pytest.mark.covers("rules 11", "P7")
def test_the_confirmation_of_an_opt_in_leaves_first_after_however_long_an_outage(
    road: Road, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Dropped as stale, it would let every other text leave without it."""
    road.says_yes()
    moment = clock.now() + dt.timedelta(days=30)
    monkeypatch.setattr(clock, "now", lambda: moment)
    road.member_writes("Back again")
    first, second = road.send_all()
    assert ("opted in" in first, second) == (True, "Back again")
