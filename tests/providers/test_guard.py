"""The guard before addresses that businesses choose (promises.md B.5): where it connects, what it says, how long."""

import datetime as dt
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from portal import clock
from portal.accounts.attempt import Reply
from portal.address import Rules
from portal.providers import guard, wire
from portal.providers.guard import Guard
from tests.providers.stubborn import stubborn_server

OK = b"HTTP/1.1 204 No Content\r\n\r\n"
LOOP = Rules(may_loop=True)
BODY = b'{"type":"endpoint.test"}'
PUBLIC, INSIDE = "93.184.216.34", "10.0.0.7"


@dataclass
class Heard:
    """What the receiver got, and what it answers."""

    answer: bytes = OK
    requests: list[bytes] = field(default_factory=list)

    def act(self, connection: socket.socket, over: threading.Event) -> None:
        self.requests.append(read_request(connection))
        connection.sendall(self.answer)


def read_request(connection: socket.socket) -> bytes:
    data = b""
    while not data.endswith(BODY):
        piece = connection.recv(65536)
        if not piece:
            break
        data += piece
    return data


def found(*ips: str, port: int = 443) -> list[Any]:
    """As getaddrinfo() answers."""
    family = {ip: socket.AF_INET6 if ":" in ip else socket.AF_INET for ip in ips}
    return [(family[ip], socket.SOCK_STREAM, 6, "", (ip, port)) for ip in ips]


def post(url: str, rules: Rules = LOOP, **more: Any) -> Reply:
    return Guard(rules, **more).post(url, BODY, {"webhook-id": "evt_1"})


def test_the_body_arrives_with_its_headers_and_nothing_of_ours_beside() -> None:
    heard = Heard()
    with stubborn_server(heard.act) as where:
        assert post(f"http://{where}/portal?x=1") == Reply(204)
    head, _, body = heard.requests[0].partition(b"\r\n\r\n")
    lines = head.decode().split("\r\n")
    assert lines[0] == "POST /portal?x=1 HTTP/1.1"
    assert body == BODY
    names = {line.split(":")[0] for line in lines[1:]}
    assert names == {"Host", "User-Agent", "Content-Type", "Content-Length", "Connection", "webhook-id"}
    assert f"Host: {where}" in lines


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_not_followed(status: int) -> None:
    other = Heard()
    with stubborn_server(other.act) as elsewhere:
        heard = Heard(f"HTTP/1.1 {status} Found\r\nLocation: http://{elsewhere}/\r\n\r\n".encode())
        with stubborn_server(heard.act) as where:
            reply = post(f"http://{where}/")
    assert (reply.status, reply.is_good) == (status, False)
    assert "redirect" in reply.problem
    assert other.requests == []


def test_no_proxy_of_the_environment_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    proxy, heard = Heard(), Heard()
    with stubborn_server(proxy.act) as elsewhere, stubborn_server(heard.act) as where:
        for name in ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
            monkeypatch.setenv(name, f"http://{elsewhere}")
        assert post(f"http://{where}/").is_good
    assert len(heard.requests) == 1
    assert proxy.requests == []


@pytest.mark.parametrize(
    "ips", [(INSIDE,), (PUBLIC, INSIDE), (INSIDE, PUBLIC), (PUBLIC, "::1"), ("64:ff9b::7f00:1",), ("169.254.169.254",)]
)
def test_one_inner_address_among_those_of_a_name_is_enough_to_refuse(
    ips: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(wire, "connect", lambda *_: pytest.fail("it connected"))
    reply = post("https://hooks.example.com/", Rules(), resolve=lambda *_: found(*ips))
    assert reply.status == 0
    assert "not on the public internet" in reply.problem


@pytest.mark.parametrize("ips", [(PUBLIC,), ("2606:4700:4700::1111",), (PUBLIC, "2606:4700:4700::1111")])
def test_an_ordinary_name_is_connected_to(ips: tuple[str, ...], monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Any] = []

    def connect(addresses: list[Any], until: float) -> socket.socket:
        asked.extend(addresses)
        raise ConnectionRefusedError

    monkeypatch.setattr(wire, "connect", connect)
    reply = post("https://hooks.example.com/", Rules(), resolve=lambda *_: found(*ips))
    assert reply.problem == "The connection was refused."
    assert [each[4][0] for each in asked] == list(ips)


def test_a_name_is_looked_up_once_so_its_answer_cannot_change_between_check_and_call(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """DNS rebinding: the second answer would lead inside."""
    heard, answers = Heard(), []
    with stubborn_server(heard.act) as where:
        host, port = where.split(":")

        def resolve(name: str, asked_port: int, until: float) -> list[Any]:
            answers.append(name)
            assert len(answers) == 1
            return found(host, port=int(port))

        monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: pytest.fail("it was looked up again"))
        assert post(f"http://localhost:{port}/", LOOP, resolve=resolve).is_good
    assert answers == ["localhost"]


def test_the_spelling_is_checked_again_when_it_is_called() -> None:
    """An address stored before the rules became stricter is refused all the same."""

    def refuse(*_: object) -> list[Any]:
        pytest.fail("it was looked up")

    for url in ("http://hooks.example.com/", "https://2130706433/", "https://hooks.example.com:22/"):
        assert post(url, Rules(), resolve=refuse).status == 0


@pytest.mark.parametrize(
    ("answer", "status"),
    [
        (b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello", 200),
        (b"HTTP/1.1 202 Accepted\r\nContent-Length: 99999999\r\n\r\n", 202),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzzz", 200),
        (b"HTTP/1.1 410 Gone\r\n\r\n", 410),
        (b"HTTP/1.1 500 No\r\nContent-Length: 6\r\n\r\nsecret", 500),
        (b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n\r\n", 200),
        (b"SSH-2.0-OpenSSH_9.2\r\n", 0),
        (b"", 0),
        (b"HTTP/1.1 9999 Huge\r\n\r\n", 0),
        (b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 30000 + b"\r\n", 0),
        (b"HTTP/1.1 200 OK\r\nX: " + b"y" * 200_000, 0),
    ],
)
def test_only_the_status_counts_and_nothing_of_the_answer_is_shown(answer: bytes, status: int) -> None:
    heard = Heard(answer)
    with stubborn_server(heard.act) as where:
        reply = post(f"http://{where}/")
    assert reply.status == status
    assert "secret" not in reply.problem
    assert reply.is_good == (200 <= status < 300)


def test_how_long_to_wait_is_carried_along() -> None:
    heard = Heard(b"HTTP/1.1 429 Slow down\r\nRetry-After: 120\r\n\r\n")
    with stubborn_server(heard.act) as where:
        assert post(f"http://{where}/").retry_after == "120"


def drip(connection: socket.socket, over: threading.Event) -> None:
    """One byte at a time, for ever."""
    while not over.wait(0.02):
        connection.sendall(b"H")


def silence(connection: socket.socket, over: threading.Event) -> None:
    over.wait(5)


@pytest.mark.covers("P21")
@pytest.mark.parametrize("act", [drip, silence])
@pytest.mark.parametrize("scheme", ["http", "https"])
def test_five_seconds_are_the_most_for_everything_together(
    act: Callable[[socket.socket, threading.Event], None], scheme: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(guard, "TIMEOUT", 0.3)
    with stubborn_server(act) as where:
        begin = time.monotonic()
        reply = post(f"{scheme}://{where}/")
        assert time.monotonic() - begin < 2
    assert reply.status == 0


def test_a_name_without_an_address_says_so() -> None:
    def resolve(*_: object) -> list[Any]:
        raise socket.gaierror(-2, "Name or service not known")

    assert post("https://hooks.example.com/", Rules(), resolve=resolve).problem == "Its name has no address."


def test_a_port_where_nobody_listens_says_so() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    assert post(f"http://127.0.0.1:{port}/").problem == "The connection was refused."


# over TLS: the dialled address is pinned, the certificate and SNI are the name's


@dataclass
class Secure:
    context: ssl.SSLContext
    trust: ssl.SSLContext
    names: list[str | None] = field(default_factory=list)
    heard: Heard = field(default_factory=Heard)

    def act(self, connection: socket.socket, over: threading.Event) -> None:
        try:
            with self.context.wrap_socket(connection, server_side=True) as line:
                self.heard.act(line, over)
        except ssl.SSLError:
            return


@pytest.fixture
def secure(tmp_path: Path) -> Secure:
    path = certificate(tmp_path, "hooks.example.com")
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(path)
    made = Secure(server, ssl.create_default_context(cafile=path))

    def remember(_: ssl.SSLObject, name: str | None, __: ssl.SSLContext) -> None:
        made.names.append(name)

    server.sni_callback = remember
    return made


def certificate(folder: Path, host: str) -> Path:
    """One for `host` that signed itself, with its key in the same file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "pretend receiver")])
    day = dt.timedelta(days=1)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(clock.now() - day)
        .not_valid_after(clock.now() + day)
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(host)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    plain = serialization.NoEncryption()
    secret = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain)
    path = folder / "certificate.pem"
    path.write_bytes(made.public_bytes(serialization.Encoding.PEM) + secret)
    return path


@contextmanager
def at_home(secure: Secure) -> Iterator[tuple[Rules, Callable[..., list[Any]], int]]:
    """The receiver on loopback, as if the public name led there."""
    with stubborn_server(secure.act) as where:
        host, port = where.split(":")
        rules = Rules(frozenset({int(port)}), may_loop=True)
        yield rules, lambda *_: found(host, port=int(port)), int(port)


def test_the_pinned_address_is_asked_for_the_name_itself(secure: Secure) -> None:
    with at_home(secure) as (rules, resolve, port):
        reply = post(f"https://hooks.example.com:{port}/x", rules, resolve=resolve, context=secure.trust)
    assert reply == Reply(204)
    assert secure.names == ["hooks.example.com"]
    assert f"Host: hooks.example.com:{port}".encode() in secure.heard.requests[0]


def test_a_certificate_of_another_name_is_refused_before_anything_is_said(secure: Secure) -> None:
    with at_home(secure) as (rules, resolve, port):
        reply = post(f"https://other.example.com:{port}/", rules, resolve=resolve, context=secure.trust)
    assert reply.problem.startswith("Its certificate is not valid")
    assert secure.heard.requests == []


def test_a_certificate_that_nobody_signed_is_refused(secure: Secure) -> None:
    with at_home(secure) as (rules, resolve, port):
        reply = post(f"https://hooks.example.com:{port}/", rules, resolve=resolve)
    assert reply.problem.startswith("Its certificate is not valid")
    assert secure.heard.requests == []
