"""`/subscriptions/{id}/legal-hold`: placed and ended by a program of the owner or of counsel; it stops an erasure."""

import pytest

from tests.api.conftest import CLIENT, Api, Clients


@pytest.mark.covers("P17")
def test_a_hold_stops_an_erasure_until_it_ends(owner: Api, clients: Clients) -> None:
    made = owner.post("/contacts", {"name": "Ann", "numbers": [{"number": CLIENT}]}).json()
    path = f"/subscriptions/{clients.says_yes()}/legal-hold"
    assert owner.get(path)["is_on"] is False
    placed = owner.post(path, {"reason": "A letter"}).json()
    assert (placed["is_on"], placed["covers"], placed["reason"]) == (True, "number", "A letter")
    refused = owner.post(f"/contacts/{made['id']}/erasure", {"reason": "asked"})
    assert (refused.status_code, refused.json()["reason"]) == (409, "legal_hold")
    assert owner.call("DELETE", path, {"reason": "Settled"}).json()["is_on"] is False
    assert owner.post(f"/contacts/{made['id']}/erasure", {"reason": "asked"}).status_code == 200


@pytest.mark.covers("P10", "P17")
def test_it_needs_a_reason_and_the_right(owner: Api, api: Api, clients: Clients) -> None:
    path = f"/subscriptions/{clients.says_yes()}/legal-hold"
    assert owner.post(path, {"reason": ""}).status_code == 422
    assert api.post(path, {"reason": "A letter"}).status_code == 403
