"""Texts not covered: nothing that the house sends is, and whatever is sent behind the gate's back is found."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa

from portal import clock, encoder
from portal.consent import ledger
from portal.consent.purpose import Purpose
from portal.database import Database
from portal.evidence import coverage
from portal.evidence.coverage import BEFORE, COVERED, Problem
from portal.messaging import message, receipt
from portal.messaging.message import Direction, Fate
from tests.conftest import World
from tests.messaging.conftest import CLIENT, Road, shift

__all__ = ["shift"]

HOUR = dt.timedelta(hours=1)
_m = message.table


@pytest.fixture
def road(world: World, database: Database) -> Road:
    return Road(world, database)


def standings(road: Road) -> dict[str, int]:
    """How many texts of the last two days stand how, by the audit's own way."""
    now = clock.now()
    counted: dict[str, int] = {}
    for rows in coverage.pieces(road.database.read, road.business, now - 48 * HOUR, now + HOUR):
        for _, standing in coverage.judged(rows):
            counted[standing] = counted.get(standing, 0) + 1
    return counted


def found(road: Road) -> list[str]:
    """What the one query finds."""
    now = clock.now()
    return road.database.read(
        lambda session: [
            each.problem for each in coverage.not_covered(session, road.business, now - 48 * HOUR, now + HOUR)
        ]
    )


def smuggle(road: Road, *, purpose: Purpose = Purpose.CONVERSATION, **values: Any) -> str:
    """A text that says it was sent, and that the gate never saw."""
    now = clock.now()
    made: dict[str, Any] = {"status": Fate.SENT, "text": "Buy now", "purpose": str(purpose), "created_at": now} | values
    extra = {name: made.pop(name) for name in ("claimed_at", "receipt", "decision") if name in made}

    def work(session: Any) -> str:
        message_id = str(message.add(session, road.row(), direction=Direction.OUTBOUND, **made))
        if extra:
            session.connection().execute(sa.update(_m).where(_m.c.id == message_id).values(**extra))
        return message_id

    return str(road.write(work))


def change(road: Road, **values: Any) -> None:
    """In the newest text out, as somebody with the database's password could."""
    last = road.outbound()[-1].id
    road.write(lambda session: session.connection().execute(sa.update(_m).where(_m.c.id == last).values(**values)))


@pytest.mark.covers("P1", "rules 4", "rules 12")
def test_everything_that_leaves_by_the_gate_is_covered(road: Road, shift: Callable[[dt.timedelta], None]) -> None:
    """Confirmation, a member's text, HELP, the confirmation of a STOP, and the way back."""
    road.says_yes()
    road.send_all()
    for text in ("HELP", "STOP", "STOP", "START"):
        road.member_writes("See you on Friday")
        road.send_all()
        shift(HOUR)
        road.texts_us(text)
        road.send_all()
        shift(HOUR)
    purposes = {each.purpose for each in road.outbound() if each.claimed_at}
    assert purposes == {"opt_in_confirmation", "conversation", "help", "opt_out_confirmation"}
    assert found(road) == []
    assert set(standings(road)) == {COVERED}


@pytest.mark.covers("P1")
def test_a_text_written_behind_the_gates_back_is_found(road: Road) -> None:
    road.says_yes()
    smuggle(road)
    assert found(road) == [Problem.NO_RECEIPT]
    assert standings(road) == {Problem.NO_RECEIPT: 1}


@pytest.mark.covers("P1")
def test_a_text_after_an_opt_out_is_found_whatever_it_carries(road: Road) -> None:
    """With a claim, an entry and a receipt that fits: the ledger knows of the STOP all the same."""
    seq = road.says_yes().seq
    road.send_all()
    road.texts_us("STOP")
    road.send_all()
    decision = {"rule": "consent", "status": "opted_in", "scope": "informational", "carrier": "unknown"}
    smuggle(road, claimed_at=clock.now(), consent_seq=seq, decision=decision, receipt="0" * 64)
    assert found(road) == [Problem.AFTER_OPT_OUT]


@pytest.mark.covers("P1", "rules 4")
def test_a_second_confirmation_of_one_opt_out_is_found(road: Road) -> None:
    road.says_yes()
    road.texts_us("STOP")
    road.send_all()
    smuggle(road, purpose=Purpose.OPT_OUT_CONFIRMATION, claimed_at=clock.now(), receipt="0" * 64)
    assert found(road) == [Problem.AFTER_OPT_OUT]


@pytest.mark.covers("P1")
def test_a_request_after_a_no_that_nobody_asked_for_is_found(road: Road) -> None:
    road.says_yes()
    road.texts_us("STOP")
    smuggle(road, purpose=Purpose.OPT_IN_REQUEST, claimed_at=clock.now(), receipt="0" * 64)
    assert Problem.AFTER_OPT_OUT in found(road)


@pytest.mark.covers("P1", "P13")
@pytest.mark.parametrize("entry", [None, 1, 999])
def test_the_entry_must_be_an_opt_in_of_the_same_number(road: Road, entry: int | None) -> None:
    """None at all, another number's, one that does not exist."""
    road.says_yes("+14155550133")
    road.says_yes()
    smuggle(road, claimed_at=clock.now(), consent_seq=entry, receipt="0" * 64)
    assert found(road) == [Problem.NO_ENTRY]


@pytest.mark.covers("P11")
@pytest.mark.parametrize(
    "values",
    [
        {"purpose": "help"},
        {"decision": {"rule": "consent", "status": "opted_in", "scope": "marketing", "carrier": "unknown"}},
        {"decision": None},
        {"receipt": "0" * 64},
        {"channel": "whatsapp"},
        {"claimed_at": dt.datetime(2026, 1, 1, tzinfo=dt.UTC)},
    ],
)
def test_a_receipt_does_not_fit_what_was_changed_later(road: Road, values: dict[str, Any]) -> None:
    road.says_yes()
    road.send_all()
    road.member_writes("See you on Friday")
    road.send_all()
    change(road, **values)
    row = road.outbound()[-1]
    entry = road.database.read(lambda session: ledger.entries(session, road.business, row.subscription_id))[0]
    assert not receipt.is_true(row, entry.hash)


@pytest.mark.covers("P11")
def test_a_receipt_can_be_made_again_from_the_text_and_the_ledger(road: Road) -> None:
    """By anybody, with SHA-256 and JSON alone."""
    road.says_yes()
    road.send_all()
    row = road.outbound()[-1]
    entry = road.database.read(lambda session: ledger.entries(session, road.business, row.subscription_id))[0]
    covered = receipt.fields(row)
    assert covered == {
        "format": "portal-receipt-1", "message": row.id, "subscription": row.subscription_id, "channel": "sms",
        "purpose": "opt_in_confirmation", "entry": entry.seq, "decided_at": clock.rfc3339(row.claimed_at),
        "rule": "confirms_opt_in", "status": "opted_in", "scope": "informational", "carrier": "unknown",
    }  # fmt: skip
    assert CLIENT not in encoder.canonical(covered).decode()
    assert receipt.digest(covered, entry.hash) == row.receipt
    assert receipt.digest(covered, "0" * 64) != row.receipt


@pytest.mark.covers("P1")
def test_a_row_that_says_opted_in_without_an_entry_opens_nothing(road: Road) -> None:
    """What somebody writes into the row of a number is no consent: the claim asks the ledger for the entry."""
    road.says_yes()
    road.send_all()
    road.member_writes("Hello")
    table = sa.Table("subscription", _m.metadata)
    road.write(lambda session: session.connection().execute(sa.update(table).values(consent_seq=999)))
    assert road.send_all() == []
    assert road.outbound()[-1].status == "refused"


def test_texts_from_before_receipts_are_counted_apart(road: Road) -> None:
    road.says_yes()
    road.send_all()
    change(road, receipt=None, decision=None)
    began = sa.update(receipt.start).values(since_at=clock.now() + HOUR)
    road.write(lambda session: session.connection().execute(began))
    assert found(road) == []
    assert standings(road) == {BEFORE: 1}


def test_a_text_after_an_opt_out_is_found_before_receipts_too(road: Road) -> None:
    began = sa.update(receipt.start).values(since_at=clock.now() + HOUR)
    road.write(lambda session: session.connection().execute(began))
    seq = road.says_yes().seq
    road.texts_us("STOP")
    smuggle(road, claimed_at=clock.now(), consent_seq=seq)
    assert found(road) == [Problem.AFTER_OPT_OUT]


@pytest.mark.covers("P1")
def test_what_did_not_leave_is_nobodys_concern(road: Road) -> None:
    road.says_yes()
    road.texts_us("STOP")
    smuggle(road, status=Fate.CANCELLED)
    smuggle(road, status=Fate.REFUSED)
    assert standings(road) == {}
