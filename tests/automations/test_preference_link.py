"""The short link to texting choices at the end of automated texts, where a business wants it; a client's own pause."""

import datetime as dt

from sqlmodel import Session

from portal import clock
from portal.accounts import business as businesses
from portal.accounts.sender import SMS
from portal.automations import dry_run, due
from portal.consent import own_pause, subscription
from tests.automations.conftest import Shop
from tests.automations.test_due import at
from tests.messaging.conftest import CLIENT

ORIGIN = "https://portal.example.com"


def wants_links(shop: Shop) -> None:
    shop.write(
        lambda session: businesses.change(session, businesses.get(session, shop.business), has_preference_links=True)
    )


def test_an_automated_text_ends_with_the_link_only_where_the_business_wants_it(shop: Shop) -> None:
    shop.rule(text="See you soon")
    wants_links(shop)
    shop.client()
    shop.plan()
    shop.write(lambda session: due.run(session, form_origin=ORIGIN))
    text = shop.leave()[-1]
    assert text.startswith(f"See you soon\nYour texting choices: {ORIGIN}/p/")
    assert len(text) == len(f"See you soon\nYour texting choices: {ORIGIN}/p/") + 10


def test_the_dry_run_counts_the_link(shop: Shop) -> None:
    shop.client()
    rule = shop.automation(shop.draft(text="x" * 140))

    def segments(session: Session) -> int:
        home = businesses.get(session, shop.business)
        return dry_run.dry_run(session, home, rule, form_origin=ORIGIN).segments

    before = shop.database.read(segments)
    wants_links(shop)
    assert shop.database.read(segments) == 2 * before


def test_a_pause_of_the_client_skips_a_text_and_says_why(shop: Shop) -> None:
    shop.client()
    shop.rule(**at(hours=1))
    shop.tick()

    def pause(session: Session) -> None:
        row = subscription.lock(session, shop.business, SMS, CLIENT)
        own_pause.begin(session, row, until_at=clock.now() + dt.timedelta(days=3))

    shop.write(pause)
    shop.pass_time(hours=1)
    assert shop.tick() == []
    assert shop.stands() == [("skipped", "own_pause")]
