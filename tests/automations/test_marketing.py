"""A promotional automation reaches only those who agreed to offers, whenever it is asked (rules.md row 15)."""

import datetime as dt

import pytest
import sqlalchemy as sa
from sqlmodel import Session

from portal import clock
from portal.accounts import business as businesses
from portal.accounts.sender import SMS
from portal.automations import automation, dry_run, sentence
from portal.consent import ledger, subscription
from portal.consent.state import Kind, Origin, Proof
from portal.messaging import message
from portal.statement import Statement
from tests.automations.conftest import SECOND, Shop
from tests.messaging.conftest import CLIENT

pytestmark = pytest.mark.covers("rules 15")
_LEFT = Statement(
    sa.select(message.table.c.number, message.table.c.purpose).where(
        message.table.c.purpose.in_(["automated", "marketing"]), message.table.c.status == "sent"
    )
)


@pytest.fixture
def both(shop: Shop) -> Shop:
    """One client who agreed to texts, one who agreed to offers too."""
    shop.client()
    shop.client("Sam Rivera", SECOND, scope="marketing")
    shop.tick()
    return shop


def soon(shop: Shop, **values: object) -> str:
    return shop.rule(event="date", at=clock.now() + dt.timedelta(hours=1), is_marketing=True, **values)


def left(shop: Shop) -> list[tuple[str, str]]:
    return [(row.number, row.purpose) for row in shop.database.read(_LEFT.rows)]


def test_it_goes_to_those_who_agreed_to_offers_and_the_others_are_told_why(both: Shop) -> None:
    made = soon(both)
    both.pass_time(hours=1)
    both.tick()
    assert left(both) == [(SECOND, "marketing")]
    found = {row.number: (str(row.status), row.reason, row.sentence) for row in both.texts(automation_id=made)}
    assert found[SECOND][:2] == ("sent", "")
    assert found[CLIENT][:2] == ("skipped", "scope")
    assert "other kinds of texts" in found[CLIENT][2]


def test_the_dry_run_counts_whom_it_leaves_out(both: Shop) -> None:
    made = both.automation(soon(both))
    found = both.database.read(lambda session: dry_run.dry_run(session, businesses.get(session, both.business), made))
    assert (found.sends, found.skipped) == (1, {"scope": 1})
    assert sentence.to_whom(made, titles={}) == "Only to clients who agreed to offers"


def test_who_ends_marketing_meanwhile_is_skipped_and_keeps_reminders(both: Shop) -> None:
    promotion = soon(both)
    reminder = both.rule(event="date", at=clock.now() + dt.timedelta(hours=1))
    both.plan()

    def narrow(session: Session) -> None:
        row = subscription.lock(session, both.business, SMS, SECOND)
        ledger.record(
            session, row, Kind.OPTED_IN, origin=Origin.PORTAL, proof=Proof.PERSONAL_LINK, actor="client",
            scope="informational",
        )  # fmt: skip

    both.write(narrow)
    assert [row.forecast for row in both.texts(automation_id=promotion) if row.number == SECOND] == ["scope"]
    both.pass_time(hours=1)
    both.tick()
    assert sorted(left(both)) == sorted([(CLIENT, "automated"), (SECOND, "automated")])
    assert {row.reason for row in both.texts(automation_id=promotion)} == {"scope"}
    assert {str(row.status) for row in both.texts(automation_id=reminder)} == {"sent"}


def test_what_is_scheduled_stays_promotional_when_the_rule_is_no_more(both: Shop) -> None:
    made = soon(both)
    both.plan()

    def change(session: Session) -> None:
        found = automation.get(session, both.business, made)
        given = {**automation.rule_of(found).__dict__, "is_marketing": False}
        automation.change(session, found, automation.Rule(**given), actor="member:alice")

    both.write(change)
    both.pass_time(hours=1)
    both.decide()
    both.leave()
    assert left(both) == [(SECOND, "marketing")]
