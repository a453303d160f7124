"""Several processes over one ledger say what one walk says; what they cannot settle, the main walk does."""

from collections.abc import Iterator

import pytest
import sqlalchemy as sa
from sqlmodel import Session

from portal.accounts import key
from portal.consent import ledger, subscription
from portal.consent.verification import Verified
from portal.evidence import proving
from portal.evidence.side_walk import SideWalk
from tests.consent.conftest import disarm
from tests.sealing.conftest import Desk

pytestmark = pytest.mark.covers("P11")
ENTRIES = 11


@pytest.fixture
def beside(desk: Desk) -> Iterator[SideWalk]:
    desk.fill(5)
    desk.checkpoint()
    desk.fill(ENTRIES - 5)
    with SideWalk(desk.database.url, desk.database.read(key.of), length=3) as made:
        yield made


def alone(desk: Desk) -> Verified:
    return desk.database.read(lambda session: proving.verify(session, desk.business))


def together(desk: Desk, beside: SideWalk) -> Verified:
    return proving.verify_beside(beside, desk.database.read, desk.business)


def change(desk: Desk, statement: sa.Executable) -> None:
    def work(session: Session) -> None:
        disarm(session)
        session.connection().execute(statement)

    desk.database.write(work)


def test_they_see_every_entry_and_every_fold(desk: Desk, beside: SideWalk) -> None:
    seen = [len(each) for each in beside.hashes(desk.business, ENTRIES)]
    assert (seen, beside.is_folded()) == ([3, 3, 3, 2], True)
    assert together(desk, beside) == alone(desk) == Verified(desk.business, ENTRIES)


def test_what_is_wrong_is_named_as_on_one_walk(desk: Desk, beside: SideWalk) -> None:
    """First a subscription, then an entry, then the end."""
    _e, _s = ledger.table, subscription.table
    for statement, problem in (
        (sa.update(_s).values(status="none"), "does not say what its ledger entries say."),
        (sa.update(_e).where(_e.c.seq == 7).values(actor="x"), "Entry 7 was changed after it was written."),
        (sa.delete(_e).where(_e.c.seq == 4), "Entry 4 is missing."),
        (sa.delete(_e).where(_e.c.seq > 3), "Entry 4 is missing: the ledger was cut off"),
    ):
        change(desk, statement)
        found = together(desk, beside)
        assert problem in found.problem
        assert found == alone(desk)


def test_where_no_process_can_walk_the_main_walk_does_it_all(desk: Desk, beside: SideWalk) -> None:
    with SideWalk("sqlite://", desk.database.read(key.of)) as broken:
        assert together(desk, broken) == Verified(desk.business, ENTRIES)
