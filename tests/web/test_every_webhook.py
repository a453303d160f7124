"""Through the real door, for every provider: a STOP counts once, is confirmed as rules.md 5.7 says, and reports only
move up. What is peculiar to one provider is asked in tests/providers."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import pytest
from sqlmodel import Session
from starlette.applications import Starlette
from starlette.testclient import TestClient

from portal.accounts import business as businesses
from portal.accounts import sender
from portal.consent import ledger, subscription
from portal.consent.purpose import Purpose
from portal.consent.state import Carrier, Kind, Status
from portal.messaging import message
from portal.messaging.message import Direction, Fate
from portal.providers.provider import Request
from portal.statement import Statement, param
from tests.conftest import World
from tests.providers.case import CLIENT, SENDER, SITE, Case
from tests.providers.cases import CASES

_TEXTS = Statement(message.table.select().where(message.table.c.business_id == param("business_id")))
_answered = [name for name, case in CASES.items() if case.answered]


@dataclass
class Desk:
    """One business with one sender at one provider."""

    name: str
    case: Case
    business: str
    client: TestClient
    site: World

    def url(self, kind: str = "messages") -> str:
        return f"{SITE}/webhooks/{self.name}/{self.business}/{kind}"

    def post(self, request: Request) -> int:
        parts = urlsplit(request.url)
        target = f"{parts.path}?{parts.query}" if parts.query else parts.path
        return int(self.client.post(target, content=request.body, headers=dict(request.headers)).status_code)

    def says(self, text: str, n: int = 1) -> int:
        return self.post(self.case.inbound(self.url(), text, n))

    def row(self) -> Any:
        return self.site.read(lambda session: subscription.find(session, self.business, self.case.channel, CLIENT))

    def texts(self, direction: str = Direction.OUTBOUND) -> list[Any]:
        found = self.site.read(lambda session: _TEXTS.rows(session, business_id=self.business))
        return [row for row in found if row.direction == direction]

    def count(self, kind: Kind) -> int:
        entries = self.site.read(lambda session: ledger.entries(session, self.business, self.row().id))
        return sum(entry.kind == kind for entry in entries)


@pytest.fixture(params=CASES)
def desk(request: pytest.FixtureRequest, app: Starlette, site: World) -> Desk:
    case = CASES[request.param]

    def make(session: Session) -> str:
        made = businesses.create(session, "Corner Bakery")
        businesses.grant(session, made, businesses.Capability.WHATSAPP)
        businesses.change(session, made, has_whatsapp=True)
        sender.add(
            session, made, channel=case.channel, number=SENDER, provider=request.param, credentials=case.credentials
        )
        return made.id

    client = TestClient(app, base_url=SITE, follow_redirects=False, raise_server_exceptions=False)
    return Desk(request.param, case, site.write(make), client, site)


@pytest.mark.covers("rules 4", "rules 18", "H-20")
def test_a_bare_stop_opts_out_and_is_confirmed_by_whoever_answers_the_word(desk: Desk) -> None:
    assert desk.says("STOP") == 200
    assert desk.row().status == Status.OPTED_OUT
    is_theirs = bool(desk.case.answered)
    assert [row.purpose for row in desk.texts()] == ([] if is_theirs else [Purpose.OPT_OUT_CONFIRMATION])
    assert (desk.row().carrier == Carrier.BLOCKED) is is_theirs


@pytest.mark.covers("rules 2", "rules 4")
def test_a_stop_in_other_words_opts_out_and_is_confirmed_once_by_us(desk: Desk) -> None:
    assert [desk.says(words, n) for n, words in enumerate(("Please stop texting me", "stop please"))] == [200, 200]
    assert desk.row().status == Status.OPTED_OUT
    assert [row.purpose for row in desk.texts()] == [Purpose.OPT_OUT_CONFIRMATION]
    assert desk.row().carrier == Carrier.UNKNOWN


@pytest.mark.covers("P3", "rules 22")
def test_the_same_text_five_times_has_one_effect(desk: Desk) -> None:
    assert [desk.says("stop please") for _ in range(5)] == [200] * 5
    assert (desk.count(Kind.OPTED_OUT), len(desk.texts()), len(desk.texts(Direction.INBOUND))) == (1, 1, 1)


@pytest.mark.covers("rules 22", "rules 21")
def test_reports_out_of_order_leave_the_furthest_and_a_forged_one_nothing(desk: Desk) -> None:
    desk.says("Hello")
    number = desk.case.id_of(9)

    def give(session: Session) -> None:
        row = subscription.find(session, desk.business, desk.case.channel, CLIENT)
        message.add(session, row, direction=Direction.OUTBOUND, status=Fate.SENT, text="Hi", provider_id=number)

    desk.site.write(give)
    delivered, sent = (desk.case.status(desk.url("status"), fate, 9, "") for fate in ("delivered", "sent"))
    forged = Request(delivered.method, delivered.url, {"content-type": "application/json"}, delivered.body)
    assert desk.post(forged) in (401, 403)  # Bandwidth shows its password to who asks for it
    assert [desk.post(each) for each in (delivered, sent, delivered)] == [200, 200, 200]
    assert [row.status for row in desk.texts() if row.provider_id == number] == [Fate.DELIVERED]


@pytest.mark.covers("rules 18")
@pytest.mark.parametrize("desk", [name for name in _answered if CASES[name].block_code], indirect=True)
def test_a_report_that_the_provider_holds_a_stop_turns_the_carriers_light(desk: Desk) -> None:
    desk.says("Hello")
    number = desk.case.id_of(9)

    def give(session: Session) -> None:
        row = subscription.find(session, desk.business, desk.case.channel, CLIENT)
        message.add(session, row, direction=Direction.OUTBOUND, status=Fate.SENT, text="Hi", provider_id=number)

    desk.site.write(give)
    assert desk.post(desk.case.status(desk.url("status"), "failed", 9, desk.case.block_code)) == 200
    assert desk.row().carrier == Carrier.BLOCKED
    assert [row.status for row in desk.texts() if row.provider_id == number] == [Fate.FAILED]


@pytest.mark.covers("rules 4")
@pytest.mark.parametrize("desk", ["telnyx", "plivo"], indirect=True)
def test_two_words_that_the_provider_answers_are_not_answered_by_us_too(desk: Desk) -> None:
    """“stop all” is on Telnyx's and Plivo's lists and not on Twilio's."""
    assert desk.says("Stop All") == 200
    assert (desk.row().status, desk.texts()) == (Status.OPTED_OUT, [])


@pytest.mark.covers("rules 19", "rules 20")
@pytest.mark.parametrize("desk", ["telnyx", "plivo"], indirect=True)
def test_yes_lifts_no_block_where_the_provider_does_not_take_it_for_start(desk: Desk) -> None:
    desk.says("STOP", 1)
    desk.says("YES", 2)
    assert (desk.row().status, desk.row().carrier) == (Status.OPTED_OUT, Carrier.BLOCKED)
    desk.says("START", 3)
    assert (desk.row().status, desk.row().carrier) == (Status.OPTED_IN, Carrier.CLEAR)
