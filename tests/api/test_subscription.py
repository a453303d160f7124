"""Subscriptions over the API: where each number stands, and opting out, which nothing here can undo."""

from typing import Any

import pytest
from sqlmodel import Session

from portal.consent import ledger, subscription
from portal.consent.state import Kind, Origin, Proof
from portal.messaging import claim, drain, flight
from portal.messaging.spending import Limits
from tests.api.conftest import CLIENT, SECOND, STRANGER, Api, Clients
from tests.conftest import World

ASKED = {"reason": "She rang and asked us to stop", "received_by": "phone", "received_at": "2026-11-21T23:05:00Z"}
FIELDS = {
    "id", "channel", "number", "contact", "status", "carrier", "scope", "origin", "changed_at", "may_text", "reason",
    "unlock", "held", "in_review", "wording_version",
}  # fmt: skip


def numbers(api: Api, query: str) -> list[str]:
    return [each["number"] for each in api.get(f"/subscriptions{query}")["items"]]


@pytest.mark.covers("H-1", "H-15")
def test_a_number_that_agreed_may_be_texted(api: Api, clients: Clients) -> None:
    clients.says_yes()
    [row] = api.get("/subscriptions")["items"]
    assert set(row) == FIELDS
    assert (row["status"], row["carrier"], row["scope"], row["origin"]) == (
        "opted_in",
        "unknown",
        "informational",
        "form",
    )
    assert (row["may_text"], row["reason"], row["unlock"], row["held"], row["in_review"]) == (
        True,
        None,
        None,
        0,
        False,
    )
    assert row["changed_at"].endswith("Z")
    assert api.get(f"/subscriptions/{row['id']}") == row


@pytest.mark.covers("rules 17")
def test_who_agreed_to_which_words_is_a_filter(api: Api, clients: Clients, site: World) -> None:
    clients.says_yes(SECOND)
    words = "a" * 64

    def agree(session: Session) -> None:
        row = subscription.lock(session, site.hearth.id, "sms", CLIENT)
        ledger.record(
            session, row, Kind.OPTED_IN, origin=Origin.FORM, proof=Proof.ANONYMOUS, actor="client",
            scope="informational", evidence={"wording_version": words},
        )  # fmt: skip

    site.write(agree)
    [row] = api.get(f"/subscriptions?wording={words}")["items"]
    assert (row["number"], row["wording_version"]) == (CLIENT, words)
    assert api.get(f"/subscriptions?wording={'b' * 64}")["items"] == []


@pytest.mark.covers("H-2", "H-3")
def test_a_number_that_was_never_asked_may_not_be_texted(api: Api, clients: Clients) -> None:
    clients.texts("Are you open today?", STRANGER)
    [row] = api.get("/subscriptions")["items"]
    assert (row["status"], row["may_text"], row["reason"]) == ("none", False, "no_consent")
    assert row["unlock"]


@pytest.mark.covers("H-4")
@pytest.mark.parametrize(
    "number",
    ["%2B14155550132", "+14155550132", "+1+415+555+0132", "4155550132", "%28415%29+555-0132", "1.415.555.0132"],
)
def test_the_filter_takes_any_spelling(api: Api, clients: Clients, number: str) -> None:
    clients.says_yes()
    clients.says_yes(SECOND)
    assert numbers(api, f"?number={number}") == [CLIENT]


def test_status_channel_and_search_narrow_the_list(api: Api, clients: Clients) -> None:
    clients.says_yes()
    clients.says_yes(SECOND)
    clients.texts("STOP", SECOND)
    api.post("/contacts", {"name": "Nora Vale", "numbers": [{"number": STRANGER}]})
    assert numbers(api, "?status=opted_in") == [CLIENT]
    assert numbers(api, "?status=opted_out") == [SECOND]
    assert numbers(api, "?status=none") == [STRANGER]
    assert numbers(api, "?q=nor") == [STRANGER]
    assert numbers(api, "?q=0133") == [SECOND]
    assert numbers(api, "?q=%28415%29+555") == [CLIENT, SECOND, STRANGER]
    assert numbers(api, "?q=415555&status=opted_out") == [SECOND]
    assert len(numbers(api, "?channel=sms")) == 3
    assert numbers(api, "?channel=whatsapp") == []


def test_a_list_goes_on_where_it_ended_and_skips_nothing(api: Api, clients: Clients) -> None:
    for i in range(7):
        clients.says_yes(f"+1415555014{i}")
    for query in ("?limit=3", "?limit=3&status=opted_in", "?limit=2&q=415555"):
        pieces: list[str] = []
        after: str | None = ""
        while after is not None:
            page = api.get(f"/subscriptions{query}" + (f"&after={after}" if after else ""))
            pieces += [each["number"] for each in page["items"]]
            after = page["next"]
        assert pieces == [f"+1415555014{i}" for i in range(7)]


@pytest.mark.covers("H-18", "H-21", "H-22", "X-24", "rules 6")
def test_an_opt_out_holds_at_once_and_sends_nothing(api: Api, clients: Clients) -> None:
    row_id = clients.says_yes()
    clients.send_all()
    api.post("/messages", {"to": CLIENT, "text": "waiting"})
    answer = api.post(f"/subscriptions/{row_id}/opt-out", ASKED)
    assert answer.status_code == 200
    assert set(answer.json()) == FIELDS
    assert (answer.json()["status"], answer.json()["origin"], answer.json()["may_text"]) == (
        "opted_out",
        "member",
        False,
    )
    assert answer.json()["reason"] == "opted_out"
    assert clients.send_all() == []
    assert api.post("/messages", {"to": CLIENT, "text": "again"}).status_code == 409


@pytest.mark.covers("H-18")
def test_an_opt_out_says_who_received_it_when_and_how(api: Api, clients: Clients, site: World) -> None:
    row_id = clients.says_yes()
    api.post(f"/subscriptions/{row_id}/opt-out", ASKED)
    entry = clients.entries()[-1]
    assert (entry.kind, entry.proof) == ("opted_out", "attested")
    assert entry.actor.startswith("token:")
    assert ASKED.items() <= entry.evidence.items()
    assert site.hearth.token not in str(entry)


@pytest.mark.covers("H-18")
def test_a_number_that_never_agreed_can_be_opted_out_too(api: Api) -> None:
    api.post("/contacts", {"name": "Nora Vale", "numbers": [{"number": STRANGER}]})
    [row] = api.get("/subscriptions?status=none")["items"]
    assert api.post(f"/subscriptions/{row['id']}/opt-out", ASKED).json()["status"] == "opted_out"


def test_opting_out_twice_is_the_same_as_once(api: Api, clients: Clients) -> None:
    row_id = clients.says_yes()
    first = api.post(f"/subscriptions/{row_id}/opt-out", ASKED)
    assert api.post(f"/subscriptions/{row_id}/opt-out", ASKED).json() == first.json()
    assert [each.kind for each in clients.entries()] == ["opted_in", "opted_out"]


@pytest.mark.covers("X-15")
def test_the_contacts_other_numbers_are_paused(api: Api, clients: Clients) -> None:
    api.post("/contacts", {"name": "Nora Vale", "numbers": [{"number": CLIENT}, {"number": SECOND}]})
    row_id = clients.says_yes()
    clients.says_yes(SECOND)
    api.post(f"/subscriptions/{row_id}/opt-out", ASKED)
    [other] = api.get(f"/subscriptions?number={SECOND[1:]}")["items"]
    assert (other["status"], other["may_text"], other["reason"]) == ("opted_in", False, "paused")


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"reason": ""}, "reason"),
        ({"reason": None}, "reason"),
        ({"received_by": "pigeon"}, "received_by"),
        ({"received_at": "2026-11-21T23:05:00"}, "received_at"),
        ({"received_at": "0001-01-01T00:00:00+14:00"}, "received_at"),
        ({"received_at": "2190-01-01T00:00:00Z"}, "received_at"),
        ({"received_at": 5}, "received_at"),
        ({"number": STRANGER}, "number"),
    ],
)
def test_an_opt_out_with_a_broken_value_changes_nothing(
    api: Api, clients: Clients, change: dict[str, Any], field: str
) -> None:
    """A number in the body is refused: the subscription in the path decides (promises.md B.6)."""
    row_id = clients.says_yes()
    answer = api.post(f"/subscriptions/{row_id}/opt-out", ASKED | change)
    assert (answer.status_code, list(answer.json()["fields"])) == (422, [field])
    assert clients.row().status == "opted_in"


@pytest.mark.covers("P1", "H-18")
def test_an_opt_out_is_answered_when_nothing_is_on_its_way(
    api: Api, clients: Clients, site: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    row_id = clients.says_yes()
    site.write(lambda session: claim.take(session, 1, Limits(0, 0)))
    waits: list[bool] = []
    real = flight.is_stopped

    def land(session: Any, subscription_id: str) -> bool:
        """In flight at the first look, landed at the second."""
        waits.append(real(session, subscription_id) and not waits)
        return waits[-1]

    monkeypatch.setattr(flight, "is_stopped", land)
    monkeypatch.setattr(drain, "LOOK_AGAIN", 0)
    assert api.post(f"/subscriptions/{row_id}/opt-out", ASKED).status_code == 200
    assert waits == [True, False]


@pytest.mark.covers("X-10", "X-17")
def test_the_two_lights_and_the_review_are_told_apart(api: Api, clients: Clients, site: World) -> None:
    clients.says_yes()

    def record(session: Any, kind: Kind) -> None:
        row = subscription.lock(session, site.hearth.id, "sms", CLIENT)
        ledger.record(session, row, kind, origin=Origin.PROVIDER, proof=Proof.HANDSET, actor="provider")

    site.write(lambda session: record(session, Kind.REVIEW_OPENED))
    [row] = api.get("/subscriptions")["items"]
    assert (row["in_review"], row["status"], row["may_text"]) == (True, "opted_in", True)
    site.write(lambda session: record(session, Kind.CARRIER_BLOCKED))
    [row] = api.get("/subscriptions")["items"]
    assert (row["status"], row["carrier"], row["reason"]) == ("opted_in", "blocked", "carrier_blocked")
    assert "START" in row["unlock"]


@pytest.mark.covers("H-3", "P13")
def test_a_number_the_contact_no_longer_has_may_not_be_texted(api: Api, clients: Clients) -> None:
    """X-14: its consent stays on record."""
    made = api.post("/contacts", {"name": "Nora Vale", "numbers": [{"number": CLIENT}]}).json()
    clients.says_yes()
    api.patch(f"/contacts/{made['id']}", {"numbers": [{"number": SECOND}]})
    [old] = api.get(f"/subscriptions?number={CLIENT[1:]}")["items"]
    assert (old["status"], old["may_text"], old["reason"]) == ("opted_in", False, "not_current")
    [new] = api.get(f"/subscriptions?number={SECOND[1:]}")["items"]
    assert (new["status"], new["may_text"], new["contact"]) == ("none", False, made["id"])
    assert api.post("/messages", {"to": CLIENT, "text": "x"}).json()["reason"] == "not_current"
