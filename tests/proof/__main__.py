"""The long form of the interleavings: `python -m tests.proof --seeds 1-20000 --on postgresql --processes 2`.

Prints what broke, with its seed, as soon as it is known, how far it has come, and at the end one line: tries,
violations, lost, doubled. Ends with 1 when anything broke. `--seeds 35` tells one schedule again.
"""

import argparse
import sys
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from contextlib import contextmanager
from multiprocessing import get_context

from tests.postgres import Cluster
from tests.proof.block import Block, hush, play
from tests.proof.stage import said

BLOCK = 250  # seeds that share a database: what many have left behind makes each slower
SAID_EVERY = 4  # blocks


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", default="1-1000", help="one, or from-to")
    parser.add_argument("--on", choices=("sqlite", "postgresql"), default="sqlite")
    parser.add_argument("--processes", type=int, default=2)
    given = parser.parse_args()
    first, _, last = given.seeds.partition("-")
    seeds = range(int(first), int(last or first) + 1)
    with cluster(on_postgres=given.on == "postgresql") as folder:
        blocks = [(seeds[i : i + BLOCK], folder) for i in range(0, len(seeds), BLOCK)]
        has_broken = run(blocks, given.processes)
    sys.exit(1 if has_broken else 0)


def run(blocks: list[Block], processes: int) -> bool:
    """Whether anything broke."""
    found: Counter[str] = Counter()
    has_broken, on_postgres = False, blocks[0][1] is not None
    began = time.monotonic()
    with ProcessPoolExecutor(processes, get_context("spawn"), hush) as pool:
        done = as_completed([pool.submit(play, block) for block in blocks])
        for place, (counted, broken) in enumerate((each.result() for each in done), start=1):
            found += counted
            has_broken = has_broken or bool(broken)
            print(*broken, sep="\n", end="\n" if broken else "", flush=True)
            if place % SAID_EVERY == 0 or place == len(blocks):
                print(said(found, on_postgres=on_postgres, seconds=time.monotonic() - began), flush=True)
    return has_broken


@contextmanager
def cluster(*, on_postgres: bool) -> Iterator[str | None]:
    """The folder of a PostgreSQL server for all processes."""
    if not on_postgres:
        yield None
        return
    with Cluster() as made:
        yield made.folder


if __name__ == "__main__":
    main()
