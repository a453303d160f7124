"""What each night's audit found: figures of a business and hashes, day by day, the newest first."""

import datetime as dt
import re
from typing import Annotated

from pydantic import BeforeValidator
from sqlmodel import Session

from portal.api.operation import Answer, Call
from portal.api.value import Limited, Moment, Told
from portal.watch import self_audit


def _only_a_day(given: object) -> object:
    """A bare number would be read as seconds since 1970."""
    if isinstance(given, str) and not re.fullmatch(r"\d{4}-\d\d-\d\d", given):
        raise ValueError("a day looks like 2026-11-22")
    return given


Day = Annotated[dt.date, BeforeValidator(_only_a_day)]


class SelfAuditPage(Limited):
    """`after` is the `next` of the page before: the day of its last audit."""

    after: Day | None = None


class SelfAudit(Told):
    """`day` is one of the business's own zone. `covered` texts have a receipt that fits, a ledger entry that allowed
    them and no opt-out before them; `not_covered` and `texts_after_opt_out` must be 0. `before_receipts` left before
    receipts were kept. Seconds are from the arrival of an opt-out by text to its ledger entry, null without one.
    `ledger_problem` is null while the ledger is in order. `receipts` is one hash over all receipts of the day."""

    day: dt.date
    sentence: str
    is_over: bool
    made_at: Moment
    texts: int
    covered: int
    not_covered: int
    before_receipts: int
    texts_after_opt_out: int
    opt_outs: int
    opt_outs_by_text: int
    slowest_suppression_seconds: float | None
    median_suppression_seconds: float | None
    ledger_checked_from: int
    ledger_checked_to: int
    ledger_hash: str
    ledger_problem: str | None
    receipts: str


class SelfAudits(Told):
    items: list[SelfAudit]
    next: dt.date | None


def page(session: Session, call: Call) -> Answer:
    query = call.asked(SelfAuditPage)
    rows = self_audit.page(session, call.business.id, before=query.after, limit=query.limit)
    items = [_told(row) for row in rows[: query.limit]]
    return Answer(SelfAudits(items=items, next=items[-1].day if len(rows) > query.limit else None))


def _told(row: self_audit.SelfAudit) -> SelfAudit:
    return SelfAudit(
        day=row.on_day, sentence=self_audit.sentence(row), is_over=row.is_whole, made_at=row.made_at, texts=row.texts,
        covered=row.covered, not_covered=row.uncovered, before_receipts=row.before,
        texts_after_opt_out=row.after_opt_out, opt_outs=row.opt_outs, opt_outs_by_text=row.timed,
        slowest_suppression_seconds=_seconds(row.slowest_ms), median_suppression_seconds=_seconds(row.median_ms),
        ledger_checked_from=row.ledger_from, ledger_checked_to=row.ledger_seq, ledger_hash=row.ledger_hash,
        ledger_problem=row.problem or None, receipts=row.receipts,
    )  # fmt: skip


def _seconds(milliseconds: int | None) -> float | None:
    return None if milliseconds is None else milliseconds / 1000
