"""Numbers that get no text: which, since when and why, and nobody who said No."""

import datetime as dt
from functools import partial

import pytest
from sqlmodel import Session

from portal.accounts.sender import SMS
from portal.consent import ledger, subscription
from portal.consent.state import Carrier, Kind, Origin, Proof
from portal.reports import unreachable
from portal.reports.unreachable import Unreachable, Why
from tests.reports.history import NUMBERS, Said, Told


def listed(told: Told, why: Why, after: str = "", limit: int = 50) -> tuple[list[Unreachable], str | None]:
    found: tuple[list[Unreachable], str | None] = told.database.read(
        partial(unreachable.page, business_id=told.business, why=why, after=after, limit=limit)
    )
    return found


def report(told: Told, number: str, kind: Kind, code: str) -> None:
    def work(session: Session) -> None:
        row = subscription.lock(session, told.business, SMS, number)
        ledger.record(
            session, row, kind, origin=Origin.PROVIDER, proof=Proof.ATTESTED, actor="provider", evidence={"code": code}
        )

    told.database.write(work)


def test_a_landline_says_since_when_and_what_its_code_means(told: Told) -> None:
    report(told, NUMBERS[0], Kind.UNDELIVERABLE, "30003")
    told.now += dt.timedelta(days=1)
    report(told, NUMBERS[0], Kind.UNDELIVERABLE, "30006")
    (found,), _ = listed(told, Why.UNDELIVERABLE)
    assert (found.since_at, found.code) == (told.now, "30006")
    assert found.words == "This is a landline, or its carrier takes no texts."


def test_a_block_that_came_with_a_stop_dates_from_it_and_the_client_is_back_since(told: Told) -> None:
    stop = Said(NUMBERS[0], Kind.OPTED_OUT, Origin.REPLY, Proof.HANDSET, Carrier.BLOCKED, 0, 0)
    told.tell([stop])
    assert listed(told, Why.BLOCKED) == ([], None)  # who said No is nobody to reach
    since = told.now
    told.tell([Said(NUMBERS[0], Kind.OPTED_IN, Origin.FORM, Proof.PERSONAL_LINK, None, 5, 0)])
    (found,), _ = listed(told, Why.BLOCKED)
    assert (found.number, found.since_at, found.words) == (NUMBERS[0], since, "")


@pytest.mark.parametrize("why", list(Why))
def test_each_list_goes_on_page_by_page(told: Told, why: Why) -> None:
    kinds = {Why.UNDELIVERABLE: Kind.UNDELIVERABLE, Why.BLOCKED: Kind.CARRIER_BLOCKED, Why.PAUSED: Kind.PAUSED}
    for number in NUMBERS:
        report(told, number, kinds[why], "1")
    first, after = listed(told, why, limit=3)
    rest, end = listed(told, why, after or "", limit=3)
    assert sorted(each.number for each in [*first, *rest]) == list(NUMBERS)
    assert (len(first), end) == (3, None)


def test_another_business_sees_nothing_of_it(told: Told) -> None:
    report(told, NUMBERS[0], Kind.UNDELIVERABLE, "30006")
    other = Told(told.database, "nobody", told.now)
    assert listed(other, Why.UNDELIVERABLE) == ([], None)
