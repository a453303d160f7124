"""`/settings/branches`: the branches of a main business; in a branch, what it inherits (behaviours.md M-10, M-11, X-6).

A branch is a tenant of its own: here are its name, members and number, and nothing about its clients.
"""

from dataclasses import dataclass

from sqlmodel import Session

from forms.branch import BranchForm
from portal.accounts import audit, member, sender, workplace
from portal.accounts import business as businesses
from portal.accounts.business import SWITCHES, Business
from portal.accounts.member import Role
from portal.accounts.sender import SMS
from portal.web.page import Answer, Page, SeeOther
from portal.web.visit import Visit

FEATURES = {
    "first_message_gate": "The first text asks for consent",
    "group_messages": "Group messages",
    "whatsapp": "WhatsApp",
}


@dataclass(frozen=True)
class Branch:
    """One line of the list; `is_ours`: the one who looks may switch there."""

    id: str
    name: str
    members: list[str]
    number: str
    is_ours: bool


def show(session: Session, visit: Visit) -> Answer:
    if visit.business.main_id is not None:
        return _inherited(session, visit)
    return _page(session, visit, BranchForm())


def create(session: Session, visit: Visit) -> Answer:
    """Who makes one owns it too. Raises Conflict in a branch."""
    main = businesses.get(session, visit.business.id)
    form = BranchForm(visit.form)
    if main.main_id is None and not form.is_valid():
        return _page(session, visit, form, 422)
    branch = businesses.create_branch(session, main, str(form.name.data or ""))
    workplace.post(session, branch, member.own(session, visit.member.id), Role.OWNER)
    for business_id in (main.id, branch.id):
        audit.note(
            session, "branch.created", actor=visit.actor, business_id=business_id, object=branch.id, ip=visit.ip
        )  # fmt: skip
    return SeeOther(
        "/settings/branches", flash=f"{branch.name} is set up, and you own it. Switch to it to add its members."
    )  # fmt: skip


def _page(session: Session, visit: Visit, form: BranchForm, status: int = 200) -> Page:
    found = businesses.branches(session, visit.business.id)
    crews = workplace.crews(session, [each.id for each in found])
    ours = {each.id for each in workplace.all_of(session, visit.member)}
    lines = [Branch(each.id, each.name, crews[each.id], _number(session, each), each.id in ours) for each in found]
    return Page("branches/page.html", {"form": form, "branches": lines}, status)


def _inherited(session: Session, visit: Visit) -> Page:
    """`is_ours`: the way up to who decides."""
    branch = visit.business
    main = businesses.get(session, branch.policy_id)
    is_ours = main.id in {each.id for each in workplace.all_of(session, visit.member)}
    features = [(words, getattr(branch, SWITCHES[businesses.Capability(key)])) for key, words in FEATURES.items()]
    return Page("branches/inherited.html", {"main": main, "features": features, "is_ours": is_ours})


def _number(session: Session, business: Business) -> str:
    ours = sender.of(session, business.id, SMS)
    return ours.number if ours else ""
