"""The long form: `python -m tests.faults --seeds 1-20 --seconds 30 --stops 60 --on postgresql`.

Prints one line a seed, and what broke; ends with 1 when anything did. One seed tells one run again.
"""

import argparse
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from portal import schema
from tests.faults.fault import script
from tests.faults.storm import Storm
from tests.postgres import Cluster, Databases


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", default="1-5", help="one, or from-to")
    parser.add_argument("--seconds", type=float, default=20.0)
    parser.add_argument("--stops", type=int, default=60)
    parser.add_argument("--on", choices=("sqlite", "postgresql"), default="sqlite")
    given = parser.parse_args()
    first, _, last = given.seeds.partition("-")
    broken = 0
    for seed in range(int(first), int(last or first) + 1):
        with database(on_postgres=given.on == "postgresql") as (url, folder):
            on_postgres = given.on == "postgresql"
            faults = script(seed, seconds=given.seconds, on_postgres=on_postgres)
            storm = Storm(url, folder, seed=seed, stops=given.stops, on_postgres=on_postgres)
            outcome = storm.run(faults, seconds=given.seconds)
        print(outcome.said, flush=True)
        bad = {name: each for name, each in outcome.found.items() if each}
        if bad:
            broken += 1
            print(f"  {bad}\n  {[each.what for each in faults]}", flush=True)
    sys.exit(f"{broken} runs broke a promise" if broken else 0)


@contextmanager
def database(*, on_postgres: bool) -> Iterator[tuple[str, Path]]:
    """A fresh database, on a server of its own, and a folder."""
    with tempfile.TemporaryDirectory(prefix="portal-faults-") as name:
        folder = Path(name)
        if not on_postgres:
            url = f"sqlite:///{folder / 'portal.db'}"
            schema.migrate(url)
            yield url, folder
            return
        with Cluster() as cluster, closing(Databases(cluster.folder)) as databases:
            yield databases.fresh(schema_of), folder


def schema_of(url: str) -> None:
    schema.migrate(url)


if __name__ == "__main__":
    main()
