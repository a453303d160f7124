"""The list of questionnaires, and a new one."""

from sqlmodel import Session

from portal.accounts import audit
from portal.errors import Invalid
from portal.questionnaires import questionnaire as questionnaires
from portal.web.page import Answer, Page, SeeOther
from portal.web.visit import Visit


def show(session: Session, visit: Visit) -> Answer:
    rows, after = questionnaires.page(session, visit.business.id, after=visit.query.get("after"))
    return Page("questionnaires/page.html", {"rows": rows, "after": after, "is_first": "after" not in visit.query})


def new(session: Session, visit: Visit) -> Answer:
    return Page("questionnaires/new.html", {"title": "", "problems": []})


def create(session: Session, visit: Visit) -> Answer:
    """A draft with an opt-in question, opened in the editor."""
    title = str(visit.form.get("title", ""))
    try:
        made = questionnaires.create(session, visit.business.id, title)
    except Invalid as problem:
        return Page("questionnaires/new.html", {"title": title, "problems": problem.fields["title"]}, 422)
    audit.note(
        session, "questionnaire.created", actor=visit.actor, business_id=visit.business.id, object=made.id, ip=visit.ip
    )
    return SeeOther(f"/questionnaires/{made.id}")
