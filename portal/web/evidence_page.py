"""`/evidence`: what every night's audit found, in one sentence, as a picture and as figures; and a look at today."""

import asyncio
import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import Response

from portal import sheet
from portal.accounts.business import Capability
from portal.accounts.member import Right
from portal.evidence import auditing, coverage, seal_list
from portal.messaging import receipt
from portal.watch import self_audit
from portal.web import page
from portal.web.page import Answer, Page, Plain, SeeOther
from portal.web.visit import Visit

SHOWN = 30  # nights, on the page and in the picture
IN_FILE = 4000
COLUMNS = (
    "on_day", "texts", "covered", "uncovered", "before", "after_opt_out", "opt_outs", "timed", "slowest_ms",
    "median_ms", "ledger_from", "ledger_seq", "ledger_hash", "problem", "receipts", "is_whole", "made_at",
)  # fmt: skip


@dataclass(frozen=True)
class Bar:
    """One night as parts of the picture's height: texts that are covered, texts that are not, the slowest opt-out."""

    night: Any
    covered: float
    uncovered: float
    slowest: float


@dataclass(frozen=True)
class Summary:
    """The nights of one page together, as `self_audit.sentence` tells them."""

    nights: int
    texts: int
    opt_outs: int
    uncovered: int
    after_opt_out: int
    slowest_ms: int | None


def show(session: Session, visit: Visit) -> Answer:
    before = _day(visit.query.get("before"))
    rows = self_audit.page(session, visit.business.id, before=before, limit=SHOWN)
    nights, worst = rows[:SHOWN], self_audit.worst(session, visit.business.id)
    context = {
        "nights": nights, "bars": bars(list(reversed(nights))), "summary": summary(nights), "is_first": before is None,
        "older": nights[-1].on_day if len(rows) > SHOWN else None, "worst": worst,
        "found": _found(session, visit, worst), "since": receipt.since(session), "words": coverage.WORDS,
        "sentence": self_audit.sentence, "duration": self_audit.duration, "is_clean": self_audit.is_clean,
        "seals": seal_list.of(session, visit.business.id, limit=1), "may_check": visit.member.may(Right.SEND),
    }  # fmt: skip
    return Page("evidence/page.html", context)


async def check(request: Request) -> Response:
    """Today so far: many short reads and one write, so nobody waits for it but who asked."""
    visit = await page.admitted(request, Right.SEND, Capability.TEXTING)
    business = visit.business
    figures = await asyncio.to_thread(
        auditing.look, request.app.state.database, business.id, self_audit.today(business.timezone)
    )  # fmt: skip
    is_clean = self_audit.is_clean(figures)
    said = f"Checked just now. {self_audit.sentence(figures)}" if is_clean else "Something was found. Please read on."
    return page.respond(request, visit, SeeOther("/evidence", said, "success" if is_clean else "danger"))


def download(session: Session, visit: Visit) -> Answer:
    """Figures and hashes; nobody is named."""
    rows = self_audit.page(session, visit.business.id, limit=IN_FILE)[:IN_FILE]
    lines = [[_cell(getattr(row, name)) for name in COLUMNS] for row in rows]
    name = f"{visit.business.slug}-self-audit.csv"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Plain(sheet.csv_lines([COLUMNS, *lines]), "text/csv; charset=utf-8; header=present", headers)


def bars(nights: Sequence[Any]) -> tuple[Bar, ...]:
    """All nights to one measure, the oldest first."""
    most = max((row.texts for row in nights), default=0) or 1
    slowest = max((row.slowest_ms or 0 for row in nights), default=0) or 1
    return tuple(
        Bar(row, (row.texts - row.uncovered) / most, row.uncovered / most, (row.slowest_ms or 0) / slowest)
        for row in nights
    )


def summary(nights: Sequence[Any]) -> Summary:
    return Summary(
        len(nights), sum(row.texts for row in nights), sum(row.opt_outs for row in nights),
        sum(row.uncovered for row in nights), sum(row.after_opt_out for row in nights),
        max((row.slowest_ms for row in nights if row.slowest_ms is not None), default=None),
    )  # fmt: skip


def _found(session: Session, visit: Visit, worst: Any) -> list[coverage.Found]:
    """The texts behind the last bad night, as they stand now."""
    if worst is None or not worst.uncovered:
        return []
    return coverage.not_covered(
        session, visit.business.id, *self_audit.bounds(worst.on_day, visit.business.timezone)
    )  # fmt: skip


def _day(text: str | None) -> dt.date | None:
    try:
        return dt.date.fromisoformat(text) if text else None
    except ValueError:
        return None


def _cell(value: Any) -> sheet.Cell:
    return value if isinstance(value, str | int) or value is None else str(value)
