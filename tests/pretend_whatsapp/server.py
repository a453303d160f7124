"""The pretend Cloud API in a thread of its own, with its own event loop."""

import asyncio
import threading
from collections.abc import Coroutine, Sequence
from types import TracebackType
from typing import Any, TypeVar

import uvloop

from tests.pretend_twilio.http import Connection, Delivery
from tests.pretend_whatsapp.company import Company

T = TypeVar("T")


class PretendWhatsApp:
    """Use as a context manager; every method may be called from any thread. Arguments are Company's."""

    def __init__(self, **company: Any) -> None:
        self._arguments = company
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._run, name="pretend-whatsapp", daemon=True)
        self.company: Company
        self.url: str

    def __enter__(self) -> "PretendWhatsApp":
        self._thread.start()
        if not self._ready.wait(10):
            raise RuntimeError("the pretend Cloud API did not start")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._loop.call_soon_threadsafe(self._done.set)
        self._thread.join(10)

    @property
    def requests(self) -> list[dict[str, Any]]:
        """Every message asked for so far, in order of arrival, each with the `id` it got."""
        return list(self.company.requests)

    def send_inbound(self, number: str, words: str, **more: Any) -> Delivery:
        return self._on_loop(self.company.inbound(number, words, **more))

    def deliver(self, changes: Sequence[dict[str, Any]]) -> Delivery:
        """Any changes in one webhook, signed."""
        return self._on_loop(self.company.deliver(changes))

    def settle(self) -> None:
        """Returns when every status that is due by now has been posted and answered."""
        self._on_loop(self._settled())

    async def _settled(self) -> None:
        self.company.may_report.set()
        while self.company.posting:
            await asyncio.gather(*self.company.posting, return_exceptions=True)

    def _on_loop(self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(60)

    def _run(self) -> None:
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(self._serve())

    async def _serve(self) -> None:
        self._loop, self._done = asyncio.get_running_loop(), asyncio.Event()
        self.company = Company(**self._arguments)
        server = await self._loop.create_server(
            lambda: Connection(self.company.handle, self.company.callers), "127.0.0.1", 0
        )
        self.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        self._ready.set()
        await self._done.wait()
        server.close()
        for connection in list(self.company.callers.open):
            connection.transport.abort()
        self.company.close()
