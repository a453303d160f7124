"""A socket that waits for nothing beyond one moment, and how it comes about."""

import queue
import selectors
import socket
import ssl
import threading
from functools import cache
from typing import Any

from portal import clock

MAX_ANSWER = 256 * 1024  # bytes
PIECE = 64 * 1024  # bytes read at once
_Poll: Any = getattr(selectors, "PollSelector", selectors.SelectSelector)  # select() knows only the first 1,024 files


@cache
def trusted() -> ssl.SSLContext:
    """The certificates this machine trusts: read once, when first needed, since it takes a tenth of a second."""
    return ssl.create_default_context()


class Wire:
    """A socket that waits for nothing beyond one moment.

    A socket's own timeout starts anew with every byte, so an answer that drips would hold a send slot for ever. This
    one never blocks by itself: only who has to wait pays for the waiting.
    """

    def __init__(self, plain: socket.socket) -> None:
        plain.setblocking(False)
        self._socket = plain
        self._poll = _Poll()
        self._poll.register(plain, selectors.EVENT_READ)

    def has_news(self) -> bool:
        """Whether the other end closed, or said something nobody asked for."""
        return bool(self._is_pending() or self._poll.select(0))

    def send(self, data: bytes, until: float) -> None:
        """All of it. Raises OSError, TimeoutError when it does not fit before `until`."""
        left = memoryview(data)
        while left:
            try:
                left = left[self._socket.send(left) :]
            except (BlockingIOError, ssl.SSLWantWriteError):
                self._wait_to_write(until)
            except ssl.SSLWantReadError:
                self._wait_to_read(until)

    def receive(self, until: float) -> bytes:
        """What has come, empty when the other end closed. Raises OSError, TimeoutError when nothing comes."""
        while True:
            if not self._is_pending():
                self._wait_to_read(until)
            try:
                return self._socket.recv(PIECE)
            except (BlockingIOError, ssl.SSLWantReadError):
                continue
            except ssl.SSLWantWriteError:
                self._wait_to_write(until)

    def close(self) -> None:
        self._poll.close()
        self._socket.close()

    def _is_pending(self) -> bool:
        """Whether TLS holds bytes that the socket no longer tells of."""
        return isinstance(self._socket, ssl.SSLSocket) and self._socket.pending() > 0

    def _wait_to_read(self, until: float) -> None:
        if not self._poll.select(_left(until)):
            raise TimeoutError("timed out")

    def _wait_to_write(self, until: float) -> None:
        self._poll.modify(self._socket, selectors.EVENT_WRITE)
        try:
            self._wait_to_read(until)
        finally:
            self._poll.modify(self._socket, selectors.EVENT_READ)


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
