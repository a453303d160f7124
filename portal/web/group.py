"""`/groups/{id}`: who is in it, who comes and goes, its name. A view of consent shows the same and takes nothing."""

from typing import Any

from sqlmodel import Session

from forms.group import LONGEST_SEARCH, GroupForm
from portal import glyph
from portal.accounts import audit
from portal.accounts.business import Capability
from portal.contacts import contact, contact_list, group, group_choice, opt_in_mark
from portal.contacts.group import ContactGroup, Shown
from portal.contacts.group_choice import Wanted
from portal.errors import Conflict
from portal.messaging import group_message
from portal.web.flash import Undo
from portal.web.page import Answer, Page, SeeOther
from portal.web.visit import Visit

MOST_FOUND = 8


def show(session: Session, visit: Visit) -> Answer:
    """The page; where an open page asks again, its contacts, or who could join (`find`)."""
    found = group.show(session, visit.business.id, visit.params["group"], is_counted=not visit.is_partial)
    if not visit.is_partial:
        return _page(session, visit, found, GroupForm(data={"name": found.name}))
    if "find" in visit.query and not found.is_view:
        return Page("group/_find.html", {"found": found} | _search(session, visit, found))
    return Page("group/_members.html", {"found": found} | _members(session, visit, found))


def rename(session: Session, visit: Visit) -> Answer:
    found, form = _group(session, visit), GroupForm(visit.form)
    before = group.shown(found)
    if not form.is_valid():
        return _page(session, visit, before, form, status=422)
    try:
        group.rename(session, found, name=str(form.name.data))
    except Conflict as problem:
        form.name.errors = (f"{problem.detail} {problem.unlock}",)
        return _page(session, visit, before, form, status=422)
    _note(session, visit, found.id, "group.renamed")
    return SeeOther(f"/groups/{found.id}", flash="Saved.")


def delete(session: Session, visit: Visit) -> Answer:
    found = _group(session, visit)
    name = found.name
    group.delete(session, found)
    _note(session, visit, visit.params["group"], "group.deleted")
    return SeeOther("/groups", flash=f"“{glyph.shown(name)}” is deleted. Its contacts stay.")


def add(session: Session, visit: Visit) -> Answer:
    return _joined(session, visit, _group(session, visit), visit.params["contact"], back=_back(visit))


def put(session: Session, visit: Visit) -> Answer:
    """From a contact's page: into the group that was chosen there."""
    client = contact.living(session, visit.business.id, visit.params["contact"])
    chosen = str(visit.form.get("group", ""))
    if not chosen:
        return SeeOther(f"/contacts/{client.id}#groups", flash="Please choose a group first.", kind="warning")
    found = group.get(session, visit.business.id, chosen)
    return _joined(session, visit, found, client.id, back=f"/contacts/{client.id}#groups")


def remove(session: Session, visit: Visit) -> Answer:
    found = _group(session, visit)
    client = contact.get(session, visit.business.id, visit.params["contact"])
    if group.remove(session, found, [client.id]):
        _note(session, visit, found.id, "group.contact_removed")
    said = f"{glyph.shown(client.name)} is no longer in “{glyph.shown(found.name)}”."
    fields = {"back": "contact"} if visit.form.get("back") == "contact" else {}
    return SeeOther(_back(visit), flash=said, undo=Undo(f"/groups/{found.id}/contacts/{client.id}/add", fields))


def _joined(session: Session, visit: Visit, found: ContactGroup, contact_id: str, *, back: str) -> Answer:
    client = contact.living(session, visit.business.id, contact_id)
    if group.add(session, found, [client.id]):
        _note(session, visit, found.id, "group.contact_added")
    return SeeOther(back, flash=f"{glyph.shown(client.name)} is in “{glyph.shown(found.name)}” now.")


def _page(session: Session, visit: Visit, found: Shown, form: GroupForm, *, status: int = 200) -> Page:
    business = visit.business
    is_granted = business.may_use(Capability.TEXTING) and business.may_use(Capability.GROUP_MESSAGES)
    context = {
        "found": found, "form": form, "may_text": group_message.is_on(business),
        "is_gated": is_granted and business.has_first_message_gate,
        "sent": [] if found.is_view else group_message.latest(session, found.id),
        "most": opt_in_mark.COUNTED, **_members(session, visit, found), **_search(session, visit, found),
    }  # fmt: skip
    return Page("group/page.html", context, status)


def _members(session: Session, visit: Visit, found: Shown) -> dict[str, Any]:
    after = visit.query.get("after") or None
    rows, older = group.members(session, visit.business.id, found.id, after=after)
    return {"rows": contact_list.rows(session, rows), "older": older, "after": after or ""}


def _search(session: Session, visit: Visit, found: Shown) -> dict[str, Any]:
    q = " ".join(visit.query.get("find", "").split())[:LONGEST_SEARCH]
    if not q or found.is_view:
        return {"q": q, "matches": []}
    here = group.get(session, visit.business.id, found.id)
    matches, _ = group_choice.page(session, here, Wanted(q=q), limit=MOST_FOUND)
    return {"q": q, "matches": matches}


def _group(session: Session, visit: Visit) -> ContactGroup:
    """To be changed. Raises NotFound, Conflict for a view."""
    return group.get(session, visit.business.id, visit.params["group"])


def _back(visit: Visit) -> str:
    if visit.form.get("back") == "contact":
        return f"/contacts/{visit.params['contact']}#groups"
    return f"/groups/{visit.params['group']}"


def _note(session: Session, visit: Visit, what: str, action: str) -> None:
    audit.note(session, action, actor=visit.actor, business_id=visit.business.id, object=what, ip=visit.ip)
