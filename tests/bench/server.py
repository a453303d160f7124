"""One server under load, a process of its own: a floor, or the product exactly as `portal serve` runs it.

`python -m tests.bench.server a | b PATH | postgres URL | form PAGE PATH | render REQUESTS | portal | web`, the last
three with their settings in the environment; `web` is `portal serve --no-jobs`.
"""

import os
import socket
import sys
from pathlib import Path

import uvicorn
from starlette.applications import Starlette

from portal.app import create_app
from portal.commands import listener
from portal.settings import Settings
from tests.bench import floor, render
from tests.bench.scene import settings_from


def main(kind: str, *where: str) -> None:
    bound = listener.bind("127.0.0.1", 0)
    if kind in ("portal", "web"):
        product = create_app(_settings(), with_jobs=kind == "portal")
        listener.listen(product, bound, lambda: _ready(bound))
        return
    config = uvicorn.Config(
        _floor(kind, *where), loop="uvloop", http="httptools", ws="none", log_config=None, access_log=False,
        log_level="warning", proxy_headers=False, server_header=False,
    )  # fmt: skip
    _Server(config, bound).run(sockets=[bound])


class _Server(uvicorn.Server):
    def __init__(self, config: uvicorn.Config, bound: socket.socket) -> None:
        super().__init__(config)
        self._bound = bound

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        _ready(self._bound)


def _settings() -> Settings:
    return settings_from(os.environ["PORTAL_BENCH_SETTINGS"])


def _floor(kind: str, *where: str) -> Starlette:
    if kind == "render":
        return render.app(_settings(), Path(where[0]))
    if kind == "a":
        return floor.app_a()
    if kind == "form":
        return floor.app_form(Path(where[0]), Path(where[1]))
    return floor.app_b(Path(where[0])) if kind == "b" else floor.app_postgres(where[0])


def _ready(bound: socket.socket) -> None:
    print(bound.getsockname()[1], flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
