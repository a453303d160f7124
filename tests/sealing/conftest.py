"""A ledger with a few entries, packed and sealed for a stranger."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import Session

from portal.accounts.business import Business
from portal.accounts.sender import SMS
from portal.consent import ledger, subscription
from portal.consent.ledger import Recorded
from portal.consent.state import Kind, Origin, Proof
from portal.database import Database
from portal.evidence import checkpoint, packet, verifier
from tests.conftest import World

CLIENT, SECOND = "+14155550132", "+14155550133"


@dataclass
class Desk:
    """One business, its ledger, and what a stranger gets of it."""

    database: Database
    business: str
    folder: Path

    def record(self, kind: Kind, number: str = CLIENT, **values: Any) -> Recorded:
        def work(session: Session) -> Recorded:
            row = subscription.lock(session, self.business, SMS, number)
            known = {"origin": Origin.FORM, "proof": Proof.HANDSET, "actor": "client"} | values
            return ledger.record(session, row, kind, **known)

        return self.database.write(work)

    def fill(self, count: int) -> None:
        """Entries of two numbers, taking turns."""
        for number in range(count):
            kind = Kind.OPTED_IN if number % 4 < 2 else Kind.OPTED_OUT
            self.record(kind, (CLIENT, SECOND)[number % 2], evidence={"words": f"I agree {number}"})

    def checkpoint(self, *, is_mailed: bool = True) -> Any:
        def work(session: Session) -> Any:
            row = checkpoint.make(session, self.business).row
            if is_mailed:
                checkpoint.mark_mailed(session, self.business, row.size, 1)
            return row

        return self.database.write(work)

    def file(self) -> dict[str, Any]:
        """As a packet holds it, for what is checked here."""

        def work(session: Session) -> dict[str, Any]:
            row = subscription.find(session, self.business, SMS, CLIENT)
            told = packet.of(session, session.get_one(Business, self.business), row)
            return {name: told[name] for name in told if name != "verifier"}

        return self.database.write(work)

    def wrong(self, file: Any, *mailed: str, key: str = "") -> list[str]:
        notes = [verifier.notes_in(each)[0] for each in mailed]
        claims = (*verifier.of_entries(file), *verifier.of_seal(file, notes, key))
        return [what for is_so, what in claims if not is_so]

    def write(self, name: str, text: str) -> Path:
        path = self.folder / name
        path.write_text(text, encoding="utf-8")
        return path


def copied(file: dict[str, Any], change: Callable[[dict[str, Any]], object]) -> dict[str, Any]:
    """The same file after `change`."""
    made: dict[str, Any] = json.loads(json.dumps(file))
    change(made)
    return made


@pytest.fixture
def desk(world: World, database: Database, tmp_path: Path) -> Desk:
    return Desk(database, world.hearth.id, tmp_path)
