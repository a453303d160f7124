"""The public proof of the opt-in path: what a reviewer must find, and that it is what clients see."""

import html
import re

import pytest
from sqlmodel import Session
from starlette.testclient import TestClient

from portal.accounts import business as businesses
from portal.accounts.business import Capability
from tests.conftest import World
from tests.web.door import Door

PARTS = (
    'id="privacy"', 'id="terms"', "Message frequency varies", "Message and data rates may apply", "Reply HELP",
    "STOP, ", "UNSUBSCRIBE", "START, UNSTOP", "Consent is not a condition of purchase", "[first name]",
    "+1 202 555 0199",
    "No mobile information will be shared with third parties/affiliates for marketing/promotional purposes",
    "you're opted in to texts about your appointments and projects",
)  # fmt: skip


def shown(client: TestClient, slug: str = "hearth-photography") -> str:
    answer = client.get(f"/opt-in/{slug}")
    assert answer.status_code == 200
    return str(html.unescape(answer.text))


@pytest.mark.covers("rules 28")
@pytest.mark.parametrize("part", PARTS)
def test_the_page_holds_what_reviewers_look_for(client: TestClient, site: World, part: str) -> None:
    assert part in shown(client)


@pytest.mark.covers("rules 28", "H-8")
def test_the_question_is_drawn_by_the_template_that_clients_answer_and_does_nothing(door: Door) -> None:
    block = re.search(r'<p class="disclaimer"[^>]*>(.*?)</p>', door.page().text, re.S)
    page = door.client.get("/opt-in/hearth-photography").text
    assert block
    assert page.count(block[1]) == 2
    assert page.count("<div inert>") == 2
    assert "<form" not in page


@pytest.mark.covers("rules 28")
def test_the_particulars_are_the_businesss_own(client: TestClient, site: World) -> None:
    def change(session: Session) -> None:
        found = businesses.get(session, site.hearth.id)
        businesses.change(session, found, phone="(415) 555-0100", email="hello@hearth.example", opt_out_words=["ENDE"])

    site.write(change)
    text = shown(client)
    assert "call (415) 555-0100 or write to hello@hearth.example" in text
    assert "ENDE" in text


@pytest.mark.covers("P16")
def test_no_link_of_the_business_can_run_anything(client: TestClient, site: World) -> None:
    def change(session: Session) -> None:
        found = businesses.get(session, site.hearth.id)
        businesses.change(session, found, name="<script>alert(1)</script>", privacy_url="javascript:alert(1)")

    site.write(change)
    text = client.get("/opt-in/hearth-photography").text
    assert "javascript:" not in text
    assert "<script>alert" not in text


@pytest.mark.covers("H-26")
def test_a_business_without_texting_has_no_such_page(client: TestClient, site: World) -> None:
    def revoke(session: Session) -> None:
        businesses.grant(session, businesses.get(session, site.hearth.id), Capability.TEXTING, revoke=True)

    site.write(revoke)
    assert client.get("/opt-in/hearth-photography").status_code == 404


@pytest.mark.parametrize("slug", ["nobody", "%00", "é"])
def test_an_unknown_business_is_a_404(client: TestClient, site: World, slug: str) -> None:
    assert client.get(f"/opt-in/{slug}", follow_redirects=True).status_code == 404
