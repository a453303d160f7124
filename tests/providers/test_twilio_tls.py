"""Over TLS as over the plain line: whom we trust, what is kept, what is noticed before writing."""

import datetime as dt
import ipaddress
import socket
import ssl
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from portal import clock
from portal.providers import wire
from portal.providers.provider import Accepted, Outbound, Rejected, Trouble, Unknown
from portal.providers.twilio import Twilio
from tests.pretend_twilio import ACCOUNT, TOKEN, PretendTwilio, Rule
from tests.providers.stubborn import stubborn_server

TEXT = Outbound("m1", "+12025550123", "+12025550199", "Hello", {"account_sid": ACCOUNT, "auth_token": TOKEN}, "")


def send(provider: Twilio) -> object:
    return provider.send(TEXT, deadline=clock.monotonic() + 5)


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    """A certificate for 127.0.0.1 that signed itself, with its key in the same file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "pretend twilio")])
    day = dt.timedelta(days=1)
    address = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(clock.now() - day)
        .not_valid_after(clock.now() + day)
        .add_extension(address, critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    plain = serialization.NoEncryption()
    secret = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain)
    path = tmp_path / "certificate.pem"
    path.write_bytes(made.public_bytes(serialization.Encoding.PEM) + secret)
    return path


@pytest.fixture
def tls(certificate: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    return context


@pytest.fixture
def trusted(certificate: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The process reads the machine's certificates only once; it reads them again for this test, and after it."""
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    wire.trusted.cache_clear()
    yield
    wire.trusted.cache_clear()


@pytest.mark.usefixtures("trusted")
def test_texts_share_one_connection_until_the_server_hangs_up(tls: ssl.SSLContext) -> None:
    with PretendTwilio(tls=tls) as company:
        provider = Twilio(company.url)
        assert [type(send(provider)) for _ in range(3)] == [Accepted] * 3
        assert company.connections_made == 1
        company.hang_up()
        assert isinstance(send(provider), Accepted)
        assert (company.connections_made, len(company.requests)) == (2, 4)


@pytest.mark.covers("P6")
@pytest.mark.usefixtures("trusted")
def test_a_dropped_answer_is_unknown_and_never_sent_again(tls: ssl.SSLContext) -> None:
    with PretendTwilio(tls=tls, rules=[Rule(act="drop", times=1), Rule(act="hang")]) as company:
        provider = Twilio(company.url, timeout=1.0)
        assert [type(send(provider)) for _ in range(2)] == [Unknown] * 2
        assert len(company.requests) == 2


@pytest.mark.covers("P6")
@pytest.mark.usefixtures("trusted")
def test_words_left_over_inside_a_record_are_not_taken_for_the_next_answer(tls: ssl.SSLContext) -> None:
    """They are decrypted already, so the socket itself looks quiet."""

    def chatter(peer: socket.socket, over: threading.Event) -> None:
        with tls.wrap_socket(peer, server_side=True) as secure:
            while secure.recv(65536):
                secure.sendall(b'HTTP/1.1 201 Created\r\nContent-Length: 12\r\n\r\n{"sid":"S1"}' + b"x" * 12_000)

    with stubborn_server(chatter) as place:
        provider = Twilio(f"https://{place}")
        assert [send(provider), send(provider)] == [Accepted("S1"), Accepted("S1")]
        del provider  # its connection closes, and the server leaves its last recv()


def test_a_certificate_nobody_vouches_for_gets_no_text(tls: ssl.SSLContext) -> None:
    with PretendTwilio(tls=tls) as company:
        result = send(Twilio(company.url))
        assert isinstance(result, Rejected)
        assert (result.trouble, result.code) == (Trouble.TEMPORARY, "connection")
        assert company.requests == []


@pytest.mark.usefixtures("trusted")
def test_a_certificate_for_another_name_gets_no_text(tls: ssl.SSLContext) -> None:
    with PretendTwilio(tls=tls) as company:
        result = send(Twilio(company.url.replace("127.0.0.1", "localhost")))
        assert isinstance(result, Rejected)
        assert company.requests == []
