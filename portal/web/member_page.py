"""`/settings/members/{member}`: one member's name, new password and way in. Only owners come here."""

import hashlib
from typing import Any

from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import Response

from forms.member import MemberNameForm, NewPasswordForm
from portal.accounts import audit, member
from portal.accounts import session as sign_ins
from portal.accounts.member import Member, Right
from portal.errors import Invalid
from portal.web import page, security
from portal.web.page import Answer, Page, SeeOther
from portal.web.visit import Visit


def show(session: Session, visit: Visit) -> Answer:
    return _page(_member(session, visit))


def rename(session: Session, visit: Visit) -> Answer:
    """The name is what clients read in texts, so that only an owner enters it (behaviours.md S-8)."""
    found, form = _member(session, visit), MemberNameForm(visit.form)
    if not form.is_valid():
        return _page(found, 422, name_form=form)
    before, name = found.name, str(form.name.data)
    member.rename(session, found, name)
    _note(session, visit, "member.renamed", found, before=_digest(before), after=_digest(name))
    return SeeOther(_url(found), flash=f"Clients see this name in texts from now on: {name}.")


async def set_password(request: Request) -> Response:
    """For a member who lost theirs: a new one from the owner, and every browser of theirs is signed out."""
    visit = await page.admitted(request, Right.PEOPLE)
    database = request.app.state.database
    found: Member = await database.reading(lambda session: _member(session, visit))
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
    return page.respond(request, visit, _page(found, 422, password_form=form))


def disable(session: Session, visit: Visit) -> Answer:
    """They are signed out at once (ASVS 7.4.2)."""
    found = _member(session, visit)
    member.disable(session, found)
    sign_ins.end_all(session, found.id)
    _note(session, visit, "member.disabled", found)
    return SeeOther("/settings/members", flash=f"{found.name} can no longer sign in.")


def enable(session: Session, visit: Visit) -> Answer:
    found = _member(session, visit)
    member.enable(session, found)
    _note(session, visit, "member.enabled", found)
    return SeeOther("/settings/members", flash=f"{found.name} may sign in again.")


def _page(found: Member, status: int = 200, **forms: Any) -> Page:
    context = {
        "found": found, "name_form": MemberNameForm(data={"name": found.name}), "password_form": NewPasswordForm(),
    }  # fmt: skip
    return Page("members_page/one.html", context | forms, status)


def _set_password(session: Session, visit: Visit, password_hash: str) -> None:
    found = _member(session, visit)
    member.change_password(session, found, password_hash)
    sign_ins.end_all(session, found.id)
    _note(session, visit, "member.password_set", found)


def _member(session: Session, visit: Visit) -> Member:
    return member.get(session, visit.business.id, visit.params["member"])


def _url(found: Member) -> str:
    return f"/settings/members/{found.id}"


def _digest(name: str) -> str:
    """The audit log holds no names (promises.md E.4)."""
    return hashlib.sha256(name.encode()).hexdigest()


def _note(session: Session, visit: Visit, action: str, found: Member, **details: Any) -> None:
    audit.note(
        session, action, actor=visit.actor, business_id=visit.business.id, object=found.id, ip=visit.ip, **details
    )  # fmt: skip
