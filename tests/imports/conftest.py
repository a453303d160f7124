"""Lists that come into Hearth, without web or jobs."""

import io
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import pytest
from sqlmodel import Session

from portal.accounts.sender import SMS
from portal.consent import ledger, subscription
from portal.contacts import contact
from portal.database import Database
from portal.imports import import_problem, import_run, intake, turn
from portal.imports.field import What
from portal.imports.import_run import ImportRun
from tests.conftest import World

ACTOR = "member:alice"
BROKEN = "the machine stopped"


@dataclass
class Desk:
    """What a test does with lists, in one line each."""

    world: World
    database: Database

    @property
    def business(self) -> str:
        return self.world.hearth.id

    def write(self, work: Callable[[Session], Any]) -> Any:
        return self.database.write(work)

    def take(self, raw: str | bytes, what: What = What.CONTACTS, name: str = "list.csv", **how: Any) -> str:
        source = io.BytesIO(raw.encode() if isinstance(raw, str) else raw)
        return intake.take(self.database, source, self.business, what, file_name=name, actor=ACTOR, **how)

    def look_through(self, raw: str | bytes, what: What = What.CONTACTS, **how: Any) -> ImportRun:
        run_id = self.take(raw, what, **how)
        turn.some(self.database, run_id, most=1000)
        return self.run(run_id)

    def bring(self, raw: str | bytes, what: What = What.CONTACTS, **how: Any) -> ImportRun:
        """Chosen, looked through, started, done."""
        run = self.look_through(raw, what, **how)
        self.start(run)
        turn.some(self.database, run.id, most=1000)
        return self.run(run.id)

    def start(self, run: ImportRun) -> None:
        self.write(lambda session: import_run.start(session, run, actor=ACTOR, ip=""))

    def run(self, run_id: str) -> ImportRun:
        return self.database.read(lambda session: session.get_one(ImportRun, run_id))

    def problems(self, run: ImportRun) -> dict[int, str]:
        rows = self.database.read(partial(import_problem.after, run_id=run.id, row=0, limit=1000))
        return {each.row: each.problem for each in rows}

    def row(self, number: str) -> Any:
        return self.database.read(lambda session: subscription.find(session, self.business, SMS, number))

    def entries(self, number: str) -> list[Any]:
        row = self.row(number)
        return self.database.read(lambda session: ledger.entries(session, self.business, row.id))

    def having(self, number: str) -> list[contact.Contact]:
        return self.database.read(lambda session: contact.having(session, self.business, number))


@pytest.fixture
def desk(world: World, database: Database) -> Desk:
    return Desk(world, database)
