"""Scheduled texts in the timeline of their client: as they will be sent, and never with what a stranger typed."""

import datetime as dt

import pytest
from sqlmodel import Session

from portal.accounts.sender import SMS
from portal.automations.client_line import scheduled
from portal.consent import subscription
from portal.messaging import timeline
from portal.messaging.timeline import Line
from tests.automations.conftest import NOON, SECOND, Shop
from tests.automations.test_name import typed
from tests.automations.test_plan import on
from tests.messaging.conftest import CLIENT

TEXT = "Hi {first_name|there}, {business} about {project|your session}"


def lines(shop: Shop, *numbers: str) -> list[Line]:
    def read(session: Session) -> list[Line]:
        rows = [subscription.find(session, shop.business, SMS, each) for each in numbers or (CLIENT,)]
        return list(timeline.page(session, [scheduled([row.id for row in rows])]).lines)

    found: list[Line] = shop.database.read(read)
    return found


def planned(shop: Shop, text: str = TEXT) -> str:
    made = shop.rule(event="date", at=NOON + dt.timedelta(hours=1), text=text, name="Hello")
    shop.plan()
    return made


@pytest.mark.covers("H-2", "H-23")
def test_what_waits_is_shown_as_it_will_be_sent(shop: Shop) -> None:
    shop.client()
    planned(shop)
    (line,) = lines(shop)
    assert line.title == "“Hello” will text at this time"
    assert line.text == "Hi Maria, Hearth Photography about your session"
    shop.pass_time(hours=1)
    assert shop.tick() == [line.text]


def test_the_project_and_the_day_are_those_it_is_about(shop: Shop) -> None:
    shop.project(shop.client(), name="Garden wedding", starts_on=on(2))
    shop.rule(event="date", date_of="project.starts_on", at_time="09:00", days_before=1, text="{project}: {date}")
    shop.plan()
    (line,) = lines(shop)
    assert line.text == "Garden wedding: Wednesday 25 November"


@pytest.mark.covers("P14")
def test_a_typed_name_is_not_shown_before_its_number_has_spoken(shop: Shop) -> None:
    typed(shop, "Free prizes at example.com")
    planned(shop, "Hi {first_name|there}")
    assert [each.text for each in lines(shop)] == ["Hi there"]
    shop.texts_us("Thanks!")
    assert [each.text for each in lines(shop)] == ["Hi Free"]


@pytest.mark.covers("P14")
def test_what_has_no_value_stands_there_by_its_name_and_the_line_says_what_will_happen(shop: Shop) -> None:
    typed(shop, "Free prizes at example.com")
    made = planned(shop, "Hi {name}")
    (line,) = lines(shop)
    assert line.text == "Hi [name]"
    assert line.title == ("“Hello” would skip its text as things stand: There is no value for the client's name.")
    shop.pass_time(hours=1)
    assert shop.tick() == []
    (line,) = lines(shop)
    assert (line.title, line.text) == (
        "“Hello” skipped its text: There is no value for the client's name.", "Hi [name]"
    )  # fmt: skip
    assert made in line.opens


@pytest.mark.covers("H-22")
def test_after_a_stop_no_line_promises_a_text(shop: Shop) -> None:
    shop.client()
    planned(shop)
    shop.texts_us("STOP")
    assert [each.title for each in lines(shop)] == [
        "“Hello” would skip its text as things stand: This client opted out. Nothing can be sent to this number."
    ]


def test_what_came_to_nothing_names_its_variables_in_plain_words(shop: Shop) -> None:
    shop.client()
    made = planned(shop)
    shop.does(made, "end")
    shop.pass_time(hours=1)
    shop.tick()
    (line,) = lines(shop)
    assert line.text == "Hi [first name], [your business] about [project]"


def test_each_number_is_greeted_by_the_name_of_its_own_client(shop: Shop) -> None:
    shop.client()
    shop.client("Juan Lopez", SECOND)
    planned(shop, "Hi {first_name}")
    assert {(each.number, each.text) for each in lines(shop, CLIENT, SECOND)} == {
        (CLIENT, "Hi Maria"), (SECOND, "Hi Juan"),
    }  # fmt: skip
