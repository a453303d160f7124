"""Who was erased, in a file beside the key file, so that no old copy brings anybody back (P17 and P18 together).

One JSON line for each: ids that mean nothing outside such a copy, and keyed hashes of numbers that must not be texted.
It is copied from the database some seconds after each erasure; what was written last may stand in it twice.
"""

import datetime as dt
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from portal import clock
from portal.backup import disk
from portal.database import Database
from portal.erasure import erasure

LOOK_BACK = dt.timedelta(minutes=10)
"""For clocks that differ, and transactions that took their time: what was seen already is known by its id."""
_BEGINNING = dt.datetime(2000, 1, 1, tzinfo=dt.UTC)


@dataclass(frozen=True)
class Gone:
    """One erasure. `suppressed`: keyed hash → why it may not be texted."""

    id: str
    business_id: str
    erased_at: dt.datetime
    reason: str
    records: tuple[str, ...]
    subscriptions: tuple[str, ...]
    suppressed: Mapping[str, str]


class ErasureJournal:
    """Of one process: it remembers what it has seen."""

    def __init__(self, keys: Path) -> None:
        """`keys` is the key file that it lies beside."""
        self.path = keys.with_name(f"{keys.stem}.erasures")
        self._seen: set[str] | None = None
        self._until = _BEGINNING

    def write(self, database: Database) -> None:
        """What was erased since the last look."""
        if self._seen is None:
            entries = self.entries()
            self._seen = {each.id for each in entries}
            self._until = max((each.erased_at for each in entries), default=_BEGINNING)
        rows = database.read(partial(erasure.since, moment=self._until - LOOK_BACK))
        new = [row for row in rows if row.id not in self._seen]
        if new:
            self._append([_line(row) for row in new])
            self._seen |= {row.id for row in new}
            self._until = max(self._until, *(row.erased_at for row in new))

    def entries(self) -> list[Gone]:
        """Each once, the oldest first; a line that was cut off by a kill is written again by the next look."""
        if not self.path.exists():
            return []
        lines = self.path.read_text(encoding="utf-8", errors="replace").splitlines()
        found = {each.id: each for each in map(_entry, lines) if each is not None}
        return sorted(found.values(), key=lambda each: (each.erased_at, each.id))

    def _append(self, lines: list[str]) -> None:
        """Begins a line of its own, whatever a kill left there."""
        flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND
        with os.fdopen(os.open(self.path, flags, disk.PRIVATE), "ab") as file:
            file.write("".join(f"\n{line}" for line in lines).encode() + b"\n")
            file.flush()
            os.fsync(file.fileno())
        disk.sync_folder(self.path.absolute().parent)


def _line(row: Any) -> str:
    at = clock.rfc3339(row.erased_at)
    return json.dumps({"id": row.id, "business_id": row.business_id, "erased_at": at, **row.traces})


def _entry(line: str) -> Gone | None:
    try:
        found = json.loads(line)
        return Gone(
            found["id"], found["business_id"], clock.parse_rfc3339(found["erased_at"]), found["reason"],
            tuple(found["records"]), tuple(found["subscriptions"]), dict(found["suppressed"]),
        )  # fmt: skip
    except (ValueError, TypeError, KeyError):
        return None
