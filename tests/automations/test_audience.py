"""To whom: what a merge of two contacts means for a rule that names one of them."""

import datetime as dt

import pytest

from portal.accounts import business
from portal.automations import dry_run
from portal.messaging import contact_desk
from portal.messaging.contact_desk import Who
from tests.automations.conftest import NOON, SECOND, Shop
from tests.automations.test_plan import on, questionnaire, submit
from tests.messaging.conftest import CLIENT


def merged(shop: Shop, kept: str, other: str) -> None:
    shop.write(lambda session: contact_desk.merge(session, shop.business, kept, other, Who("member:alice", "")))


def split(shop: Shop, kept: str, other: str) -> None:
    shop.write(lambda session: contact_desk.undo_merge(session, shop.business, kept, other, Who("member:alice", "")))


@pytest.mark.covers("H-23", "P13")
@pytest.mark.parametrize("named", ["gone", "kept"])
def test_whoever_is_named_stays_meant_when_two_records_become_one(shop: Shop, named: str) -> None:
    """By one moment and by a date; the number may be of either record."""
    ids = {"gone": shop.client("M. Lopes"), "kept": shop.client("Maria Lopez", SECOND, agrees=False)}
    shop.project(ids["kept"], starts_on=on(2))
    audience = {"contacts": [ids[named]]}
    shop.rule(event="date", at=NOON + dt.timedelta(hours=1), name="Moment", audience=audience)
    shop.rule(event="date", date_of="project.starts_on", at_time="09:00", name="Date", audience=audience)
    merged(shop, ids["kept"], ids["gone"])
    shop.plan()
    assert sorted((each.automation, each.number) for each in shop.texts()) == [
        ("Date", CLIENT), ("Moment", CLIENT), ("Moment", SECOND),
    ]  # fmt: skip


def test_whoever_is_named_stays_meant_through_two_merges_and_not_after_they_are_undone(shop: Shop) -> None:
    first, second = shop.client("M. Lopes"), shop.client("Mrs Lopez", SECOND, agrees=False)
    third = shop.client("Maria Lopez", "+14155550139", agrees=False)
    made = shop.draft(event="date", at=NOON + dt.timedelta(hours=1), audience={"contacts": [first]})

    def meant() -> set[str]:
        lines = shop.database.read(
            lambda session: dry_run.dry_run(session, business.get(session, shop.business), shop.automation(made)).lines
        )
        return {line.number for line in lines}

    merged(shop, second, first)
    merged(shop, third, second)
    assert meant() == {CLIENT, SECOND, "+14155550139"}
    split(shop, third, second)
    split(shop, second, first)
    assert meant() == {CLIENT}


def test_who_sent_something_in_before_a_merge_has_sent_it_in_after_it(shop: Shop) -> None:
    asked = questionnaire(shop)
    gone, kept = shop.client("M. Lopes"), shop.client("Maria Lopez", SECOND, agrees=False)
    shop.client("Owen Hartley", "+14155550139")
    submit(shop, asked, nonce="n1", client=gone)
    merged(shop, kept, gone)
    shop.rule(event="date", at=NOON + dt.timedelta(hours=1), audience={"questionnaires": [asked]})
    shop.plan()
    assert sorted(each.number for each in shop.texts()) == [CLIENT, SECOND]
