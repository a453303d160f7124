"""A Yes in a questionnaire that the handset never confirmed lapses; what the gate asked stays asked (B2.2)."""

import datetime as dt
from collections.abc import Callable

import pytest
from sqlmodel import Session

from portal.accounts.sender import SMS
from portal.consent import ledger, subscription
from portal.consent.state import Kind, Origin, Proof, Status
from portal.messaging import lapse
from tests.messaging.conftest import CLIENT, Road

WEEK = dt.timedelta(days=7)


@pytest.mark.covers("B.3")
def test_a_request_of_a_form_lapses_after_a_week_of_silence(road: Road, shift: Callable[[dt.timedelta], None]) -> None:
    road.is_asked()
    shift(WEEK - dt.timedelta(minutes=1))
    assert road.write(lapse.run) == 0
    shift(dt.timedelta(minutes=2))
    assert road.write(lapse.run) == 1
    assert road.row().status == Status.NONE
    assert road.kinds() == ["asked", "lapsed"]
    assert road.send_all() == []
    road.texts_us("YES")
    assert road.row().status == Status.NONE


@pytest.mark.covers("B2.2")
def test_what_the_gate_asked_stays_asked(road: Road, shift: Callable[[dt.timedelta], None]) -> None:
    def ask(session: Session) -> None:
        row = subscription.lock(session, road.business, SMS, CLIENT)
        ledger.record(
            session, row, Kind.ASKED, origin=Origin.BUSINESS_FIRST, proof=Proof.ATTESTED, actor="member:x", evidence={}
        )

    road.write(ask)
    shift(10 * WEEK)
    assert road.write(lapse.run) == 0
    assert road.row().status == Status.REQUESTED


def test_an_answer_that_comes_first_wins(road: Road, shift: Callable[[dt.timedelta], None]) -> None:
    road.is_asked()
    shift(2 * WEEK)
    road.texts_us("YES")
    assert road.write(lapse.run) == 0
    assert road.row().status == Status.OPTED_IN
