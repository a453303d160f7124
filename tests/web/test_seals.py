"""The seals as members see them: each a file to keep, and in plain words what is wrong."""

import pytest
from sqlmodel import Session
from starlette.testclient import TestClient

from portal.accounts.sender import SMS
from portal.consent import ledger, ledger_seal, subscription
from portal.consent.state import Kind, Origin, Proof
from portal.evidence import checkpoint, note
from tests.conftest import World, as_member

pytestmark = pytest.mark.covers("P11", "promises F")


def sealed(session: Session, business_id: str, times: int) -> None:
    for _ in range(times):
        row = subscription.lock(session, business_id, SMS, "+14155550132")
        ledger.record(session, row, Kind.OPTED_IN, origin=Origin.FORM, proof=Proof.HANDSET, actor="client")
        checkpoint.make(session, business_id)


def test_seals_are_listed_page_by_page_and_can_be_downloaded(site: World, client: TestClient) -> None:
    site.write(lambda session: sealed(session, site.hearth.id, 22))
    site.write(lambda session: checkpoint.mark_mailed(session, site.hearth.id, 22, 1))
    bob = as_member(client, site.bob)
    shown = bob.get("/evidence/checkpoints").text
    assert shown.count('<span class="muted">no</span>') == 19  # one of twenty was mailed
    assert 'href="/evidence/checkpoints/22"' in shown
    assert 'href="/evidence/checkpoints/2"' not in shown
    older = bob.get("/evidence/checkpoints?below=3").text
    assert 'href="/evidence/checkpoints/2"' in older
    file = bob.get("/evidence/checkpoints/22")
    assert file.headers["content-type"] == "text/plain; charset=utf-8"
    assert [each.size for each in note.found_in(file.text)] == [22]
    for unknown in ("23", "0", "-1", "x", "9" * 40, "²"):
        assert bob.get(f"/evidence/checkpoints/{unknown}").status_code == 404


def test_a_ledger_that_cannot_be_signed_says_so(site: World, client: TestClient) -> None:
    site.write(lambda session: ledger_seal.say(session, site.hearth.id, "Entry 3 is missing."))
    shown = as_member(client, site.bob).get("/evidence/checkpoints").text
    assert "Entry 3 is missing." in shown
    assert "no new seal is made" in shown


def test_the_api_lists_seals_for_a_program_to_keep(site: World, client: TestClient) -> None:
    site.write(lambda session: sealed(session, site.hearth.id, 3))
    bearer = {"Authorization": f"Bearer {site.hearth.token}"}
    first = client.get("/api/v1/evidence/checkpoints?limit=2", headers=bearer).json()
    assert ([each["size"] for each in first["items"]], first["next"]) == ([3, 2], 2)
    rest = client.get("/api/v1/evidence/checkpoints?after=2", headers=bearer).json()
    assert ([each["size"] for each in rest["items"]], rest["next"]) == ([1], None)
    assert rest["key"] == site.read(checkpoint.public_key)
