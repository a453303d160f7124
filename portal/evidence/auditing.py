"""One audit: all texts that left on a day, all opt-outs of it, and the ledger; in short reads, and one short write.

What is owed the database says: every whole day of every business, in its own zone, that has no row, at most 31 back.
Several workers may look at the same day; both find the same, and the row is there once.
"""

import datetime as dt
import hashlib
from collections import Counter
from dataclasses import dataclass
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from sqlmodel import Session

from portal import clock
from portal.accounts import business as businesses
from portal.database import Database, Lane
from portal.evidence import coverage, ledger_walk, suppression_time
from portal.evidence.coverage import BEFORE, COVERED, Problem
from portal.evidence.ledger_walk import Place, Walked
from portal.evidence.suppression_time import Times
from portal.watch import self_audit
from portal.watch.self_audit import DAY, Figures

BACK = 31  # days
SETTLES = dt.timedelta(hours=1)  # after midnight, so that what was on its way at midnight has its outcome
WHOLE_EVERY = dt.timedelta(days=7)  # between two walks of the whole ledger


@dataclass(frozen=True)
class Owed:
    """A day of a business that is over and was not looked at."""

    business_id: str
    on_day: dt.date


def owed(session: Session) -> list[Owed]:
    """The oldest day of each business first: one after the other they catch up."""
    now = clock.now()
    return [found for row in self_audit.standing(session) for found in _missing(row, now)]


def _missing(row: Any, now: dt.datetime) -> list[Owed]:
    last = _last_over(row.timezone, now)
    born = row.created_at.astimezone(ZoneInfo(row.timezone)).date()
    first = max(born, last - (BACK - 1) * DAY, row.on_day + DAY if row.on_day else born)
    return [Owed(row.id, first + i * DAY) for i in range((last - first).days + 1)]


def _last_over(zone: str, now: dt.datetime) -> dt.date:
    """The last day of this zone that is over, and settled."""
    return (now - SETTLES).astimezone(ZoneInfo(zone)).date() - DAY


def look(database: Database, business_id: str, on_day: dt.date) -> Figures:
    """Look at one day and store what is found."""
    made_at = clock.now()
    zone = database.read(lambda session: businesses.get(session, business_id).timezone)
    since, until = self_audit.bounds(on_day, zone)
    texts = _texts(database, business_id, since, until)
    times = _times(database, business_id, since, until)
    walked = ledger_walk.walk(database.read, business_id, database.read(partial(_place, business_id=business_id)))
    figures = Figures(
        **texts, opt_outs=times.opt_outs, timed=len(times.seconds), slowest_ms=times.slowest_ms,
        median_ms=times.median_ms, **_ledger(walked),
    )  # fmt: skip
    is_whole = made_at >= until + SETTLES
    store = partial(
        self_audit.store, business_id=business_id, on_day=on_day, figures=figures, made_at=made_at, is_whole=is_whole
    )
    database.write(store, lane=Lane.BULK)
    return figures


def _texts(database: Database, business_id: str, since: dt.datetime, until: dt.datetime) -> dict[str, Any]:
    counted: Counter[str] = Counter()
    digest = hashlib.sha256()
    for rows in coverage.pieces(database.read, business_id, since, until):
        for row, standing in coverage.judged(rows):
            counted[standing] += 1
            digest.update(f"{row.receipt or ''}\n".encode())
    total = sum(counted.values())
    known = {"covered": counted[COVERED], "before": counted[BEFORE]}
    return known | {
        "texts": total, "uncovered": total - sum(known.values()),
        "after_opt_out": counted[Problem.AFTER_OPT_OUT], "receipts": digest.hexdigest(),
    }  # fmt: skip


def _times(database: Database, business_id: str, since: dt.datetime, until: dt.datetime) -> Times:
    day: dict[str, Any] = {"business_id": business_id, "since": since, "until": until}
    counted = database.read(partial(suppression_time.count, **day))
    seconds = [each for piece in suppression_time.pieces(database.read, **day) for each in piece]
    return Times(counted, tuple(sorted(seconds)))


def _ledger(walked: Walked) -> dict[str, Any]:
    return {
        "ledger_from": walked.start, "ledger_seq": walked.end.seq, "ledger_hash": walked.end.hash,
        "problem": walked.problem,
    }  # fmt: skip


def _place(session: Session, business_id: str) -> Place:
    """Where the last walk ended; the beginning once a week, and while anything is wrong."""
    since = clock.now() - WHOLE_EVERY
    rows = sorted(self_audit.page(session, business_id), key=lambda row: row.made_at)
    has_whole = any(row.ledger_from == 0 and row.made_at > since and not row.problem for row in rows)
    if not has_whole or rows[-1].problem:
        return Place()
    return Place(rows[-1].ledger_seq, rows[-1].ledger_hash)
