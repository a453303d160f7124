"""`/reports/silence`: requests without an answer, and who agreed and has not been in touch for long."""

from sqlmodel import Session

from portal.reports import silence
from portal.web.page import Answer, Page
from portal.web.visit import Visit

USUAL = 6


def show(session: Session, visit: Visit) -> Answer:
    """The list is of those silent for `months`; unknown numbers mean six."""
    typed = visit.query.get("months", "")
    months = int(typed) if typed in {str(each) for each in silence.MONTHS} else USUAL
    rows, after = silence.page(
        session, visit.business.id, months=months, after=visit.query.get("after", "")
    )  # fmt: skip
    found = silence.read(session, visit.business.id)
    context = {"silence": found, "months": months, "listed": rows, "after": after, "lapses_after": 7}
    return Page("reports/silence.html", context)
