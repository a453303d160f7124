"""Where clients text first: what the thank-you page shows, to everybody the same, and what members are told."""

import datetime as dt
import re
from dataclasses import replace

import pytest
import sqlalchemy as sa
import time_machine
from sqlmodel import Session

from portal import clock
from portal.accounts import sender
from portal.accounts.member import Role
from portal.column import table_of
from portal.consent.state import Status
from portal.messaging import text_first, texted_code
from portal.messaging.text_first import TextFirst
from portal.questionnaires import questionnaire as questionnaires
from portal.questionnaires.questionnaire import Confirmation
from tests.conftest import as_member, person
from tests.web.door import E164, NO, YES, Door


@pytest.fixture
def door(door: Door) -> Door:
    """The questionnaire asks for a text first."""

    def work(session: Session) -> None:
        found = questionnaires.get(session, door.questionnaire.business_id, door.questionnaire.id)
        found.confirm_by(Confirmation.TEXT_FIRST)
        session.add(found)

    door.site.write(work)
    return door


def code(door: Door, number: str = E164) -> str:
    return texted_code.of(door.site.secrets, door.submissions()[-1].id, number)


@pytest.mark.covers("P14", "X-29")
def test_the_page_shows_what_to_text_as_a_link_and_as_a_picture(door: Door) -> None:
    text = door.thanks(YES)
    assert f'href="sms:+12025550199?&amp;body=YES%20{code(door)}"' in text
    assert f"<strong>YES {code(door)}</strong>" in text
    assert f'aria-label="QR code that writes the text YES {code(door)} to +1 202 555 0199"' in text
    assert "We send nothing to this number before" in text
    assert "We will text" not in text
    assert door.texts() == []


def test_it_works_in_a_frame_too(door: Door) -> None:
    door.change(embed_origins=["https://site.example"])
    assert "<strong>YES " in replace(door, is_embedded=True).thanks(YES)


def test_a_no_is_asked_for_no_text(door: Door) -> None:
    text = door.thanks(NO)
    assert ("sms:" in text, "<svg class" in text and "QR code" in text) == (False, False)


def test_after_half_an_hour_the_page_says_to_send_the_form_again(door: Door) -> None:
    with time_machine.travel(dt.datetime(2026, 11, 22, 12, tzinfo=dt.UTC), tick=False) as traveller:
        where = door.send(YES).headers["location"]
        traveller.shift(texted_code.LASTS)
        text = door.client.get(where).text
    assert f'<a href="{door.url}">fill in the form again</a>' in text
    assert "<strong>YES " not in text


def test_a_business_without_a_number_promises_no_text(door: Door) -> None:
    door.site.write(lambda session: sender.switch(session, door.site.hearth.id, "sms", on=False))
    text = door.thanks(YES)
    assert "We do not text yet" in text
    assert "YES " not in text


@pytest.mark.covers("P15")
def test_the_code_on_the_page_cannot_be_typed_as_the_code_from_a_text(door: Door) -> None:
    """Whoever sees the page holds no handset."""
    where = str(door.send(YES).headers["location"])
    answer = door.client.post(where, data={"code": code(door)}, headers=door.headers)
    assert (answer.status_code, door.row().status) == (303, Status.NONE)


# what members are told


def stopped(door: Door, *kinds: str) -> None:
    """The breaker of this questionnaire is out for a day, or that of its region."""
    home, asked, now = door.site.hearth.id, door.questionnaire.id, clock.now()
    keys = {"form": f"form:{home}:{asked}", "region": f"region:{home}:US"}

    def work(session: Session) -> None:
        for kind in kinds:
            session.add(TextFirst(key=keys[kind], since_at=now, until_at=now + text_first.LASTS))

    door.site.write(work)


@pytest.mark.covers("P14")
@pytest.mark.parametrize(
    ("kind", "said"), [("form", "The marked questionnaires ask clients"), ("region", "clients with numbers in US")]
)
def test_the_list_says_since_when_clients_text_first_and_ends_it(door: Door, kind: str, said: str) -> None:
    stopped(door, kind)
    alice = as_member(door.client, door.site.alice)
    text = alice.get("/questionnaires").text
    assert (said in text, "because few of the first texts arrived" in text) == (True, True)
    assert text.count('<span class="badge wait">') == (1 if kind == "form" else 0)
    answer = alice.post("/questionnaires/texts-again", follow_redirects=True)
    assert ("Clients are texted again" in answer.text, "few of the first texts" in answer.text) == (True, False)


@pytest.mark.covers("P10", "P14")
def test_who_may_not_edit_questionnaires_or_belongs_to_another_business_ends_nothing(door: Door) -> None:
    stopped(door, "form")
    counsel = door.site.write(lambda session: person(session, door.site.hearth.id, "nina", Role.COUNSEL))
    assert as_member(door.client, counsel).post("/questionnaires/texts-again").status_code == 403
    charlie = as_member(door.client, door.site.charlie)
    assert "Clients text first" not in charlie.get("/questionnaires").text
    charlie.post("/questionnaires/texts-again")
    until = door.site.read(lambda session: session.execute(sa.select(table_of(TextFirst).c.until_at)).scalar_one())
    assert until > clock.now()


def test_the_editor_offers_that_clients_text_first(door: Door) -> None:
    text = as_member(door.client, door.site.alice).get(f"/questionnaires/{door.questionnaire.id}").text
    assert re.search(r'value="text_first" checked', text)
