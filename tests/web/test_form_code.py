"""The one-time code on the thank-you page (X-29): typed without a script, the same for everybody, seen by no member."""

import re
from dataclasses import replace
from typing import Any

import pytest
from sqlmodel import Session

from portal import clock
from portal.accounts import business as businesses
from portal.accounts.sender import SMS
from portal.consent import subscription
from portal.consent.state import Origin, Proof, Status
from portal.messaging import first_message, one_time_code, opt_in
from portal.questionnaires import questionnaire as questionnaires
from portal.questionnaires.questionnaire import Confirmation
from portal.web import client_page
from tests.conftest import as_member
from tests.web.door import E164, NO, NUMBER, YES, Door
from tests.web.scene import Scene

HOSTILE = [
    "", " ", "12345", "1234567", "abcdef", "１２３４５", "٣٤٥", "<script>alert(1)</script>", "' OR 1=1 --",
    "\ud7ff", "%00", "=1+1", "../../etc", "9" * 5000, "1\r\nSet-Cookie: a=b",
]  # fmt: skip


@pytest.fixture
def door(door: Door) -> Door:
    """The questionnaire asks for a code."""
    asks_for(door, Confirmation.CODE)
    return door


def asks_for(door: Door, confirmation: Confirmation) -> None:
    def work(session: Session) -> None:
        found = questionnaires.get(session, door.questionnaire.business_id, door.questionnaire.id)
        found.confirm_by(confirmation)
        session.add(found)

    door.site.write(work)


def sent(door: Door, number: str = NUMBER) -> str:
    """The thank-you page's address."""
    return str(door.send(YES | {"q_optin_number": number}).headers["location"])


def code(door: Door, number: str = E164) -> str:
    """What the handset reads in the text of the last submission."""
    return one_time_code.of(door.site.secrets, door.submissions()[-1].id, number)


def wrong(door: Door) -> str:
    return f"{(int(code(door)) + 1) % 10**6:06d}"


def types(door: Door, where: str, typed: str) -> Any:
    return door.client.post(where, data={"code": typed}, headers=door.headers)


def holds(text: str, digits: str) -> bool:
    """As a word of its own: a hash or an id may hold any six digits."""
    return re.search(rf"\b{digits}\b", text) is not None


@pytest.mark.covers("X-29")
def test_the_thank_you_page_asks_for_the_code(door: Door) -> None:
    text = door.client.get(sent(door)).text
    [field] = re.findall(r"<input[^>]*>", text)
    for part in ('id="code"', 'name="code"', 'inputmode="numeric"', 'autocomplete="one-time-code"'):
        assert part in field
    assert '<label for="code">Code from the text</label>' in text
    assert "a code is on its way" in text
    assert not re.search(r"<form[^>]*action", text)


@pytest.mark.covers("X-29")
@pytest.mark.parametrize("spelling", ["{0}", " {0} ", "{1} {2}", "{1}-{2}"])
def test_the_right_code_opts_in_and_says_so(door: Door, spelling: str) -> None:
    where = sent(door)
    digits = code(door)
    answer = types(door, where, spelling.format(digits, digits[:3], digits[3:]))
    assert answer.status_code == 303
    assert "You are opted in" in door.client.get(answer.headers["location"]).text
    assert door.row().status == Status.OPTED_IN
    assert door.texts() == [(E164, "opt_in_request"), (E164, "opt_in_confirmation")]


@pytest.mark.covers("X-29", "X-22")
def test_it_works_in_a_frame_too(door: Door) -> None:
    door.change(embed_origins=["https://site.example"])
    framed = replace(door, is_embedded=True)
    where = sent(framed)
    refused, taken = types(framed, where, wrong(door)), types(framed, where, code(door))
    assert (where.startswith("/embed/"), refused.status_code, taken.status_code) == (True, 422, 303)
    for answer in (refused, door.client.get(taken.headers["location"])):
        assert "frame-ancestors https://site.example" in answer.headers["content-security-policy"]
    assert door.row().status == Status.OPTED_IN


@pytest.mark.covers("X-29", "P12")
def test_a_wrong_code_comes_back_as_it_was_typed(door: Door) -> None:
    where, typed = sent(door), wrong(door)
    answer = types(door, where, typed)
    assert (answer.status_code, door.row().status) == (422, Status.REQUESTED)
    assert f'value="{typed}"' in answer.text
    assert 'aria-invalid="true"' in answer.text
    assert "This code is not right" in answer.text


@pytest.mark.covers("X-29", "P12")
def test_after_five_tries_the_page_says_to_send_the_form_again(door: Door) -> None:
    where, digits = sent(door), code(door)
    answers = [types(door, where, wrong(door)) for _ in range(5)]
    for answer in (answers[-1], types(door, where, digits), door.client.get(where)):
        assert f'<a href="{door.url}">fill in the form again</a>' in answer.text
        assert "<input" not in answer.text
    assert door.row().status == Status.REQUESTED


@pytest.mark.covers("X-29", "P12")
def test_a_stop_meanwhile_wins(door: Door) -> None:
    where, digits = sent(door), code(door)
    stops(door)
    assert (types(door, where, digits).status_code, door.row().status) == (422, Status.OPTED_OUT)


@pytest.mark.covers("X-29", "P12")
def test_the_code_of_one_form_opens_no_other(door: Door) -> None:
    first = sent(door)
    sent(door, "(415) 555-0147")
    theirs = code(door, "+14155550147")
    assert (types(door, first, theirs).status_code, door.row().status) == (422, Status.REQUESTED)


@pytest.mark.covers("X-29")
@pytest.mark.parametrize("typed", HOSTILE, ids=range(len(HOSTILE)))
def test_anything_else_in_the_field_is_only_a_wrong_answer(door: Door, typed: str) -> None:
    where = sent(door)
    answer = types(door, where, typed)
    assert (answer.status_code, "six digits" in answer.text, "<script>alert" in answer.text) == (422, True, False)
    assert len(answer.text) < 20_000
    assert "set-cookie" not in answer.headers
    assert types(door, where, code(door)).status_code == 303


@pytest.mark.covers("X-29")
@pytest.mark.parametrize("query", ["", "?n=", "?n=nobody", "?n=%C3%A9", "?done=" + "0" * 32])
def test_where_nothing_was_sent_in_there_is_nothing_to_confirm(door: Door, query: str) -> None:
    where = f"/f/{door.questionnaire.token}/thanks{query}"
    answer = types(door, where, "123456")
    assert answer.status_code == 303
    assert "<input" not in door.client.get(answer.headers["location"]).text


@pytest.mark.parametrize("choice", ["no", "single"])
def test_who_owes_no_code_is_asked_for_none(door: Door, choice: str) -> None:
    if choice == "single":
        asks_for(door, Confirmation.SINGLE)
    where = str(door.send(NO if choice == "no" else YES).headers["location"])
    assert "<input" not in door.client.get(where).text
    assert types(door, where, "123456").status_code == 303


@pytest.mark.covers("X-29")
def test_nobody_is_told_that_they_are_opted_in_by_an_address_they_made_up(door: Door) -> None:
    where = sent(door)
    for made_up in ("1", "0" * 32, "é"):
        assert "You are opted in" not in door.client.get(f"{where}&done={made_up}").text


def test_a_form_on_another_site_cannot_type_a_code(door: Door) -> None:
    where = sent(door)
    foreign = replace(door, headers={"sec-fetch-site": "cross-site"})
    assert (types(foreign, where, code(door)).status_code, door.row().status) == (403, Status.REQUESTED)


@pytest.mark.covers("X-29")
def test_looking_at_the_page_changes_nothing(door: Door) -> None:
    where = sent(door)
    before = (door.row(), door.texts())
    for _ in range(10):
        door.client.get(where)
    assert (door.row(), door.texts()) == before
    assert types(door, where, code(door)).status_code == 303


def test_a_personal_link_stays_personal_after_the_code(door: Door) -> None:
    personal = door.as_(door.contact(E164))
    where = sent(personal)
    answer = types(personal, where, code(door))
    assert f"&c={personal.personal}" in answer.headers["location"]
    assert door.row().status == Status.OPTED_IN


# what nobody is told


def stops(door: Door, number: str = E164) -> None:
    def work(session: Session) -> None:
        row = subscription.lock(session, door.site.hearth.id, SMS, number)
        opt_in.opt_out(session, row, origin=Origin.REPLY, proof=Proof.HANDSET, actor="client", should_confirm=False)

    door.site.write(work)


def yes_before(door: Door, number: str) -> None:
    def work(session: Session) -> None:
        row = subscription.lock(session, door.site.hearth.id, SMS, number)
        opt_in.opt_in(
            session, row, origin=Origin.FORM, proof=Proof.HANDSET, actor="client", scope="informational",
            confirmation="form.confirmation", evidence={"words": "the disclaimer"},
        )  # fmt: skip

    door.site.write(work)


@pytest.mark.covers("P15", "X-29")
def test_the_page_and_every_wrong_code_are_the_same_whatever_is_known_about_the_number(door: Door) -> None:
    """New, opted in, opted out: none learns from the page, from six tries or from the moment they were over."""
    everything = set()
    for state, number in (("new", "4155550140"), ("active", "4155550141"), ("stopped", "4155550142")):
        if state != "new":
            yes_before(door, f"+1{number}")
        if state == "stopped":
            stops(door, f"+1{number}")
        where = sent(door, number)
        guess = "111111" if code(door, f"+1{number}") != "111111" else "222222"
        answers = [door.client.get(where), *(types(door, where, guess) for _ in range(6)), door.client.get(where)]
        seen = repr([(each.status_code, sorted(each.headers.items()), each.text) for each in answers])
        everything.add(re.sub(r"n=[\w-]+", "n=", seen).replace(number[-4:], "NNNN").replace(guess, "GGGGGG"))
    assert len(everything) == 1


@pytest.mark.covers("P15")
@pytest.mark.parametrize("kind", ["right", "wrong", "malformed"])
def test_no_answer_to_a_code_comes_sooner_than_the_time_that_all_take(door: Door, kind: str) -> None:
    where = sent(door)
    typed = {"right": code(door), "wrong": wrong(door), "malformed": "x"}[kind]
    started = clock.monotonic()
    types(door, where, typed)
    assert clock.monotonic() - started >= client_page.SAME_TIME


@pytest.mark.covers("X-29", "P12")
def test_no_page_call_or_export_shows_a_member_the_code(door: Door, scene: Scene) -> None:
    where, home = sent(door), door.questionnaire.id
    digits, row = code(door), door.row()
    scene.send_all()
    as_member(door.client, door.site.alice)
    pages = [f"/sms/{row.id}", "/sms", f"/questionnaires/{home}/results", "/", "/settings"]
    texts = [door.client.get(page).text for page in pages]
    token = {"Authorization": f"Bearer {door.site.hearth.token}"}
    calls = ["messages", f"subscriptions/{row.id}/ledger", f"subscriptions/{row.id}/evidence",
             f"questionnaires/{home}/submissions", "subscriptions"]  # fmt: skip
    answers = [door.client.get(f"/api/v1/{call}", headers=token) for call in calls]
    assert [each.status_code for each in answers] == [200] * len(calls)
    assert "****** is your code" in texts[0]
    assert "****** is your code" in answers[0].text
    assert not any(holds(text, digits) for text in [*texts, *(answer.text for answer in answers)])
    assert f"/sms/{row.id}" not in door.client.get(f"/sms?q={digits}").text
    assert types(door, where, digits).status_code == 303


@pytest.mark.covers("X-13", "X-29", "B7")
@pytest.mark.parametrize("confirmation", [Confirmation.CODE, Confirmation.REPLY, Confirmation.SINGLE])
def test_a_form_asks_nobody_who_said_no_and_was_asked_about_coming_back(door: Door, confirmation: Confirmation) -> None:
    """Their own new message opened a request; a number that anybody typed adds no text to it."""
    asks_for(door, confirmation)

    def stopped_and_wrote(session: Session) -> None:
        home = businesses.get(session, door.questionnaire.business_id)
        row = subscription.lock(session, home.id, SMS, E164)
        opt_in.opt_out(session, row, origin=Origin.REPLY, proof=Proof.HANDSET, actor="client", should_confirm=False)
        first_message.knock(session, home, subscription.lock(session, home.id, SMS, E164), message_id="m")

    door.site.write(stopped_and_wrote)
    before = door.texts()
    sent(door)
    assert door.texts() == before
    assert (door.row().status, door.row().returns_to) == (Status.REQUESTED, Status.OPTED_OUT)
