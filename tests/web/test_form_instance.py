"""One showing of a form: signed, used once, a day old at most; and what it proves."""

import datetime as dt
import hashlib
import re
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
import time_machine
from sqlmodel import Session
from starlette.applications import Starlette
from starlette.testclient import TestClient

from portal import logs
from portal.accounts.key import Secrets
from portal.app import create_app
from portal.consent import ledger
from portal.consent.state import Proof
from portal.contacts import contact
from portal.questionnaires import questionnaire as questionnaires
from portal.settings import Settings
from tests.conftest import World
from tests.web.door import (
    E164,
    NAME,
    NO,
    OPT_IN,
    YES,
    Door,
    made,
    token_of,
)


@pytest.mark.covers("H-14", "P14")
def test_a_double_click_is_one_submission_one_text_and_the_same_thank_you(door: Door) -> None:
    token = door.token()
    first, second = door.send(YES, token=token), door.send(YES | {"q_optin_number": "(415) 555-0147"}, token=token)
    assert first.headers["location"] == second.headers["location"]
    assert (len(door.submissions()), door.texts()) == (1, [(E164, "opt_in_confirmation")])


@pytest.mark.covers("H-14", "P14")
def test_a_form_sent_twenty_times_at_once_queues_one_text(door: Door, app: Starlette) -> None:
    """A single-use token must be consumed atomically."""
    token = door.token()
    gate = threading.Barrier(20)

    def send(_: int) -> tuple[int, str]:
        own = TestClient(app, base_url="https://portal.example.com", follow_redirects=False)
        gate.wait()
        answer = replace(door, client=own).send(YES, token=token)
        return answer.status_code, answer.headers.get("location", "")

    with ThreadPoolExecutor(20) as pool:
        answers = set(pool.map(send, range(20)))
    assert len(answers) == 1
    assert (len(door.submissions()), door.texts()) == (1, [(E164, "opt_in_confirmation")])


@pytest.mark.covers("H-14")
def test_twelve_forms_with_one_new_number_at_once_make_one_contact_and_queue_one_text(
    door: Door, app: Starlette
) -> None:
    tokens = [door.token() for _ in range(12)]
    gate = threading.Barrier(len(tokens))

    def send(token: str) -> int:
        own = TestClient(app, base_url="https://portal.example.com", follow_redirects=False)
        gate.wait()
        return int(replace(door, client=own).send(YES, token=token).status_code)

    with ThreadPoolExecutor(len(tokens)) as pool:
        assert set(pool.map(send, tokens)) == {303}
    having = door.site.read(lambda session: contact.having(session, door.site.hearth.id, E164))
    assert (len(door.submissions()), len(having), door.texts()) == (12, 1, [(E164, "opt_in_confirmation")])


@pytest.mark.covers("P14")
@pytest.mark.parametrize("token", ["", "x", "a.b", "\u0001", "é" * 50, "." + "A" * 4000])
def test_without_a_token_of_ours_nothing_happens_and_nothing_typed_is_lost(door: Door, token: str) -> None:
    answer = door.send(YES | {"q_note": "Two dogs"}, token=token)
    assert (answer.status_code, "press send again" in answer.text, "Two dogs" in answer.text) == (422, True, True)
    assert door.submissions() == []
    assert door.send(YES, token=token_of(answer.text)).status_code == 303


def test_a_token_of_another_questionnaire_is_none_of_this_one(door: Door) -> None:
    other = replace(door, questionnaire=door.site.write(lambda session: made(session, door.site.other.id)))
    assert door.send(YES, token=other.token()).status_code == 422
    assert door.submissions() == []


@pytest.mark.covers("X-13")
def test_an_anonymous_token_does_not_speak_for_the_client_of_a_personal_link(door: Door) -> None:
    personal = door.as_(door.contact(E164))
    assert personal.send(NO, token=door.token()).status_code == 422
    assert door.send(NO, token=personal.token()).status_code == 422
    assert door.submissions() == []


def test_a_form_older_than_a_day_comes_back_with_everything_and_a_new_token(door: Door) -> None:
    with time_machine.travel(dt.datetime(2026, 11, 22, 12, tzinfo=dt.UTC), tick=False) as traveller:
        old = door.token()
        traveller.shift(dt.timedelta(hours=24, minutes=1))
        answer = door.send(YES | {"q_days": ["Sunday"]}, token=old)
        assert answer.status_code == 422
        assert "open for too long" in answer.text
        assert re.search(r'value="Sunday"[^>]*>', answer.text)
        assert 'value="(415) 555-0132"' in answer.text
        assert door.send(YES, token=token_of(answer.text)).status_code == 303


@pytest.mark.covers("P14")
def test_a_form_sent_faster_than_a_person_can_is_asked_to_be_sent_again(
    site: World, settings: Settings, secrets: Secrets
) -> None:
    app = create_app(replace(settings, form_min_seconds=3), with_jobs=False, secrets=secrets)
    slow = Door(
        TestClient(app, base_url="https://portal.example.com", follow_redirects=False),
        site,
        site.write(lambda s: made(s, site.hearth.id)),
    )
    with time_machine.travel(dt.datetime(2026, 11, 22, 12, tzinfo=dt.UTC), tick=False) as traveller:
        token = slow.token()
        traveller.shift(dt.timedelta(seconds=2.9))
        answer = slow.send(YES, token=token)
        assert (answer.status_code, "press send again" in answer.text, 'value="Rosa"' in answer.text) == (
            422,
            True,
            True,
        )
        assert slow.submissions() == []
        traveller.shift(dt.timedelta(seconds=0.2))
        assert slow.send(YES, token=token_of(answer.text)).status_code == 303
    app.state.database.dispose()


@pytest.mark.covers("P14")
def test_a_machine_in_the_trap_gets_thanks_and_changes_nothing(door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[str] = []
    monkeypatch.setattr(logs, "event", lambda name, **facts: seen.append(name))
    answer = door.send(YES | {"website": "https://spam.example"})
    assert answer.status_code == 303
    assert "Thank you" in door.client.get(answer.headers["location"]).text
    assert (door.submissions(), door.texts(), seen) == ([], [], ["form.trapped"])


@pytest.fixture
def hard(site: World, settings: Settings, secrets: Secrets) -> Iterator[Door]:
    """A form that asks for proof of work."""
    app = create_app(replace(settings, form_work_bits=8), with_jobs=False, secrets=secrets)
    own = TestClient(app, base_url="https://portal.example.com", follow_redirects=False)
    yield Door(own, site, site.write(lambda session: made(session, site.hearth.id)))
    app.state.database.dispose()


@pytest.mark.covers("P14")
def test_a_form_that_asks_for_work_takes_no_answer_without_it(hard: Door) -> None:
    answer = hard.send(YES)
    assert (answer.status_code, "not ready yet" in answer.text, hard.submissions()) == (422, True, [])


@pytest.mark.covers("P14")
def test_work_done_opens_the_form(hard: Door) -> None:
    text = hard.page().text
    nonce = re.search(r'data-work="([^"]+)" data-bits="8"', text)
    assert nonce
    done = next(n for n in range(10**6) if hashlib.sha256(f"{nonce[1]}:{n}".encode()).digest()[0] == 0)
    assert hard.send(YES | {"work": str(done)}, token=token_of(text)).status_code == 303


@pytest.mark.covers("rules 17", "rules 10")
def test_the_evidence_is_what_this_client_saw_also_when_the_business_changed_its_name_meanwhile(door: Door) -> None:
    text = door.page().text
    door.change(name="Hearth Studio", purposes="weddings", privacy_url="https://hearth.example/privacy")
    door.send(YES, token=token_of(text))
    entry = door.site.read(lambda s: ledger.entries(s, door.site.hearth.id, door.row().id))[0]
    block = re.search(r"<fieldset class=\"optin\".*?</fieldset>", text, re.S)
    assert block
    assert "from Hearth Photography about your appointments and projects" in entry.evidence["words"]
    assert entry.evidence["rendered"].strip() == block[0]
    assert entry.evidence["rendered_sha256"] == hashlib.sha256(entry.evidence["rendered"].encode()).hexdigest()


@pytest.mark.covers("rules 17")
def test_an_answer_belongs_to_the_version_that_was_shown(door: Door) -> None:
    token = door.token()

    def edit(session: Session) -> None:
        found = questionnaires.get(session, door.site.hearth.id, door.questionnaire.id)
        questionnaires.save_draft(session, found, title="New", questions=[replace(NAME, label="Full name"), OPT_IN])
        questionnaires.publish(session, found)

    door.site.write(edit)
    door.send(YES, token=token)
    sent = door.submissions()[0]
    assert (sent.version, sent.answers[0]["label"]) == (1, "Your name")


@pytest.mark.covers("rules 17")
def test_the_evidence_says_from_where(door: Door) -> None:
    asked = replace(
        door,
        headers={
            "user-agent": "A browser " + "x" * 900,
            "accept-language": "en-GB",
            "referer": "https://hearth.example/start",
        },
    )
    asked.send(YES)
    evidence = door.site.read(lambda s: ledger.entries(s, door.site.hearth.id, door.row().id))[0].evidence
    assert evidence["page_url"] == f"https://portal.example.com/f/{door.questionnaire.token}"
    assert (evidence["referrer"], evidence["language"]) == ("https://hearth.example/start", "en-GB")
    assert len(evidence["user_agent"]) == 300


@pytest.mark.covers("H-24", "rules 17")
def test_the_personal_token_is_no_part_of_the_evidence(door: Door) -> None:
    personal = door.as_(door.contact(E164))
    personal.send(YES)
    entry = door.site.read(lambda s: ledger.entries(s, door.site.hearth.id, door.row().id))[0]
    assert (entry.proof, entry.evidence["personal_link"]) == (Proof.PERSONAL_LINK, True)
    assert personal.personal not in str(entry)
