"""`/projects`: the business's projects by next date, and a new one (H-17)."""

from sqlmodel import Session

from forms.project import STAGES, ProjectForm
from portal import local_time
from portal.accounts import audit
from portal.contacts import contact, project, project_list
from portal.contacts.project import Stage
from portal.web.page import Answer, Page, SeeOther
from portal.web.visit import Visit

TABS = {**{stage: STAGES[stage] for stage in ("active", "planned", "done")}, "archived": "Archived"}


def show(session: Session, visit: Visit) -> Answer:
    asked = visit.query.get("stage", "")
    tab = asked if asked in TABS else Stage.ACTIVE.value
    found = project_list.page(
        session, visit.business.id, today=local_time.today(visit.business.timezone),
        stage=Stage(tab) if tab in STAGES else None, is_archived=tab not in STAGES, after=visit.query.get("after"),
    )  # fmt: skip
    context = {"listed": found, "tab": tab, "tabs": TABS, "counts": project_list.counts(session, visit.business.id)}
    return Page("projects/page.html", context | {"is_first": "after" not in visit.query})


def new(session: Session, visit: Visit) -> Answer:
    """`contact` in the address: for this client."""
    return _form(session, visit, ProjectForm(), contact_id=visit.query.get("contact", ""))


def create(session: Session, visit: Visit) -> Answer:
    form, contact_id = ProjectForm(visit.form), str(visit.form.get("contact", ""))
    if not form.is_valid():
        return _form(session, visit, form, contact_id=contact_id, status=422)
    made = project.create(
        session, visit.business.id, name=str(form.name.data), stage=Stage(form.stage.data),
        starts_on=form.starts_on.data, ends_on=form.ends_on.data, contact_ids=[contact_id] if contact_id else [],
    )  # fmt: skip
    audit.note(
        session, "project.created", actor=visit.actor, business_id=visit.business.id, object=made.id, ip=visit.ip
    )
    return SeeOther(f"/projects/{made.id}", flash="The project is here. Sort messages into it in a conversation.")


def _form(session: Session, visit: Visit, form: ProjectForm, *, contact_id: str, status: int = 200) -> Page:
    client = contact.get(session, visit.business.id, contact_id) if contact_id else None
    return Page("projects/new.html", {"form": form, "client": client}, status)
