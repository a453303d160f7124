"""What `portal backup` and `portal restore` say, and how they refuse (interface.md section 1)."""

import json
import os
from pathlib import Path

import pytest

from portal import commands, logs
from tests.backup.conftest import SECRET, Installation

pytestmark = pytest.mark.at_the_door


@pytest.fixture
def told(installation: Installation, monkeypatch: pytest.MonkeyPatch) -> Installation:
    """The same installation, by its environment."""
    for name in [each for each in os.environ if each.startswith("PORTAL_") and not each.startswith("PORTAL_TEST")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("PORTAL_DATABASE_URL", installation.settings.database_url)
    monkeypatch.setenv("PORTAL_SECRET_KEY", SECRET)
    monkeypatch.setattr(logs, "configure", lambda *_: None)
    return installation


def test_a_backup_and_a_restore_say_what_they_did_and_what_is_next(
    told: Installation, capsys: pytest.CaptureFixture[str]
) -> None:
    assert commands.main(["backup", str(told.file)]) == 0
    said = capsys.readouterr().out
    assert f"The key file {told.settings.key_file} is not in it" in said
    assert commands.main(["restore", str(told.file)]) == 0
    said = capsys.readouterr().out
    assert "portal reconcile --release" in said
    assert "Quarantine is on" in said
    assert "note them again before the release" in said
    assert "before-restore" in said


def test_scripts_get_json(told: Installation, capsys: pytest.CaptureFixture[str]) -> None:
    assert commands.main(["backup", str(told.file), "--json"]) == 0
    made = json.loads(capsys.readouterr().out)
    assert set(made) == {"file", "made_at", "schema", "database", "size", "sha256", "ledgers"}
    assert commands.main(["restore", str(told.file), "--json"]) == 0
    back = json.loads(capsys.readouterr().out)
    assert (back["sha256"], back["problems"], back["erased_again"]) == (made["sha256"], [], 0)
    assert Path(back["kept"]).exists()


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["backup", "{folder}/portal.db"], "is there already"),
        (["backup", "{folder}/nowhere/x"], "There is no folder"),
        (["restore", "{folder}/nothing"], "No such file"),
        (["restore", "{folder}/portal.keys"], "is no backup of the portal"),
    ],
)
def test_a_refusal_is_one_sentence(
    told: Installation, capsys: pytest.CaptureFixture[str], arguments: list[str], sentence: str
) -> None:
    capsys.readouterr()
    assert commands.main([each.format(folder=told.folder) for each in arguments]) == 1
    out, err = capsys.readouterr()
    assert (out, err.count("\n")) == ("", 1)
    assert err.startswith("portal: ")
    assert sentence in err


def test_a_backup_makes_no_database(
    told: Installation, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PORTAL_DATABASE_URL", f"sqlite:///{told.folder / 'absent.db'}")
    assert commands.main(["backup", str(told.file)]) == 1
    assert "There is no database at" in capsys.readouterr().err
    assert not (told.folder / "absent.db").exists()
