"""An old copy that somebody put back by hand is noticed at the start; nothing else is (promises.md F.3)."""

import json
import shutil
import stat
from functools import partial
from pathlib import Path

import pytest
import sqlalchemy as sa

from portal.accounts import key
from portal.app import create_app
from portal.backup import checkpoint, restoring
from portal.backup.checkpoint import Checkpoint
from portal.messaging import quarantine
from tests.backup.conftest import NUMBER, SECOND, Installation, opted_in, opted_out

pytestmark = pytest.mark.covers("promises F", "promises 0.10")
on_sqlite = pytest.mark.at_the_door


def noted(installation: Installation) -> Checkpoint:
    """As the job does it every few seconds."""
    made = Checkpoint(Path(installation.settings.key_file))
    made.write(installation.open())
    return made


def compared(installation: Installation) -> str:
    """As a new process does it at its start."""
    return Checkpoint(Path(installation.settings.key_file)).compare(installation.open())


def is_quiet(installation: Installation) -> bool:
    return bool(installation.open().read(quarantine.is_on))


@on_sqlite
def test_an_old_copy_put_back_by_hand_enters_quarantine(installation: Installation) -> None:
    path = Path(installation.settings.database_url[10:])
    shutil.copy(path, path.with_name("old.db"))
    installation.open().write(partial(opted_out, business_id=installation.business, number=NUMBER))
    noted(installation)
    installation.close()
    shutil.copy(path.with_name("old.db"), path)
    app = create_app(installation.settings, with_jobs=False)
    assert "older copy" in app.state.noticed
    assert app.state.database.read(quarantine.current).why == quarantine.RESTORE
    app.state.database.dispose()
    assert compared(installation) == "", "told once, and the new story is noted"


def test_a_database_that_tells_another_story_enters_quarantine(installation: Installation) -> None:
    """As long as the noted one, or longer, but with another entry at that place."""
    noted(installation)
    path = Path(installation.settings.key_file).with_suffix(".checkpoint")
    secret = key.load(Path(installation.settings.key_file), root="s" * 40, may_create=False).evidence
    written = json.loads(path.read_text())
    heads = json.loads(written["heads"])
    heads[installation.business][1] = "f" * 64
    text = json.dumps(heads)
    path.write_text(json.dumps(written | {"heads": text, "mac": checkpoint._mac(secret, text)}))
    installation.open().write(partial(opted_in, business_id=installation.business, number=SECOND))
    assert "1 of 1 ledgers" in compared(installation)
    assert is_quiet(installation)


def test_a_database_that_is_ahead_is_well(installation: Installation) -> None:
    """Whatever was committed between the last note and a kill -9."""
    noted(installation)
    installation.open().write(partial(opted_in, business_id=installation.business, number=SECOND))
    assert compared(installation) == ""
    assert not is_quiet(installation)


@on_sqlite
def test_a_first_start_and_a_fresh_database_are_well(installation: Installation) -> None:
    assert compared(installation) == ""
    noted(installation)
    database = installation.open()
    database.write(lambda session: session.connection().execute(sa.text("DELETE FROM ledger_head")))
    assert compared(installation) == ""


@on_sqlite
def test_a_checkpoint_that_nobody_sealed_is_worth_no_more_than_none(
    installation: Installation, caplog: pytest.LogCaptureFixture
) -> None:
    path = noted(installation).path
    path.write_text(path.read_text().replace("[1,", "[2,"))
    assert compared(installation) == ""
    assert not is_quiet(installation)
    assert "checkpoint.unreadable" in caplog.messages


@on_sqlite
def test_what_another_database_left_beside_the_keys_is_none_of_this_ones(installation: Installation) -> None:
    """A key file may outlive a database that was thrown away."""
    path = noted(installation).path
    written = json.loads(path.read_text())
    secret = installation.open().read(lambda session: key.of(session).evidence)
    text = json.dumps({"0" * 32: [7, "f" * 64]})
    path.write_text(json.dumps(written | {"heads": text, "mac": checkpoint._mac(secret, text)}))
    assert compared(installation) == ""
    assert not is_quiet(installation)


@on_sqlite
def test_a_restore_is_noticed_once_and_by_its_own_quarantine(installation: Installation) -> None:
    """The restored copy is behind what was noted: that is what quarantine is on for already."""
    installation.back_up()
    installation.open().write(partial(opted_out, business_id=installation.business, number=NUMBER))
    noted(installation)
    installation.close()
    restoring.restore(installation.settings, installation.file)
    assert "older copy" in compared(installation)
    database = installation.open()
    count = sa.select(sa.func.count()).select_from(quarantine.table)
    assert database.read(lambda session: session.execute(count).scalar_one()) == 1
    database.write(lambda session: quarantine.end(session, by="operator"))
    assert compared(installation) == ""


@on_sqlite
def test_it_names_nobody_and_is_private(installation: Installation) -> None:
    path = noted(installation).path
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert NUMBER[1:] not in path.read_text()
    assert set(json.loads(path.read_text())) == {"at", "heads", "mac"}


@on_sqlite
def test_nothing_is_written_while_nothing_happens(installation: Installation) -> None:
    made, database = noted(installation), installation.open()
    made.path.unlink()
    made.write(database)
    assert not made.path.exists()
    database.write(partial(opted_in, business_id=installation.business, number=SECOND))
    made.write(database)
    assert made.path.exists()
