"""The pretend Twilio as a process: prints its URL on one line and serves until it is ended."""

import argparse
import asyncio
import signal
from pathlib import Path

import uvloop

from tests.pretend_twilio.company import ACCOUNT, SHARED_KEY, TOKEN, Company
from tests.pretend_twilio.server import serving


async def serve(arguments: argparse.Namespace) -> None:
    ended = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, ended.set)
    company = Company(
        accounts={arguments.account: arguments.token},
        shared_key=SHARED_KEY if arguments.shared_key else None,
        keeps_stops=not arguments.forgets_stops,
        seed=arguments.seed,
        log=arguments.log,
    )
    async with serving(company, arguments.host, arguments.port) as url:
        print(url, flush=True)
        await ended.wait()


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.pretend_twilio", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--log", type=Path, help="appends one line of JSON for each text asked for")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--account", default=ACCOUNT)
    parser.add_argument("--token", default=TOKEN)
    parser.add_argument("--shared-key", action="store_true", help="sign webhooks by shared key instead of the token")
    parser.add_argument("--forgets-stops", action="store_true", help="never refuse with 21610 by itself")
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(serve(parser.parse_args()))


if __name__ == "__main__":
    main()
