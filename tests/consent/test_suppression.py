"""What outlives an erasure: the opt-out under a keyed hash, and entries that lose what they told and nothing else."""

import dataclasses
import datetime as dt
import os
from functools import partial
from typing import Any

import pytest
import sqlalchemy as sa
from sqlmodel import Session

from portal.accounts.key import Secrets
from portal.accounts.sender import SMS, WHATSAPP
from portal.consent import erased_subscription, ledger, subscription, suppression
from portal.consent.state import Kind, Origin, Proof, Status
from portal.database import Database
from tests.consent.conftest import CLIENT, SECOND, Books

AT = dt.datetime(2026, 11, 22, 15, 0, tzinfo=dt.UTC)
MEXICAN = ("+525512345678", "+5215512345678")
_l = ledger.table
_refused = pytest.raises(sa.exc.DBAPIError, match="never changed or removed")


def keep(books: Books, number: str = CLIENT) -> None:
    books.database.write(lambda session: suppression.keep(session, books.business, number, reason="asked", at=AT))


def put_away(books: Books, number: str = CLIENT) -> str:
    def work(session: Session) -> str:
        row = subscription.lock(session, books.business, SMS, number)
        erased_subscription.put_away(session, row, at=AT)
        return str(row.id)

    return str(books.database.write(work))


def new_row(books: Books, number: str = CLIENT, channel: str = SMS, business: str = "") -> Any:
    return books.database.write(lambda session: subscription.lock(session, business or books.business, channel, number))


@pytest.mark.covers("P17", "rules 16")
def test_a_suppressed_number_is_opted_out_from_the_first_moment_of_its_new_row(books: Books) -> None:
    keep(books)
    assert (new_row(books).status, new_row(books).origin) == (Status.OPTED_OUT, Origin.SYSTEM)
    (entry,) = books.entries()
    assert (entry.kind, entry.evidence) == (
        Kind.OPTED_OUT, {"number": CLIENT, "reason": subscription.SUPPRESSED, "because": "asked"},
    )  # fmt: skip
    assert new_row(books, channel=WHATSAPP).status == Status.OPTED_OUT
    assert new_row(books, SECOND).status == Status.NONE
    assert new_row(books, business=books.other).status == Status.NONE
    assert books.verify().problem == ""


@pytest.mark.covers("P17", "P13")
def test_every_spelling_of_the_handset_is_suppressed(books: Books) -> None:
    keep(books, MEXICAN[0])
    assert {new_row(books, spelling).status for spelling in MEXICAN} == {Status.OPTED_OUT}


@pytest.mark.covers("P17")
def test_the_table_names_nobody_without_the_key(books: Books, database_url: str, secrets: Secrets) -> None:
    keep(books)
    rows = books.database.read(lambda session: session.execute(sa.select(suppression.table)).all())
    assert not any(piece in str(rows) for piece in (CLIENT, CLIENT[1:], CLIENT[-7:], CLIENT[::-1]))
    stranger = Database(database_url, secrets=dataclasses.replace(secrets, suppression=os.urandom(32)))
    try:
        assert stranger.read(lambda session: suppression.find(session, books.business, CLIENT)) is None
    finally:
        stranger.dispose()


@pytest.mark.covers("P12", "P17")
@pytest.mark.parametrize(
    ("proof", "status"),
    [
        (Proof.HANDSET, Status.OPTED_IN),
        (Proof.PERSONAL_LINK, Status.OPTED_IN),
        (Proof.ANONYMOUS, Status.OPTED_OUT),
        (Proof.ATTESTED, Status.OPTED_OUT),
    ],
)
def test_only_the_clients_own_act_opens_a_suppressed_number_and_lifts_the_suppression(
    books: Books, proof: Proof, status: Status
) -> None:
    keep(books)
    assert books.record(Kind.OPTED_IN, proof=proof).after.status is status
    found = books.database.read(lambda session: suppression.find(session, books.business, CLIENT))
    assert (found is None) == (status is Status.OPTED_IN)
    assert new_row(books, channel=WHATSAPP).status == (Status.NONE if found is None else Status.OPTED_OUT)


@pytest.mark.covers("P17")
def test_a_second_erasure_suppresses_again(books: Books) -> None:
    keep(books)
    put_away(books)
    books.record(Kind.OPTED_IN)
    put_away(books)
    keep(books)
    assert new_row(books).status == Status.OPTED_OUT


CHANGED: dict[str, Any] = {
    "business_id": "other", "seq": 99, "subscription_id": "x", "channel": "whatsapp", "kind": "opted_in",
    "origin": "x", "proof": "x", "scope": "x", "carrier": "x", "actor": "x", "occurred_at": AT, "recorded_at": AT,
    "message_id": "x", "submission_id": "x", "commitments": {}, "previous_hash": "x", "hash": "x",
}  # fmt: skip


@pytest.mark.covers("P11", "P17", "rules 17")
def test_an_entry_may_lose_its_values_and_salts_and_nothing_else(written: Books) -> None:
    columns = {column.key for column in _l.columns}
    assert set(CHANGED) | {"evidence", "salts"} == columns
    one = sa.update(_l).where(_l.c.business_id == written.business, _l.c.seq == 4)
    told = written.entries()[-1]
    refused = [{name: value, "evidence": {}, "salts": {}} for name, value in CHANGED.items()]
    refused += [{"evidence": {}}, {"salts": {}}, {"evidence": {"words": "GO"}, "salts": {}}]
    refused += [{"evidence": {"number": CLIENT}, "salts": {"number": told.salts["number"]}}]
    for values in refused:
        if values.get("business_id"):
            values["business_id"] = written.other
        with _refused:
            written.database.write(partial(run, one.values(**values)))
    written.database.write(partial(run, one.values(evidence={}, salts={})))
    assert [(entry.evidence == {}, entry.hash) for entry in written.entries()][-1] == (True, told.hash)


def run(statement: sa.Executable, session: Session) -> None:
    session.connection().execute(statement)


@pytest.mark.covers("P11", "P17")
def test_a_ledger_with_an_erased_number_verifies_and_another_change_is_still_named(written: Books) -> None:
    row_id = put_away(written)
    assert (written.verify().entries, written.verify().problem) == (5, "")
    counted = written.database.read(lambda session: subscription.counts(session, written.business))
    assert sum(counted.values()) == 1
    one = sa.update(_l).where(_l.c.business_id == written.business, _l.c.subscription_id == row_id)
    for values in ({"actor": "x"}, {"evidence": {"number": CLIENT}}, {"salts": {"number": "00"}}):
        assert "Entry 1" in written.after(partial(run, one.values(**values))).problem


@pytest.mark.covers("P11", "P17")
def test_taking_a_number_away_without_the_key_is_no_erasure(written: Books, secrets: Secrets) -> None:
    """Emptied entries, no subscription and a row that says it was erased: only the seal is missing."""

    def pretend(status: str, secret: bytes, session: Session) -> None:
        row = subscription.find(session, written.business, SMS, CLIENT)
        erased_subscription.put_away(session, row, at=AT)
        forged = erased_subscription.seal(secret, written.business, row.id, status)
        run(sa.update(erased_subscription.table).values(seal=forged, status=status), session)

    def named(tamper: Any) -> str:
        return written.after(tamper).problem

    assert named(partial(pretend, "opted_out", os.urandom(32))) == "Entry 1: its evidence “number” was removed."
    assert "was erased and does not say" in named(partial(pretend, "none", secrets.evidence))
    emptied = sa.update(_l).where(_l.c.business_id == written.business, _l.c.seq == 1).values(evidence={}, salts={})
    assert named(partial(run, emptied)) == "Entry 1: its evidence “number” was removed."
