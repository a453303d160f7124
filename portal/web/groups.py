"""`/groups`: the two views of consent, the groups that members made, and a new one (F-5, F-16)."""

from sqlmodel import Session

from forms.group import GroupForm
from portal import glyph
from portal.accounts import audit
from portal.accounts.business import Capability
from portal.contacts import group, opt_in_mark, unknown_sender
from portal.errors import Conflict
from portal.web.page import Answer, Page, SeeOther
from portal.web.visit import Visit


def show(session: Session, visit: Visit) -> Answer:
    return _page(session, visit, GroupForm())


def create(session: Session, visit: Visit) -> Answer:
    form = GroupForm(visit.form)
    if not form.is_valid():
        return _page(session, visit, form, status=422)
    try:
        made = group.create(session, visit.business.id, name=str(form.name.data))
    except Conflict as problem:
        form.name.errors = (f"{problem.detail} {problem.unlock}",)
        return _page(session, visit, form, status=422)
    audit.note(session, "group.created", actor=visit.actor, business_id=visit.business.id, object=made.id, ip=visit.ip)
    return SeeOther(f"/groups/{made.id}", flash=f"“{glyph.shown(made.name)}” is here. Now add contacts.")


def _page(session: Session, visit: Visit, form: GroupForm, *, status: int = 200) -> Page:
    after = visit.query.get("after") or None
    is_texting = visit.business.may_use(Capability.TEXTING)
    context = {
        "listed": group.page(session, visit.business.id, after=after), "form": form, "after": after or "",
        "is_texting": is_texting, "counted": unknown_sender.COUNTED, "most": opt_in_mark.COUNTED,
        "unknown": unknown_sender.count(session, visit.business.id) if is_texting else 0,
    }  # fmt: skip
    return Page("groups/page.html", context, status)
