"""Texts that WhatsApp delivers outside its 24 hours: the template behind the words, what goes into it, what it says."""

from typing import Any

import pytest
from sqlmodel import Session

from portal.accounts import business as businesses
from portal.accounts.language import Language
from portal.accounts.sender import SMS, WHATSAPP
from portal.errors import Invalid
from portal.messaging import whatsapp_template, wording, wording_template
from portal.messaging.wording_slot import EDITABLE
from tests.messaging.conftest import Road

OWN = "{employee} of {business} asks to text you. YES or STOP?"
CHOSEN = {"name": "opt_in_request", "language": "en_US"}


def save(road: Road, text: str | None, *, key: str = "mo.request.client", **more: Any) -> Any:
    def work(session: Session) -> Any:
        found = businesses.get(session, road.business)
        return wording.save(session, found, EDITABLE[key], Language.EN, text, actor="member:x", ip="", **more)

    return road.write(work)


def says(road: Road, **more: Any) -> Any:
    def work(session: Session) -> Any:
        home = businesses.get(session, road.business)
        return wording.automatic(session, home, "mo.request.client", channel=WHATSAPP, **more)

    return road.database.read(work)


def write_down(road: Road, body: str, status: str) -> None:
    road.write(
        lambda session: whatsapp_template.add(
            session,
            road.business,
            name="opt_in_request",
            language="en_US",
            category="utility",
            body=body,
            status=status,
        )
    )


@pytest.mark.covers("X-30")
def test_a_template_goes_along_with_its_parameters_in_the_order_of_the_words(road: Road) -> None:
    save(road, OWN, channel=WHATSAPP, template=CHOSEN)
    expected = CHOSEN | {"parameters": ["Alex Example", "Hearth Photography"]}
    assert says(road, employee="Alex Example").template == expected
    assert save(road, OWN, channel=WHATSAPP).number == 2, "without its template the words are another version"
    assert says(road).template is None


@pytest.mark.covers("X-30")
@pytest.mark.parametrize(
    ("change", "key"),
    [
        ({"channel": SMS}, "mo.request.client"),
        ({"template": {"name": "Opt in!", "language": "en_US"}}, "mo.request.client"),
        ({"template": {"name": "opt_in", "language": "English"}}, "mo.request.client"),
        ({}, "mt.accepted.client"),
    ],
)
def test_a_template_that_could_not_be_used_is_refused(road: Road, change: dict[str, Any], key: str) -> None:
    usual = {"channel": WHATSAPP, "template": CHOSEN}
    with pytest.raises(Invalid) as refused:
        save(road, OWN, key=key, **(usual | change))
    assert list(refused.value.fields) == ["template"]


@pytest.mark.covers("X-30")
@pytest.mark.parametrize(
    ("status", "goes"), [("approved", True), ("pending", False), ("rejected", False), ("paused", False)]
)
def test_only_an_approved_template_goes_along(road: Road, status: str, goes: bool) -> None:
    write_down(road, "{{1}} of {{2}} asks to text you.\nYES or STOP?", status)
    save(road, OWN, channel=WHATSAPP, template=CHOSEN)
    assert (says(road).template is not None) is goes
    told = road.database.read(lambda session: wording_template.status(session, road.business, CHOSEN))
    assert told == status


@pytest.mark.covers("X-30")
def test_the_words_must_be_the_ones_of_the_template(road: Road) -> None:
    """What the client reads is the template; what is on record are the words."""
    write_down(road, "{{1}} invites you to our sale. YES or STOP?", "approved")
    with pytest.raises(Invalid) as refused:
        save(road, OWN, channel=WHATSAPP, template=CHOSEN)
    assert "“{{1}} invites you to our sale. YES or STOP?”" in refused.value.fields["template"][0]


@pytest.mark.covers("X-30")
def test_a_place_that_stands_twice_is_one_parameter(road: Road) -> None:
    text = "{business}: {employee} asks to text you. YES or STOP? {business}"
    assert wording_template.body(text) == "{{1}}: {{2}} asks to text you. YES or STOP? {{1}}"
    save(road, text, channel=WHATSAPP, template=CHOSEN)
    assert says(road, employee="Alex Example").template["parameters"] == ["Hearth Photography", "Alex Example"]
