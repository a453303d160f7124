"""Why can't I text Maria? The gate's answer with the ledger entry behind it, and the file that proves it."""

import json

from sqlmodel import Session

from portal.consent import evidence, phone_number, subscription
from portal.errors import NotFound
from portal.messaging import reason
from portal.web import panel
from portal.web.page import Answer, Plain
from portal.web.visit import Visit


def show(session: Session, visit: Visit) -> Answer:
    found = reason.read(session, visit.business, visit.params["subscription"])
    return panel.page(visit, "thread_why/_why.html", {"why": found, "row": found.row}, title=_title(found))


def proof(session: Session, visit: Visit) -> Answer:
    """The evidence of this number, to be checked without us."""
    row = subscription.get(session, visit.business.id, visit.params["subscription"])
    if row is None:
        raise NotFound("There is no such conversation.")
    file = json.dumps(evidence.file(session, visit.business, row), ensure_ascii=False, indent=1)
    name = f"evidence-{row.number.lstrip('+')}.json"
    return Plain(file, "application/json", {"Content-Disposition": f'attachment; filename="{name}"'})


def _title(found: reason.Reason) -> str:
    who = found.row.name or phone_number.display(found.row.number)
    return f"Why {'can’t' if found.conversation else 'may'} I text {who}?"
