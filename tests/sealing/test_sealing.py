"""A packet's seal is good for exactly what was written, and for nothing that was changed since."""

import base64
import datetime as dt
import os
from typing import Any

import pytest
import sqlalchemy as sa
from sqlmodel import Session

from portal.accounts import key
from portal.consent import head, ledger, ledger_seal
from portal.consent.state import Kind
from portal.evidence import checkpoint, merkle, note, sealing, tree
from tests.consent.conftest import disarm
from tests.sealing.conftest import Desk, copied

pytestmark = pytest.mark.covers("P11", "promises F")
_e, _c = ledger.table, checkpoint.table


@pytest.fixture(autouse=True)
def little_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    for room in ("merkle", "tree"):
        monkeypatch.setattr(f"portal.evidence.{room}.PAGE", 4)


def run(desk: Desk, *statements: sa.Executable) -> None:
    def work(session: Session) -> None:
        disarm(session)
        for each in statements:
            session.connection().execute(each)

    desk.database.write(work)


def test_every_entry_of_a_packet_is_proven_to_be_in_the_signed_ledger(desk: Desk) -> None:
    desk.fill(11)
    file = desk.file()
    assert file["checkpoint"]["size"] == 11
    assert sorted(file["inclusion"]) == sorted(str(each["seq"]) for each in file["entries"])
    assert desk.wrong(file) == []


def test_a_newer_packet_goes_on_from_the_checkpoints_before(desk: Desk) -> None:
    notes = []
    for _ in range(5):
        desk.fill(3)
        notes.append(desk.checkpoint().note)
    desk.fill(2)
    file = desk.file()
    assert len(file["earlier"]) == 5
    assert desk.wrong(file, *notes) == []


def test_a_packet_is_sealed_by_the_newest_checkpoint_that_reaches_its_entries(desk: Desk) -> None:
    desk.fill(5)
    desk.checkpoint()
    desk.fill(0)
    assert desk.file()["checkpoint"]["size"] == 5
    desk.record(Kind.OPTED_IN)
    assert desk.file()["checkpoint"]["size"] == 6


def test_a_reading_transaction_gets_the_same_note_and_stores_nothing(desk: Desk) -> None:
    desk.fill(3)
    read = desk.database.read(lambda session: sealing.of(session, desk.business, [1]))
    assert desk.database.read(lambda session: checkpoint.page(session, desk.business)) == []
    assert desk.database.write(lambda session: sealing.of(session, desk.business, [1])) == read


def test_a_business_without_entries_has_nothing_to_seal(desk: Desk) -> None:
    assert desk.database.write(lambda session: sealing.of(session, desk.business, [])) == sealing.Sealing()
    assert desk.database.write(lambda session: checkpoint.make(session, desk.business)).row is None


def test_the_same_ledger_is_signed_once(desk: Desk) -> None:
    desk.fill(3)
    assert desk.checkpoint().made_at == desk.checkpoint().made_at


def test_whole_pages_are_kept(desk: Desk) -> None:
    desk.fill(9)
    desk.checkpoint()
    kept = desk.database.read(lambda session: tree.kept(session, desk.business, 9))
    hashes = sorted((*(desk_entries(desk)),), key=lambda each: each.seq)
    leaves = [bytes.fromhex(each.hash) for each in hashes]
    assert kept == [merkle.root_of(leaves[:4]), merkle.root_of(leaves[4:8])]


def desk_entries(desk: Desk) -> list[Any]:
    query = sa.select(_e).where(_e.c.business_id == desk.business)
    return list(desk.database.read(lambda session: session.connection().execute(query).all()))


def test_a_ledger_that_lost_its_end_is_not_signed_again(desk: Desk) -> None:
    desk.fill(6)
    desk.checkpoint()
    run(desk, sa.delete(_e).where(_e.c.seq == 6), sa.update(head.table).values(seq=5))
    made = desk.database.write(lambda session: checkpoint.make(session, desk.business))
    assert (made.row, made.problem) == (None, "The ledger has 5 entries; a checkpoint of 6 was signed.")
    said = desk.database.read(lambda session: ledger_seal.of(session, desk.business))
    assert (said.problem, said.problem_since_at is not None) == (made.problem, True)


def test_a_rewritten_ledger_is_not_signed(desk: Desk) -> None:
    """Also by somebody with the key file: what was signed is remembered."""
    desk.fill(6)
    desk.checkpoint()
    run(desk, sa.update(_e).where(_e.c.seq == 6).values(hash="ab" * 32), sa.update(head.table).values(hash="ab" * 32))
    desk.record(Kind.OPTED_IN)
    made = desk.database.write(lambda session: checkpoint.make(session, desk.business))
    assert made.problem == "The first 6 entries are not those that were signed."
    assert desk.database.write(lambda session: sealing.of(session, desk.business, [7])).checkpoint is None


def test_a_missing_entry_is_named_and_nothing_signed(desk: Desk) -> None:
    desk.fill(6)
    run(desk, sa.delete(_e).where(_e.c.seq == 3))
    made = desk.database.write(lambda session: checkpoint.make(session, desk.business))
    assert (made.row, made.problem) == (None, "Entry 3 is missing.")


def test_a_checkpoint_that_was_changed_in_the_database_is_noticed(desk: Desk) -> None:
    desk.fill(6)
    desk.checkpoint()
    run(desk, sa.update(_c).values(note="nothing"))
    desk.record(Kind.OPTED_IN)
    made = desk.database.write(lambda session: checkpoint.make(session, desk.business))
    assert made.problem == "The checkpoint of 6 entries was changed."


def test_a_packet_holds_the_first_checkpoint_one_a_month_the_last_days_and_those_of_exports(desk: Desk) -> None:
    days = ["2024-01-05", "2024-01-31", "2024-03-02", "2024-03-03", "2026-11-20", "2026-11-21"]
    for day in days:
        desk.fill(1)
        size = desk.checkpoint().size
        run(desk, sa.update(_c).where(_c.c.size == size).values(day=dt.date.fromisoformat(day)))
    desk.fill(1)
    desk.checkpoint(is_mailed=False)
    desk.fill(2)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sealing, "DAYS", 1)
        told = [note.found_in(each["note"])[0].size for each in desk.file()["earlier"]]
    assert told == [1, 3, 5, 6, 7], "the last one went out with a file, and nobody was mailed it"


MASKS: dict[str, Any] = {
    "note": lambda file: file["checkpoint"].update(note=file["checkpoint"]["note"].replace("client", "Client")),
    "size": lambda file: file["checkpoint"].update(size=99),
    "root": lambda file: file["checkpoint"].update(root=base64.b64encode(os.urandom(32)).decode()),
    "path": lambda file: file["inclusion"]["1"].__setitem__(0, "00" * 32),
    "no path": lambda file: file["inclusion"]["1"].pop(),
    "earlier": lambda file: file["earlier"][0]["proof"].__setitem__(0, "00" * 32),
    "business": lambda file: file["business"].update(id="0" * 32),
    "number": lambda file: file["subscription"].update(number="+14155550100"),
    "words": lambda file: file["entries"][0].update(words="I never agreed"),
    "value": lambda file: file["entries"][0]["values"].update(words="I never agreed"),
    "salt": lambda file: file["entries"][0]["salts"].update(words="00"),
    "sealed": lambda file: file["entries"][0]["sealed"].update(actor="member:1"),
    "order": lambda file: file["entries"].reverse(),
    "twice": lambda file: file["entries"].insert(0, file["entries"][0]),
}


@pytest.mark.parametrize("name", MASKS)
def test_a_forged_packet_is_found_out(desk: Desk, name: str) -> None:
    desk.fill(5)
    desk.checkpoint()
    desk.fill(5)
    file = desk.file()
    assert desk.wrong(file) == []
    try:
        assert desk.wrong(copied(file, MASKS[name]))
    except (LookupError, ValueError):
        assert name in ("no path", "salt")  # told as one sentence by `main`


def test_a_packet_sealed_by_another_installation_does_not_pass_for_ours(desk: Desk) -> None:
    """Whoever has no key file can seal with a key of their own, which is not the one in the mails."""
    desk.fill(5)
    mailed = desk.checkpoint().note
    ours = desk.file()
    stranger = key.in_memory()
    root = base64.b64decode(ours["checkpoint"]["root"])
    text = note.signed(stranger, desk.business, size=5, root=root)
    forged = copied(ours, lambda file: file["checkpoint"].update(note=text, key=note.public_text(stranger)))
    assert desk.wrong(forged) == []
    assert desk.wrong(forged, mailed) != []
    assert desk.wrong(forged, key=ours["checkpoint"]["key"]) != []
