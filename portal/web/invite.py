"""`/invite`: a group, a flow and the ground are chosen once; then one button per contact, one click for one text
(F-9 to F-12, F-15). There is no “all”, here or anywhere."""

from typing import Any
from urllib.parse import urlencode

from sqlmodel import Session

from forms.invitation import InviteForm
from portal import glyph
from portal.accounts import audit
from portal.contacts import contact, group
from portal.contacts.contact import Contact
from portal.errors import Invalid
from portal.invitations import flow, invitation, invitee
from portal.invitations.flow import Flow
from portal.invitations.flow_wording import fill
from portal.invitations.invitation import Click
from portal.messaging.asking import Basis
from portal.messaging.gate import Refuse
from portal.web.page import Answer, Page, SeeOther
from portal.web.visit import Visit

CARRIED = ("group", "flow", "basis", "note", "after")


def show(session: Session, visit: Visit) -> Answer:
    """The page; its list alone where an open page asks again."""
    return _page(session, visit, visit.query, is_partial=visit.is_partial)


def invite(session: Session, visit: Visit) -> Answer:
    """One contact. Its row alone for htmx; else the page again, where the next one stands. A refusal says why, and what
    was chosen stays."""
    found = group.get(session, visit.business.id, visit.params["group"])
    client = contact.get(session, visit.business.id, visit.params["contact"])
    chosen = flow.get(session, visit.business, str(visit.form.get("flow", "")))
    form = _form(session, visit, {**visit.form, "group": found.id})
    problem = "" if form.is_valid() else " ".join(sentence for each in form.errors.values() for sentence in each)
    if not problem:
        problem = _click(session, visit, chosen, found, client, form)
    if visit.is_partial:
        row = invitee.rows(session, visit.business, [client])[0]
        context = {"row": row, "problem": problem, "carried": _carried(visit.form, found.id)}
        return Page("invite/_row.html", context, 422 if problem else 200)
    here = f"/invite?{urlencode(_carried(visit.form, found.id))}"
    if problem:
        typed = _carried(visit.form, found.id)
        return _page(session, visit, typed, problem=f"{glyph.shown(client.name)}: {problem}", status=422)
    return SeeOther(f"{here}#invitees", flash=f"{glyph.shown(client.name)} is invited.")


def _click(
    session: Session, visit: Visit, chosen: Flow, found: group.ContactGroup, client: Contact, form: InviteForm
) -> str:
    """Why they were not invited; nothing where they were."""
    click = Click(
        found, client, str(visit.form.get("number", "")), Basis(str(form.basis.data)), str(form.note.data or ""),
        visit.member, visit.actor,
    )  # fmt: skip
    try:
        made = invitation.invite(session, visit.business, chosen, click)
    except Invalid as refused:
        return " ".join(sentence for each in refused.fields.values() for sentence in each)
    if isinstance(made, Refuse):
        return f"{made.sentence} {made.unlock}"
    audit.note(
        session, "contact.invited", actor=visit.actor, business_id=visit.business.id, object=made.id, ip=visit.ip
    )
    return ""


def _page(
    session: Session, visit: Visit, typed: Any, *, problem: str = "", status: int = 200, is_partial: bool = False
) -> Page:
    form = _form(session, visit, typed)
    context: dict[str, Any] = {"form": form, "problem": problem, "found": None, "carried": _carried(typed, "")}
    if typed.get("group"):
        found = group.shown(group.get(session, visit.business.id, str(typed["group"])))
        flow_id = str(typed.get("flow") or flow.sample_id(visit.business.id))
        context |= {"found": found, **_list(session, visit, found.id, flow_id, str(typed.get("after") or ""))}
        context["carried"] = _carried(typed, found.id) | {"flow": flow_id}
        if typed.get("basis"):
            form.is_valid()
    template = "invite/_list.html" if is_partial and context["found"] else "invite/page.html"
    return Page(template, context, status)


def _list(session: Session, visit: Visit, group_id: str, flow_id: str, after: str) -> dict[str, Any]:
    business = visit.business
    chosen = flow.get(session, business, flow_id)
    people, older = group.members(session, business.id, group_id, after=after or None)
    return {
        "chosen": chosen, "words": fill(business, chosen.words, visit.member.name).message, "older": older,
        "rows": invitee.rows(session, business, people),
        "progress": invitee.progress(session, business.id, group_id, chosen.id),
        "answered": invitee.answered(session, business.id, group_id, chosen.id),
    }  # fmt: skip


def _form(session: Session, visit: Visit, typed: Any) -> InviteForm:
    groups = [
        (each.id, f"{glyph.shown(each.name)} ({each.size:,})") for each in invitee.groups(session, visit.business.id)
    ]
    flows = [(each.id, glyph.shown(each.name)) for each in flow.all_of(session, visit.business)]
    known = typed if hasattr(typed, "getlist") else _Typed(typed)
    return InviteForm(known, groups=groups, flows=flows, allows_cold=visit.business.allows_cold_requests)


def _carried(typed: Any, group_id: str) -> dict[str, str]:
    """What goes along with every click and to the next page."""
    found = {name: str(typed.get(name) or "") for name in CARRIED}
    return found | ({"group": group_id} if group_id else {})


class _Typed(dict[str, Any]):
    """A plain mapping as forms read what a browser sent."""

    def getlist(self, key: str) -> list[Any]:
        return [self[key]] if key in self else []
