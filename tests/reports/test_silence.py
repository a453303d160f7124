"""Silence: who was asked and did not answer, and who agreed and was not in touch; by the days, and page by page."""

import datetime as dt
from functools import partial

import pytest

from portal.consent import subscription
from portal.consent.state import Kind, Origin, Proof
from portal.contacts import contact
from portal.errors import NotFound
from portal.reports import silence
from portal.reports.silence import Silence
from tests.reports.history import NUMBERS, Said, Told


def said(number: str, kind: Kind, *, after: int = 0) -> Said:
    return Said(number, kind, Origin.FORM, Proof.HANDSET, None, after, 0)


def read(told: Told) -> Silence:
    found: Silence = told.database.read(partial(silence.read, business_id=told.business))
    return found


def listed(told: Told, after: str = "") -> tuple[list[str], str | None]:
    rows, more = told.database.read(partial(silence.page, business_id=told.business, months=3, after=after, limit=2))
    return [row.number for row in rows], more


def touch(told: Told, number: str) -> None:
    row = told.row(number)
    told.database.write(
        lambda session: subscription.touch(session, row.id, at=told.now, text="hi", direction="inbound", unread=1)
    )


def test_requests_are_grouped_by_how_long_they_wait(told: Told) -> None:
    for number in NUMBERS:
        told.tell([said(number, Kind.ASKED)])
        told.now += dt.timedelta(days=10)
    told.now -= dt.timedelta(days=10)  # now; ten, twenty and thirty days ago
    assert [each.count for each in read(told).asked] == [1, 0, 3, 0]
    told.now += dt.timedelta(seconds=1)
    assert [each.count for each in read(told).asked] == [1, 0, 2, 1]
    assert read(told).unanswered == 4


def test_who_answered_waits_no_longer(told: Told) -> None:
    told.tell([said(NUMBERS[0], Kind.ASKED), said(NUMBERS[0], Kind.OPTED_IN)])
    assert read(told).unanswered == 0


def test_who_agreed_and_was_not_in_touch_is_counted_by_the_months(told: Told) -> None:
    told.tell([said(number, Kind.OPTED_IN) for number in NUMBERS])
    told.now += 7 * silence.MONTH
    touch(told, NUMBERS[0])
    told.tell([said(NUMBERS[1], Kind.OPTED_OUT)])
    assert [(each.months, each.count) for each in read(told).quiet] == [(3, 2), (6, 2), (12, 0)]


def test_a_former_number_is_not_silent(told: Told) -> None:
    client = told.meet("Nobody Real", NUMBERS[0])
    told.tell([said(NUMBERS[0], Kind.OPTED_IN)])
    told.database.write(
        lambda session: contact.replace_numbers(session, contact.get(session, told.business, client), [])
    )
    told.now += 4 * silence.MONTH
    assert read(told).quiet[0].count == 0
    assert listed(told) == ([], None)


def test_the_silent_are_listed_page_by_page_the_longest_first(told: Told) -> None:
    told.tell([said(number, Kind.OPTED_IN, after=1) for number in NUMBERS])
    told.now += 4 * silence.MONTH
    first, after = listed(told)
    assert after is not None
    assert (first, listed(told, after)) == (list(NUMBERS[:2]), (list(NUMBERS[2:]), None))


@pytest.mark.parametrize("after", ["x", "2026~", "~", "2026-11-22T10:00:00~a"])
def test_a_page_that_leads_nowhere_is_said(told: Told, after: str) -> None:
    with pytest.raises(NotFound):
        listed(told, after)
