"""A provider's API on loopback that answers whatever a test tells it to, and remembers what was asked."""

import asyncio
import threading
from collections.abc import Callable
from types import TracebackType

from tests.pretend_twilio.http import Call, Callers, Connection, Reply


class PretendApi:
    """Use as a context manager. Every request gets `reply`, or what it makes of the request where it is a function."""

    def __init__(self, reply: Reply | Callable[[Call], Reply] | None = None) -> None:
        self.reply = reply or Reply(200, b"{}")
        self.calls: list[Call] = []
        self.url = ""
        self._callers = Callers()
        self._ready = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._serve()), name="pretend-api", daemon=True)

    def __enter__(self) -> "PretendApi":
        self._thread.start()
        if not self._ready.wait(10):
            raise RuntimeError("the pretend API did not start")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._loop.call_soon_threadsafe(self._done.set)
        self._thread.join(10)

    def _handle(self, call: Call) -> Reply:
        self.calls.append(call)
        return self.reply if isinstance(self.reply, Reply) else self.reply(call)

    async def _serve(self) -> None:
        self._loop, self._done = asyncio.get_running_loop(), asyncio.Event()
        server = await self._loop.create_server(lambda: Connection(self._handle, self._callers), "127.0.0.1", 0)
        self.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        self._ready.set()
        await self._done.wait()
        server.close()
        for connection in list(self._callers.open):
            connection.transport.abort()
        await asyncio.sleep(0)
