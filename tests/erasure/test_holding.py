"""Nobody is erased under a legal hold, in no piece and by no road; when it has ended they are."""

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from portal import clock
from portal.accounts.sender import SMS
from portal.backup import replay
from portal.backup.erasure_journal import Gone
from portal.consent import legal_hold, subscription
from portal.consent.state import Kind
from portal.erasure import ahead, removal, thinning
from portal.erasure.reason import Reason
from portal.errors import Conflict
from tests.conftest import World
from tests.erasure.test_removal import A, Small


@pytest.fixture
def small(world: World) -> Small:
    return Small(world)


def hold(small: Small, row_id: str | None) -> None:
    small.write(lambda session: legal_hold.place(session, small.home, row_id, reason="A letter", actor="operator"))


@pytest.mark.covers("P17")
@pytest.mark.parametrize("on", ["number", "business", "other channel"])
def test_an_erasure_is_refused_before_anything_happens(small: Small, on: str) -> None:
    client = small.add("Ann", A)
    small.says(Kind.OPTED_IN)
    row_id: str | None = small.row().id
    if on == "other channel":
        row_id = small.write(lambda session: subscription.lock(session, small.home, "whatsapp", A).id)
    hold(small, None if on == "business" else row_id)
    steps: list[Callable[[], Any]] = [
        lambda: small.write(partial(removal.hush, business_id=small.home, contact_id=client)),
        lambda: ahead.clear(small.world.database, small.home, client),
        lambda: small.write(partial(thinning.thin, business_id=small.home, contact_id=client)),
        lambda: small.erase(client),
    ]
    for step in steps:
        with pytest.raises(Conflict, match="the operator put a legal hold on") as refused:
            step()
        assert refused.value.reason == "legal_hold"
    assert small.row().status == "opted_in"
    assert small.problem() == ""


@pytest.mark.covers("P17", "rules 16")
def test_when_the_hold_has_ended_they_are_erased_and_its_reason_with_them(small: Small) -> None:
    client = small.add("Ann", A)
    small.says(Kind.OPTED_OUT)
    row_id = small.row().id
    hold(small, row_id)
    small.write(lambda session: legal_hold.end(session, small.home, row_id, reason="Settled", actor="operator"))
    assert small.erase(client).suppressed == 1
    assert small.world.read(lambda session: session.execute(legal_hold.table.select()).all()) == []
    assert small.problem() == ""


@pytest.mark.covers("P17")
def test_a_restored_copy_erases_who_was_erased_since_though_it_knows_the_hold_still(small: Small) -> None:
    client = small.add("Ann", A)
    small.says(Kind.OPTED_OUT)
    row_id = small.row().id
    hold(small, row_id)
    hold(small, None)
    gone = Gone("1", small.home, clock.now(), str(Reason.ASKED), (client,), (row_id,), {})
    assert replay.replay(small.world.database, [gone]) == 1
    assert small.world.read(lambda session: subscription.find(session, small.home, SMS, A)) is None
