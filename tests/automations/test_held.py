"""What a reply in doubt holds back is counted for the member who decides on it."""

import datetime as dt
from typing import Any

import pytest

from portal.automations import held
from portal.automations.held import Held
from tests.automations.conftest import Shop

DOUBT = "wrong number"


def at(**delta: int) -> dict[str, Any]:
    return {"event": "opted_in", "delay_minutes": int(dt.timedelta(**delta).total_seconds() // 60)}


def held_of(shop: Shop) -> Held:
    row = shop.row()
    found: dict[str, Held] = shop.database.read(lambda session: held.of(session, {row.id: row.review_opened_at}))
    return found[row.id]


@pytest.mark.covers("X-10", "rules 2")
def test_what_waits_and_what_was_skipped_because_of_it_is_counted(shop: Shop) -> None:
    shop.client()
    shop.rule(**at(hours=1))
    shop.rule(name="Another", **at(days=2))
    shop.tick()
    shop.texts_us(DOUBT)
    assert held_of(shop) == Held(waiting=2)
    shop.pass_time(hours=1)
    assert shop.tick() == []
    assert held_of(shop) == Held(waiting=1, skipped=1)


@pytest.mark.covers("X-10")
def test_what_was_skipped_in_a_review_before_is_not_counted_again(shop: Shop) -> None:
    shop.client()
    shop.rule(**at(hours=1))
    shop.tick()
    shop.texts_us(DOUBT)
    shop.pass_time(hours=1)
    shop.tick()
    shop.texts_us("START")
    shop.pass_time(hours=1)
    shop.texts_us(DOUBT)
    assert held_of(shop) == Held()


def test_nobody_in_review_costs_no_query(shop: Shop) -> None:
    assert shop.database.read(lambda session: held.of(session, {})) == {}
