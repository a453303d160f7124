"""The wire between the portal and its provider, as long as wires are: what is sent arrives a random time later.

Without it everything on one machine arrives at once, and no race would ever be lost. What was sent arrives also when
its sender is dead by then.
"""

import asyncio
import contextlib
import random
import threading
from types import TracebackType
from typing import Self


class Distance:
    """Use as a context manager; `port` leads to `target`. `longest` in seconds, one way, may be changed meanwhile;
    answers come back at once."""

    def __init__(self, target: int, *, longest: float, seed: int) -> None:
        self.target, self.longest = target, longest
        self._chance = random.Random(seed)
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._run, name="distance", daemon=True)
        self.port = 0

    def __enter__(self) -> Self:
        self._thread.start()
        if not self._ready.wait(10):
            raise RuntimeError("the wire was not laid")
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._loop.call_soon_threadsafe(self._done.set)
        self._thread.join(10)

    def _run(self) -> None:
        asyncio.run(self._serve())

    async def _serve(self) -> None:
        self._loop, self._done = asyncio.get_running_loop(), asyncio.Event()
        server = await asyncio.start_server(self._connect, "127.0.0.1", 0)
        self.port = server.sockets[0].getsockname()[1]
        self._ready.set()
        async with server:
            await self._done.wait()

    async def _connect(self, near: asyncio.StreamReader, back: asyncio.StreamWriter) -> None:
        far, there = await asyncio.open_connection("127.0.0.1", self.target)
        with contextlib.closing(there), contextlib.closing(back):  # also when the wire is cut
            await asyncio.gather(self._carry(near, there, is_there=True), self._carry(far, back, is_there=False))

    async def _carry(self, source: asyncio.StreamReader, sink: asyncio.StreamWriter, *, is_there: bool) -> None:
        with contextlib.suppress(OSError):
            while piece := await source.read(65536):
                await asyncio.sleep(self._chance.uniform(0.0, self.longest if is_there else 0.0))
                sink.write(piece)
                await sink.drain()
        with contextlib.suppress(OSError):
            sink.close()
