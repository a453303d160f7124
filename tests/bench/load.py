"""The load client, a process of its own: prebuilt requests over kept-alive connections, one in flight on each.

It does as little as it can per request, so that the server is what is measured; it is the same for floors and product.
"""

import asyncio
import itertools
import json
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import uvloop

LENGTH = 4  # bytes before each request in the file


def write_requests(path: Path, requests: Iterator[bytes]) -> None:
    with path.open("wb") as file:
        for request in requests:
            file.write(len(request).to_bytes(LENGTH, "big") + request)


def read_requests(path: Path) -> list[bytes]:
    raw, at, found = path.read_bytes(), 0, []
    while at < len(raw):
        size = int.from_bytes(raw[at : at + LENGTH], "big")
        found.append(raw[at + LENGTH : at + LENGTH + size])
        at += LENGTH + size
    return found


class Run:
    """One slice: what is left to send, until when, and what came back."""

    def __init__(self, requests: Iterator[bytes], seconds: float, expects: str = "2") -> None:
        self.requests, self.expects = requests, expects.encode()
        self.sent, self.in_time = 0, 0
        self.spans: list[float] = []
        self.refused: list[str] = []
        self.start = time.perf_counter()
        self.end = self.start + seconds


class Line(asyncio.Protocol):
    """One connection."""

    def __init__(self) -> None:
        self._received = b""
        self._run: Run
        self.done: asyncio.Future[None]
        self._transport: asyncio.Transport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)

    def connection_lost(self, exc: Exception | None) -> None:
        if hasattr(self, "done") and not self.done.done():
            self.done.set_exception(ConnectionError("the server closed a connection"))

    def close(self) -> None:
        self._transport.close()

    def begin(self, run: Run) -> asyncio.Future[None]:
        self._run, self.done = run, asyncio.get_running_loop().create_future()
        self._next()
        return self.done

    def _next(self) -> None:
        request = next(self._run.requests, None) if time.perf_counter() < self._run.end else None
        if request is None:
            self.done.set_result(None)
            return
        self._run.sent += 1
        self._sent_at = time.perf_counter()
        self._transport.write(request)

    def data_received(self, data: bytes) -> None:
        self._received += data
        head = self._received.find(b"\r\n\r\n")
        if head < 0 or len(self._received) < head + 4 + _length(self._received[:head]):
            return
        now = time.perf_counter()
        self._run.spans.append(now - self._sent_at)
        self._run.in_time += now <= self._run.end
        if not self._received[9:12].startswith(self._run.expects):
            self._run.refused.append(self._received[:200].decode("latin-1"))
        self._received = b""
        self._next()


def _length(head: bytes) -> int:
    """Raises ValueError for an answer without a length."""
    at = head.index(b"content-length: ") + 16
    return int(head[at:].split(b"\r\n", 1)[0])


class Client:
    """Keeps the requests of every file. Connections are made before each slice: servers close idle ones."""

    def __init__(self) -> None:
        self._requests: dict[str, list[bytes]] = {}

    async def obey(self, order: dict[str, Any]) -> dict[str, Any]:
        """`{"address": [host, port], "requests": file, "first": n or null, "seconds": s, "in_flight": n}`, and how a
        status begins that is no refusal as `expects`, else "2".

        Without a first request, they begin anew whenever they are used up.
        """
        if order["requests"] not in self._requests:
            self._requests[order["requests"]] = read_requests(Path(order["requests"]))
        requests, first = self._requests[order["requests"]], order["first"]
        lines = [await _connected(*order["address"]) for _ in range(order["in_flight"])]
        run = Run(
            itertools.cycle(requests) if first is None else iter(requests[first:]),
            order["seconds"],
            order.get("expects", "2"),
        )
        await asyncio.gather(*(line.begin(run) for line in lines))
        for line in lines:
            line.close()
        return _summary(run)


async def _connected(host: str, port: int) -> Line:
    _, line = await asyncio.get_running_loop().create_connection(Line, host, port)
    return line


def _summary(run: Run) -> dict[str, Any]:
    """A slice that ran out of requests counts for the time it lasted; `took` is until the last answer came."""
    lasted = min(time.perf_counter(), run.end) - run.start
    spans = sorted(run.spans) or [0.0]
    return {
        "sent": run.sent, "took": time.perf_counter() - run.start, "per_second": run.in_time / lasted,
        "refused": run.refused[:3],
        "p50": spans[len(spans) // 2], "p99": spans[int(len(spans) * 0.99)], "slowest": spans[-1],
    }  # fmt: skip


async def _serve() -> None:
    client = Client()
    print("ready", flush=True)
    loop = asyncio.get_running_loop()
    while line := await loop.run_in_executor(None, sys.stdin.readline):
        print(json.dumps(await client.obey(json.loads(line))), flush=True)


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(_serve())
