"""Whoever tampers with the ledger is found out, whatever they change; without the key file nobody can cover it up."""

import dataclasses
import datetime as dt
import os
import threading
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import pytest
import sqlalchemy as sa
from sqlmodel import Session

from portal.accounts.business import Business
from portal.accounts.key import Secrets
from portal.accounts.sender import SMS
from portal.column import table_of
from portal.consent import head, ledger, subscription, verification
from portal.consent.state import Carrier, Kind, Origin, Proof, State, Status
from portal.database import Database
from tests.consent.conftest import CLIENT, SECOND, Books
from tests.postgres import is_under_test

_l, _h, _s = ledger.table, head.table, subscription.table
LATER = dt.datetime(2026, 12, 24, 12, 0, tzinfo=dt.UTC)
ENTRIES = range(1, 6)
Tampering = Callable[[Session], object]


def run(statement: sa.Executable, session: Session) -> None:
    session.connection().execute(statement)


def change(books: Books, at: int, values: dict[str, Any]) -> Tampering:
    """Change columns of one entry."""
    statement = sa.update(_l).where(_l.c.business_id == books.business, _l.c.seq == at).values(**values)
    return partial(run, statement)


def the_other_subscription(books: Books, seq: int) -> str:
    mine = {each.seq for each in books.entries(CLIENT)}
    found: str = books.row(SECOND if seq in mine else CLIENT).id
    return found


def changes(books: Books, seq: int) -> dict[str, list[Any]]:
    """For every column of the entry, values that it does not have."""
    found = next(each for each in (*books.entries(CLIENT), *books.entries(SECOND)) if each.seq == seq)
    return {
        "business_id": ["0" * 32, *([books.other] if seq > 2 else [])], "seq": [seq + 1000],
        "subscription_id": [the_other_subscription(books, seq)],
        "channel": ["whatsapp"], "kind": [kind for kind in Kind if kind != found.kind],
        "origin": [origin for origin in Origin if origin != found.origin],
        "proof": [proof for proof in Proof if proof != found.proof],
        "scope": [scope for scope in (None, "", "marketing", "informational") if scope != found.scope],
        "carrier": [light for light in (None, *Carrier) if light != found.carrier], "actor": ["", "system:x"],
        "occurred_at": [LATER, found.occurred_at + dt.timedelta(microseconds=1)],
        "recorded_at": [LATER, found.recorded_at - dt.timedelta(microseconds=1)],
        "message_id": ["0" * 32], "submission_id": ["0" * 32],
        "evidence": [*_spoiled(found.evidence), []], "salts": [*_spoiled(found.salts), *_broken(found.salts)],
        "commitments": [*_spoiled(found.commitments), []],
        "previous_hash": ["0" * 64 if seq > 1 else "1" * 64, "", found.hash],
        "hash": ["f" * 64, "", found.previous_hash],
    }  # fmt: skip


def _spoiled(fields: dict[str, str]) -> list[dict[str, Any]]:
    """Each field gone, each changed, one added, all gone."""
    without = [{name: value for name, value in fields.items() if name != gone} for gone in fields]
    changed = [{**fields, name: value[::-1] + "0"} for name, value in fields.items()]
    return [*without, *changed, {**fields, "added": "00"}, {}]


def _broken(fields: dict[str, str]) -> list[dict[str, Any]]:
    return [{**fields, name: bad} for name in fields for bad in ("no hex", 7, None)]


@pytest.mark.covers("P11")
def test_an_untouched_ledger_verifies(written: Books) -> None:
    assert (written.verify().entries, written.verify().problem) == (5, "")
    assert (written.verify(written.other).entries, written.verify(written.other).problem) == (2, "")
    assert written.after(lambda session: None).problem == ""


@pytest.mark.covers("P11")
def test_a_ledger_that_has_no_entry_yet_verifies(books: Books) -> None:
    """Somebody wrote whom nobody had asked: there is a number, and nothing about its consent."""
    books.database.write(lambda session: subscription.lock(session, books.business, SMS, CLIENT))
    assert (books.verify().entries, books.verify().problem) == (0, "")


def test_every_table_column_of_an_entry_is_tried(written: Books) -> None:
    assert set(changes(written, 1)) == {column.key for column in _l.columns}


@pytest.mark.long
@pytest.mark.covers("P11")
def test_every_change_of_any_column_of_any_entry_is_named(written: Books) -> None:
    missed, tried = [], 0
    for seq in ENTRIES:
        for column, values in changes(written, seq).items():
            for value in values:
                problem = written.after(change(written, seq, {column: value})).problem
                tried += 1
                if f"Entry {seq}" not in problem:
                    missed.append((seq, column, value, problem))
    assert missed == []
    assert tried > 200


@pytest.mark.covers("P11")
def test_a_deleted_entry_is_named(written: Books) -> None:
    for seq in ENTRIES:
        delete = sa.delete(_l).where(_l.c.business_id == written.business, _l.c.seq == seq)
        problem = written.after(partial(run, delete)).problem
        assert f"Entry {seq} is missing" in problem


@pytest.mark.covers("P11")
def test_two_swapped_entries_are_named(written: Books) -> None:
    def swap(seq: int, session: Session) -> None:
        for before, after in ((seq, 99), (seq + 1, seq), (99, seq + 1)):
            change(written, before, {"seq": after})(session)

    for seq in ENTRIES[:-1]:
        assert f"Entry {seq} " in written.after(partial(swap, seq)).problem


def cut(books: Books, kept: int) -> Tampering:
    return partial(run, sa.delete(_l).where(_l.c.business_id == books.business, _l.c.seq > kept))


def move_head(books: Books, values: dict[str, Any]) -> Tampering:
    return partial(run, sa.update(_h).where(_h.c.business_id == books.business).values(**values))


@pytest.mark.covers("P11")
def test_a_tail_that_was_cut_off_is_named(written: Books) -> None:
    for kept in range(5):
        assert f"Entry {kept + 1} is missing" in written.after(cut(written, kept)).problem


@pytest.mark.covers("P11")
def test_moving_the_end_back_needs_the_key(written: Books) -> None:
    """Cut off and sealed anew with another key: all that can be done without the key file."""

    def cover_up(kept: int, session: Session) -> None:
        cut(written, kept)(session)
        last = _hash_of(session, written, kept)
        sealed = head.mac(os.urandom(32), written.business, kept, last)
        move_head(written, {"seq": kept, "hash": last, "mac": sealed})(session)

    for kept in range(5):
        assert f"Entry {kept} is not the end that was sealed" in written.after(partial(cover_up, kept)).problem


def _hash_of(session: Session, books: Books, seq: int) -> str:
    query = sa.select(_l.c.hash).where(_l.c.business_id == books.business, _l.c.seq == seq)
    return session.connection().execute(query).scalar() or head.GENESIS


@pytest.mark.covers("P11")
def test_a_changed_end_is_named(written: Books) -> None:
    changed: list[dict[str, Any]] = [{"seq": 4}, {"seq": 6}, {"hash": "f" * 64}, {"mac": "f" * 64}, {"mac": ""}]
    for values in changed:
        problem = written.after(move_head(written, values)).problem
        assert "ntry" in problem
        assert "the ledger was cut off" in problem


@pytest.mark.covers("P11")
def test_a_removed_end_is_named(written: Books) -> None:
    delete = sa.delete(_h).where(_h.c.business_id == written.business)
    assert written.after(partial(run, delete)).problem == "The record of the last entry is missing."


@pytest.mark.covers("P11")
def test_a_whole_rewritten_chain_is_found_out_by_its_seal(written: Books) -> None:
    """Every hash right, one fact left out, and still the key is missing."""

    def rewrite(session: Session) -> None:
        kept = [each for each in _entries(session, written) if each.kind != Kind.OPTED_OUT]
        cut(written, 0)(session)
        last = _append_all(session, kept)
        move_head(written, {"seq": len(kept), "hash": last})(session)

    assert "is not the end that was sealed" in written.after(rewrite).problem


def _entries(session: Session, books: Books) -> Sequence[Any]:
    query = sa.select(_l).where(_l.c.business_id == books.business).order_by(_l.c.seq)
    return session.connection().execute(query).all()


def _append_all(session: Session, kept: Sequence[Any]) -> str:
    last = head.GENESIS
    for seq, each in enumerate(kept, start=1):
        values = {**each._mapping, "seq": seq, "previous_hash": last}
        values["hash"] = last = ledger.entry_hash({name: value for name, value in values.items() if name != "hash"})
        session.connection().execute(sa.insert(_l).values(**values))
    return last


STATES: dict[str, Any] = {
    "status": Status.REQUESTED, "returns_to": Status.DECLINED, "carrier": Carrier.CLEAR, "origin": "offline",
    "scope": "marketing", "granted_scope": "marketing", "consent_seq": 77, "is_paused": False,
    "is_undeliverable": True, "in_review": True, "review_opened_at": LATER,
    "is_claimed": True, "invited_seq": 78, "changed_at": LATER, "last_entry_at": LATER,
}  # fmt: skip
OTHERS = {"number": "+14155550177", "channel": "whatsapp", "id": "0" * 32}


@pytest.mark.covers("P11", "P13")
def test_a_subscription_that_was_written_to_is_named(written: Books) -> None:
    """Also its number: consent belongs to the exact one."""
    row = written.row(SECOND)
    missed = []
    for column, value in ({**STATES, **OTHERS, "business_id": written.other}).items():
        assert getattr(row, column) != value
        statement = sa.update(_s).where(_s.c.id == row.id).values(**{column: value})
        problem = written.after(partial(run, statement)).problem
        if row.id not in problem and "belongs to a subscription that is gone" not in problem:
            missed.append((column, problem))
    assert missed == []


@pytest.mark.covers("P11")
def test_every_column_of_a_state_is_tried() -> None:
    state = {field.name.replace("last_at", "last_entry_at") for field in dataclasses.fields(State)}
    assert set(STATES) == state


@pytest.mark.covers("P11")
def test_a_removed_subscription_does_not_take_its_opt_out_along(written: Books) -> None:
    row = written.row(CLIENT)
    delete = sa.delete(_s).where(_s.c.id == row.id)
    problem = written.after(partial(run, delete)).problem
    assert problem == "Entry 1 belongs to a subscription that is gone."


@pytest.mark.covers("P11")
def test_a_ledger_that_is_gone_altogether_is_looked_for(written: Books) -> None:
    def remove(session: Session) -> None:
        cut(written, 0)(session)
        session.connection().execute(sa.delete(_h).where(_h.c.business_id == written.business))
        assert written.business in verification.businesses(session)

    assert "does not say what its ledger entries say" in written.after(remove).problem


def unreadable(session: Session, business_id: str) -> None:
    """Only SQLite stores a time that is none."""
    session.connection().exec_driver_sql(
        "UPDATE ledger_entry SET occurred_at = 'yesterday' WHERE seq = 3 AND business_id = ?", (business_id,)
    )


def undated(session: Session, business_id: str) -> None:
    session.connection().exec_driver_sql("ALTER TABLE ledger_entry ALTER occurred_at DROP NOT NULL")
    session.connection().exec_driver_sql(
        "UPDATE ledger_entry SET occurred_at = NULL WHERE seq = 3 AND business_id = %s", (business_id,)
    )


@pytest.mark.covers("P11")
@pytest.mark.parametrize("spoil", [undated] if is_under_test() else [unreadable])
def test_an_entry_that_cannot_be_read_is_named_too(written: Books, spoil: Callable[[Session, str], None]) -> None:
    assert written.after(lambda session: spoil(session, written.business)).problem.startswith("Entry 3 ")


@pytest.mark.covers("P11")
def test_another_key_file_does_not_verify(written: Books, database_url: str, secrets: Secrets) -> None:
    stranger = Database(database_url, secrets=dataclasses.replace(secrets, evidence=os.urandom(32)))
    try:
        verified = stranger.read(lambda session: verification.verify(session, written.business))
    finally:
        stranger.dispose()
    assert "is not the end that was sealed" in verified.problem


@pytest.mark.covers("P10", "P11")
def test_tampering_with_one_business_is_no_problem_of_another(written: Books) -> None:
    assert written.after(change(written, 2, {"actor": "x"}), business=written.other).problem == ""


@pytest.mark.covers("P11", "P20")
def test_a_check_during_work_raises_no_false_alarm(written: Books) -> None:
    """Everything it reads is of one moment, though clients opt in and out meanwhile."""
    is_over = threading.Event()

    def work() -> None:
        while not is_over.is_set():
            for kind in (Kind.OPTED_IN, Kind.OPTED_OUT):
                written.record(kind)

    worker = threading.Thread(target=work)
    worker.start()
    try:
        problems = {written.verify().problem for _ in range(30)}
    finally:
        is_over.set()
        worker.join()
    assert problems == {""}


@pytest.mark.covers("P11")
def test_every_business_is_listed(written: Books) -> None:
    query = sa.select(table_of(Business).c.id)
    ids = written.database.read(lambda session: session.connection().execute(query).scalars().all())
    assert written.database.read(verification.businesses) == sorted(ids)
