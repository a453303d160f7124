"""Quarantine: only answers leave, nothing waits in vain, and what a restored copy had waiting is never sent twice."""

import pytest
from starlette.testclient import TestClient

from portal.consent.purpose import Purpose
from portal.messaging import gate, held_text, quarantine
from portal.messaging.gate import Refuse
from tests.conftest import World, as_member
from tests.messaging.conftest import CLIENT, Road

OTHER = "+14155550199"


def enter(road: Road, why: str = quarantine.CLOCK) -> None:
    road.write(lambda session: quarantine.enter(session, why))


def end(road: Road) -> None:
    road.write(lambda session: quarantine.end(session, by="operator"))


@pytest.mark.parametrize("purpose", Purpose)
def test_the_gate_lets_only_what_is_owed_be_queued(road: Road, purpose: Purpose) -> None:
    road.says_yes(scope="marketing")
    row = road.row()
    decision = gate.decide(row, purpose, in_quarantine=True)
    is_at_rest = purpose in (Purpose.CONVERSATION, Purpose.AUTOMATED, Purpose.MARKETING, Purpose.CLARIFICATION)
    assert (isinstance(decision, Refuse) and decision.reason == "quarantine") is is_at_rest


@pytest.mark.covers("P18")
def test_in_quarantine_an_answer_to_a_stop_leaves_and_everything_else_waits(road: Road) -> None:
    road.says_yes()
    road.says_yes(OTHER)
    road.send_all()
    road.member_writes("Hello")
    road.member_writes("Hello")
    enter(road)
    road.texts_us("please stop texting me", OTHER)
    assert ["opted out" in text for text in road.send_all()] == [True]
    assert [each.status for each in road.outbound()][-2:] == ["queued", "queued"]
    end(road)
    assert road.send_all() == ["Hello", "Hello"]


def test_a_member_is_told_why_and_nothing_is_stored(road: Road) -> None:
    road.says_yes()
    enter(road)
    refused = road.member_writes("Hello")
    assert isinstance(refused, Refuse)
    assert refused.reason == "quarantine"
    assert "reconcile --release" in refused.unlock
    assert [each.purpose for each in road.outbound()] == ["opt_in_confirmation"]


def test_a_yes_in_quarantine_is_confirmed_when_it_ends(road: Road) -> None:
    enter(road)
    road.says_yes()
    assert road.send_all() == []
    end(road)
    assert len(road.send_all()) == 1


def test_it_is_entered_once_while_it_lasts_and_ended_by_whoever_says_so(road: Road) -> None:
    enter(road)
    enter(road)
    found = road.database.read(quarantine.current)
    assert found.why == quarantine.CLOCK
    end(road)
    assert road.database.read(quarantine.current) is None
    assert road.write(lambda session: quarantine.end(session, by="operator")) is False


@pytest.mark.covers("P18")
def test_what_waited_in_a_restored_copy_is_not_sent_by_itself_even_after_the_end(road: Road) -> None:
    road.says_yes()
    road.member_writes("Hello")
    enter(road, quarantine.RESTORE)
    end(road)
    assert road.send_all() == []
    assert [(each.status, each.reason) for each in road.outbound()] == [
        ("cancelled", "restored"), ("held", "restored"),
    ]  # fmt: skip


@pytest.mark.covers("P18")
def test_a_member_may_send_after_all_what_waited_in_a_restored_copy(road: Road) -> None:
    road.says_yes()
    road.send_all()
    road.member_writes("Hello")
    enter(road, quarantine.RESTORE)
    end(road)
    waiting = road.outbound()[-1]
    assert road.write(lambda session: held_text.approve(session, road.row(), waiting.id))
    assert road.send_all() == ["Hello"]


@pytest.mark.covers("P18")
def test_a_yes_lets_nothing_out_that_waited_in_a_restored_copy(road: Road) -> None:
    road.says_yes()
    road.send_all()
    road.member_writes("Hello")
    enter(road, quarantine.RESTORE)
    end(road)
    road.texts_us("STOP")
    road.texts_us("START")
    assert "Hello" not in road.send_all()


@pytest.mark.covers("P18", "P6")
def test_what_was_on_its_way_in_a_restored_copy_has_an_unknown_outcome(road: Road) -> None:
    road.says_yes()
    road.claim()
    enter(road, quarantine.RESTORE)
    assert [(each.status, each.reason) for each in road.outbound()] == [("unknown", quarantine.LOST_TRACK)]
    road.member_writes("Hello")
    assert road.claim() == []


def test_every_member_page_says_what_ends_it(site: World, client: TestClient) -> None:
    as_member(client, site.bob)
    assert "Sending is paused" not in client.get("/sms").text
    site.write(lambda session: quarantine.enter(session, quarantine.RESTORE))
    for path in ("/", "/sms", "/contacts"):
        assert "Sending is paused, because a backup was restored" in client.get(path).text
    site.write(lambda session: quarantine.end(session, by="operator"))
    assert "Sending is paused" not in client.get("/sms").text


def test_the_api_answers_409_with_what_ends_it(site: World, client: TestClient) -> None:
    road = Road(site, site.database)
    road.says_yes()
    enter(road)
    answer = client.post(
        "/api/v1/messages", json={"to": CLIENT, "text": "Hello", "channel": "sms"},
        headers={"Authorization": f"Bearer {site.hearth.token}"},
    )  # fmt: skip
    assert answer.status_code == 409
    assert (answer.json()["reason"], "--release" in answer.json()["unlock"]) == ("quarantine", True)


def test_a_stop_costs_no_statement_more(road: Road, monkeypatch: pytest.MonkeyPatch) -> None:
    """The look is part of the statement that finds the sender."""
    looks: list[str] = []
    monkeypatch.setattr(quarantine, "is_on", lambda session: looks.append("look"))
    road.says_yes()
    road.texts_us("please stop texting me")
    assert looks == []
