"""A sender whose provider takes nothing rests: no text is used up, a probe finds the end, others are undisturbed."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
from sqlmodel import Session

from portal import chance, clock, local_time
from portal.accounts import business as businesses
from portal.accounts import sender
from portal.messaging import breaker, claim, conversation
from portal.messaging.spending import Limits
from portal.providers.provider import Accepted, Rejected, Trouble, Unknown
from portal.statement import Statement, param
from tests.messaging.conftest import Road

NUMBERS = [f"+1415555{last:04d}" for last in range(100, 120)]
BUSY = Rejected(Trouble.TEMPORARY, "503", "The provider is busy.")
SUSPENDED = Rejected(Trouble.SENDER, "20003", "The account is suspended.")
LOST = Unknown("No answer came back.")
Shift = Callable[[dt.timedelta], None]

_STATE = Statement(sa.select(*sender.table.c).where(sender.table.c.business_id == param("business_id")))


@pytest.fixture(autouse=True)
def longest(monkeypatch: pytest.MonkeyPatch) -> None:
    """The longest pause that luck could choose."""
    monkeypatch.setattr(chance, "between", lambda low, high: high)


@pytest.fixture(autouse=True)
def frozen(monkeypatch: pytest.MonkeyPatch) -> None:
    moment = clock.now()
    monkeypatch.setattr(clock, "now", lambda: moment)


class Neighbour(Road):
    """The same for the other business."""

    @property
    def business(self) -> str:
        return self.world.other.id


def state(road: Road) -> Any:
    return road.database.read(lambda session: _STATE.first(session, business_id=road.business))


def full(road: Road, count: int) -> list[str]:
    """So many numbers with a text of a member that waits."""
    for number in NUMBERS[:count]:
        road.says_yes(number)
    road.send_all()
    for number in NUMBERS[:count]:
        road.member_writes(f"Hello {number}", number)
    return NUMBERS[:count]


def fail(road: Road, answer: Any, *, free: int = 1) -> int:
    """One turn of claims that all end so."""
    claims = road.claim(free)
    for each in claims:
        road.land(each.row, answer)
    return len(claims)


def seconds(road: Road) -> float:
    return float((state(road).rests_until_at - clock.now()).total_seconds())


@pytest.mark.covers("P7", "P21")
@pytest.mark.parametrize("answer", [BUSY, LOST], ids=["refused", "lost"])
def test_five_failures_in_a_row_begin_a_rest(road: Road, answer: Any) -> None:
    full(road, 8)
    assert [fail(road, answer) for _ in range(6)] == [1, 1, 1, 1, 1, 0]
    assert (state(road).rests, seconds(road)) == (1, 10.0)


@pytest.mark.covers("P7")
def test_a_text_that_is_taken_between_keeps_the_sender_awake(road: Road) -> None:
    full(road, 12)
    for answer in (BUSY, BUSY, BUSY, BUSY, Accepted("SM1"), BUSY, BUSY, BUSY, BUSY):
        assert fail(road, answer) == 1
    assert (state(road).rests, state(road).failures) == (0, 4)


@pytest.mark.covers("P7", "rules 24")
@pytest.mark.parametrize("trouble", [Trouble.CONTENT, Trouble.ROUTE])
def test_a_text_or_a_country_that_is_refused_says_nothing_against_the_provider(road: Road, trouble: Trouble) -> None:
    full(road, 8)
    for answer in (BUSY, BUSY, BUSY, BUSY, *[Rejected(trouble, "21408", "Refused.")] * 3):
        fail(road, answer)
    assert state(road).failures == 0


@pytest.mark.covers("P7")
def test_a_named_time_is_kept_by_the_whole_sender_and_costs_no_other_text_a_try(road: Road, shift: Shift) -> None:
    """Retry-After is said to the sender: with 429 for one text, the others are not sent to be refused too."""
    full(road, 8)
    fail(road, Rejected(Trouble.TEMPORARY, "429", "Too many.", 120.0))
    assert seconds(road) == 120.0
    assert fail(road, BUSY) == 0
    shift(dt.timedelta(seconds=119))
    assert fail(road, BUSY) == 0
    assert sum(each.attempts for number in NUMBERS[:8] for each in road.outbound(number)) == 8 + 1  # 8 confirmations


@pytest.mark.covers("P7")
def test_after_a_rest_one_probe_goes_and_its_success_wakes_the_sender(road: Road, shift: Shift) -> None:
    full(road, 8)
    while fail(road, BUSY):
        pass
    shift(dt.timedelta(seconds=11))
    (probe,) = road.claim(10)
    assert road.claim(10) == []
    road.land(probe.row, Accepted("SM1"))
    assert (state(road).rests, state(road).failures, state(road).rests_until_at) == (0, 0, None)
    assert len(road.claim(10)) == 7


@pytest.mark.covers("P7")
def test_rests_grow_to_a_bound_and_probes_use_up_no_text(road: Road, shift: Shift) -> None:
    """Twenty probes; twelve tries were all that a text had."""
    full(road, 6)
    while fail(road, BUSY):
        pass
    rests = []
    for _ in range(20):
        rests.append(seconds(road))
        shift(dt.timedelta(seconds=rests[-1]))
        assert fail(road, BUSY, free=10) == 1
    assert rests[:7] == [10.0, 20.0, 40.0, 80.0, 160.0, 300.0, 300.0]
    assert set(rests[5:]) == {300.0}
    waiting = [each for number in NUMBERS[:6] for each in road.outbound(number) if each.text.startswith("Hello")]
    assert {each.status for each in waiting} == {"queued"}
    assert max(each.attempts for each in waiting) == 1


@pytest.mark.covers("P7")
def test_a_probe_whose_process_died_is_followed_by_another(road: Road, shift: Shift) -> None:
    full(road, 8)
    while fail(road, BUSY):
        pass
    shift(dt.timedelta(seconds=11))
    assert len(road.claim(10)) == 1
    shift(breaker.PROBE + dt.timedelta(seconds=1))
    assert len(road.claim(10)) == 1


@pytest.mark.covers("P7", "P9")
def test_a_clock_that_is_set_back_does_not_prolong_a_rest(road: Road, shift: Shift) -> None:
    full(road, 8)
    while fail(road, BUSY):
        pass
    shift(dt.timedelta(days=-1))
    road.says_yes("+14155550199")
    assert len(road.claim(10)) == 1


@pytest.mark.covers("P7")
def test_a_sender_that_is_not_set_up_is_halted_and_keeps_what_waits(road: Road, shift: Shift) -> None:
    """The first two refusals may be those texts' own fault and are shown as failed; from the third on all wait."""
    full(road, 8)
    assert [fail(road, SUSPENDED) for _ in range(4)] == [1, 1, 1, 0]
    assert (state(road).rest_trouble, seconds(road)) == ("sender", 300.0)
    shift(dt.timedelta(seconds=301))
    assert fail(road, SUSPENDED, free=10) == 1
    assert seconds(road) == 600.0
    fates = [road.outbound(number)[-1].status for number in NUMBERS[:8]]
    assert sorted(fates) == ["failed"] * 2 + ["queued"] * 6


@pytest.mark.covers("P7")
def test_what_was_on_its_way_when_the_rest_began_keeps_its_place_and_its_tries(road: Road) -> None:
    full(road, 8)
    assert fail(road, BUSY, free=8) == 8
    rows = [road.outbound(number)[-1] for number in NUMBERS[:8]]
    assert {(each.status, each.attempts) for each in rows} == {("queued", 1)}
    assert state(road).rests == 1


@pytest.mark.covers("P7")
def test_another_business_goes_on_undisturbed(road: Road) -> None:
    full(road, 8)
    while fail(road, BUSY):
        pass
    Neighbour(road.world, road.database).says_yes("+14155550190")
    assert [each.row.business_id for each in road.claim(10)] == [road.world.other.id]


@pytest.mark.covers("P7")
def test_members_read_since_when_a_text_waits_and_when_it_is_tried_again(
    road: Road, monkeypatch: pytest.MonkeyPatch
) -> None:
    moment = dt.datetime(2026, 11, 22, 19, 2, tzinfo=dt.UTC)
    monkeypatch.setattr(clock, "now", lambda: moment)
    full(road, 6)
    fail(road, Rejected(Trouble.TEMPORARY, "429", "Too many.", 300.0))

    def said(session: Session) -> str:
        business = businesses.get(session, road.business)
        return conversation.read(session, business, road.row(NUMBERS[5]).id).lines[-1].explanation

    zone = road.database.read(lambda session: businesses.get(session, road.business).timezone)
    since, then = (local_time.hour(moment + dt.timedelta(minutes=each), zone) for each in (0, 5))
    expected = f"It waits. The provider takes no texts since today at {since}; the next try is at {then}."
    assert road.database.read(said) == expected


@pytest.mark.covers("P7")
def test_the_pause_of_one_text_is_anything_up_to_its_bound(road: Road, monkeypatch: pytest.MonkeyPatch) -> None:
    """Full jitter: what failed together does not come back together."""
    asked: list[tuple[float, float]] = []

    def between(low: float, high: float) -> float:
        asked.append((low, high))
        return high / 2

    monkeypatch.setattr(chance, "between", between)
    full(road, 1)
    fail(road, BUSY)
    assert asked == [(0.0, 5.0)]
    assert road.outbound(NUMBERS[0])[-1].due_at == clock.now() + dt.timedelta(seconds=2.5)


@pytest.mark.covers("P7")
def test_a_rate_holds_over_processes_and_is_made_up_by_no_burst(road: Road, shift: Shift) -> None:
    full(road, 12)
    shift(dt.timedelta(minutes=2))
    limits = Limits(0, 0, drain_second=3)

    def turn() -> int:
        return len(road.write(lambda session: claim.take(session, 10, limits)))

    assert [turn(), turn()] == [3, 0]
    shift(dt.timedelta(seconds=0.4))
    assert turn() == 1
    shift(dt.timedelta(seconds=60))
    assert [turn(), turn()] == [3, 0]


def test_what_has_just_become_due_knows_no_rate(road: Road) -> None:
    """A text to a group, or the hour at which texts may leave again: the provider queues them."""
    full(road, 8)
    assert len(road.write(lambda session: claim.take(session, 10, Limits(0, 0, drain_second=3)))) == 8
