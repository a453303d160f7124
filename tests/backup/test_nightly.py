"""Backups by themselves: made every night, tried out every week, and seen when they are not (promises.md F.2, G)."""

import datetime as dt
import fcntl
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import time_machine

from portal.accounts import business
from portal.backup import archive, restoring, rotation, sealed_file
from portal.backup.nightly import Nightly
from portal.database import Database
from portal.errors import SettingsError
from portal.messaging.spending import Limits
from portal.settings import Settings
from portal.watch import backup_run, pulse, sign
from portal.watch.level import Level, Sign
from tests.backup.conftest import Installation

pytestmark = pytest.mark.covers("promises F", "promises G")

START = dt.datetime(2026, 11, 22, 3, tzinfo=dt.UTC)
HOUR = dt.timedelta(hours=1)


class House:
    """An installation that makes its backups by itself, and its clock."""

    def __init__(self, installation: Installation, folder: Path, traveller: time_machine.Traveller) -> None:
        self.installation, self.folder, self.clock = installation, folder, traveller
        self.settings: Settings = replace(installation.settings, backup_dir=str(folder))
        self.database: Database = installation.open()
        self.nightly = Nightly(self.settings)

    def turn(self, *, after: dt.timedelta = dt.timedelta(0)) -> None:
        self.clock.shift(after)
        self.nightly.turn(self.database)

    @property
    def files(self) -> list[Path]:
        return list(rotation.of(self.folder).values())

    def sign(self) -> Sign | None:
        home = self.database.read(lambda session: business.get(session, self.installation.business))
        found = self.database.read(lambda session: pulse.read(session, home, Limits(0, 0)))
        return next((each for each in sign.of(found, home.timezone) if each.kind == "backup"), None)


@pytest.fixture
def house(installation: Installation, tmp_path: Path) -> Iterator[House]:
    folder = tmp_path / "backups"
    folder.mkdir()
    with time_machine.travel(START, tick=False) as traveller:
        yield House(installation, folder, traveller)


def test_one_is_made_tried_out_and_made_again_the_next_night(house: House) -> None:
    house.turn()
    assert len(house.files) == 1
    house.turn(after=dt.timedelta(minutes=1))
    found = house.database.read(backup_run.latest)
    assert found is not None
    assert (found.made_at, found.tried_at) == (START, START + dt.timedelta(minutes=1))
    assert not found.problem + found.trying_problem
    house.turn(after=22 * HOUR)
    assert len(house.files) == 1
    house.turn(after=3 * HOUR)
    assert len(house.files) == 2


def test_it_can_be_brought_back(house: House) -> None:
    house.turn()
    house.installation.close()
    done = restoring.restore(house.settings, house.files[0], may_replace=True)
    assert not done.settled.problems


def test_a_sealed_one_says_nothing_and_comes_back_with_its_passphrase(house: House) -> None:
    house.settings = replace(house.settings, backup_passphrase="correct horse")
    house.nightly = Nightly(house.settings)
    house.turn()
    (file,) = house.files
    assert sealed_file.is_sealed(file)
    assert b"portal" not in file.read_bytes()[len(sealed_file.MAGIC) :]
    house.installation.close()
    with pytest.raises(SettingsError, match="PORTAL_BACKUP_PASSPHRASE"):
        restoring.restore(house.installation.settings, file, may_replace=True)
    assert not restoring.restore(house.settings, file, may_replace=True).settled.problems


def test_a_damaged_one_is_found_out_by_the_trial_and_told(house: House) -> None:
    house.turn()
    (file,) = house.files
    content = bytearray(file.read_bytes())
    content[-20_000:-12_000] = bytes(8000)  # inside the database, before the tar's own end
    file.write_bytes(content)
    house.turn(after=dt.timedelta(minutes=1))
    told = house.sign()
    assert told is not None
    assert (told.level, told.is_mailed) == (Level.BROKEN, True)
    assert "could not be brought back" in told.title


def test_a_folder_that_is_gone_is_told_and_tried_again_in_an_hour(house: House) -> None:
    house.turn()
    moved = house.folder.rename(house.folder.with_name("away"))
    house.turn(after=25 * HOUR)
    told = house.sign()
    assert told is not None
    assert told.level is Level.LOOK
    found = house.database.read(backup_run.latest)
    assert found is not None
    assert "cannot be used" in found.problem
    assert str(house.folder) not in told.words + told.advice  # businesses learn nothing of the machine
    moved.rename(house.folder)
    house.turn(after=dt.timedelta(minutes=30))
    assert len(house.files) == 1
    house.turn(after=dt.timedelta(minutes=30))
    assert len(house.files) == 2
    told = house.sign()
    assert told is not None
    assert told.level is Level.WELL


def test_a_backup_that_is_late_is_told_and_then_called_broken(house: House) -> None:
    house.turn()
    assert house.sign() == house.sign()
    levels = []
    for _ in range(3):
        house.clock.shift(29 * HOUR)
        told = house.sign()
        assert told is not None
        levels.append(told.level)
    assert levels == [Level.WELL, Level.LOOK, Level.BROKEN]


def test_nobody_speaks_of_backups_where_none_are_made_by_themselves(house: House) -> None:
    house.nightly = Nightly(replace(house.settings, backup_dir=""))
    house.turn()
    assert house.sign() is None
    assert house.files == []


@pytest.mark.at_the_door
def test_two_processes_with_one_folder_make_one(house: House) -> None:
    with (house.folder / ".portal-backup.lock").open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        house.turn()
        assert house.files == []
    house.turn()
    assert len(house.files) == 1


def test_the_manifest_is_dated_as_its_name_says(house: House) -> None:
    house.turn()
    (file,) = house.files
    assert rotation.name(archive.read_manifest(file).made_at) == file.name
