"""A socket that writes a request in one piece and waits for nothing beyond one moment."""

import http.client
import io
import queue
import selectors
import socket
import ssl
import threading
from functools import cache
from typing import Any

from portal import clock

MAX_ANSWER = 256 * 1024  # bytes
_Poll: Any = getattr(selectors, "PollSelector", selectors.SelectSelector)  # select() knows only the first 1,024 files


@cache
def trusted() -> ssl.SSLContext:
    """The certificates this machine trusts: read once, when first needed, since it takes a tenth of a second."""
    return ssl.create_default_context()


class Wire:
    """A socket that gathers a request, writes it at once, and waits for nothing beyond one moment.

    A socket's own timeout starts anew with every byte, so an answer that drips would hold a send slot for ever.
    """

    def __init__(self, plain: socket.socket, *, most: int = MAX_ANSWER) -> None:
        self._socket = plain
        self._most = most
        self._waiting = bytearray()
        self._until = 0.0
        self._poll = _Poll()
        self._poll.register(plain, selectors.EVENT_READ)

    def has_news(self) -> bool:
        """Whether the other end closed, or said something nobody asked for."""
        pending = self._socket.pending() if isinstance(self._socket, ssl.SSLSocket) else 0
        return bool(pending or self._poll.select(0))

    def sendall(self, data: bytes) -> None:
        self._waiting += data

    def flush(self, until: float) -> None:
        self._until = until
        self._socket.settimeout(_left(until))
        self._socket.sendall(self._waiting)
        self._waiting.clear()

    def makefile(self, mode: str) -> io.BufferedReader:
        return io.BufferedReader(_Reading(self._socket, self._until, self._most))

    def close(self) -> None:
        self._poll.close()
        self._socket.close()


class _Reading(io.RawIOBase):
    """Reads from a socket until a moment, and never more than an answer may weigh."""

    def __init__(self, plain: socket.socket, until: float, most: int) -> None:
        super().__init__()
        self._socket = plain
        self._file = plain.makefile("rb", buffering=0)  # keeps the socket open until the answer is read
        self._until = until
        self._room = most

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        self._socket.settimeout(_left(self._until))
        count = self._file.readinto(buffer)
        self._room -= count or 0
        if self._room < 0:
            raise http.client.UnknownProtocol("an endless answer")
        return count

    def close(self) -> None:
        self._file.close()
        super().close()


def dial(host: str, port: int, until: float) -> socket.socket:
    """A connected socket."""
    return connect(resolve(host, port, until), until)


def connect(addresses: list[Any], until: float) -> socket.socket:
    """Each address gets an equal share of the time left, so a dead first one starves no other."""
    failure = OSError("the name has no address")
    for index, (family, kind, protocol, _, address) in enumerate(addresses):
        plain = socket.socket(family, kind, protocol)
        try:
            plain.settimeout(_left(until) / (len(addresses) - index))
            plain.connect(address)
            plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            plain.settimeout(_left(until))
        except OSError as error:
            plain.close()
            failure = error
        else:
            return plain
    raise failure


def resolve(host: str, port: int, until: float) -> list[Any]:
    """What getaddrinfo() answers. It knows no timeout, so it runs aside and is left behind when it takes too long."""
    found: queue.SimpleQueue[list[Any] | Exception] = queue.SimpleQueue()

    def look() -> None:
        try:
            found.put(list(socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)))
        except (OSError, UnicodeError) as error:
            found.put(error)

    threading.Thread(target=look, daemon=True, name="resolve").start()
    try:
        answer = found.get(timeout=_left(until))
    except queue.Empty:
        raise TimeoutError(f"looking up {host} took too long") from None
    if isinstance(answer, Exception):
        raise answer
    return answer


def _left(until: float) -> float:
    """Seconds until then. Raises TimeoutError when there are none."""
    seconds = until - clock.monotonic()
    if seconds <= 0:
        raise TimeoutError("timed out")
    return seconds
