"""Whoever is erased is nowhere any more, in no spelling; their opt-out counts on; and the ledger verifies (P17)."""

import sqlite3
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlmodel import SQLModel

from portal import clock
from portal.consent import verification
from portal.demo.client import OWEN, ROSA
from portal.erasure import erasure, treatment, wiping
from portal.erasure.removal import Erased
from tests.erasure.conftest import Town, hits
from tests.postgres import is_under_test

PEOPLE = (OWEN, ROSA)


def test_every_table_has_a_word_on_what_an_erasure_does_to_it() -> None:
    """A table that is new must be thought of: see portal/erasure/treatment.py."""
    words = [*treatment.GOES, *treatment.EMPTIED, *treatment.STAYS]
    assert set(words) == set(SQLModel.metadata.tables)
    assert len(words) == len(set(words))


def test_no_table_that_stays_refers_to_a_person() -> None:
    about = {"contact", "subscription", "message", "submission"}
    named = {"number", "phone", "contact_id", "subscription_id", "message_id"}
    for name in treatment.STAYS:
        table = SQLModel.metadata.tables[name]
        assert not {key.column.table.name for key in table.foreign_keys} & about, name
        assert (
            name in ("business", "sender", "wording", "flow_version")
            or not {column.key for column in table.columns} & named
        ), name


@pytest.mark.covers("P17", "rules 16")
def test_no_table_and_no_export_names_who_was_erased_in_any_spelling(forgotten: Town) -> None:
    assert min(forgotten.before.values()) > 40
    for who in PEOPLE:
        assert hits(forgotten.everything(), who) == []
        assert hits(forgotten.exports(), who) == []


@pytest.mark.covers("P17")
def test_neither_the_file_nor_its_log_nor_a_new_copy_names_them(forgotten: Town, tmp_path: Path) -> None:
    """On PostgreSQL there is no file of ours to look into."""
    if forgotten.path is None:
        assert is_under_test()
        return
    copy = tmp_path / "backup.db"
    with sqlite3.connect(forgotten.path) as connection:
        connection.execute("VACUUM INTO ?", (str(copy),))
    files = [copy, *forgotten.path.parent.glob(f"{forgotten.path.name}*")]
    texts = {path.name: path.read_bytes().decode("latin-1") for path in files}
    assert {"portal.db", "portal.db-wal", "backup.db"} <= set(texts)
    for who in PEOPLE:
        assert hits(texts, who) == []


@pytest.mark.covers("P17", "P11")
def test_the_ledger_of_a_business_with_erased_people_verifies(forgotten: Town) -> None:
    verified = forgotten.read(lambda session: verification.verify(session, forgotten.business))
    assert (verified.problem, verified.entries > 30) == ("", True)


@pytest.mark.covers("P17")
def test_what_is_gone_is_counted_and_only_an_opt_out_is_kept(forgotten: Town) -> None:
    owen, rosa = (forgotten.erased[who.name] for who in PEOPLE)
    assert (owen.suppressed, rosa.suppressed) == (1, 0)
    assert min(owen.texts, rosa.texts) > 5
    assert owen == Erased(owen.texts, 1, 1, 1, 0)


@pytest.mark.covers("P17")
def test_the_audit_says_who_erased_what_and_names_nobody(forgotten: Town) -> None:
    query = sa.text("SELECT actor, object, details FROM audit_entry WHERE action = 'contact.erased'")
    rows = forgotten.read(lambda session: session.execute(query).all())
    assert {(row.actor, row.object) for row in rows} == {
        ("member:ana", forgotten.ids[who.name]["contact"]) for who in PEOPLE
    }  # fmt: skip
    assert all('"reason": "asked"' in str(row.details).replace("'", '"') for row in rows)


@pytest.mark.covers("P17")
def test_the_disk_is_wiped_once(forgotten: Town) -> None:
    assert forgotten.read(wiping.due) is None
    forgotten.write(lambda session: erasure.note(session, forgotten.business, at=clock.now()))
    assert forgotten.read(wiping.due) is not None
    wiping.wipe(forgotten.database)
    assert forgotten.read(wiping.due) is None
