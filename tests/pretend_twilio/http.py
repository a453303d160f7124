"""As much HTTP/1.1 as a pretend provider needs: a fast server that can misbehave, and a POST that is timed."""

import asyncio
import contextlib
import re
import socket
import struct
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import cast
from urllib.parse import urlsplit

REASONS = {200: "OK", 201: "Created", 302: "Found", 400: "Bad Request", 401: "Unauthorized", 404: "Not Found"}
_RST = struct.pack("ii", 1, 0)


@dataclass(frozen=True)
class Call:
    """One request; both arrival times are those of its first byte."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes
    arrived_ns: int
    arrived_monotonic_ns: int


@dataclass(frozen=True)
class Reply:
    """`act` is one of rule.Act; everything but accept and refuse breaks the connection in its way."""

    status: int = 200
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    delay: float = 0.0
    act: str = "accept"


@dataclass(frozen=True)
class Delivery:
    """One webhook we posted. `answered_*` is the moment the first byte of the answer came; status 0 is no answer."""

    url: str
    params: Mapping[str, str]
    status: int
    sent_ns: int
    sent_monotonic_ns: int
    answered_ns: int
    answered_monotonic_ns: int
    body: str = ""
    trouble: str = ""

    @property
    def sid(self) -> str:
        return self.params.get("MessageSid", "")


@dataclass
class Callers:
    """The connections that clients have with us."""

    open: set["Connection"] = field(default_factory=set)
    made: int = 0
    gone: asyncio.Event = field(default_factory=asyncio.Event)


class Connection(asyncio.Protocol):
    """One client. Requests on it are answered one after the other, as every client we test sends them."""

    def __init__(self, handle: Callable[[Call], Reply | Awaitable[Reply]], callers: Callers) -> None:
        self._handle = handle
        self._callers = callers
        self._received = bytearray()
        self._first_at: tuple[int, int] | None = None
        self._busy = False
        self.transport: asyncio.Transport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.Transport, transport)
        self._callers.open.add(self)
        self._callers.made += 1

    def connection_lost(self, exc: Exception | None) -> None:
        self._callers.open.discard(self)
        if not self._callers.open:
            self._callers.gone.set()

    def data_received(self, data: bytes) -> None:
        if self._first_at is None:
            self._first_at = time.time_ns(), time.monotonic_ns()
        self._received += data
        self._next()

    def _next(self) -> None:
        if self._busy or (call := self._take()) is None:
            return
        self._busy = True
        reply = self._handle(call)
        if isinstance(reply, Reply):
            self._answer_later(reply)
        else:
            task = asyncio.ensure_future(reply)
            task.add_done_callback(lambda done: self._answer_later(done.result()))

    def _take(self) -> Call | None:
        """The first whole request that has arrived."""
        end = self._received.find(b"\r\n\r\n")
        if end < 0 or self._first_at is None:
            return None
        first, *lines = self._received[:end].decode("latin-1").split("\r\n")
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
        whole = end + 4 + int(headers.get("content-length", "0"))
        if len(self._received) < whole:
            return None
        method, path, _ = first.split(" ", 2)
        body = bytes(self._received[end + 4 : whole])
        del self._received[:whole]
        arrived, self._first_at = self._first_at, None
        return Call(method, path, headers, body, *arrived)

    def _answer_later(self, reply: Reply) -> None:
        if reply.delay > 0:
            asyncio.get_running_loop().call_later(reply.delay, self._answer, reply)
        else:
            self._answer(reply)

    def _answer(self, reply: Reply) -> None:
        self._busy = False
        if reply.act == "hang" or self.transport.is_closing():
            return
        if reply.act in ("drop", "reset"):
            self._break(with_rst=reply.act == "reset")
            return
        wire = _on_the_wire(reply)
        self.transport.write(wire[: len(wire) // 2] if reply.act == "cut" else wire)
        if reply.act == "cut":
            self.transport.close()
        self._next()

    def _break(self, *, with_rst: bool) -> None:
        if with_rst:
            self.transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RST)
        self.transport.abort()


def _on_the_wire(reply: Reply) -> bytes:
    head = {"Content-Type": "application/json", "Content-Length": str(len(reply.body)), **reply.headers}
    lines = "".join(f"{name}: {value}\r\n" for name, value in head.items())
    return f"HTTP/1.1 {reply.status} {REASONS.get(reply.status, 'Said')}\r\n{lines}\r\n".encode() + reply.body


async def post(url: str, params: Mapping[str, str], body: bytes, headers: Mapping[str, str]) -> Delivery:
    """POST once, with Twilio's 15 seconds of patience; no answer is a delivery of status 0."""
    parts = urlsplit(url)
    target = parts.path + (f"?{parts.query}" if parts.query else "")
    head = {"Host": parts.netloc, "Content-Length": str(len(body)), "Connection": "close", **headers}
    lines = "".join(f"{name}: {value}\r\n" for name, value in head.items())
    sent = time.time_ns(), time.monotonic_ns()
    status, text, trouble, answered = 0, "", "", (0, 0)
    try:
        async with asyncio.timeout(15):
            reader, writer = await asyncio.open_connection(parts.hostname, parts.port or 80)
            with contextlib.closing(writer):
                writer.write(f"POST {target} HTTP/1.1\r\n{lines}\r\n".encode() + body)
                first = await reader.read(1)
                answered = time.time_ns(), time.monotonic_ns()
                answer = first + await reader.readuntil(b"\r\n\r\n")
                status, text = int(answer.split(b" ", 2)[1]), (await _body(reader, answer)).decode("utf-8", "replace")
    except (OSError, ValueError, IndexError, EOFError, asyncio.LimitOverrunError) as error:
        trouble = f"{type(error).__name__}: {error}"
    return Delivery(url, dict(params), status, *sent, *answered, text, trouble)


async def _body(reader: asyncio.StreamReader, head: bytes) -> bytes:
    """As long as its header says, or until the server closes."""
    length = re.search(rb"\r\ncontent-length:\s*(\d+)", head, re.IGNORECASE)
    return await reader.readexactly(int(length[1])) if length else await reader.read()
