"""V15: what the hash chain adds to an append: the same transactions with and without it, taking turns."""

import asyncio
import contextlib
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any
from unittest import mock

from sqlmodel import Session

from portal.accounts.sender import SMS
from portal.consent import head, ledger, subscription
from portal.consent.state import Kind, Origin, Proof
from portal.database import Database, Lane
from tests.bench import scene
from tests.bench.figure import Figure
from tests.bench.pace import Pace, take_turns
from tests.bench.scene import Scene

AT_ONCE = 64  # appends that wait together, so that the writer commits them together


def append(folder: Path, pace: Pace) -> list[Figure]:
    """V15. The entries without a chain go into a database of their own."""
    with contextlib.ExitStack() as stack:
        ours, floor = (_opened(stack, folder / name) for name in ("ours", "floor"))
        measures: dict[str, Callable[[], float]] = {
            "ours": partial(_microseconds, *ours, pace.seconds),
            "floor": partial(_without_chain, partial(_microseconds, *floor, pace.seconds)),
        }
        found = take_turns(measures, pace.rounds)
        scene.verify(*ours)
    note = "floor: the same transaction without commitments, hash and seal"
    return [Figure("V15", f"ledger append, {AT_ONCE} at once", "µs", found["ours"], found["floor"], note=note)]


def _opened(stack: contextlib.ExitStack, folder: Path) -> tuple[Database, Scene]:
    folder.mkdir()
    made = scene.set_up(folder, f"sqlite:///{folder / 'portal.db'}", AT_ONCE)
    return stack.enter_context(scene.opened(made.settings)), made


def _microseconds(database: Database, made: Scene, seconds: float) -> float:
    """Wall clock for each append."""
    works = [partial(_append, business=made.business, number=number) for number in made.numbers]

    async def append_all() -> float:
        start, count = time.perf_counter(), 0
        while time.perf_counter() - start < seconds:
            await asyncio.gather(*(database.writing(work, lane=Lane.CONSENT) for work in works))
            count += len(works)
        return (time.perf_counter() - start) / count * 1e6

    return asyncio.run(append_all())


def _append(session: Session, *, business: str, number: str) -> None:
    row = subscription.lock(session, business, SMS, number)
    kind = Kind.REVIEW_KEPT if row.in_review else Kind.REVIEW_OPENED
    ledger.record(
        session, row, kind, origin=Origin.REPLY, proof=Proof.HANDSET, actor="client",
        evidence={"words": "well, maybe", "rule": "doubt", "grammar_version": "1", "provider": "twilio"},
    )  # fmt: skip


def _without_chain(measure: Callable[[], float]) -> float:
    with mock.patch.object(ledger, "_sealed", _unsealed), mock.patch.object(head, "mac", return_value=""):
        return measure()


def _unsealed(session: Session, row: Any, public: dict[str, Any], evidence: dict[str, Any]) -> dict[str, Any]:
    """The same entry with its number and nothing that proves it."""
    seq = head.lock(session, row.business_id).seq + 1
    head.move(session, row.business_id, seq=seq, last_hash="")
    bare: dict[str, Any] = {"salts": {}, "commitments": {}, "previous_hash": "", "hash": ""}
    return {"business_id": row.business_id, "seq": seq, "evidence": evidence} | public | bare
