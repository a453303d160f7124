"""Before the schema changes, a copy of what there was is kept (promises F.4)."""

import stat
from pathlib import Path

import pytest

from portal import commands, schema
from portal.backup import before_migration, facts, sqlite_copy
from portal.errors import SettingsError
from tests.golden import make

pytestmark = [pytest.mark.covers("P19", "promises F"), pytest.mark.at_the_door]


@pytest.fixture
def old(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = make.unpack("0019", tmp_path)
    monkeypatch.setenv("PORTAL_DATABASE_URL", f"sqlite:///{path}")
    monkeypatch.setenv("PORTAL_SECRET_KEY", "s" * 40)
    monkeypatch.delenv("PORTAL_KEY_FILE", raising=False)
    return path


def read(path: Path) -> facts.Facts:
    return sqlite_copy.check(path)


def test_what_there_was_is_kept_and_said(old: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = read(old)
    assert commands.main(["migrate"]) == 0
    kept = old.with_name("portal.db.schema-0019")
    assert str(kept) in capsys.readouterr().out
    assert (read(kept), read(old).schema) == (before, schema.HEAD)
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert commands.main(["migrate"]) == 0
    assert "kept" not in capsys.readouterr().out


def test_a_dry_run_takes_every_step_and_changes_nothing(old: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = {each.name: each.read_bytes() for each in old.parent.iterdir()}
    assert commands.main(["migrate", "--dry-run"]) == 0
    assert f"from schema 0019 to {schema.HEAD}" in capsys.readouterr().out
    assert {each.name: each.read_bytes() for each in old.parent.iterdir()} == before


def test_an_empty_database_needs_no_copy(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'new.db'}"
    assert before_migration.keep(url) is None
    schema.migrate(url)
    assert before_migration.keep(url) is None


def test_without_room_for_the_copy_nothing_is_changed(old: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise SettingsError("The database cannot be copied: the disk is full.")

    before = read(old)
    monkeypatch.setattr(sqlite_copy, "make", full)
    assert commands.main(["migrate"]) == 1
    assert read(old) == before
