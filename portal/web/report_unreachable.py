"""`/reports/unreachable`: which numbers get no text though nobody said No, since when, why, and what would help."""

from sqlmodel import Session

from portal.reports import health, unreachable
from portal.reports.health import Standing
from portal.reports.unreachable import Why
from portal.web.page import Answer, Page
from portal.web.visit import Visit

LONGEST = 64


def show(session: Session, visit: Visit) -> Answer:
    """An unknown `why` means those that texts do not reach."""
    typed = visit.query.get("why", "")
    why = Why(typed) if typed in set(Why) else Why.UNDELIVERABLE
    rows, after = unreachable.page(
        session, visit.business.id, why, after=visit.query.get("after", "")[:LONGEST]
    )  # fmt: skip
    counts = health.read(session, visit.business.id).counts
    context = {
        "why": why, "listed": rows, "after": after,
        "counts": {each: counts[Standing(each)] for each in Why},
    }  # fmt: skip
    return Page("reports/unreachable.html", context)
