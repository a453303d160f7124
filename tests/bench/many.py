"""V16: claims and marks a second with one, two and four workers on one PostgreSQL, beside procrastinate's no-op jobs.

`python -m tests.bench.many [NUMBERS]`. Procrastinate is none of our dependencies: PORTAL_BENCH_PROCRASTINATE names a
folder with it (`uv pip install --target FOLDER procrastinate`); without it the floor is left out, and so said.
"""

import asyncio
import importlib
import os
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import Any

from sqlalchemy import make_url

from tests.bench import scene
from tests.bench.child import BenchError, Child
from tests.bench.scene import Scene
from tests.postgres import Cluster, Databases

WORKERS = (1, 2, 4)
BATCH = 64
FOLDER = "PORTAL_BENCH_PROCRASTINATE"


def drain(made: Scene, workers: int) -> float:
    """Texts marked a second, from the common start until the last one is on disk."""
    with scene.opened(made.settings) as database:
        scene.queue_texts(database, made.business, made.numbers)
    children = [
        Child("tests.bench.claimer", str(BATCH), environment=scene.environment(made.settings)) for _ in range(workers)
    ]
    started = time.monotonic()
    with ThreadPoolExecutor(workers) as at_once:
        said = list(at_once.map(lambda child: child.ask({}), children))
    for child in children:
        child.__exit__(None, None, None)
    marked = sum(each["marked"] for each in said)
    if marked != len(made.numbers):
        raise BenchError(f"{marked} texts were marked, and {len(made.numbers)} were queued")
    return float(marked / (max(each["ended_at"] for each in said) - started))


async def floor(url: str, jobs: int) -> float:
    """Procrastinate's no-op jobs a second, one worker, as many at once as our batch holds."""
    sys.path.append(os.environ[FOLDER])  # behind ours, so that both use the same driver
    procrastinate: Any = importlib.import_module("procrastinate")
    address = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
    app = procrastinate.App(connector=procrastinate.PsycopgConnector(conninfo=address))

    async def nothing() -> None:
        """A job."""

    task = app.task(name="nothing")(nothing)
    async with app.open_async():
        await app.schema_manager.apply_schema_async()
        await task.batch_defer_async(*({} for _ in range(jobs)))
        started = time.monotonic()
        await app.run_worker_async(
            wait=False, concurrency=BATCH, install_signal_handlers=False, listen_notify=False, delete_jobs="always"
        )
        return jobs / (time.monotonic() - started)


def main(count: int) -> None:
    with (
        Cluster() as cluster,
        closing(Databases(cluster.folder)) as databases,
        tempfile.TemporaryDirectory(prefix="portal-bench-") as folder,
    ):
        made = scene.set_up(Path(folder), databases.empty(), count)
        beside = asyncio.run(floor(databases.empty(), count)) if FOLDER in os.environ else None
        if beside is None:
            print(f"without a floor: {FOLDER} names no folder")
        else:
            print(f"procrastinate, no-op jobs, {BATCH} at once: {beside:,.0f}/s")
        for workers in WORKERS:
            found = drain(made, workers)
            ratio = f"  {found / beside:.1f} ×" if beside else ""
            print(f"claim and mark, batches of {BATCH}, {workers} workers: {found:,.0f}/s{ratio}", flush=True)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 4000)
