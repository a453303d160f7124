"""Once a day each ledger is signed, mailed and kept elsewhere; what contradicts an earlier signature never is."""

import datetime as dt
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlmodel import Session

from portal import clock
from portal.accounts import key
from portal.consent import head, ledger, ledger_seal
from portal.evidence import checkpoint, note, tree, turn, witness
from portal.evidence.daily import Daily
from portal.messaging.spending import Limits
from portal.watch import alert
from tests.conftest import World
from tests.consent.conftest import disarm
from tests.sealing.conftest import Desk

pytestmark = pytest.mark.covers("P11", "promises F")
NOON = dt.datetime(2026, 11, 22, 17, 0, tzinfo=dt.UTC)
DAY = dt.timedelta(days=1)


@dataclass
class Post:
    """A mail server that can be out of order."""

    letters: list[tuple[str, str, str]] = field(default_factory=list)
    is_broken: bool = False

    def __call__(self, to: str, subject: str, text: str) -> None:
        if self.is_broken:
            raise OSError("no server")
        self.letters.append((to, subject, text))


@dataclass
class Scene:
    desk: Desk
    post: Post
    folder: Path
    owner: str
    patch: pytest.MonkeyPatch

    def at(self, moment: dt.datetime) -> None:
        self.patch.setattr(clock, "now", lambda: moment)

    def turn(self, *, has_post: bool = True) -> None:
        Daily(self.desk.database, letter=self.post if has_post else None, folder=self.folder).turn()

    def rows(self) -> list[Any]:
        return self.desk.database.read(lambda session: checkpoint.page(session, self.desk.business))

    def problem(self) -> str:
        row = self.desk.database.read(lambda session: ledger_seal.of(session, self.desk.business))
        return str(row.problem)

    def tamper(self, *statements: sa.Executable) -> None:
        def work(session: Session) -> None:
            disarm(session)
            for each in statements:
                session.connection().execute(each)

        self.desk.database.write(work)


@pytest.fixture
def scene(desk: Desk, world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Scene:
    for room in ("merkle", "tree", "daily"):
        monkeypatch.setattr(f"portal.evidence.{room}.PAGE", 4)
    made = Scene(desk, Post(), tmp_path / "witness", world.hearth.owner.email, monkeypatch)
    made.folder.mkdir()
    made.at(NOON)
    return made


def test_a_ledger_is_signed_once_a_day_and_mailed_to_the_owner(scene: Scene) -> None:
    scene.desk.fill(6)
    scene.turn()
    scene.turn()
    (row,) = scene.rows()
    (letter,) = scene.post.letters
    assert (row.size, str(row.day), row.mailed_to) == (6, "2026-11-22", 1)
    assert letter[0] == scene.owner
    assert row.note in letter[2]
    scene.desk.fill(1)
    scene.turn()
    assert len(scene.rows()) == 1
    scene.at(NOON + DAY)
    scene.turn()
    assert [each.size for each in scene.rows()] == [7, 6]
    assert len(scene.post.letters) == 2


def test_the_day_ends_at_the_business_s_own_midnight(scene: Scene) -> None:
    """New York is five hours behind; ten minutes past its midnight the next round is owed."""
    scene.desk.fill(1)
    scene.turn()
    scene.desk.fill(1)
    for minutes, count in ((5, 1), (11, 2)):
        scene.at(dt.datetime(2026, 11, 23, 5, minutes, tzinfo=dt.UTC))
        scene.turn()
        assert len(scene.rows()) == count
    assert str(scene.rows()[0].day) == "2026-11-23"


def test_a_ledger_that_did_not_grow_is_mailed_again_only_after_a_week(scene: Scene) -> None:
    scene.desk.fill(3)
    for day in range(9):
        scene.at(NOON + day * DAY)
        scene.turn()
    assert len(scene.rows()) == 1
    assert len(scene.post.letters) == 2
    assert scene.post.letters[0][2] == scene.post.letters[1][2]


def test_a_mail_that_did_not_leave_is_tried_again(scene: Scene) -> None:
    scene.desk.fill(3)
    scene.post.is_broken = True
    scene.turn()
    assert scene.rows()[0].mailed_at is None
    scene.post.is_broken = False
    scene.turn()
    assert scene.post.letters == []  # somebody may be at it still
    scene.at(NOON + turn.LEASE)
    scene.turn()
    assert len(scene.post.letters) == 1


def test_without_a_mail_server_nothing_counts_as_mailed(scene: Scene) -> None:
    scene.desk.fill(3)
    scene.turn(has_post=False)
    assert [(row.size, row.mailed_at) for row in scene.rows()] == [(3, None)]


def test_a_clock_that_ran_ahead_does_not_stop_the_rounds(scene: Scene) -> None:
    scene.desk.fill(1)
    scene.at(NOON + 3650 * DAY)
    scene.turn()
    scene.desk.fill(1)
    scene.at(NOON)
    scene.turn()
    assert [each.size for each in scene.rows()] == [2, 1]


def test_each_day_is_kept_in_the_second_place_and_never_written_again(scene: Scene) -> None:
    scene.desk.fill(3)
    scene.turn()
    (file,) = (scene.folder / scene.desk.business).iterdir()
    assert (file.name, file.read_text(encoding="utf-8")) == ("2026-11-22.txt", scene.rows()[0].note)
    witness.keep(scene.folder, scene.desk.business, dt.date(2026, 11, 22), "something else")
    assert file.read_text(encoding="utf-8") == scene.rows()[0].note


def rewritten(session: Session, business_id: str, without: int) -> None:
    """What somebody with the database and the key file can do: leave an entry out and chain all others anew."""
    e = ledger.table
    kept = session.connection().execute(sa.select(e).where(e.c.business_id == business_id).order_by(e.c.seq)).all()
    session.connection().execute(sa.delete(e).where(e.c.business_id == business_id))
    last, seq = head.GENESIS, 0
    for each in kept:
        if each.seq == without:
            continue
        seq += 1
        values = {**each._mapping, "seq": seq, "previous_hash": last}
        values["hash"] = last = ledger.entry_hash({name: value for name, value in values.items() if name != "hash"})
        session.connection().execute(sa.insert(e).values(**values))
    head.move(session, business_id, seq=seq, last_hash=last)


@pytest.mark.parametrize("forgets", [False, True])
def test_a_ledger_rewritten_with_the_key_is_not_signed(scene: Scene, forgets: bool) -> None:
    """Even where the checkpoints in the database went along: the second place has one."""
    scene.desk.fill(6)
    scene.turn()

    def work(session: Session) -> None:
        disarm(session)
        rewritten(session, scene.desk.business, without=2)
        if forgets:
            for table in (checkpoint.table, tree.table):
                session.connection().execute(sa.delete(table))

    scene.desk.database.write(work)
    scene.desk.fill(3)
    scene.at(NOON + DAY)
    scene.turn()
    assert len(scene.rows()) == (0 if forgets else 1)
    assert scene.problem() in (
        "One of the entries 1 to 4 is not what was signed.",
        "The first 6 entries are not those of the checkpoint in the second place.",
    )
    assert len(scene.post.letters) == 1


def test_an_old_entry_that_was_changed_is_noticed_though_its_page_was_kept(scene: Scene) -> None:
    scene.desk.fill(9)
    scene.turn()
    scene.tamper(sa.update(ledger.table).where(ledger.table.c.seq == 2).values(hash="ab" * 32))
    scene.at(NOON + DAY)
    scene.turn()
    assert scene.problem() == "Entry 3 does not follow entry 2: one of them was replaced."


def test_owners_are_told_once_nothing_can_be_signed_and_it_ends_by_itself(scene: Scene) -> None:
    scene.desk.fill(6)
    scene.turn()
    e = ledger.table
    (kept,) = scene.desk.database.read(
        lambda session: session.connection().execute(sa.select(e.c.hash).where(e.c.seq == 6)).all()
    )
    scene.tamper(sa.update(e).where(e.c.seq == 6).values(hash="ab" * 32))
    scene.at(NOON + DAY)
    scene.turn()
    limits = Limits(0, 0, automated_day=0, member_day=0, drain_second=0)
    found = scene.desk.database.write(lambda session: alert.look(session, scene.desk.business, limits))
    assert found is not None
    assert "seal" in [each.kind for each in found.signs]
    scene.tamper(sa.update(e).where(e.c.seq == 6).values(hash=kept.hash))
    scene.at(NOON + 2 * DAY)
    scene.turn()
    assert scene.problem() == ""


def test_the_mail_says_what_it_is_and_has_no_name_of_a_client(scene: Scene) -> None:
    scene.desk.fill(6)
    scene.turn()
    _, subject, text = scene.post.letters[0]
    assert subject == "Hearth Photography: seal of your consent records, 22 November 2026"
    assert text.startswith("Please keep this mail.")
    assert "6 entries" in text
    key = re.search(r"^Public key of this portal: (.+)$", text, re.MULTILINE)
    assert key is not None
    words = text.replace(scene.rows()[0].note, "").replace(key[1], "")  # both are base64, where a + may meet a digit
    assert re.search(r"\+\d", words) is None
    assert note.found_in(text)[0].size == 6


def test_after_a_database_was_put_back_no_packet_is_signed_either(scene: Scene) -> None:
    """It agrees with itself; only the second place knows that there was more."""
    scene.desk.fill(6)
    scene.turn()
    e = ledger.table
    scene.tamper(
        sa.delete(checkpoint.table),
        sa.delete(tree.table),
        sa.delete(e).where(e.c.seq > 4),
        sa.update(head.table).values(seq=4, hash=sa.select(e.c.hash).where(e.c.seq == 4).scalar_subquery()),
    )
    scene.at(NOON + DAY)
    scene.turn()
    assert scene.problem() == "The ledger has 4 entries; the second place has a checkpoint of 6."
    file = scene.desk.file()
    assert (file["checkpoint"], file["seal_problem"]) == (None, scene.problem())
    assert scene.rows() == []


def test_a_second_place_that_is_gone_is_not_made_anew_and_keeps_nobody_from_their_mail(scene: Scene) -> None:
    scene.desk.fill(3)
    scene.folder.rmdir()
    scene.turn()
    assert (scene.folder.exists(), len(scene.post.letters)) == (False, 1)
    scene.folder.mkdir()
    scene.at(NOON + turn.LEASE)
    scene.turn()
    assert (len(list(scene.folder.rglob("*.txt"))), len(scene.post.letters)) == (1, 1)


def test_a_disk_that_is_full_leaves_no_half_of_a_checkpoint(scene: Scene) -> None:
    day, home = NOON.date(), scene.desk.business

    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("os.fsync", full)
        with pytest.raises(OSError, match="No space"):
            witness.keep(scene.folder, home, day, "a note")
    assert list(scene.folder.rglob("*.txt")) == []
    (scene.folder / home / f"{day}.txt").touch()  # the power went
    witness.keep(scene.folder, home, day, "a note")
    assert (scene.folder / home / f"{day}.txt").read_text(encoding="utf-8") == "a note"


def test_a_checkpoint_dated_by_a_clock_that_ran_ahead_hides_no_later_one(scene: Scene) -> None:
    scene.desk.fill(1)
    scene.at(NOON + 3650 * DAY)
    scene.turn()
    scene.desk.fill(2)
    scene.at(NOON)
    scene.turn()
    secrets = scene.desk.database.read(key.of)
    found = witness.newest(scene.folder, scene.desk.business, secrets)
    assert (found is not None, found and found.size) == (True, 3)
