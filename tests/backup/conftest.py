"""An installation with its key file, two businesses and some consent, to be backed up."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import pytest
from sqlmodel import Session

from portal.accounts import key
from portal.accounts.sender import SMS
from portal.backup import making
from portal.consent import ledger, subscription
from portal.consent.state import Kind, Origin, Proof
from portal.database import Database
from portal.messaging import opt_in
from portal.settings import Settings
from tests.conftest import World, populate
from tests.postgres_server import find_binaries

NUMBER, SECOND = "+14155550132", "+14155550133"
SECRET = "s" * 40


@dataclass
class Installation:
    """`open` as often as wanted; nothing has it open in between."""

    settings: Settings
    folder: Path
    business: str = ""
    sign_in: str = ""
    opened: list[Database] = field(default_factory=list)

    @property
    def file(self) -> Path:
        return self.folder / "one.backup"

    def open(self) -> Database:
        secrets = key.load(self.settings.key_path, root=SECRET, may_create=False)
        self.opened.append(Database(self.settings.database_url, secrets=secrets))
        return self.opened[-1]

    def close(self) -> None:
        while self.opened:
            self.opened.pop().dispose()

    def back_up(self) -> Path:
        making.make(self.settings, self.file)
        return self.file


@pytest.fixture
def installation(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Installation]:
    programs = find_binaries()
    if programs is not None:
        monkeypatch.setenv("PATH", str(programs), prepend=":")
    keys = tmp_path / "portal.keys"
    key.load(keys, root=SECRET, may_create=True)
    settings = Settings(
        database_url=database_url, secret_key=SECRET, key_file=str(keys), public_url="https://portal.example.com"
    )
    made = Installation(settings, tmp_path)
    database = made.open()
    world: World = populate(database, key.in_memory(), provider="rehearsal")
    made.business, made.sign_in = world.hearth.id, world.alice.cookie
    database.write(partial(opted_in, business_id=made.business, number=NUMBER))
    made.close()
    yield made
    made.close()


def opted_in(session: Session, business_id: str, number: str) -> None:
    row = subscription.lock(session, business_id, SMS, number)
    opt_in.opt_in(
        session, row, origin=Origin.FORM, proof=Proof.HANDSET, actor="client", scope="informational",
        confirmation="form.confirmation",
    )  # fmt: skip


def opted_out(session: Session, business_id: str, number: str) -> None:
    row = subscription.lock(session, business_id, SMS, number)
    ledger.record(session, row, Kind.OPTED_OUT, origin=Origin.CLIENT_FIRST, proof=Proof.HANDSET, actor="client")


def status(session: Session, business_id: str, number: str) -> str:
    return str(subscription.lock(session, business_id, SMS, number).status)
