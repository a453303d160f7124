"""Why can't I text Maria? The gate's answer with the ledger entry behind it."""

from sqlmodel import Session

from portal.consent import phone_number
from portal.messaging import reason
from portal.web import panel
from portal.web.page import Answer
from portal.web.visit import Visit


def show(session: Session, visit: Visit) -> Answer:
    found = reason.read(session, visit.business, visit.params["subscription"])
    return panel.page(visit, "thread_why/_why.html", {"why": found, "row": found.row}, title=_title(found))


def _title(found: reason.Reason) -> str:
    who = found.row.name or phone_number.display(found.row.number)
    return f"Why {'can’t' if found.conversation else 'may'} I text {who}?"
