"""Every form and every query against bytes that no keyboard types: a clear answer, never a 500 (made from the URLs)."""

import re
from typing import Any
from urllib.parse import quote

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from tests import test_tenancy
from tests.conftest import World, as_member
from tests.test_tenancy import PAGES, dump, method, name, url
from tests.web.door import Door

pytestmark = pytest.mark.covers("P21")

ids = test_tenancy.ids
READS = [route for route in PAGES if method(route) == "GET"]
WRITES = [route for route in PAGES if method(route) == "POST"]
PUBLIC_IDS = {"token": "no-such-token", "slug": "no-such-slug", "code": "no-such-cd", "act": "stop"}
NAMES = (
    "text", "name", "reason", "email", "q", "title", "label", "url", "note", "number", "password", "received_by", "day",
    "time", "contacts", "project", "events", "numbers-0-number", "status", "view", "message", "after", "send_at",
)  # fmt: skip
ODD = {
    "nul": b"a%00b",
    "invalid utf-8": b"a%FF%FE%C3",
    "raw bytes": b"a\xff\xfe\xc3",
    "half a character": b"%ED%A0%80",
    "a cut escape": b"a%",
    "overlong": b"%C0%AF",
    "right to left": b"%E2%80%AEevil",
    "line breaks": b"a%0D%0AX-Evil:%201",
}


def field(odd: bytes) -> bytes:
    return b"&".join(each.encode() + b"=" + odd for each in NAMES)


@pytest.fixture
def owner(client: TestClient, site: World) -> TestClient:
    client = TestClient(
        client.app, base_url="https://portal.example.com", follow_redirects=False, raise_server_exceptions=False
    )
    return as_member(client, site.alice)


def post(owner: TestClient, where: str, body: bytes, kind: str = "application/x-www-form-urlencoded") -> Any:
    return owner.post(where, content=body, headers={"Content-Type": kind})


def crashed(answer: Any) -> bool:
    return bool(answer.status_code >= 500)


def test_no_form_crashes_over_bytes_that_are_no_text(owner: TestClient, ids: dict[str, str]) -> None:
    bad = [
        (name(route), what)
        for route in WRITES
        for what, odd in ODD.items()
        if crashed(post(owner, url(route, ids | PUBLIC_IDS), field(odd)))
    ]
    assert bad == []


MULTIPART = "multipart/form-data; boundary=b"


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("application/json", b'{"text": "x"}'),
        ("text/plain", b"text=x"),
        ("application/x-www-form-urlencoded; charset=utf-16", b"text=x"),
        ("application/x-www-form-urlencoded; charset=no-such", b"text=x"),
        ("application/x-www-form-urlencoded", b"&&==&=x&text"),
        ("application/x-www-form-urlencoded", b"text=x&" * 2000),
        (MULTIPART, b'--b\r\nContent-Disposition: form-data; name="text"\r\n\r\na\xff\xfe\r\n--b--\r\n'),
        (MULTIPART, b'--b\r\nContent-Disposition: form-data; name="text"; filename="x"\r\n\r\na\r\n--b--\r\n'),
        (MULTIPART, b'--b\r\nContent-Disposition: form-data\r\n\r\na\r\n--b--\r\n'),
        (MULTIPART, b"--b"),
        (MULTIPART, b"nothing of the kind"),
        ("multipart/form-data", b"x"),
        ("multipart/form-data; charset=no-such; boundary=b",
         b'--b\r\nContent-Disposition: form-data; name="text"\r\n\r\na\r\n--b--\r\n'),
        ("", b"text=x"),
    ],
)  # fmt: skip
def test_no_form_crashes_over_a_body_of_another_kind(
    owner: TestClient, ids: dict[str, str], kind: str, body: bytes
) -> None:
    bad = [name(route) for route in WRITES if crashed(post(owner, url(route, ids | PUBLIC_IDS), body, kind))]
    assert bad == []


@pytest.mark.long
def test_no_page_crashes_over_a_query_that_is_no_text(owner: TestClient, ids: dict[str, str]) -> None:
    bad = []
    for route in READS:
        for what, odd in ODD.items():
            query = field(odd).decode("latin-1")
            answer = owner.get(f"{url(route, ids | PUBLIC_IDS)}?{quote(query, safe='=&%')}")
            if crashed(answer):
                bad.append((name(route), what))
    assert bad == []


@pytest.mark.long
def test_no_page_crashes_over_an_id_that_is_none(owner: TestClient) -> None:
    bad = []
    for route in [each for each in PAGES if "{" in each.path]:
        for odd in ("%00", "%FF", "%ED%A0%80", "x" * 3000, "..", "%F0%9F%99%8F", "'", "0" * 32):
            where = re.sub(r"\{\w+(:\w+)?\}", odd, route.path)
            answer = owner.get(where) if method(route) == "GET" else post(owner, where, b"text=x&reason=x")
            if crashed(answer):
                bad.append((name(route), odd[:8]))
    assert bad == []


@pytest.mark.parametrize("odd", ["%00", "%FF", "%ED%A0%80", "x" * 3000, "%F0%9F%99%8F"])
def test_a_webhook_of_no_business_is_a_404(owner: TestClient, odd: str) -> None:
    for where in (f"/webhooks/twilio/{odd}/messages", f"/webhooks/{odd}/{odd}/status"):
        assert post(owner, where, b"MessageSid=SM0").status_code == 404


def test_nul_is_refused_before_any_database_is_asked(
    app: Starlette, owner: TestClient, site: World, ids: dict[str, str]
) -> None:
    """One database stores it, the other refuses it."""
    before = dump(app, site.hearth.id)
    for route in [each for each in PAGES if not each.path.startswith("/opt-in/")]:  # that one reads no query
        where = url(route, ids | PUBLIC_IDS)
        answers = [owner.get(f"{where}?q=a%00b")] if method(route) == "GET" else [post(owner, where, b"text=a%00b")]
        answers += [] if method(route) == "GET" else [post(owner, where, b"a%00b=text")]
        assert {each.status_code for each in answers} == {400}, name(route)
        assert "NUL" in answers[0].text
    assert dump(app, site.hearth.id) == before


def test_a_client_who_sends_nul_gets_a_clear_answer(door: Door) -> None:
    for odd in ("a\x00b", "\x00"):
        answer = door.client.post(door.url, data={"q_name": odd, "q_optin": "no", "token": door.token()})
        assert answer.status_code == 400
        assert "NUL" in answer.text
