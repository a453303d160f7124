"""What a client is answered, and what nobody is ever told (P15)."""

import datetime as dt
import re
from collections.abc import Iterator
from dataclasses import replace

import pytest
import time_machine
from sqlmodel import Session
from starlette.testclient import TestClient

from portal import clock
from portal.accounts.key import Secrets
from portal.accounts.sender import SMS
from portal.app import create_app
from portal.consent import ledger, subscription
from portal.consent.state import Carrier, Kind, Origin, Proof, Status
from portal.messaging import opt_in
from portal.questionnaires import questionnaire as questionnaires
from portal.questionnaires.questionnaire import Confirmation
from portal.settings import Settings
from portal.web import client_page
from tests.web.door import E164, NO, YES, Door, made


def test_the_thank_you_page_names_the_number_to_be_texted(door: Door) -> None:
    assert 'We will text <strong class="number-echo">+1 415 555 0132</strong>' in door.thanks(YES)


@pytest.mark.covers("X-17")
def test_the_thank_you_page_of_every_anonymous_yes_says_how_start_works(door: Door) -> None:
    text = door.thanks(YES)
    assert 'href="sms:+12025550199?&amp;body=START"' in text
    assert "+1 202 555 0199" in text


def test_the_thank_you_page_of_a_no_names_no_number(door: Door) -> None:
    text = door.thanks(NO)
    assert "You chose No" in text
    assert "sms:" not in text


def test_the_thank_you_page_forgets_the_number_after_a_day(door: Door) -> None:
    with time_machine.travel(dt.datetime(2026, 11, 22, 12, tzinfo=dt.UTC), tick=False) as traveller:
        where = door.send(YES).headers["location"]
        traveller.shift(dt.timedelta(hours=25))
        text = door.client.get(where).text
    assert "Thank you" in text
    assert "555-0132" not in text


@pytest.mark.parametrize("nonce", ["", "nobody", "é"])
def test_a_thank_you_page_that_nobody_earned_tells_nothing(door: Door, nonce: str) -> None:
    answer = door.client.get(f"/f/{door.questionnaire.token}/thanks?n={nonce}")
    assert (
        answer.status_code,
        "Thank you" in answer.text,
        "text" in answer.text.split("</h1>")[1].split("<footer")[0],
    ) == (200, True, False)


@pytest.mark.covers("X-29")
def test_where_a_reply_is_needed_the_thank_you_page_says_so(door: Door) -> None:
    def ask(session: Session) -> None:
        found = questionnaires.get(session, door.site.hearth.id, door.questionnaire.id)
        found.confirm_by(Confirmation.REPLY)
        session.add(found)

    door.site.write(ask)
    assert "Reply YES to it" in door.thanks(YES)
    assert door.texts() == [(E164, "opt_in_request")]


@pytest.mark.covers("X-17", "H-24")
def test_a_personal_link_is_told_when_the_carrier_blocks(door: Door) -> None:
    personal = door.as_(door.contact(E164))
    personal.send(YES)
    carrier_blocks(door)
    text = personal.thanks(YES)
    assert "Your mobile carrier still blocks our texts" in text
    assert 'href="sms:+12025550199' in text


@pytest.mark.covers("P15")
def test_a_personal_link_tells_nothing_about_a_strangers_number(door: Door) -> None:
    door.send(YES | {"q_optin_number": "(415) 555-0147"})
    carrier_blocks(door, "+14155550147")
    personal = door.as_(door.contact(E164))
    assert "carrier" not in personal.thanks(YES | {"q_optin_number": "(415) 555-0147"})


def carrier_blocks(door: Door, number: str = E164) -> None:
    def work(session: Session) -> None:
        row = subscription.lock(session, door.site.hearth.id, SMS, number)
        ledger.record(session, row, Kind.CARRIER_BLOCKED, origin=Origin.PROVIDER, proof=Proof.HANDSET, actor="provider")

    door.site.write(work)
    assert door.row(number).carrier == Carrier.BLOCKED


NUMBERS = {
    "new": "4155550140", "active": "4155550141", "stopped": "4155550142", "blocked": "4155550143",
    "limited": "4155550144", "theirs": "4155550145",
}  # fmt: skip
AFTERWARDS = {
    "new": Status.OPTED_IN, "active": Status.OPTED_IN, "stopped": Status.OPTED_OUT, "blocked": Status.OPTED_IN,
    "limited": Status.NONE, "theirs": Status.OPTED_IN,
}  # fmt: skip


@pytest.fixture
def capped(door: Door, settings: Settings, secrets: Secrets) -> Iterator[Door]:
    """The same questionnaire, where a number gets one confirmation a day."""
    app = create_app(replace(settings, caps=replace(settings.caps, number_day=1)), with_jobs=False, secrets=secrets)
    own = TestClient(app, base_url="https://portal.example.com", follow_redirects=False)
    yield replace(door, client=own)
    app.state.database.dispose()


def prepare(door: Door, state: str) -> None:
    """Bring the state's number into it."""
    yes = YES | {"q_optin_number": NUMBERS[state]}
    if state in ("active", "stopped", "blocked"):
        door.send(yes)
    if state == "stopped":
        stops(door, f"+1{NUMBERS[state]}")
    if state == "blocked":
        carrier_blocks(door, f"+1{NUMBERS[state]}")
    if state in ("limited", "theirs"):
        replace(door, questionnaire=door.site.write(lambda session: made(session, door.site.other.id))).send(yes)


def stops(door: Door, number: str) -> None:
    def work(session: Session) -> None:
        row = subscription.lock(session, door.site.hearth.id, SMS, number)
        opt_in.opt_out(session, row, origin=Origin.REPLY, proof=Proof.HANDSET, actor="client", should_confirm=False)

    door.site.write(work)


def seen(door: Door, number: str) -> str:
    """All that an anonymous visitor sees of one sending, but for the number and the showing's own random name."""
    answer = door.send(YES | {"q_optin_number": number})
    page = door.client.get(answer.headers["location"])
    everything = [
        answer.status_code, sorted(answer.headers.items()), answer.text,
        page.status_code, sorted(page.headers.items()), page.text,
    ]  # fmt: skip
    return re.sub(r"n=[\w-]+", "n=", repr(everything)).replace(number[-4:], "NNNN")


@pytest.mark.covers("P15", "X-17")
def test_the_answer_is_the_same_byte_for_byte_whatever_is_known_about_the_number(door: Door, capped: Door) -> None:
    answers = set()
    for state, number in NUMBERS.items():
        prepare(door, state)
        answers.add(seen(capped if state == "limited" else door, number))
    assert len(answers) == 1
    assert {state: door.row(f"+1{number}").status for state, number in NUMBERS.items()} == AFTERWARDS


@pytest.mark.covers("P15")
@pytest.mark.parametrize("typed", [YES, NO, {}, YES | {"website": "x"}], ids=["yes", "no", "wrong", "trapped"])
def test_no_answer_comes_sooner_than_the_time_that_all_take(door: Door, typed: dict[str, str]) -> None:
    """What has to be done for a new number and for a stopped one differs; how long it takes to say so does not."""
    token = door.token()
    started = clock.monotonic()
    door.send(typed, token=token)
    assert clock.monotonic() - started >= client_page.SAME_TIME
