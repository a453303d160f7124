"""The way back: refused before anything is touched, or whole and in quarantine (promises P18, F.3)."""

import contextlib
import sqlite3
import stat
import subprocess
import sys
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest
import sqlalchemy as sa

from portal import schema
from portal.accounts import key
from portal.accounts import session as sign_ins
from portal.backup import archive, manifest, restoring
from portal.consent import verification
from portal.errors import Invalid, SettingsError
from portal.hold import Hold
from portal.messaging import quarantine
from tests import house
from tests.backup.conftest import NUMBER, SECRET, Installation, opted_out, status
from tests.conftest import ON_POSTGRES

pytestmark = pytest.mark.covers("promises F", "P18")
on_sqlite = pytest.mark.at_the_door


def restore(installation: Installation) -> restoring.Restored:
    return restoring.restore(installation.settings, installation.file, may_replace=True)


def test_what_was_backed_up_is_back_and_in_quarantine(installation: Installation) -> None:
    installation.back_up()
    home = installation.business
    installation.open().write(partial(opted_out, business_id=home, number=NUMBER))
    installation.close()
    done = restore(installation)
    database = installation.open()
    assert database.write(partial(status, business_id=home, number=NUMBER)) == "opted_in"
    assert database.read(quarantine.is_on)
    assert database.read(lambda session: verification.verify(session, home).problem) == ""
    assert (list(done.settled.problems), done.settled.entries) == ([], 1)


def test_what_was_there_before_is_kept_and_can_come_back(installation: Installation) -> None:
    home, file = installation.business, installation.back_up()
    installation.open().write(partial(opted_out, business_id=home, number=NUMBER))
    installation.close()
    kept = restore(installation).kept
    assert kept is not None
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    if ON_POSTGRES:
        restoring.restore(installation.settings, kept, may_replace=True)
    else:
        kept.replace(installation.settings.database_url[10:])
    assert installation.open().write(partial(status, business_id=home, number=NUMBER)) == "opted_out"
    assert file.exists()


@on_sqlite
def test_everybody_signs_in_anew(installation: Installation) -> None:
    """Whoever was signed out after the backup would be in again."""
    installation.back_up()
    restore(installation)
    assert installation.open().read(lambda session: sign_ins.find(session, installation.sign_in)) is None


def test_an_older_schema_is_brought_to_head(installation: Installation) -> None:
    from alembic import command

    command.downgrade(schema.config(installation.settings.database_url), "-1")
    installation.back_up()
    restore(installation)
    assert schema.revision(installation.settings.database_url) == schema.HEAD


@on_sqlite
def test_a_ledger_that_does_not_end_as_the_backup_says_is_told(installation: Installation) -> None:
    """Whoever wrote another one into the copy must also have made the manifest anew."""
    installation.back_up()
    about = archive.read_manifest(installation.file)
    inside = installation.folder / "inside"
    archive.unpack(installation.file, inside)
    heads = {**about.heads, installation.business: manifest.End(7, "f" * 64)}
    archive.write(installation.file, replace(about, heads=heads), inside)
    [problem] = restore(installation).settled.problems
    assert installation.business in problem


# refused, and nothing is touched


def refused(installation: Installation, error: type[Exception], sentence: str) -> None:
    """Nothing in the folder has changed, and what is in the database neither."""
    before = {each: each.read_bytes() for each in installation.folder.iterdir() if each.is_file()}
    with pytest.raises(error, match=sentence):
        restore(installation)
    after = {each: each.read_bytes() for each in installation.folder.iterdir() if each.is_file()}
    assert {each.name for each in after} - {each.name for each in before} <= {"portal.db.lock"}
    assert all(after[each] == before[each] for each in before)


@on_sqlite
def test_a_backup_that_was_changed_is_refused(installation: Installation) -> None:
    installation.back_up()
    with installation.file.open("r+b") as file:
        file.seek(-20_000, 2)
        file.write(b"\x00changed\x00")
    refused(installation, Invalid, "damaged")


@on_sqlite
def test_a_backup_that_was_cut_off_is_refused(installation: Installation) -> None:
    installation.back_up()
    whole = installation.file.read_bytes()
    installation.file.write_bytes(whole[: len(whole) // 2])
    refused(installation, Invalid, "damaged")


@on_sqlite
@pytest.mark.covers("promises 0.9")
def test_without_its_key_file_a_backup_stays_closed(installation: Installation) -> None:
    """A number that was erased as opted out would be open again."""
    installation.back_up()
    keys = installation.folder / "portal.keys"
    was = keys.read_bytes()
    keys.unlink()
    refused(installation, SettingsError, "key file .* is missing")
    key.load(keys, root=SECRET, may_create=True)
    refused(installation, SettingsError, "not the one this backup was made with")
    keys.write_bytes(was)
    assert restore(installation).settled.ledgers == 2


def altered(installation: Installation, **values: object) -> None:
    installation.back_up()
    about = archive.read_manifest(installation.file)
    inside = installation.folder / "inside"
    archive.unpack(installation.file, inside)
    archive.write(installation.file, replace(about, **values), inside)  # type: ignore[arg-type]
    inside.unlink()


@on_sqlite
def test_a_backup_of_a_newer_program_is_refused(installation: Installation) -> None:
    altered(installation, schema="9999")
    refused(installation, Invalid, "newer than this program")


def test_a_backup_of_the_other_kind_of_database_is_refused(installation: Installation) -> None:
    altered(installation, database=manifest.SQLITE if ON_POSTGRES else manifest.POSTGRESQL)
    refused(installation, Invalid, "names a database of")


def test_nothing_is_restored_under_somebody_who_works_with_it(installation: Installation) -> None:
    installation.back_up()
    database = installation.open()
    database.read(lambda session: session.execute(sa.text("SELECT 1")))
    with pytest.raises(SettingsError, match="in use"):
        restore(installation)


@on_sqlite
def test_a_program_of_somebody_else_that_has_the_file_open_is_noticed(installation: Installation) -> None:
    installation.back_up()
    path = installation.settings.database_url[10:]
    with contextlib.closing(sqlite3.connect(path)) as other:
        other.execute("SELECT count(*) FROM business").fetchone()
        with pytest.raises(SettingsError, match="Another program"):
            restore(installation)
        assert other.execute("SELECT count(*) FROM business").fetchone() == (2,)
    assert installation.open().read(quarantine.is_on) is False


@on_sqlite
def test_nobody_starts_while_a_restore_goes_on(installation: Installation) -> None:
    with Hold(installation.settings.database_url, alone=True), pytest.raises(SettingsError, match="being restored"):
        installation.open()


@pytest.mark.only_on_postgres
def test_a_database_that_is_not_empty_is_replaced_only_when_asked(installation: Installation) -> None:
    file = installation.back_up()
    with pytest.raises(SettingsError, match="--replace"):
        restoring.restore(installation.settings, file)
    assert installation.open().read(quarantine.is_on) is False


@pytest.mark.only_on_postgres
def test_a_restore_killed_before_quarantine_keeps_everything_closed_until_it_is_done_again(
    installation: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    installation.back_up()

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(restoring, "_settled", killed)
        with pytest.raises(KeyboardInterrupt):
            restore(installation)
    with pytest.raises(SettingsError, match="interrupted"):
        schema.migrate(installation.settings.database_url)
    restoring.restore(installation.settings, installation.file)
    assert installation.open().read(quarantine.is_on)


KILLED = """
import os, signal, sys
from pathlib import Path
from portal.backup import disk, sqlite_copy, swap

HERE = {module.__file__ for module in (disk, sqlite_copy, swap)}

def killer(line):
    left = [line]
    def trace(frame, event, _):
        if frame.f_code.co_filename not in HERE:
            return None
        left[0] -= event == "line"
        if left[0] < 0:
            os.kill(os.getpid(), signal.SIGKILL)
        return trace
    return trace

folder = Path(sys.argv[1])
for line in range(1000):
    work = folder / str(line)
    work.mkdir()
    for name in ("portal.db", "portal.db-wal", "new.db"):
        (work / name).write_bytes((folder / name).read_bytes())
    pid = os.fork()
    if not pid:
        sys.settrace(killer(line))
        swap.swap(work / "new.db", work / "portal.db")
        os._exit(0)
    if not os.waitpid(pid, 0)[1]:
        break
print(line)
"""


@on_sqlite
def test_a_kill_at_any_line_of_the_exchange_leaves_the_old_or_the_new_whole(tmp_path: Path) -> None:
    """The old one with all that stood only in its log."""
    filled(tmp_path / "new.db", "new")
    left_open = filled(tmp_path / "portal.db", "old", is_logged=True)
    done = subprocess.run(
        [sys.executable, "-c", KILLED, str(tmp_path)], cwd=house.ROOT, capture_output=True, text=True, check=True
    )
    left_open.close()
    found = [inside(tmp_path / str(line) / "portal.db") for line in range(int(done.stdout) + 1)]
    assert set(found) == {("old", 500), ("new", 500)}
    assert len(found) > 20
    assert found[-1] == ("new", 500)
    [kept] = (tmp_path / done.stdout.strip()).glob("portal.db.before-restore-*")
    assert inside(kept) == ("old", 500)


def filled(path: Path, word: str, *, is_logged: bool = False) -> sqlite3.Connection:
    """With half of its rows in the log, where that is wanted, as a killed server leaves it."""
    made = sqlite3.connect(path, isolation_level=None)
    made.execute("CREATE TABLE t (word)")
    if is_logged:
        made.execute("PRAGMA journal_mode=WAL")
        made.execute("PRAGMA wal_autocheckpoint=0")
    made.execute("BEGIN")
    made.executemany("INSERT INTO t VALUES (?)", [[word]] * 500)
    made.execute("COMMIT")
    if not is_logged:
        made.close()
    return made


def inside(path: Path) -> tuple[str, int]:
    with contextlib.closing(sqlite3.connect(path)) as found:
        assert found.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        word, count = found.execute("SELECT min(word), count(*) FROM t").fetchone()
    return str(word), int(count)
