"""What every response carries, whatever happened (promises.md C), and who counts as the caller."""

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.routing import Route
from starlette.testclient import TestClient

from portal.web import security
from tests.conftest import World, as_member


def crash(request: Request) -> None:
    raise RuntimeError("call +12025550123 about it")


@pytest.fixture
def visitor(app: Starlette) -> TestClient:
    app.router.routes.insert(0, Route("/crash", crash))
    return TestClient(app, base_url="https://portal.example.com", follow_redirects=False, raise_server_exceptions=False)


@pytest.mark.covers("P16")
@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/sign-in", 200), ("GET", "/", 303), ("GET", "/nothing", 404), ("DELETE", "/sign-in", 405),
        ("GET", "/static/portal.css", 200), ("GET", "/static/nothing", 404), ("GET", "/crash", 500),
        ("POST", "/webhooks/twilio/nobody/messages", 404), ("GET", "/healthz", 200), ("POST", "/sign-out", 401),
    ],
)  # fmt: skip
def test_every_response_forbids_framing_and_inline_script(
    visitor: TestClient, site: World, method: str, path: str, status: int
) -> None:
    answer = visitor.request(method, path)
    assert answer.status_code == status
    policy = answer.headers["content-security-policy"]
    assert "script-src 'self';" in policy
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    assert answer.headers["x-frame-options"] == "DENY"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "max-age" in answer.headers["strict-transport-security"]
    if not path.startswith("/static/"):
        assert answer.headers["cache-control"] == "no-store"


def test_a_body_over_the_limit_is_refused_with_a_sentence(client: TestClient, site: World) -> None:
    as_member(client, site.alice)
    answer = client.post(
        "/sign-out", content=b"x" * 70_000, headers={"content-type": "application/x-www-form-urlencoded"}
    )
    assert answer.status_code == 413
    assert "at most 64 KB" in answer.text


def test_a_crash_shows_a_reference_and_nothing_of_the_fault(visitor: TestClient) -> None:
    answer = visitor.get("/crash")
    assert "RuntimeError" not in answer.text
    assert "Reference" in answer.text


def test_a_form_sent_from_another_site_is_refused(client: TestClient, site: World) -> None:
    as_member(client, site.alice)
    assert client.post("/sign-out", headers={"sec-fetch-site": "cross-site"}).status_code == 403
    assert client.post("/sign-out", headers={"origin": "https://evil.example"}).status_code == 403
    assert client.post("/sign-out", headers={"sec-fetch-site": "same-origin"}).status_code == 303


@pytest.mark.parametrize(
    ("proxies", "forwarded", "address"),
    [
        ("", "9.9.9.9", "10.0.0.1"), ("10.0.0.0/8", "9.9.9.9", "9.9.9.9"),
        ("10.0.0.0/8", "8.8.8.8, 9.9.9.9", "9.9.9.9"),
        ("10.0.0.0/8", "9.9.9.9, 10.0.0.7", "9.9.9.9"), ("10.0.0.0/8", "junk", ""), ("10.0.0.0/8", "", "10.0.0.1"),
    ],
)  # fmt: skip
def test_the_callers_address_comes_only_from_trusted_proxies(proxies: str, forwarded: str, address: str) -> None:
    scope = {"type": "http", "client": ("10.0.0.1", 1), "headers": [(b"x-forwarded-for", forwarded.encode())]}
    assert security.client_ip(Request(scope), proxies) == address


def test_networks_are_a_24_or_a_64() -> None:
    assert security.network("192.0.2.77") == "192.0.2.0/24"
    assert security.network("2001:db8:1:2:3:4:5:6") == "2001:db8:1:2::/64"
