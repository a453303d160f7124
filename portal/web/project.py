"""`/projects/{id}`: what it is, whose it is, and its own messages from all threads (H-17). Archiving keeps them."""

from typing import Any

from sqlmodel import Session

from forms.project import STAGES, ProjectForm
from portal import glyph
from portal.accounts import audit, member
from portal.contacts import project
from portal.contacts.project import Project, Stage
from portal.messaging import project_text
from portal.web.flash import Undo
from portal.web.page import Answer, Page, SeeOther
from portal.web.visit import Visit

LONGEST_SEARCH = 120


def show(session: Session, visit: Visit) -> Answer:
    """The page; where an open page asks again, its messages, or who could join it (`find`)."""
    found = _project(session, visit)
    if visit.is_partial:
        is_search = "find" in visit.query
        context = {"found": found} | (_search(session, visit, found) if is_search else _texts(session, visit, found))
        return Page("project/_find.html" if is_search else "project/_texts.html", context)
    return _page(session, visit, found, _filled(found))


def save(session: Session, visit: Visit) -> Answer:
    found, form = _project(session, visit), ProjectForm(visit.form)
    if not form.is_valid():
        return _page(session, visit, found, form, status=422)
    project.change(
        session, found, name=str(form.name.data), stage=Stage(form.stage.data), starts_on=form.starts_on.data,
        ends_on=form.ends_on.data,
    )  # fmt: skip
    _note(session, visit, found, "project.changed")
    return SeeOther(f"/projects/{found.id}", flash="Saved.")


def add_contact(session: Session, visit: Visit) -> Answer:
    found = _project(session, visit)
    client = project.add_contact(session, found, visit.params["contact"])
    return SeeOther(_clients(found), flash=f"{glyph.shown(client.name)} belongs to this project now.")


def remove_contact(session: Session, visit: Visit) -> Answer:
    found = _project(session, visit)
    client = project.remove_contact(session, found, visit.params["contact"])
    undo = Undo(f"/projects/{found.id}/contacts/{client.id}/add")
    return SeeOther(
        _clients(found), flash=f"{glyph.shown(client.name)} was taken out. Messages stay where they are.", undo=undo
    )


def archive(session: Session, visit: Visit) -> Answer:
    found = _project(session, visit)
    project.archive(session, found)
    _note(session, visit, found, "project.archived")
    said = f"“{glyph.shown(found.name)}” is archived. Its messages stay here; it takes no new ones."
    return SeeOther(f"/projects/{found.id}", flash=said, undo=Undo(f"/projects/{found.id}/restore"))


def restore(session: Session, visit: Visit) -> Answer:
    """Undoes `archive`, also much later."""
    found = _project(session, visit)
    project.restore(session, found)
    _note(session, visit, found, "project.restored")
    return SeeOther(f"/projects/{found.id}", flash=f"“{glyph.shown(found.name)}” is back and takes messages again.")


def _page(session: Session, visit: Visit, found: Project, form: ProjectForm, *, status: int = 200) -> Page:
    context = {"found": found, "form": form, "stages": STAGES, "clients": project.contacts_of(session, found)}
    context |= _texts(session, visit, found) | _search(session, visit, found)
    return Page("project/page.html", context, status)


def _texts(session: Session, visit: Visit, found: Project) -> dict[str, Any]:
    after = visit.query.get("after")
    authors = {each.id: each.name for each in member.all_of(session, visit.business.id)}
    return {
        "texts": project_text.page(session, visit.business.id, found.id, after=after),
        "authors": authors,
        "after": after,
    }


def _search(session: Session, visit: Visit, found: Project) -> dict[str, Any]:
    q = " ".join(visit.query.get("find", "").replace("\x00", "").split())[:LONGEST_SEARCH]
    return {"q": q, "matches": project.could_join(session, found, q) if q else []}


def _filled(found: Project) -> ProjectForm:
    data = {"name": found.name, "stage": found.stage, "starts_on": found.starts_on, "ends_on": found.ends_on}
    return ProjectForm(data=data)


def _clients(found: Project) -> str:
    return f"/projects/{found.id}#clients"


def _project(session: Session, visit: Visit) -> Project:
    return project.get(session, visit.business.id, visit.params["project"])


def _note(session: Session, visit: Visit, found: Project, action: str) -> None:
    audit.note(session, action, actor=visit.actor, business_id=visit.business.id, object=found.id, ip=visit.ip)
