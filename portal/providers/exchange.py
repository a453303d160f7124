"""One HTTP/1.1 request as bytes, and its one answer read back from a wire; the parsing is httptools'.

The standard library's `http.client` reads headers as if they were mail, which costs more than all the rest of a send.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

import httptools

from portal.providers.wire import Wire

_BREAKS = re.compile(r"[\r\n\0]")
_NO_TARGET = re.compile(r"[^!-~]")


class AnswerError(ValueError):
    """What came back is no whole answer in HTTP; says why."""


@dataclass(frozen=True)
class Answer:
    """`retry_after` is that header as it came, empty without one."""

    status: int
    body: bytes
    retry_after: str = ""


def request(method: str, target: str, headers: Mapping[str, str], body: bytes | None = None) -> bytes:
    """Raises ValueError where a value would end its line, so that it could pass for another header."""
    if _NO_TARGET.search(target) or _BREAKS.search("".join(headers.values())):
        raise ValueError("the request cannot be written as HTTP")
    length = "" if body is None else f"Content-Length: {len(body)}\r\n"
    lines = "".join([f"{name}: {value}\r\n" for name, value in headers.items()])
    return f"{method} {target} HTTP/1.1\r\n{lines}{length}\r\n".encode("latin-1") + (body or b"")


class Reader:
    """Reads the answers of one connection, one after the other. No answer may weigh more than `most` bytes.

    `is_fit` is false once the connection is good for no other request: it ends, or said something nobody asked for.
    The methods `on_…` are called by the parser.
    """

    def __init__(self, wire: Wire, *, most: int) -> None:
        self._wire, self._most = wire, most
        self._parser = httptools.HttpResponseParser(self)
        self._is_head_enough = False
        self.is_fit = True
        self._begin()

    def _begin(self) -> None:
        self._status, self._retry_after, self._length = 0, "", 0
        self._body: list[bytes] = []
        self._has_head = self._has_end = self._is_whole = False

    def read(self, until: float) -> Answer:
        """The next answer. Raises AnswerError, and OSError where it did not come before `until` (monotonic)."""
        self._begin()
        weight = 0
        while not self._is_enough():
            data = self._wire.receive(until)
            if not data:
                self._end()
                break
            self._parse(data)
            weight += len(data)
            if weight > self._most or (self._length > self._most and not self._is_head_enough):
                raise AnswerError("an endless answer")
        return Answer(self._status, b"".join(self._body), self._retry_after)

    def read_head(self, until: float) -> Answer:
        """The same without its body; nothing can be read afterwards."""
        self._is_head_enough = True
        return self.read(until)

    def _is_enough(self) -> bool:
        return self._is_whole or (self._is_head_enough and self._has_head)

    def _parse(self, data: bytes) -> None:
        try:
            self._parser.feed_data(data)
        except (httptools.HttpParserError, httptools.HttpParserUpgrade) as error:
            self.is_fit = False
            if not self._is_enough():
                raise AnswerError(f"no answer in HTTP ({type(error).__name__})") from error

    def _end(self) -> None:
        """The other end closed, which is how an answer ends that names no length."""
        self.is_fit = False
        if self._has_end or not self._has_head:
            raise AnswerError("the answer broke off")

    def on_message_begin(self) -> None:
        self.is_fit = self.is_fit and not self._is_whole

    def on_header(self, name: bytes, value: bytes) -> None:
        if self._is_whole:
            return
        match name.lower():
            case b"retry-after":
                self._retry_after = value.decode("latin-1")
            case b"content-length":
                self._length, self._has_end = int(value), True
            case b"transfer-encoding":
                self._has_end = True

    def on_headers_complete(self) -> None:
        if not self._is_whole:
            self._status = self._parser.get_status_code()
            self._has_head = self._status >= 200

    def on_body(self, body: bytes) -> None:
        if not self._is_whole:
            self._body.append(body)

    def on_message_complete(self) -> None:
        if self._is_whole:
            return
        if not self._has_head:  # 1xx: it only announces the answer
            self._begin()
            return
        self._is_whole = True
        self.is_fit = self.is_fit and self._parser.should_keep_alive()
