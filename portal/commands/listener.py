"""The web server of one process: its socket, and an end that does not wait for open pages."""

import asyncio
import gc
import signal
import socket
from collections.abc import Callable
from types import FrameType
from typing import TYPE_CHECKING

import uvicorn

from portal.errors import SettingsError

if TYPE_CHECKING:
    from starlette.applications import Starlette

BACKLOG = 2048
PATIENCE = 15  # seconds a stopping server gives to answers under way; a STOP may take ten (promises.md A.1)


class Listener(uvicorn.Server):
    """Ends open event streams as soon as a signal comes; uvicorn would wait for each of them (stack.md trap 10)."""

    def __init__(self, app: "Starlette", when_ready: Callable[[], None]) -> None:
        super().__init__(_config(app))
        self._app, self._when_ready = app, when_ready
        self._loop: asyncio.AbstractEventLoop | None = None

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._loop = asyncio.get_running_loop()
        self._when_ready()

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        if self._loop is not None:
            self._loop.call_soon_threadsafe(self._app.state.hub.close)
        super().handle_exit(sig, frame)


def listen(app: "Starlette", bound: socket.socket, when_ready: Callable[[], None]) -> int:
    """Serve until SIGTERM or SIGINT; 0 when it ended as asked."""
    _spare_the_collector()
    listener = Listener(app, when_ready)
    for sig in (signal.SIGTERM, signal.SIGINT):
        signal.signal(sig, _leave)  # uvicorn raises the signal again at its end
    try:
        listener.run(sockets=[bound])
    except SystemExit as end:
        return 0 if listener.started or not end.code else 1
    return 0


def bind(host: str, port: int) -> socket.socket:
    """The listening socket. Raises SettingsError when the address cannot be had."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    bound = socket.socket(family)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        bound.bind((host, port))
        bound.listen(BACKLOG)
    except (OSError, OverflowError) as error:
        bound.close()
        reason = getattr(error, "strerror", None) or str(error)
        raise SettingsError(f"Cannot listen on {host}, port {port}: {reason}. Try another --port.") from error
    bound.set_inheritable(True)
    return bound


def url_of(bound: socket.socket) -> str:
    """Where a browser on this machine finds it."""
    host, port = bound.getsockname()[:2]
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 (named to be replaced)
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def _config(app: "Starlette") -> uvicorn.Config:
    """No access log: URLs hold form tokens. Proxies are believed only where PORTAL_TRUSTED_PROXIES says so."""
    return uvicorn.Config(
        app, loop="uvloop", http="httptools", ws="none", lifespan="on", interface="asgi3", log_config=None,
        access_log=False, log_level="warning", proxy_headers=False, server_header=False, date_header=True,
        timeout_graceful_shutdown=PATIENCE,
    )  # fmt: skip


def _spare_the_collector() -> None:
    """What is there now stays until the end, so no collection need look at it; and requests leave few cycles behind.
    With Python's own thresholds a fifth of a STOP's time went into collections (measured)."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)


def _leave(sig: int, frame: FrameType | None) -> None:
    raise SystemExit(0)
