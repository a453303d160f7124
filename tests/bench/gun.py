"""Fires STOPs at the numbers whose texts are about to leave, a process of its own: it reads the provider's log to aim.

`python -m tests.bench.gun PORT REQUESTS NUMBERS LOG`; an order says how many, how many at once and how far ahead.
"""

import asyncio
import itertools
import json
import sys
import time
from pathlib import Path
from typing import Any

import uvloop

from tests.bench.load import read_requests

PATIENCE = 20.0  # seconds without any text leaving, after which there is nothing to aim at


class Gun:
    """`answered` is when the first byte of each answer came, by number."""

    def __init__(self, port: int, requests: list[bytes], numbers: list[str], log: Path) -> None:
        self._port, self._requests, self._numbers = port, requests, numbers
        self._place = {number: place for place, number in enumerate(numbers)}
        self._log, self._part = log.open(), ""
        self._front, self._moved_at = 0, time.monotonic()
        self._fired: set[int] = set()
        self.answered: dict[str, int] = {}

    async def fire(self, count: int, reach: int) -> None:
        """One line of fire; each shot goes a different step ahead of the last text seen."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self._port)
        for step in itertools.cycle(range(reach)):
            if len(self._fired) >= count or not self._look():
                break
            place = self._front + step
            if place in self._fired or place >= len(self._numbers):
                await asyncio.sleep(0)
                continue
            self._fired.add(place)
            writer.write(self._requests[place])
            first = await reader.readexactly(12)
            self.answered[self._numbers[place]] = time.monotonic_ns()
            if not first.startswith(b"HTTP/1.1 2"):
                raise ConnectionError(first)
            await _rest(reader)
        writer.close()

    def _look(self) -> bool:
        """Move the front to the last text that left; False when nothing has left for long.

        The last line of the log may still be in the middle of being written."""
        *lines, self._part = (self._part + self._log.read()).split("\n")
        for line in lines:
            place = self._place[json.loads(line)["To"]]
            self._front, self._moved_at = max(self._front, place), time.monotonic()
        return time.monotonic() - self._moved_at < PATIENCE


async def _rest(reader: asyncio.StreamReader) -> None:
    head = await reader.readuntil(b"\r\n\r\n")
    at = head.index(b"content-length: ") + 16
    await reader.readexactly(int(head[at:].split(b"\r\n", 1)[0]))


async def _serve(gun: Gun) -> None:
    print("ready", flush=True)
    order: dict[str, Any] = json.loads(sys.stdin.readline())
    await asyncio.gather(*(gun.fire(order["count"], order["reach"]) for _ in range(order["in_flight"])))
    print(json.dumps(gun.answered), flush=True)


if __name__ == "__main__":
    port, requests, numbers, log = sys.argv[1:]
    loaded = Gun(int(port), read_requests(Path(requests)), Path(numbers).read_text().split(), Path(log))
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(_serve(loaded))
