"""The line to a provider, through Twilio's send: when it is in time, when it is trusted, and what it never does."""

import socket
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest

from portal import clock
from portal.errors import SettingsError
from portal.providers import connection, wire
from portal.providers.provider import Accepted, Rejected, Result, Trouble, Unknown
from portal.providers.twilio import Twilio
from tests.pretend_twilio import PretendTwilio, Rule
from tests.providers.sending import send
from tests.providers.stubborn import stubborn_server


@pytest.fixture
def company() -> Iterator[PretendTwilio]:
    with PretendTwilio() as twilio:
        yield twilio


def drip(peer: socket.socket, over: threading.Event) -> None:
    peer.recv(65536)
    peer.sendall(b"HTTP/1.1 201 Created\r\nX-Slow: ")
    for _ in range(100):
        if not over.wait(0.05):
            peer.sendall(b"a")


def flood(peer: socket.socket, over: threading.Event) -> None:
    peer.recv(65536)
    peer.sendall(b'HTTP/1.1 201 Created\r\n\r\n{"sid":"S1"}')
    peer.sendall(b" " * 4 * wire.MAX_ANSWER)


def boast(peer: socket.socket, over: threading.Event) -> None:
    peer.recv(65536)
    peer.sendall(b"HTTP/1.1 201 Created\r\nContent-Length: 99999999999\r\n\r\n{}")


def babble(peer: socket.socket, over: threading.Event) -> None:
    peer.recv(65536)
    peer.sendall(b"\x00\xff what?\r\n\r\n")


@pytest.mark.covers("P6", "P21")
@pytest.mark.parametrize("act", [drip, flood, boast, babble])
def test_an_answer_that_never_ends_or_is_none_is_unknown_in_time(act: Any) -> None:
    with stubborn_server(act) as place:
        started = time.monotonic()
        result = send(Twilio(f"http://{place}", timeout=0.5))
        assert isinstance(result, Unknown)
        assert time.monotonic() - started < 2


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


def temporary(result: Result) -> str:
    assert isinstance(result, Rejected)
    assert result.trouble is Trouble.TEMPORARY
    return result.code


@pytest.mark.covers("P7")
def test_a_refused_connection_is_temporary() -> None:
    assert temporary(send(Twilio(f"http://127.0.0.1:{free_port()}"))) == "connection"


@pytest.mark.covers("P7")
def test_a_name_without_an_address_is_temporary(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: Any, **__: Any) -> Any:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", fail)
    assert temporary(send(Twilio("http://api.example.com"))) == "connection"


@pytest.mark.covers("P7")
def test_a_name_server_that_is_silent_holds_no_send_beyond_its_timeout(monkeypatch: pytest.MonkeyPatch) -> None:
    released = threading.Event()

    def wait(*_: Any, **__: Any) -> Any:
        released.wait(10)
        return []

    monkeypatch.setattr(socket, "getaddrinfo", wait)
    started = time.monotonic()
    assert temporary(send(Twilio("http://api.example.com", timeout=0.2))) == "connection"
    assert time.monotonic() - started < 2
    released.set()


@pytest.mark.covers("P7")
def test_a_server_that_speaks_no_tls_is_temporary() -> None:
    with stubborn_server(babble) as place:
        assert temporary(send(Twilio(f"https://{place}"))) == "connection"


def keep_silent(peer: socket.socket, over: threading.Event) -> None:
    over.wait(10)


@pytest.mark.covers("P7")
def test_a_tls_handshake_that_hangs_is_temporary() -> None:
    with stubborn_server(keep_silent) as place:
        assert temporary(send(Twilio(f"https://{place}", timeout=0.3))) == "connection"


@pytest.mark.covers("P1")
def test_a_connection_that_comes_about_after_the_deadline_carries_nothing() -> None:
    with stubborn_server(keep_silent) as place:
        assert temporary(send(Twilio(f"https://{place}"), within=0.2)) == "deadline"


@pytest.mark.covers("P1")
def test_past_its_deadline_no_byte_leaves(company: PretendTwilio) -> None:
    provider = Twilio(company.url)
    assert temporary(send(provider, within=-0.001)) == "deadline"
    assert isinstance(send(provider), Accepted)
    assert temporary(send(provider, within=-0.001)) == "deadline"
    assert len(company.requests) == 1


@pytest.mark.covers("P1")
def test_the_deadline_is_looked_at_between_connecting_and_writing(
    company: PretendTwilio, monkeypatch: pytest.MonkeyPatch
) -> None:
    late = 0.0
    real, dial = time.monotonic, wire.dial
    monkeypatch.setattr(clock, "monotonic", lambda: real() + late)

    def slowly(*arguments: Any) -> socket.socket:
        nonlocal late
        plain = dial(*arguments)
        late = 60.0
        return plain

    monkeypatch.setattr(wire, "dial", slowly)
    provider = Twilio(company.url)
    assert temporary(send(provider)) == "deadline"
    monkeypatch.setattr(wire, "dial", dial)
    assert isinstance(send(provider), Accepted)
    assert len(company.requests) == 1


def test_texts_of_one_thread_share_a_connection(company: PretendTwilio) -> None:
    provider = Twilio(company.url)
    for _ in range(3):
        assert isinstance(send(provider), Accepted)
    assert company.connections_made == 1


def test_each_thread_has_its_own_connection(company: PretendTwilio) -> None:
    provider = Twilio(company.url)
    results: list[Result] = []
    threads = [threading.Thread(target=lambda: results.append(send(provider))) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [type(result) for result in results] == [Accepted] * 3
    assert company.connections_made == 3


@pytest.mark.covers("P6")
def test_a_connection_closed_by_the_server_meanwhile_makes_no_false_unknown(company: PretendTwilio) -> None:
    provider = Twilio(company.url)
    for _ in range(5):
        assert isinstance(send(provider), Accepted)
        company.hang_up()
    assert len(company.requests) == company.connections_made == 5


@pytest.mark.covers("P6")
def test_a_connection_idle_for_too_long_is_not_trusted(company: PretendTwilio, monkeypatch: pytest.MonkeyPatch) -> None:
    provider = Twilio(company.url)
    send(provider)
    real = time.monotonic
    monkeypatch.setattr(clock, "monotonic", lambda: real() + connection.MAX_IDLE + 0.1)
    assert isinstance(send(provider), Accepted)
    assert company.connections_made == 2


@pytest.mark.covers("P6")
def test_an_answer_nobody_asked_for_is_not_taken_for_the_next_one() -> None:
    ids = iter(["S1", "nobody's", "S2", "nobody's", "S3", "nobody's"])

    def chatter(peer: socket.socket, over: threading.Event) -> None:
        while peer.recv(65536):
            bodies = [f'{{"sid":"{next(ids)}"}}' for _ in range(2)]
            answers = [f"HTTP/1.1 201 Created\r\nContent-Length: {len(body)}\r\n\r\n{body}" for body in bodies]
            peer.sendall("".join(answers).encode())

    with stubborn_server(chatter) as place:
        provider = Twilio(f"http://{place}")
        assert [send(provider) for _ in range(3)] == [Accepted("S1"), Accepted("S2"), Accepted("S3")]
        del provider  # its connection closes, and the server leaves its last recv()


def close_after(peer: socket.socket, over: threading.Event) -> None:
    peer.recv(65536)
    peer.sendall(b'HTTP/1.1 201 Created\r\nConnection: close\r\n\r\n{"sid":"S1"}')


def test_an_answer_that_ends_with_its_connection_is_read_whole() -> None:
    with stubborn_server(close_after) as place:
        provider = Twilio(f"http://{place}")
        assert [send(provider), send(provider)] == [Accepted("S1"), Accepted("S1")]


def test_a_redirect_is_not_followed(company: PretendTwilio) -> None:
    company.obey(Rule(act="refuse", status=307, code=None))
    assert isinstance(send(Twilio(company.url)), Unknown)
    assert company.connections_made == 1


def test_proxies_of_the_environment_are_left_alone(company: PretendTwilio, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "https_proxy", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    assert isinstance(send(Twilio(company.url)), Accepted)


@pytest.mark.parametrize("url", ["", "api.twilio.com", "ftp://api.twilio.com", "https://"])
def test_a_base_url_that_is_none_is_refused_at_the_start(url: str) -> None:
    with pytest.raises(SettingsError):
        Twilio(url)
