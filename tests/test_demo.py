"""The demo: a history that verifies, every state there is, and steps that lead a newcomer to the locked composer."""

import html
import re
import signal
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlmodel import select
from starlette.applications import Starlette
from starlette.testclient import TestClient

from portal import clock, demo
from portal.accounts import member
from portal.accounts.business import Business
from portal.column import table_of
from portal.consent import ledger, subscription, verification
from portal.contacts.contact import ContactNumber
from portal.demo import studio
from portal.demo.client import HISTORY
from portal.messaging import gauge, message
from portal.questionnaires.submission import Submission
from tests.test_serve import Start, clean, start

__all__ = ["start"]

URL = "http://127.0.0.1:8000"


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Starlette]:
    """One demo for the tests that only look."""
    with pytest.MonkeyPatch.context() as patch:
        from argon2 import PasswordHasher

        cheap = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
        patch.setattr(member, "hasher", lambda: cheap)
        made, _ = demo.create(tmp_path_factory.mktemp("demo"), URL)
    yield made
    made.state.database.dispose()


def rows(app: Starlette, query: Any) -> list[Any]:
    return list(app.state.database.read(lambda session: session.connection().execute(query).all()))


def business(app: Starlette) -> Business:
    found: Business = app.state.database.read(
        lambda session: session.exec(select(Business).where(Business.name == studio.NAME)).one()
    )
    return found


@pytest.mark.covers("P11")
def test_the_ledger_of_the_demo_verifies(app: Starlette) -> None:
    results = app.state.database.read(
        lambda session: [verification.verify(session, each) for each in verification.businesses(session)]
    )
    assert {each.problem for each in results} == {""}
    assert sum(each.entries for each in results) > 30


def test_there_is_a_client_in_every_state(app: Starlette) -> None:
    counts = app.state.database.read(lambda session: subscription.counts(session, business(app).id))
    assert all(counts[status] for status in ("none", "requested", "opted_in", "declined", "opted_out"))
    table = subscription.table
    for light in (
        table.c.carrier == "blocked", table.c.is_paused, table.c.in_review, table.c.is_undeliverable, table.c.unread > 0
    ):  # fmt: skip
        assert rows(app, sa.select(table.c.number).where(light)) != []
    assert sum(counts.values()) >= 12


def test_nobody_in_the_demo_could_be_real(app: Starlette) -> None:
    numbers = [row.number for row in rows(app, sa.select(subscription.table.c.number))]
    numbers += [row.number for row in rows(app, sa.select(table_of(ContactNumber).c.number))]
    assert all(re.fullmatch(r"\+141555501\d\d", number) for number in numbers)
    assert all(not who.email or who.email.endswith(".example") for _, _, _, who, _ in HISTORY)


def test_the_history_runs_over_three_weeks_and_never_into_the_future(app: Starlette) -> None:
    moments = [row.created_at for row in rows(app, sa.select(message.table.c.created_at))]
    assert max(moments) <= clock.now()
    assert (max(moments) - min(moments)).days >= 19
    recorded = [
        row.recorded_at for row in rows(app, sa.select(ledger.table.c.recorded_at).order_by(ledger.table.c.seq))
    ]
    assert recorded == sorted(recorded)
    assert max(row.created_at for row in rows(app, sa.select(table_of(Submission).c.created_at))) <= clock.now()


def test_nothing_in_the_demo_was_sent_without_consent(app: Starlette) -> None:
    assert app.state.database.read(gauge.read).send_after_stop_total == 0


def test_a_demo_is_made_the_same_way_at_any_time_of_day(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Just after midnight in California, today's events lie in yesterday and in no other order."""
    midnight = clock.now().replace(hour=8, minute=5, second=0)
    real = clock.now() - midnight
    monkeypatch.setattr("portal.clock._ago", _Shift(real))
    made, _ = demo.create(tmp_path, URL)
    try:
        results = made.state.database.read(
            lambda session: [verification.verify(session, each) for each in verification.businesses(session)]
        )
        assert {each.problem for each in results} == {""}
    finally:
        made.state.database.dispose()


class _Shift:
    """A clock that is wrong by `by`, and that the demo can still turn back."""

    def __init__(self, by: Any) -> None:
        self._by, self._ago = by, by

    def get(self) -> Any:
        return self._ago

    def set(self, passed: Any) -> Any:
        before, self._ago = self._ago, self._by + passed
        return before

    def reset(self, token: Any) -> None:
        self._ago = token


@pytest.mark.covers("H-9", "H-14", "H-16", "H-20", "H-22")
def test_a_newcomer_reaches_the_locked_composer_by_following_the_steps(tmp_path: Path) -> None:
    app, tour = demo.create(tmp_path, URL)
    with TestClient(app, base_url=URL) as browser:
        steps = links(browser.get("/").text)
        assert list(steps) == ["Open the questionnaire", "See the text on the pretend phone", "See the composer lock"]
        page = browser.get(steps["Open the questionnaire"])
        thanks = browser.post(str(page.url), data=answers(page.text, tour.number))
        assert "Thank you" in thanks.text
        assert links(thanks.text) == steps
        sign_in = browser.get(steps["See the text on the pretend phone"])
        _, email, password = tour.sign_ins[0]
        assert email in sign_in.text
        assert password in sign_in.text
        phones = browser.post("/sign-in", data={"email": email, "password": password, "next": "/rehearsal"})
        wait_for(app, tour.number, "you're opted in")
        csrf = re.search(r'name="csrf_token" value="([^"]+)"', phones.text)
        assert csrf is not None
        data = {"csrf_token": csrf.group(1), "number": tour.number, "text": "STOP"}
        assert browser.post("/rehearsal/text", data=data).status_code == 200
        wait_for(app, tour.number, "You are opted out")
        found = browser.get(steps["See the composer lock"]).text
        thread = re.search(r'href="(/sms/[0-9a-f]{32}[^"]*)"', found)
        assert thread is not None
        locked = browser.get(html.unescape(thread.group(1))).text
        assert "This client opted out. Nothing can be sent to this number." in locked
        assert "<textarea" not in locked or "disabled" in locked


def links(page: str) -> dict[str, str]:
    """The steps of the banner that lead somewhere."""
    banner = page.partition('class="tour"')[2].partition("</aside>")[0]
    return {words: html.unescape(url) for url, words in re.findall(r'<a href="([^"]+)">([^<]+)</a>', banner)}


def answers(page: str, number: str) -> dict[str, str]:
    """The form filled in as a person would: hidden fields as they are, Yes, and the number."""
    fields: dict[str, str] = {}
    for tag in re.findall(r"<input[^>]*>", page):
        attributes = dict(re.findall(r'([\w-]+)="([^"]*)"', tag))
        name, kind = attributes.get("name", ""), attributes.get("type", "")
        if kind == "tel":
            fields[name] = number
        elif kind == "radio" and attributes.get("value") in ("yes", "Family"):
            fields[name] = attributes["value"]
        elif kind == "email":
            fields[name] = "sam@visitor.example"
        elif kind == "text" and "website" not in name and attributes.get("tabindex") != "-1":
            fields[name] = "Sam Visitor"
        elif kind == "hidden":
            fields[name] = html.unescape(attributes.get("value", ""))
    return fields


def wait_for(app: Starlette, number: str, words: str) -> None:
    """Until the dispatcher has sent it."""
    end = time.monotonic() + 20
    query = sa.select(message.table.c.text).where(
        message.table.c.number == number, message.table.c.status.in_(("sent", "delivered"))
    )
    while not any(words in row.text for row in rows(app, query)):
        assert time.monotonic() < end, f"no text with “{words}” was sent"
        time.sleep(0.05)


def test_the_command_says_how_to_begin_and_leaves_nothing_behind(start: Start, tmp_path: Path) -> None:
    process = start(clean() | {"TMPDIR": str(tmp_path)}, "demo", "--port", "0")
    process.line(r"1  Open the questionnaire +http://127\.0\.0\.1:\d+/f/\S+")
    process.line(r"2  Say Yes with this number +\(415\) 555-0199")
    process.line(r"Owner +ana@hearth\.example +demo demo demo demo")
    assert len(list(tmp_path.glob("portal-demo-*"))) == 1
    process.tell(signal.SIGINT)
    assert process.end()[0] == 0
    assert list(tmp_path.glob("portal-demo-*")) == []
