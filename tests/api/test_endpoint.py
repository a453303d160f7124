"""Addresses for events over the API: the secret once, switches, pages, and what is no address."""

from typing import Any

import pytest
from sqlmodel import Session

from portal.accounts import attempt, delivery, endpoint
from portal.accounts.attempt import Reply
from portal.api import event
from tests.api.conftest import Api
from tests.conftest import World


def note_test(site: World, endpoint_id: str) -> None:
    """A test event on its way."""

    def work(session: Session) -> None:
        delivery.test(session, endpoint.get(session, site.hearth.id, endpoint_id))

    site.write(work)


def test_the_secret_is_answered_once_and_a_replay_is_kept_encrypted(owner: Api, site: World) -> None:
    made = owner.post("/webhook-endpoints", {"url": "https://hooks.example.com/"}, Idempotency_Key="k-1")
    assert made.status_code == 201
    secret = made.json()["secret"]
    again = owner.post("/webhook-endpoints", {"url": "https://hooks.example.com/"}, Idempotency_Key="k-1")
    assert (again.status_code, again.json()) == (201, made.json())
    rotated = owner.call("POST", f"/webhook-endpoints/{made.json()['id']}/secret", Idempotency_Key="k-2").json()
    replayed = owner.call("POST", f"/webhook-endpoints/{made.json()['id']}/secret", Idempotency_Key="k-2").json()
    assert replayed == rotated
    everything = site.read(lambda session: dump(session))
    assert secret not in everything
    assert rotated["secret"] not in everything
    assert "secret" not in owner.get(f"/webhook-endpoints/{made.json()['id']}")


def dump(session: Session) -> str:
    """Every row of every table, as text."""
    from portal.tables import metadata

    return str([session.connection().execute(table.select()).all() for table in metadata.sorted_tables])


def test_an_endpoint_is_changed_switched_and_deleted(owner: Api, site: World) -> None:
    made = owner.post("/webhook-endpoints", {"url": "https://hooks.example.com/", "events": ["message.sent"]}).json()
    at = f"/webhook-endpoints/{made['id']}"
    note_test(site, made["id"])
    changed = owner.patch(at, {"events": [], "enabled": False}).json()
    assert (changed["events"], changed["enabled"], changed["disabled_why"]) == ([], False, "Switched off over the API.")
    assert [each["status"] for each in owner.get(f"{at}/deliveries")["items"]] == ["dropped"]
    assert owner.patch(at, {"enabled": True, "url": "https://hooks.example.com/2"}).json()["enabled"] is True
    assert owner.call("DELETE", at).json()["url"] == "https://hooks.example.com/2"
    assert owner.call("GET", at).status_code == 404
    assert owner.get("/webhook-endpoints") == {"items": [], "next": None}


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({}, 422), ({"url": "http://hooks.example.com/"}, 422), ({"url": "https://10.0.0.1/"}, 422),
        ({"url": "https://hooks.example.com/", "events": ["everything"]}, 422),
        ({"url": "https://hooks.example.com/", "events": "message.sent"}, 422),
        ({"url": "https://hooks.example.com/", "secret": "whsec_mine"}, 422),
        ({"url": "https://taken.example.com/"}, 409),
    ],
)  # fmt: skip
def test_what_cannot_be_an_endpoint_is_refused(owner: Api, body: dict[str, Any], status: int) -> None:
    owner.post("/webhook-endpoints", {"url": "https://taken.example.com/"})
    assert owner.post("/webhook-endpoints", body).status_code == status


def test_endpoints_and_deliveries_are_paged(owner: Api, site: World) -> None:
    ids = [owner.post("/webhook-endpoints", {"url": f"https://hooks.example.com/{i}"}).json()["id"] for i in range(3)]
    first = owner.get("/webhook-endpoints?limit=2")
    assert [each["id"] for each in first["items"]] == ids[:2]
    assert [each["id"] for each in owner.get(f"/webhook-endpoints?after={first['next']}")["items"]] == ids[2:]
    for _ in range(3):
        note_test(site, ids[0])
    at = f"/webhook-endpoints/{ids[0]}/deliveries"
    page = owner.get(f"{at}?limit=2")
    assert len(page["items"]) == 2
    assert len(owner.get(f"{at}?after={page['next']}")["items"]) == 1
    assert owner.call("GET", f"/webhook-endpoints/{ids[1]}/deliveries?after={page['next']}").status_code == 404


def test_a_delivery_over_the_api_tells_each_try(owner: Api, site: World) -> None:
    made = owner.post("/webhook-endpoints", {"url": "https://hooks.example.com/"}).json()["id"]
    note_test(site, made)
    batch = site.write(lambda session: attempt.claim(session, made, event.told))
    replies = [(batch.due[0], Reply(500, "It answered 500."))]
    site.write(lambda session: attempt.finish(session, batch, replies))
    (said,) = owner.get(f"/webhook-endpoints/{made}/deliveries")["items"]
    assert (said["kind"], said["status"], said["object"]) == ("endpoint.test", "waiting", made)
    assert [(each["status"], each["problem"]) for each in said["tries"]] == [(500, "It answered 500.")]
    assert said["due_at"] is not None
