"""Facts about phone numbers on one line each, and a ledger that somebody with the database's password tampers with."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
import sqlalchemy as sa
from sqlmodel import Session

from portal.accounts.sender import SMS
from portal.consent import ledger, subscription, verification
from portal.consent.ledger import Recorded
from portal.consent.state import Kind, Origin, Proof
from portal.consent.verification import Verified
from portal.database import Database
from tests.conftest import World

CLIENT, SECOND = "+14155550132", "+14155550133"


@dataclass
class Books:
    """The ledgers of two businesses."""

    database: Database
    business: str
    other: str

    def record(self, kind: Kind, number: str = CLIENT, *, business: str = "", **values: Any) -> Recorded:
        def work(session: Session) -> Recorded:
            row = subscription.lock(session, business or self.business, SMS, number)
            known = {"origin": Origin.FORM, "proof": Proof.HANDSET, "actor": "client"} | values
            return ledger.record(session, row, kind, **known)

        return self.database.write(work)

    def row(self, number: str = CLIENT) -> Any:
        return self.database.read(lambda session: subscription.find(session, self.business, SMS, number))

    def entries(self, number: str = CLIENT) -> list[Any]:
        row = self.row(number)
        return self.database.read(lambda session: ledger.entries(session, self.business, row.id))

    def verify(self, business: str = "") -> Verified:
        return self.database.read(lambda session: verification.verify(session, business or self.business))

    def after(self, tamper: Callable[[Session], object], business: str = "") -> Verified:
        """What `verify` says once somebody did this behind the product's back; afterwards it is undone."""

        def work(session: Session) -> None:
            disarm(session)
            tamper(session)
            session.flush()
            raise Undone(verification.verify(session, business or self.business))

        with pytest.raises(Undone) as undone:
            self.database.write(work)
        return undone.value.verified


class Undone(Exception):  # noqa: N818 (a way out, no error)
    def __init__(self, verified: Verified) -> None:
        super().__init__(verified.problem)
        self.verified = verified


def disarm(session: Session) -> None:
    """What the owner of a database can always do: drop its triggers and foreign keys."""
    if session.get_bind().dialect.name == "sqlite":
        session.connection().exec_driver_sql("PRAGMA defer_foreign_keys=ON")
        found = sa.text("SELECT name FROM sqlite_master WHERE type = 'trigger'")
        drop = "DROP TRIGGER {}"
    else:
        found = sa.text(
            "SELECT conrelid::regclass || '|' || conname FROM pg_constraint WHERE contype = 'f' "
            "AND confrelid IN ('subscription'::regclass, 'business'::regclass)"
        )
        for name in session.connection().execute(found).scalars().all():
            table, _, constraint = str(name).partition("|")
            session.connection().exec_driver_sql(f'ALTER TABLE {table} DROP CONSTRAINT "{constraint}"')
        found = sa.text("SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgrelid = 'ledger_entry'::regclass")
        drop = "DROP TRIGGER {} ON ledger_entry"
    for name in session.connection().execute(found).scalars().all():
        session.connection().exec_driver_sql(drop.format(name))


@pytest.fixture
def books(world: World, database: Database) -> Books:
    return Books(database, world.hearth.id, world.other.id)


@pytest.fixture
def written(books: Books) -> Books:
    """Five entries about two numbers of one business, two of another's."""
    at = dt.datetime(2026, 11, 22, 15, 0, tzinfo=dt.UTC)
    books.record(Kind.OPTED_IN, occurred_at=at, scope="informational", evidence={"words": "I agree", "page": "/f/1"})
    books.record(Kind.OPTED_IN, SECOND, scope="informational", evidence={"words": "I agree"})
    books.record(Kind.CARRIER_CLEARED, origin=Origin.PROVIDER, proof=Proof.ATTESTED, actor="provider")
    books.record(Kind.OPTED_OUT, origin=Origin.REPLY, evidence={"words": "STOP", "rule": "exact"})
    books.record(Kind.PAUSED, SECOND, origin=Origin.SYSTEM, proof=Proof.ATTESTED, actor="system")
    for kind in (Kind.OPTED_IN, Kind.OPTED_OUT):
        books.record(kind, business=books.other)
    return books
