"""`/flows`: the opt-in flows of the business with their first messages, and a new one (F-2)."""

from sqlmodel import Session

from forms.flow import NewFlowForm
from portal import glyph
from portal.errors import Conflict
from portal.invitations import flow
from portal.invitations.flow_wording import fill
from portal.web.page import Answer, Page, SeeOther
from portal.web.visit import Visit


def show(session: Session, visit: Visit) -> Answer:
    return _page(session, visit, NewFlowForm())


def create(session: Session, visit: Visit) -> Answer:
    form = NewFlowForm(visit.form)
    if not form.is_valid():
        return _page(session, visit, form, status=422)
    try:
        made = flow.create(session, visit.business, name=str(form.name.data), actor=visit.actor, ip=visit.ip)
    except Conflict as problem:
        form.name.errors = (f"{problem.detail} {problem.unlock}",)
        return _page(session, visit, form, status=422)
    said = f"“{glyph.shown(made.name)}” is here, with the sample's words to begin with."
    return SeeOther(f"/flows/{made.id}", flash=said)


def _page(session: Session, visit: Visit, form: NewFlowForm, *, status: int = 200) -> Page:
    found = flow.all_of(session, visit.business)
    rows = [(each, fill(visit.business, each.words, visit.member.name).message) for each in found]
    return Page("flows/page.html", {"rows": rows, "form": form}, status)
