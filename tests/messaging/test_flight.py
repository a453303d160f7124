"""What is on its way when a STOP comes: it lands, or it never starts; it is not tried again, whatever happens since."""

import datetime as dt
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace
from typing import cast

import pytest
import sqlalchemy as sa
from sqlmodel import Session

from portal import clock, jobs
from portal.consent.state import Proof
from portal.jobs import sending
from portal.messaging import flight, outcome
from portal.providers.provider import Accepted, Rejected, Trouble
from portal.statement import Statement
from tests.messaging.conftest import Road
from tests.proof.fleet import wait_until

BUSY = Rejected(Trouble.TEMPORARY, "503", "The provider is busy.", 0.0)
LEASES = Statement(flight.table.select())


@pytest.mark.covers("P1")
@pytest.mark.parametrize("fate", ["busy", "too late"])
def test_a_text_that_a_stop_caught_on_its_way_is_not_tried_again_even_after_start(road: Road, fate: str) -> None:
    road.says_yes()
    road.send_all()
    road.member_writes("See you on Friday")
    (claimed,) = road.claim()
    road.texts_us("STOP")
    if fate == "busy":
        road.land(claimed.row, BUSY)
    else:
        road.write(lambda session: outcome.give_back(session, claimed.row))
    road.texts_us("START")
    assert all("Friday" not in text for text in road.send_all())
    stopped = road.outbound()[1]
    assert (stopped.status, stopped.reason) == ("cancelled", "opted_out")


@pytest.mark.covers("P1", "rules 12")
def test_a_stop_takes_back_the_answer_to_an_earlier_help(road: Road) -> None:
    road.texts_us("HELP")
    road.texts_us("STOP")
    assert [text for text in road.send_all() if "opted out" not in text] == []


@pytest.mark.covers("P1", "X-26")
def test_help_after_a_stop_is_answered_and_a_repeated_stop_takes_it_back(road: Road) -> None:
    road.texts_us("STOP")
    road.texts_us("HELP")
    road.texts_us("stop")
    assert len(road.send_all()) == 1


@pytest.mark.covers("P1", "rules 4")
def test_stop_start_stop_is_confirmed_once_after_the_last(road: Road) -> None:
    road.says_yes()
    road.send_all()
    for text in ("STOP", "START", "STOP"):
        road.texts_us(text)
    assert len(road.send_all()) == 1


@pytest.mark.covers("P1", "rules 4")
def test_an_earlier_confirmation_on_its_way_is_waited_for(road: Road) -> None:
    """Or two of them would start after the second STOP's 2xx."""
    road.says_yes()
    road.send_all()
    road.texts_us("STOP")
    assert len(road.claim()) == 1
    road.texts_us("START")
    assert road.texts_us("STOP").has_flight


@pytest.mark.covers("P1", "P3")
def test_a_repeated_stop_waits_for_what_the_first_one_stopped_though_the_client_came_back(road: Road) -> None:
    road.says_yes()
    assert len(road.claim()) == 1
    road.texts_us("STOP", event_id="in:SMsame")
    road.says_yes(proof=Proof.PERSONAL_LINK)
    assert road.texts_us("STOP", event_id="in:SMsame").has_flight


@pytest.mark.covers("P1")
def test_the_confirmation_of_a_stop_does_not_hold_up_its_repetition(road: Road) -> None:
    road.says_yes()
    road.send_all()
    road.texts_us("STOP", event_id="in:SMsame")
    assert len(road.claim()) == 1
    assert not road.texts_us("STOP", event_id="in:SMsame").has_flight


@pytest.mark.covers("P1")
def test_nothing_stopped_is_on_its_way_so_an_ordinary_text_is_answered_at_once(road: Road) -> None:
    road.says_yes()
    assert len(road.claim()) == 1
    assert not road.texts_us("Hello").has_flight


@pytest.mark.covers("P1", "P20")
def test_the_end_of_an_old_lease_leaves_a_newer_one_of_the_same_text(
    road: Road, shift: Callable[[dt.timedelta], None]
) -> None:
    """A process that was paused gives a text back and another one claims it, while the timetable looks for the dead."""
    road.says_yes()
    (claimed,) = road.claim()
    shift(flight.LEASE + dt.timedelta(seconds=1))
    road.write(lambda session: outcome.give_back(session, claimed.row))
    assert len(road.claim()) == 1
    road.write(lambda session: flight.land_overdue(session, claimed.row.id, now=clock.now()))
    assert len(road.database.read(LEASES.rows)) == 1


@pytest.mark.covers("P6")
def test_the_timetable_ends_a_lease_that_is_over_and_none_before(
    road: Road, shift: Callable[[dt.timedelta], None]
) -> None:
    timetable = cast(jobs.Timetable, SimpleNamespace(database=road.database))
    road.says_yes()
    road.claim()
    sending.expire_leases(timetable)
    assert road.outbound()[0].status == "sending"
    shift(flight.LEASE + dt.timedelta(seconds=1))
    sending.expire_leases(timetable)
    assert road.outbound()[0].status == "unknown"


@pytest.mark.covers("P6")
def test_an_answer_that_comes_after_its_lease_ended_is_still_believed(
    road: Road, shift: Callable[[dt.timedelta], None]
) -> None:
    road.says_yes()
    (claimed,) = road.claim()
    shift(flight.LEASE + dt.timedelta(seconds=1))
    road.write(outcome.expire_leases)
    assert road.outbound()[0].status == "unknown"
    road.land(claimed.row, Accepted("SM1"))
    assert (road.outbound()[0].status, road.outbound()[0].provider_id) == ("sent", "SM1")


@pytest.mark.covers("P6")
def test_a_refusal_that_comes_after_its_lease_ended_sends_nothing_again(
    road: Road, shift: Callable[[dt.timedelta], None]
) -> None:
    """Somebody may already have read that its outcome is unknown, and acted on it."""
    road.says_yes()
    (claimed,) = road.claim()
    shift(flight.LEASE + dt.timedelta(seconds=1))
    road.write(outcome.expire_leases)
    road.land(claimed.row, BUSY)
    assert road.send_all() == []
    assert road.outbound()[0].status == "unknown"


@pytest.mark.covers("P1")
def test_one_number_has_one_text_on_its_way(road: Road) -> None:
    road.says_yes()
    road.send_all()
    for turn in range(5):
        road.member_writes(f"Text {turn}")
    assert len(road.claim()) == 1
    assert road.claim() == []


@pytest.mark.only_on_postgres
@pytest.mark.covers("P1", "P20")
def test_a_stop_also_ends_what_another_process_is_just_giving_back(road: Road) -> None:
    """Both at the same moment: the STOP begins while the text is queued again, and that is not yet committed."""
    road.says_yes()
    road.send_all()
    road.member_writes("See you on Friday")
    (claimed,) = road.claim()
    given, may_commit = threading.Event(), threading.Event()

    def give_back(session: Session) -> None:
        outcome.give_back(session, claimed.row)
        session.connection().execute(sa.text("SELECT 1"))  # whatever is kept back is sent
        given.set()
        assert may_commit.wait(30)

    with ThreadPoolExecutor(2) as both:
        back = both.submit(road.write, give_back)
        assert given.wait(30)
        stop = both.submit(road.texts_us, "STOP")
        try:
            wait_until(lambda: stop.done() or is_anybody_waiting(road), "the STOP's wait for the text", within=20)
        finally:
            may_commit.set()
        back.result(30)
        stop.result(30)
    assert road.outbound()[1].status == "cancelled"


def is_anybody_waiting(road: Road) -> bool:
    """For a lock that somebody else holds."""
    waiting = sa.text("SELECT count(*) FROM pg_locks WHERE NOT granted")
    return bool(road.database.read(lambda session: session.connection().execute(waiting).scalar_one()))
