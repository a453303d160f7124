"""A backup while everything runs: one moment, checked, private, without the keys (promises.md F.2)."""

import hashlib
import json
import sqlite3
import stat
import tarfile
from functools import partial
from pathlib import Path

import pytest

from portal import schema
from portal.backup import archive, making, manifest, postgres_copy, sqlite_copy
from portal.consent import verification
from portal.errors import Invalid, SettingsError
from tests.backup.conftest import SECOND, Installation, opted_in
from tests.conftest import ON_POSTGRES

pytestmark = pytest.mark.covers("promises F")


def test_a_backup_says_what_is_in_it(installation: Installation) -> None:
    database = installation.open()
    about = making.make(installation.settings, installation.file)
    found = database.read(lambda session: verification.verify(session, installation.business))
    assert about == archive.read_manifest(installation.file)
    assert (about.schema, about.product) == (schema.HEAD, manifest.product())
    assert about.heads[installation.business].seq == found.entries == 1
    assert (about.counts["subscription"], about.counts["business"]) == (1, 2)


def test_the_file_is_one_that_any_tar_can_read_and_only_its_owner(installation: Installation) -> None:
    installation.back_up()
    with tarfile.open(installation.file) as tar:
        names = tar.getnames()
        about = json.load(tar.extractfile("manifest.json"))  # type: ignore[arg-type]
        database = tar.extractfile(names[1])
        assert database is not None
        assert hashlib.sha256(database.read()).hexdigest() == about["sha256"]
    assert names == ["manifest.json", "database.dump" if ON_POSTGRES else "database.sqlite"]
    assert stat.S_IMODE(installation.file.stat().st_mode) == 0o600


@pytest.mark.at_the_door
@pytest.mark.covers("promises 0.9")
def test_no_key_is_in_it(installation: Installation) -> None:
    installation.back_up()
    keys = json.loads((installation.folder / "portal.keys").read_text())
    inside = installation.file.read_bytes()
    for each in keys.values():
        assert each.encode() not in inside
        assert bytes.fromhex(each) not in inside


@pytest.mark.at_the_door
def test_what_is_written_meanwhile_is_in_it_whole_or_not_at_all(installation: Installation) -> None:
    """The ledger in the copy ends exactly where the manifest says, whatever came while it was made."""
    database = installation.open()
    database.write(partial(opted_in, business_id=installation.business, number=SECOND))
    about = making.make(installation.settings, installation.file)
    assert about.heads[installation.business].seq == 2


@pytest.mark.at_the_door
def test_an_existing_file_is_left_alone_unless_it_may_be_replaced(installation: Installation) -> None:
    installation.file.write_text("precious")
    with pytest.raises(SettingsError, match="is there already"):
        installation.back_up()
    assert installation.file.read_text() == "precious"
    making.make(installation.settings, installation.file, may_replace=True)
    assert archive.read_manifest(installation.file).counts["business"] == 2


@pytest.mark.at_the_door
def test_without_the_key_file_there_is_no_backup_that_could_not_come_back(installation: Installation) -> None:
    (installation.folder / "portal.keys").unlink()
    with pytest.raises(SettingsError, match="key file"):
        installation.back_up()
    assert not installation.file.exists()


def test_a_copy_that_is_not_whole_leaves_nothing_behind(
    installation: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    def damaged(*_: object) -> None:
        raise SettingsError("damaged")

    monkeypatch.setattr(sqlite_copy, "check", damaged)
    monkeypatch.setattr(postgres_copy, "_run", damaged)
    before = set(installation.folder.iterdir())
    with pytest.raises(SettingsError, match="damaged"):
        installation.back_up()
    assert set(installation.folder.iterdir()) == before


@pytest.mark.at_the_door
def test_a_damaged_copy_is_noticed(installation: Installation) -> None:
    path = installation.folder / "copy.db"
    sqlite_copy.make(Path(installation.settings.database_url[10:]), path)
    with path.open("r+b") as file:
        file.seek(4096 * 20)
        file.write(b"\xff" * 4096 * 4)
    with pytest.raises((SettingsError, sqlite3.DatabaseError), match=r"damaged|malformed"):
        sqlite_copy.check(path)


@pytest.mark.at_the_door
@pytest.mark.parametrize("inside", [b"", b"nonsense", b"\x1f\x8b" + b"0" * 600])
def test_another_file_is_no_backup(tmp_path: Path, inside: bytes) -> None:
    (tmp_path / "x").write_bytes(inside)
    with pytest.raises(Invalid, match="is no backup of the portal"):
        archive.read_manifest(tmp_path / "x")


@pytest.mark.only_on_postgres
def test_a_missing_program_is_named(installation: Installation, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(installation.folder))
    with pytest.raises(SettingsError, match="postgresql-client"):
        installation.back_up()
