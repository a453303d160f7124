"""The edge of every call: tokens, limits, repeated calls, and errors that a program can read."""

import datetime as dt
import json
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest
from httpx2 import Response
from sqlmodel import Session, select
from starlette.applications import Starlette
from starlette.testclient import TestClient

from portal import clock
from portal.accounts import api_answer
from portal.accounts.api_answer import ApiAnswer
from portal.accounts.audit import AuditEntry
from portal.accounts.member import Role
from portal.accounts.session import ApiToken, digest
from portal.api.meter import Meter
from portal.errors import TooMany
from portal.web import security
from tests.api.conftest import CLIENT, ROOT, SECOND, Api, Clients
from tests.conftest import World

TEXT = {"to": CLIENT, "text": "See you on Friday"}
NORA = {"name": "Nora Vale"}


def outbound(api: Api) -> int:
    return len(api.get("/messages?direction=outbound")["items"])


@pytest.mark.parametrize(
    "header",
    [
        None, "", "Bearer", "Bearer ", "Bearer wrong", "Basic {}", "{}", "Bearer {} {}", "Bearer {}x", "Token {}",
        "Bearer \u00e9",
    ],
)  # fmt: skip
def test_without_a_known_token_nothing_is_said(client: TestClient, site: World, header: str | None) -> None:
    headers = {} if header is None else {"Authorization": header.replace("{}", site.hearth.token).encode("latin-1")}
    answer = client.get(f"{ROOT}/business", headers=headers)  # type: ignore[arg-type]
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"].startswith("Bearer")
    assert answer.headers["content-type"] == "application/problem+json"
    assert "Hearth" not in answer.text


def test_the_scheme_may_be_written_in_any_case(client: TestClient, site: World) -> None:
    answer = client.get(f"{ROOT}/business", headers={"Authorization": f"bearer  {site.hearth.token}"})
    assert answer.status_code == 200


def test_a_token_is_worthless_once_it_is_revoked(api: Api, site: World) -> None:
    def revoke(session: Session) -> None:
        found = session.get(ApiToken, digest(site.hearth.token))
        assert found is not None
        found.revoked_at = clock.now()

    site.write(revoke)
    assert api.call("GET", "/business").status_code == 401


def test_a_signed_in_browser_is_nobody_here(client: TestClient, site: World) -> None:
    """Cookies are no authority for calls, so no other site can make a browser call."""
    client.cookies.set("__Host-id", site.alice.cookie, domain="portal.example.com")
    assert client.get(f"{ROOT}/business").status_code == 401


def test_a_stranger_learns_nothing_not_even_about_typos(client: TestClient, site: World) -> None:
    for body in (b"{", b'{"nonsense": 1}'):
        assert client.post(f"{ROOT}/contacts", content=body).status_code == 401


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/nothing", 404),
        ("GET", "/", 404),
        ("POST", "/business", 405),
        ("PUT", "/messages", 405),
        ("GET", "/subscriptions/x/opt-out", 405),
        ("PUT", "/groups", 405),
        ("GET", "/wordings/help", 405),
        ("PUT", "/wordings", 405),
        ("PUT", "/flows", 405),
        ("PUT", "/opt-in-requests", 405),
        ("POST", "/webhook-endpoints/x/test", 404),
        ("GET", "/contacts/x/erasure", 405),
        ("GET", "/messages/..%2F..%2Fbusiness", 404),
        ("GET", "/messages/%00", 404),
        ("GET", "/messages/%F0%9F%99%8F", 404),
        ("GET", f"/messages/{'x' * 5000}", 404),
    ],
)
def test_what_does_not_exist_says_so_as_a_problem(api: Api, method: str, path: str, status: int) -> None:
    answer = api.call(method, path)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["status"] == status
    assert {"type", "title", "detail"} <= set(answer.json())


def test_a_405_names_every_method_of_the_path(api: Api) -> None:
    allowed = api.call("PUT", "/messages/x").headers["allow"]
    assert {each.strip() for each in allowed.split(",")} == {"GET", "HEAD", "PATCH", "DELETE"}


def test_every_answer_carries_the_headers_of_the_house(api: Api) -> None:
    for path in ("/business", "/nothing", "/openapi.json"):
        headers = api.call("GET", path).headers
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["cache-control"] == "no-store"
        assert "default-src 'none'" in headers["content-security-policy"]


def test_head_is_get_without_the_body(api: Api) -> None:
    assert api.call("HEAD", "/business").status_code == 200


def sent_in_pieces(size: int) -> Iterator[bytes]:
    """Chunked: nobody says beforehand how long it is."""
    yield b'{"name": "'
    for _ in range(size // 1024):
        yield b"x" * 1024
    yield b'"}'


@pytest.mark.covers("P16")
@pytest.mark.parametrize("make", [lambda size: b"x" * size, sent_in_pieces])
def test_a_body_over_the_limit_is_refused_and_nothing_is_kept(api: Api, make: Callable[[int], Any]) -> None:
    headers = {"Authorization": f"Bearer {api.token}"}
    for size in (security.BODY_LIMIT + 1024, security.BODY_LIMIT * 8):
        answer = api.client.post(f"{ROOT}/contacts", content=make(size), headers=headers)
        assert answer.status_code == 413
        assert answer.headers["content-type"] == "application/problem+json"


def test_past_the_limit_of_a_minute_the_answer_says_how_long_to_wait(
    app: Starlette, api: Api, other: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = 1_000_000.0
    start = clock.now()
    monkeypatch.setattr(clock, "monotonic", lambda: now)
    monkeypatch.setattr(clock, "now", lambda: start + dt.timedelta(seconds=now - 1_000_000.0))
    app.state.settings = replace(app.state.settings, api_minute=3)
    statuses = [api.call("GET", "/business").status_code for _ in range(4)]
    assert statuses == [200, 200, 200, 429]
    answer = api.call("GET", "/business")
    assert 1 <= int(answer.headers["retry-after"]) <= 60
    assert answer.json()["status"] == 429
    assert other.call("GET", "/business").status_code == 200
    now += 121
    assert api.call("GET", "/business").status_code == 200


def test_the_meter_slides_and_zero_means_no_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 600.0
    monkeypatch.setattr(clock, "monotonic", lambda: now)
    meter = Meter()
    for _ in range(10):
        meter.count("t", limit=10)
    now = 660.0 + 30  # half of the minute before still counts
    for _ in range(5):
        meter.count("t", limit=10)
    with pytest.raises(TooMany):
        meter.count("t", limit=10)
    meter.count("t", limit=0)


def test_the_same_key_and_body_get_the_same_answer_and_one_effect(api: Api, clients: Clients) -> None:
    clients.says_yes()
    clients.send_all()
    first = api.post("/messages", TEXT, Idempotency_Key="k-1")
    again = api.post("/messages", TEXT, Idempotency_Key="k-1")
    assert (again.status_code, again.json()) == (201, first.json())
    assert again.headers["idempotent-replayed"] == "true"
    assert "idempotent-replayed" not in first.headers
    assert len(clients.send_all()) == 1


def test_another_key_is_another_text(api: Api, clients: Clients) -> None:
    clients.says_yes()
    made = {api.post("/messages", TEXT, Idempotency_Key=key).json()["id"] for key in ("k-1", "k-2")}
    assert len(made) == 2


@pytest.mark.parametrize(
    ("path", "body"), [("/messages", TEXT | {"text": "Another"}), ("/contacts", NORA), ("/messages", {"to": SECOND})]
)
def test_the_same_key_with_another_call_is_refused(api: Api, clients: Clients, path: str, body: dict[str, Any]) -> None:
    clients.says_yes()
    api.post("/messages", TEXT, Idempotency_Key="k-1")
    before = outbound(api)
    answer = api.post(path, body, Idempotency_Key="k-1")
    assert answer.status_code == 422
    assert outbound(api) == before


def test_a_key_belongs_to_one_business(api: Api, other: Api) -> None:
    ours = api.post("/contacts", NORA, Idempotency_Key="k-1").json()
    theirs = other.post("/contacts", NORA, Idempotency_Key="k-1")
    assert theirs.status_code == 201
    assert theirs.json()["id"] != ours["id"]


def test_a_refusal_keeps_nothing_so_the_key_may_be_tried_again(api: Api, clients: Clients) -> None:
    assert api.post("/messages", TEXT, Idempotency_Key="k-1").status_code == 409
    clients.says_yes()
    assert api.post("/messages", TEXT, Idempotency_Key="k-1").status_code == 201


@pytest.mark.parametrize("key", ["", "a b", "x" * 201])
def test_a_key_that_is_none_is_refused(api: Api, key: str) -> None:
    assert api.post("/contacts", NORA, Idempotency_Key=key).status_code == 400


@pytest.mark.covers("P3")
def test_the_same_call_from_many_threads_has_one_effect(app: Starlette, api: Api, clients: Clients) -> None:
    clients.says_yes()
    clients.send_all()

    def send(_: int) -> Response:
        mine = TestClient(app, base_url="https://portal.example.com")
        return Api(mine, api.token).post("/messages", TEXT, Idempotency_Key="k-1")

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(send, range(16)))
    assert {each.status_code for each in answers} == {201}
    assert len({each.json()["id"] for each in answers}) == 1
    assert sum("idempotent-replayed" in each.headers for each in answers) == 15
    assert len(clients.send_all()) == 1


def test_kept_answers_are_forgotten_after_a_day(api: Api, site: World, monkeypatch: pytest.MonkeyPatch) -> None:
    api.post("/contacts", NORA, Idempotency_Key="k-1")
    later = clock.now() + dt.timedelta(days=1, seconds=1)
    assert site.write(api_answer.prune) == 0
    monkeypatch.setattr(clock, "now", lambda: later)
    assert site.write(api_answer.prune) == 1
    assert site.read(lambda session: session.exec(select(ApiAnswer)).all()) == []


def test_every_write_leaves_a_trace_without_names_numbers_or_the_token(
    api: Api, owner: Api, clients: Clients, site: World
) -> None:
    row_id = clients.says_yes()
    made = api.post("/contacts", NORA | {"numbers": [{"number": SECOND}]}).json()
    api.patch(f"/contacts/{made['id']}", {"name": "Nora Quill"})
    owner.patch("/business", {"phone": "+1 415 555 0100"})
    api.post("/questionnaires", {"title": "T", "questions": [{"kind": "text", "label": "L"}]})
    sent = api.post("/messages", TEXT).json()["id"]
    api.call("DELETE", f"/messages/{sent}")
    body = {"reason": "rang", "received_by": "phone", "received_at": "2026-11-21T23:05:00Z"}
    api.post(f"/subscriptions/{row_id}/opt-out", body)
    rows = site.read(
        lambda session: session.exec(select(AuditEntry).where(AuditEntry.actor.startswith("token:"))).all()
    )
    assert {each.action for each in rows} == {
        "contact.created", "contact.changed", "business.changed", "questionnaire.published", "message.queued",
        "message.cancelled", "subscription.opted_out",
    }  # fmt: skip
    trace = json.dumps([each.model_dump(mode="json") for each in rows])
    for secret in ("Nora", SECOND, CLIENT, site.hearth.token, "rang", "555 0100"):
        assert secret not in trace


@pytest.mark.parametrize("role", list(Role))
def test_every_role_may_read(client: TestClient, site: World, token_of: Callable[[str, Role], str], role: Role) -> None:
    assert Api(client, token_of(site.hearth.id, role)).get("/business")["id"] == site.hearth.id
