"""The pretend Twilio in a thread of its own, with its own event loop."""

import asyncio
import contextlib
import ssl
import threading
from collections.abc import AsyncIterator, Coroutine
from pathlib import Path
from types import TracebackType
from typing import Any, TypeVar

import uvloop

from tests.pretend_twilio.company import Company
from tests.pretend_twilio.http import Connection, Delivery
from tests.pretend_twilio.rule import Plan, Rule

T = TypeVar("T")


@contextlib.asynccontextmanager
async def serving(company: Company, host: str, port: int, tls: ssl.SSLContext | None = None) -> AsyncIterator[str]:
    """Listens until the block ends; yields the base URL."""
    loop = asyncio.get_running_loop()
    server = await loop.create_server(
        lambda: Connection(company.handle, company.callers), host, port, backlog=1024, ssl=tls
    )
    try:
        yield f"{'https' if tls else 'http'}://{host}:{server.sockets[0].getsockname()[1]}"
    finally:
        server.close()
        await hang_up(company)
        company.close()


async def hang_up(company: Company) -> None:
    """Close every connection that clients keep alive."""
    callers = company.callers
    callers.gone.clear()
    for connection in list(callers.open):
        connection.transport.abort()
    if callers.open:
        await callers.gone.wait()


class PretendTwilio:
    """Use as a context manager; every method may be called from any thread.

    Further arguments are Company's: rules, seed, accounts, shared_key, keeps_stops, advanced_opt_out, log.
    """

    def __init__(
        self, *, port: int = 0, log: Path | None = None, tls: ssl.SSLContext | None = None, **company: Any
    ) -> None:
        self._port = port
        self._tls = tls
        self._arguments = {"log": log, **company}
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._run, name="pretend-twilio", daemon=True)
        self.company: Company
        self.url: str

    def __enter__(self) -> "PretendTwilio":
        self._thread.start()
        if not self._ready.wait(10):
            raise RuntimeError("the pretend Twilio did not start")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._loop.call_soon_threadsafe(self._done.set)
        self._thread.join(10)

    @property
    def requests(self) -> list[dict[str, Any]]:
        """Every text asked for so far, in order of arrival; fields as in the log."""
        return list(self.company.requests)

    @property
    def deliveries(self) -> list[Delivery]:
        return list(self.company.deliveries)

    def obey(self, *rules: Rule, seed: int = 0) -> None:
        """From now on these rules, and chance from this seed."""
        self.company.plan = Plan(rules, seed)

    def block(self, sender: str, number: str) -> None:
        """As if `number` had texted STOP to `sender`."""
        self.company.blocked.add((sender, number))

    def send_inbound(self, sender: str, to: str, body: str, *, url: str, **more: str) -> Delivery:
        """A text arrives from a phone: signed and posted to `url`; further parameters by their Twilio names."""
        return self._on_loop(self.company.inbound(sender, to, body, url, **more))

    def deliver(self, url: str, params: dict[str, str]) -> Delivery:
        """Any webhook, signed."""
        return self._on_loop(self.company.deliver(url, params))

    @property
    def connections_made(self) -> int:
        return self.company.callers.made

    def hang_up(self) -> None:
        """Close every connection that clients keep alive; returns when they are closed."""
        self._on_loop(hang_up(self.company))

    def settle(self) -> None:
        """Returns when every callback that is due by now has been posted and answered."""
        self._on_loop(self._settled())

    async def _settled(self) -> None:
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
        async with serving(self.company, "127.0.0.1", self._port, self._tls) as self.url:
            self._ready.set()
            await self._done.wait()
