"""Where each ledger ended some seconds ago, in a small file beside the key file (promises.md F.3).

A database can only be ahead of it, since it is written after the commit, from what is on disk. One that is behind, or
tells another story, was put back by hand: it has forgotten opt-outs, and enters quarantine. On PostgreSQL each machine
has its own; a standby that took over without the last seconds is noticed in the same way.
"""

import hmac
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session

from portal import clock, logs
from portal.accounts import key
from portal.backup import disk
from portal.backup.manifest import End
from portal.consent import head, ledger
from portal.database import Database
from portal.messaging import quarantine
from portal.statement import Statement, param

_HEADS = Statement(sa.select(head.table.c.business_id, head.table.c.seq, head.table.c.hash))
_HASH = Statement(
    sa.select(ledger.table.c.hash).where(
        ledger.table.c.business_id == param("business_id"), ledger.table.c.seq == param("seq")
    )
)


class Checkpoint:
    """Of one process: it remembers what it wrote last, so that nothing is written while nothing happens."""

    def __init__(self, keys: Path) -> None:
        """`keys` is the key file that it lies beside."""
        self.path = keys.with_name(f"{keys.stem}.checkpoint")
        self._written: Mapping[str, End] = {}

    def write(self, database: Database) -> None:
        """What is committed now. Nothing of an empty database, which has nothing to forget."""
        found = database.read(_heads)
        if not found or found == self._written:
            return
        text = json.dumps({name: [end.seq, end.hash] for name, end in sorted(found.items())})
        sealed = {"at": clock.rfc3339(clock.now()), "heads": text, "mac": _mac(_secret(database), text)}
        with disk.whole(self.path) as file:
            file.write(json.dumps(sealed).encode())
        self._written = found

    def compare(self, database: Database) -> str:
        """At the start, before anything is sent: one sentence, and quarantine, where the database is an old copy."""
        problem = self._problem(database)
        if problem:
            logs.event("checkpoint.differs", level=40)
            database.write(lambda session: quarantine.enter(session, quarantine.RESTORE, problem))
            self.write(database)  # from now on this is the story that is told
        return problem

    def _problem(self, database: Database) -> str:
        """Empty where all is well, where nothing was noted that can be read, and for another database: one in which no
        noted business has a ledger has forgotten nothing, and the file beside the keys was left by one before it."""
        if not self.path.exists() or not (now := database.read(_heads)):
            return ""
        noted = _read(self.path, _secret(database))
        if noted is None:  # no worse than a file that was deleted, which nobody can notice
            logs.event("checkpoint.unreadable", level=30)
            return ""
        if not noted.keys() & now.keys():
            return ""
        older = [name for name, end in noted.items() if end != now.get(name)]
        count = database.read(lambda session: sum(not _is_told(session, name, noted[name]) for name in older))
        if not count:
            return ""
        return f"The database is an older copy: {count} of {len(noted)} ledgers ended later than here."


def _heads(session: Session) -> dict[str, End]:
    return {row.business_id: End(row.seq, row.hash) for row in _HEADS.rows(session)}


def _is_told(session: Session, business_id: str, end: End) -> bool:
    """Whether the ledger has this entry still; it may have gone on since."""
    if not end.seq:
        return True
    found = _HASH.first(session, business_id=business_id, seq=end.seq)
    return found is not None and bool(found.hash == end.hash)


def _read(path: Path, secret: bytes) -> dict[str, End] | None:
    """None for what this installation's keys did not seal."""
    try:
        found: Any = json.loads(path.read_bytes())
        if not hmac.compare_digest(_mac(secret, found["heads"]), found["mac"]):
            return None
        return {name: End(int(seq), str(last)) for name, (seq, last) in json.loads(found["heads"]).items()}
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        return None


def _secret(database: Database) -> bytes:
    return database.read(lambda session: key.of(session).evidence)


def _mac(secret: bytes, text: str) -> str:
    return hmac.digest(secret, f"checkpoint|{text}".encode(), "sha256").hex()
