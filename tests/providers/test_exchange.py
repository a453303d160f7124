"""One request as bytes, and what is made of the bytes that come back, in whatever pieces they come."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from portal.providers import exchange, wire
from portal.providers.exchange import Answer, AnswerError, Reader

CREATED = b"HTTP/1.1 201 Created\r\n"
WHOLE = CREATED + b"Content-Length: 2\r\n\r\n{}"


@contextmanager
def answered(*pieces: bytes, most: int = 1000) -> Iterator[Reader]:
    """A reader whose other end says these, one by one, and closes."""
    here, there = socket.socketpair()

    def say() -> None:
        for piece in pieces:
            there.sendall(piece)
            time.sleep(0.002)
        there.close()

    speaker = threading.Thread(target=say)
    speaker.start()
    held = wire.Wire(here)
    try:
        yield Reader(held, most=most)
    finally:
        speaker.join()
        held.close()


def soon() -> float:
    return time.monotonic() + 2


@pytest.mark.parametrize(
    "pieces",
    [
        [WHOLE],
        [bytes((each,)) for each in WHOLE],
        [CREATED + b"Transfer-Encoding: chunked\r\n\r\n1\r\n{\r\n", b"1\r\n}\r\n0\r\n\r\n"],
        [CREATED + b"\r\n{", b"}"],
        [b"HTTP/1.1 100 Continue\r\n\r\n", WHOLE],
        [b"HTTP/1.1 103 Early Hints\r\nRetry-After: 9\r\n\r\n" + WHOLE],
    ],
)
def test_an_answer_is_read_whole_however_it_comes(pieces: list[bytes]) -> None:
    with answered(*pieces) as reader:
        assert reader.read(soon()) == Answer(201, b"{}")


def test_the_time_that_a_provider_names_is_kept() -> None:
    with answered(b"HTTP/1.1 429 Too Many\r\nretry-after: 7\r\nContent-Length: 0\r\n\r\n") as reader:
        assert reader.read(soon()) == Answer(429, b"", "7")


@pytest.mark.covers("P6")
@pytest.mark.parametrize(
    "said",
    [
        b"",
        CREATED,
        CREATED + b"Content-Length: 3\r\n\r\n{}",
        CREATED + b"Transfer-Encoding: chunked\r\n\r\n5\r\n{}",
        CREATED + b"Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}",
        CREATED + b"Content-Length: many\r\n\r\n{}",
        b"HTTP/1.1 100 Continue\r\n\r\n",
        b"HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: other\r\n\r\n",
        b"Content-Length: 2\r\n\r\n{}",
    ],
)
def test_what_is_no_whole_answer_is_none(said: bytes) -> None:
    with answered(said) as reader, pytest.raises(AnswerError):
        reader.read(soon())


@pytest.mark.parametrize("said", [CREATED + b"Content-Length: 2000\r\n\r\n", CREATED + b"\r\n" + b" " * 2000])
def test_an_answer_that_weighs_too_much_is_none(said: bytes) -> None:
    with answered(said) as reader, pytest.raises(AnswerError, match="endless"):
        reader.read(soon())


@pytest.mark.covers("P6")
@pytest.mark.parametrize(
    ("said", "is_fit"),
    [
        (WHOLE, True),
        (CREATED + b"Connection: close\r\nContent-Length: 2\r\n\r\n{}", False),
        (CREATED + b"\r\n{}", False),
        (WHOLE + b'HTTP/1.1 201 Created\r\nContent-Length: 3\r\n\r\n"S"', False),
        (WHOLE + b"what?", False),
        (WHOLE + b"HTTP/1.1 201 Cre", False),
    ],
)
def test_only_a_connection_that_said_one_answer_is_used_again(said: bytes, is_fit: bool) -> None:
    with answered(said) as reader:
        assert reader.read(soon()) == Answer(201, b"{}")
        assert reader.is_fit == is_fit


def test_a_silent_line_is_left_in_time() -> None:
    here, there = socket.socketpair()
    held = wire.Wire(here)
    with there, pytest.raises(TimeoutError):
        Reader(held, most=10).read(time.monotonic() + 0.05)
    held.close()


def test_what_does_not_fit_into_the_line_is_written_as_the_other_end_reads() -> None:
    here, there = socket.socketpair()
    held, big, heard = wire.Wire(here), b"a" * 4_000_000, bytearray()

    def hear() -> None:
        while len(heard) < len(big):
            heard.extend(there.recv(65536))

    hearer = threading.Thread(target=hear)
    hearer.start()
    held.send(big, soon())
    hearer.join()
    held.close()
    there.close()
    assert bytes(heard) == big


def test_a_line_that_takes_nothing_is_left_in_time() -> None:
    here, there = socket.socketpair()
    held = wire.Wire(here)
    with there, pytest.raises(TimeoutError):
        held.send(b"a" * 4_000_000, time.monotonic() + 0.05)
    held.close()


def test_a_request_is_written_line_by_line() -> None:
    assert exchange.request("POST", "/a?b=c", {"Host": "example.com"}, b"{}") == (
        b"POST /a?b=c HTTP/1.1\r\nHost: example.com\r\nContent-Length: 2\r\n\r\n{}"
    )
    assert exchange.request("GET", "/", {"Host": "example.com"}) == b"GET / HTTP/1.1\r\nHost: example.com\r\n\r\n"


@pytest.mark.parametrize("bad", ["a\r\nX-Evil: 1", "a\nX-Evil: 1", "a\0", "a\r"])
def test_no_value_can_pass_for_another_header(bad: str) -> None:
    with pytest.raises(ValueError, match="cannot be written"):
        exchange.request("GET", "/", {"Authorization": bad})


@pytest.mark.parametrize("bad", ["/a b", "/a\r\nX-Evil: 1", "/\x7f", "/é"])
def test_no_path_can_pass_for_anything_else(bad: str) -> None:
    with pytest.raises(ValueError, match="cannot be written"):
        exchange.request("GET", bad, {})
