"""Meta asks whether the webhook address is ours: only who knows a verify token of this business gets an echo."""

import pytest
from sqlmodel import Session
from starlette.applications import Starlette
from starlette.testclient import TestClient

from portal.accounts import business as businesses
from portal.accounts import sender
from portal.accounts.sender import WHATSAPP
from tests.conftest import World

CREDENTIALS = {"phone_number_id": "10001", "app_secret": "s" * 32, "access_token": "t", "verify_token": "open sesame"}
ASK = {"hub.mode": "subscribe", "hub.verify_token": "open sesame", "hub.challenge": "1158201444"}


@pytest.fixture
def door(app: Starlette, site: World) -> TestClient:
    def add(session: Session) -> None:
        business = businesses.get(session, site.hearth.id)
        sender.add(
            session, business, channel=WHATSAPP, number="+12025550166", provider="whatsapp", credentials=CREDENTIALS
        )

    site.write(add)
    return TestClient(app, base_url="https://portal.example.com", raise_server_exceptions=False)


@pytest.mark.covers("P5")
def test_the_challenge_comes_back_as_plain_text_to_who_knows_the_verify_token(door: TestClient, site: World) -> None:
    answer = door.get(f"/webhooks/whatsapp/{site.hearth.id}/messages", params=ASK)
    assert (answer.status_code, answer.text) == (200, "1158201444")
    assert answer.headers["content-type"].startswith("text/plain")


@pytest.mark.covers("P5", "P10")
def test_nobody_else_gets_an_echo(door: TestClient, site: World) -> None:
    """Not with another token, another business, no mode, nor a challenge that a browser could take for a page."""
    path = f"/webhooks/whatsapp/{site.hearth.id}/messages"
    wrong = (
        ("hub.verify_token", "open"), ("hub.verify_token", ""), ("hub.mode", "unsubscribe"), ("hub.challenge", ""),
        ("hub.challenge", "<script>"), ("hub.challenge", "1" * 257),
    )  # fmt: skip
    answers = [door.get(path, params=ASK | {name: value}) for name, value in wrong]
    answers += [door.get(f"/webhooks/whatsapp/{other}/messages", params=ASK) for other in (site.other.id, "0" * 32)]
    answers.append(door.get(f"/webhooks/twilio/{site.hearth.id}/messages", params=ASK))
    assert [answer.status_code for answer in answers] == [403] * (len(answers) - 1) + [405]
