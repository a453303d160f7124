"""Who can be texted: each number counted once, where the gate itself says that it stands."""

import datetime as dt
from collections import Counter
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlmodel import Session

from portal.consent import own_pause, subscription
from portal.consent.purpose import Purpose
from portal.consent.state import NO, Status
from portal.contacts import contact
from portal.messaging import gate
from portal.reports import health
from portal.reports.health import Standing
from tests.reports.history import NUMBERS, Said, Told, facts

REFUSED = {
    "undeliverable": Standing.UNDELIVERABLE, "carrier_blocked": Standing.BLOCKED, "paused": Standing.PAUSED,
    gate.OWN_PAUSE: Standing.QUIET,
}  # fmt: skip
WAITING = {
    Status.NONE: Standing.NONE, Status.REQUESTED: Standing.REQUESTED, Status.DECLINED: Standing.DECLINED,
    Status.OPTED_OUT: Standing.OPTED_OUT,
}  # fmt: skip


def by_the_gate(row: Any) -> Standing | None:
    """What stands in the way of one text to this number by hand; None for a number that is nobody's any more."""
    if not row.is_current:
        return None
    if row.status in NO:
        return WAITING[Status(row.status)]
    if row.status != Status.OPTED_IN:
        return REFUSED.get(gate.barred(row) or "", WAITING[Status(row.status)])
    decision = gate.decide(row, Purpose.CONVERSATION)
    if isinstance(decision, gate.Refuse):
        return REFUSED[decision.kept_as]
    return Standing.IN_REVIEW if row.in_review else Standing.REACHABLE


def quiet(told: Told, number: str, until: dt.datetime) -> None:
    def work(session: Session) -> None:
        row = subscription.lock(session, told.business, "sms", number)
        own_pause.begin(session, row, until_at=until)

    told.database.write(work)


def read(told: Told) -> health.Health:
    found: health.Health = told.database.read(partial(health.read, business_id=told.business))
    return found


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    history=st.lists(facts, min_size=1, max_size=14),
    owners=st.sets(st.sampled_from(NUMBERS)),
    left=st.sets(st.sampled_from(NUMBERS)),
    resting=st.sets(st.sampled_from(NUMBERS)),
    hours=st.sampled_from([-1, 1]),
)
def test_each_number_stands_where_the_gate_says(
    begin: Callable[[], Told], history: list[Said], owners: set[str], left: set[str], resting: set[str], hours: int
) -> None:
    told = begin()
    ids = {number: told.meet("Nobody Real", number) for number in sorted(owners)}
    told.tell(history)
    for number in sorted(owners & left):
        told.database.write(partial(_leave, told=told, contact_id=ids[number]))
    for number in sorted(resting):
        quiet(told, number, told.now + dt.timedelta(hours=hours))
    expected = Counter(dict.fromkeys(Standing, 0))
    rows = [told.row(number) for number in NUMBERS]
    expected.update(found for row in rows if row is not None and (found := by_the_gate(row)))
    expected[Standing.NO_NUMBER] = len(owners & left)
    assert read(told).counts == expected


def _leave(session: Session, told: Told, contact_id: str) -> None:
    contact.replace_numbers(session, contact.get(session, told.business, contact_id), [])


def test_a_business_without_clients_has_every_standing_at_nothing(told: Told) -> None:
    found = read(told)
    assert (found.total, found.reachable, set(found.counts)) == (0, 0, set(Standing))


def test_a_contact_that_became_part_of_another_is_not_counted(told: Told) -> None:
    kept, gone = told.meet("Kept"), told.meet("Gone")

    def merge(session: Session) -> None:
        found = contact.get(session, told.business, gone)
        found.merged_into_id = kept
        session.add(found)

    told.database.write(merge)
    assert read(told).counts[Standing.NO_NUMBER] == 1


@pytest.mark.parametrize(
    ("count", "total", "words"),
    [
        (0, 0, "0%"), (0, 5, "0%"), (5, 5, "100%"), (1, 3, "33%"), (2, 3, "67%"), (1, 250, "0.4%"),
        (1, 10_000, "under 0.1%"), (249, 250, "99.6%"), (9_999, 10_000, "over 99.9%"), (1, 100, "1%"),
    ],
)  # fmt: skip
def test_a_share_never_says_all_or_nothing_where_it_is_not_true(count: int, total: int, words: str) -> None:
    assert health.percent(count, total) == words
