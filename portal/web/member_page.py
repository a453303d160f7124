"""`/settings/members/{member}`: one member's name, role, password and way in. Only owners come here.

Whose home is another business of the account (a posting) has only the role here, and the way out: name and password
are the home's.
"""

import hashlib
from typing import Any

from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import Response

from forms.member import MemberNameForm, NewPasswordForm, RoleForm
from portal.accounts import audit, member, workplace
from portal.accounts import business as businesses
from portal.accounts import session as sign_ins
from portal.accounts.member import Member, Right, Role
from portal.errors import Conflict, Invalid, NotFound
from portal.web import page, security
from portal.web.page import Answer, Page, SeeOther
from portal.web.visit import Visit


def show(session: Session, visit: Visit) -> Answer:
    return _page(session, visit, _member(session, visit))


def rename(session: Session, visit: Visit) -> Answer:
    """The name is what clients read in texts, so that only an owner enters it (behaviours.md S-8)."""
    found, form = _at_home(session, visit), MemberNameForm(visit.form)
    if not form.is_valid():
        return _page(session, visit, found, 422, name_form=form)
    before, name = found.name, str(form.name.data)
    member.rename(session, found, name)
    _note(session, visit, "member.renamed", found, before=_digest(before), after=_digest(name))
    return SeeOther(_url(found), flash=f"Clients see this name in texts from now on: {name}.")


def change_role(session: Session, visit: Visit) -> Answer:
    """A new role is a new sign-in (promises.md E.2); of a posting it counts from the next page on."""
    found, form = _member(session, visit), RoleForm(visit.form)
    if not form.is_valid():
        return _page(session, visit, found, 422, role_form=form)
    before, role = found.role, Role(str(form.role.data))
    if _is_posted(visit, found):
        workplace.change_role(session, visit.business.id, found, role)
    else:
        member.change_role(session, found, role)
        sign_ins.end_all(session, found.id)
    _note(session, visit, "member.role_changed", found, before=before, after=role)
    return SeeOther("/settings/members", flash=f"{found.name} is {role} here now.")


async def set_password(request: Request) -> Response:
    """For a member who lost theirs: a new one from the owner, and every browser of theirs is signed out."""
    visit = await page.admitted(request, Right.PEOPLE, steps_up=True)
    database = request.app.state.database
    found: Member = await database.reading(lambda session: _at_home(session, visit))
    form = NewPasswordForm(visit.form)
    if form.is_valid():
        try:
            password_hash = await security.hashed(str(form.password.data), found.email)
            await database.writing(lambda session: _set_password(session, visit, password_hash))
        except Invalid as problem:
            form.password.errors = (problem.detail,)
        else:
            said = f"{found.name} has a new password and was signed out everywhere."
            return page.respond(request, visit, SeeOther("/settings/members", flash=said))
    answer = await database.reading(lambda session: _page(session, visit, found, 422, password_form=form))
    return page.respond(request, visit, answer)


def disable(session: Session, visit: Visit) -> Answer:
    """They are signed out at once (ASVS 7.4.2); a posting ends, and they are at home."""
    found = _member(session, visit)
    if _is_posted(visit, found):
        workplace.end(session, visit.business.id, found)
        _note(session, visit, "posting.ended", found)
        return SeeOther("/settings/members", flash=f"{found.name} no longer works here.")
    member.disable(session, found)
    sign_ins.end_all(session, found.id)
    _note(session, visit, "member.disabled", found)
    return SeeOther("/settings/members", flash=f"{found.name} can no longer sign in.")


def enable(session: Session, visit: Visit) -> Answer:
    found = _member(session, visit)
    if _is_posted(visit, found):
        if member.own(session, found.id).disabled_at is not None:
            raise Conflict(f"{found.name} cannot sign in at all now; that is decided where they are at home.")
        workplace.post(session, visit.business, found, Role(found.role))
        _note(session, visit, "posting.created", found)
        return SeeOther("/settings/members", flash=f"{found.name} works here again.")
    member.enable(session, found)
    _note(session, visit, "member.enabled", found)
    return SeeOther("/settings/members", flash=f"{found.name} may sign in again.")


def _page(session: Session, visit: Visit, found: Member, status: int = 200, **forms: Any) -> Page:
    home = businesses.get(session, found.business_id).name if _is_posted(visit, found) else ""
    context = {
        "found": found, "home": home, "name_form": MemberNameForm(data={"name": found.name}),
        "role_form": RoleForm(data={"role": found.role}), "password_form": NewPasswordForm(),
    }  # fmt: skip
    return Page("members_page/one.html", context | forms, status)


def _set_password(session: Session, visit: Visit, password_hash: str) -> None:
    found = _at_home(session, visit)
    member.change_password(session, found, password_hash)
    sign_ins.end_all(session, found.id)
    _note(session, visit, "member.password_set", found)


def _member(session: Session, visit: Visit) -> Member:
    return member.get(session, visit.business.id, visit.params["member"])


def _at_home(session: Session, visit: Visit) -> Member:
    """Only the home's owner changes what counts everywhere. Raises NotFound for somebody posted here."""
    found = _member(session, visit)
    if _is_posted(visit, found):
        raise NotFound("Their name and password are changed where they are at home.")
    return found


def _is_posted(visit: Visit, found: Member) -> bool:
    return found.business_id != visit.business.id


def _url(found: Member) -> str:
    return f"/settings/members/{found.id}"


def _digest(name: str) -> str:
    """The audit log holds no names (promises.md E.4)."""
    return hashlib.sha256(name.encode()).hexdigest()


def _note(session: Session, visit: Visit, action: str, found: Member, **details: Any) -> None:
    audit.note(
        session, action, actor=visit.actor, business_id=visit.business.id, object=found.id, ip=visit.ip, **details
    )  # fmt: skip
