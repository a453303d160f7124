"""Slots between businesses: one with a backlog, or with a slow provider, keeps nobody waiting (P21)."""

from collections import Counter

import pytest
import sqlalchemy as sa

from portal.messaging import claim, lane
from portal.messaging.share import Share
from portal.messaging.spending import Limits
from portal.providers.provider import Accepted
from tests.messaging.conftest import Road
from tests.messaging.test_breaker import NUMBERS, Neighbour, full

LIMITS = Limits(0, 0)


@pytest.fixture
def neighbour(road: Road) -> Neighbour:
    return Neighbour(road.world, road.database)


def take(road: Road, share: Share) -> list[str]:
    """One turn, started as the dispatcher starts it; whose texts were taken."""
    claims = road.write(lambda session: claim.take(session, 0, LIMITS, share=share))
    for each in claims:
        share.take(each.row.business_id)
    return [each.row.business_id for each in claims]


@pytest.mark.covers("P21")
@pytest.mark.parametrize(
    ("waiting", "held", "expected"),
    [
        ("a", {}, {"a": 4}),
        ("ab", {}, {"a": 2, "b": 2}),
        ("ab", {"a": 3}, {"b": 1}),
        ("ab", {"a": 4}, {"b": 1}),
        ("a", {"a": 4}, {}),
        ("ab", {"a": 4, "b": 1}, {}),
        ("abc", {"a": 2, "b": 1}, {"c": 1}),
        ("", {}, {}),
    ],
)
def test_a_free_slot_goes_to_whoever_has_least_on_its_way(
    waiting: str, held: dict[str, int], expected: dict[str, int]
) -> None:
    """Four slots, and one more for a business that has nothing on its way."""
    share = Share(4, 1)
    for name, count in held.items():
        for _ in range(count):
            share.take(name)
    assert share.portions(list(waiting), Counter()) == expected


@pytest.mark.covers("P21")
def test_where_there_are_more_businesses_than_slots_another_one_begins_each_time() -> None:
    share = Share(2)
    begun = [set(share.portions(list("abcdef"), Counter())) for _ in range(3)]
    assert set.union(*begun) == set("abcdef")


@pytest.mark.covers("P21")
def test_one_reply_passes_a_backlog_that_was_there_before_it(road: Road, neighbour: Neighbour) -> None:
    """At equal urgency; the backlog fills every slot while nobody else waits."""
    neighbour.says_yes("+14155550190")
    full(road, 12)
    assert take(road, Share(4, 1)) == [road.business] * 4
    neighbour.member_writes("On my way", "+14155550190")
    assert Counter(take(road, Share(4, 1))) == {road.business: 3, neighbour.business: 1}


@pytest.mark.covers("P21")
def test_a_slow_provider_of_one_business_holds_all_slots_but_the_spare(road: Road, neighbour: Neighbour) -> None:
    full(road, 12)
    share = Share(4, 1)
    assert take(road, share) == [road.business] * 4
    assert take(road, share) == []
    neighbour.says_yes("+14155550190")
    share = Share(4, 1)
    for _ in range(4):
        share.take(road.business)
    assert take(road, share) == [neighbour.business]
    assert share.is_full


@pytest.mark.covers("P21", "P7")
def test_a_backlog_that_went_stale_does_not_hold_up_what_did_not(road: Road, monkeypatch: pytest.MonkeyPatch) -> None:
    """Turn after turn, without a pause between: the dispatcher hears that there is more."""
    full(road, 12)
    monkeypatch.setattr(claim, "LOOK_AT_MOST", 4)
    stale = sa.text("UPDATE message SET expires_at = due_at WHERE status = 'queued' AND number <> :last")
    road.write(lambda session: session.execute(stale, {"last": NUMBERS[11]}))
    share = Share(2)
    turns: list[list[str]] = [[]]
    while not turns[-1]:
        turns.append(take(road, share))
        assert turns[-1] or share.has_more
    assert turns[-1] == [road.business]
    ended = [(each.status, each.reason) for number in NUMBERS[:11] for each in road.outbound(number)[-1:]]
    assert set(ended) == {("cancelled", "expired")}


@pytest.mark.covers("P21")
def test_a_look_goes_on_where_the_last_one_ended(
    road: Road, neighbour: Neighbour, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However many senders have something that waits, none is forgotten."""
    full(road, 1)
    neighbour.says_yes("+14155550190")
    monkeypatch.setattr(lane, "_LOOK", lane.leaps(1))
    monkeypatch.setattr(lane, "MOST", 1)
    share = Share(8)
    found = [business for _ in range(3) for business in take(road, share)]
    assert Counter(found) == {road.business: 1, neighbour.business: 1}


@pytest.mark.covers("P21")
def test_the_most_urgent_text_of_a_business_goes_first(road: Road) -> None:
    full(road, 4)
    road.texts_us("STOP", NUMBERS[3])
    (first,) = road.claim(1)
    assert first.row.purpose == "opt_out_confirmation"
    road.land(first.row, Accepted("SM1"))
