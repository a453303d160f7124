"""An import of many rows with 1% broken: time, memory, the longest write, and that consent did not move.

`python -m tests.bench.imports [rows]`; a hundred thousand by itself, on SQLite.
"""

import io
import resource
import sys
import tempfile
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import sqlalchemy as sa

from portal import schema
from portal.accounts import business as businesses
from portal.accounts import key
from portal.consent import ledger, status_count
from portal.database import Database, Lane
from portal.imports import import_run, intake, tidy, turn
from portal.imports.field import What
from portal.imports.import_run import ImportRun

ROWS = 100_000


def lines(rows: int) -> Iterator[str]:
    yield "Name,Email,Phone,Birthday,Opt in\n"
    for i in range(rows):
        phone = "12345" if i % 100 == 50 else f"+1415{200 + i // 10_000:03d}{i % 10_000:04d}"
        yield f"Person {i},person{i}@example.com,{phone},1990-01-02,{'Y' if i % 3 else ''}\n"


def go_on(database: Database, run_id: str) -> tuple[float, float, float]:
    """Seconds, processor seconds, and the longest write."""
    began, busy, longest = time.perf_counter(), time.process_time(), 0.0
    while (ahead := database.read(partial(turn.look, run_id=run_id))) is not None:
        at = time.perf_counter()
        database.write(partial(turn.store, turn=ahead), lane=Lane.BULK)
        longest = max(longest, time.perf_counter() - at)
    return time.perf_counter() - began, time.process_time() - busy, longest


def memory() -> float:
    """The most that this process ever held, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def measure(url: str, rows: int) -> None:
    schema.migrate(url)
    database = Database(url, secrets=key.in_memory())
    business_id = database.write(lambda session: businesses.create(session, "Bench")).id
    raw = io.BytesIO("".join(lines(rows)).encode())
    before, at = memory(), time.perf_counter()
    run_id = intake.take(database, raw, business_id, What.CONTACTS, file_name="bench.csv", actor="operator")
    print(f"taken in pieces: {time.perf_counter() - at:.1f} s, {len(raw.getvalue()) / 1e6:.1f} MB")
    for what in ("looked through", "imported"):
        took, busy, longest = go_on(database, run_id)
        print(f"{what}: {took:.1f} s, {rows / took:,.0f} rows/s ({rows / busy:,.0f} per processor second), "
              f"longest write {longest * 1000:.0f} ms")  # fmt: skip
        run = database.read(lambda session: session.get_one(ImportRun, run_id))
        print("  " + ", ".join(f"{name} {getattr(run, name):,}" for name in import_run.COUNTS), run.status)
        if run.status == "previewed":
            database.write(partial(import_run.start, found=run, actor="operator", ip=""))
    at = time.perf_counter()
    while database.write(tidy.run, lane=Lane.BULK):
        pass
    print(f"tidied in {time.perf_counter() - at:.1f} s; memory grew by {memory() - before:.0f} MB")
    entries = sa.select(sa.func.count()).select_from(ledger.table)
    print(f"ledger entries: {database.read(lambda session: session.execute(entries).scalar_one())}, statuses:",
          database.read(partial(status_count.read, business_id=business_id)))  # fmt: skip
    database.dispose()


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        measure(f"sqlite:///{Path(folder) / 'bench.db'}", int(sys.argv[1]) if len(sys.argv) > 1 else ROWS)
