"""`portal demo`: a throw-away business to click through, on this machine only."""

import argparse
import tempfile
from pathlib import Path
from typing import Any

from portal.commands.output import say


def add(commands: Any) -> None:
    demo = commands.add_parser("demo", help="try it with pretend clients; nothing leaves this machine")
    demo.add_argument("--host", default="127.0.0.1")
    demo.add_argument("--port", type=int, default=8000)
    demo.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    from portal import demo, logs
    from portal.commands import listener

    logs.configure()
    with (
        listener.bind(arguments.host, arguments.port) as bound,
        tempfile.TemporaryDirectory(prefix="portal-demo-") as folder,
    ):
        app, tour = demo.create(Path(folder), listener.url_of(bound))
        return listener.listen(app, bound, lambda: say(demo.greeting(tour, listener.url_of(bound))))
