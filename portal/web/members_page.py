"""`/settings/members`: who may sign in for this business, with which role. Only owners come here."""

from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import Response

from forms.member import NewMemberForm, NewPasswordForm
from portal.accounts import audit, member
from portal.accounts import session as sign_ins
from portal.accounts.member import Member, Right, Role
from portal.errors import Conflict, Invalid
from portal.web import page, security
from portal.web.page import Answer, Page, SeeOther
from portal.web.visit import Visit


def show(session: Session, visit: Visit) -> Answer:
    return _page(session, visit, NewMemberForm())


def show_one(session: Session, visit: Visit) -> Answer:
    return Page("members_page/one.html", {"form": NewPasswordForm(), "found": _member(session, visit)})


async def add(request: Request) -> Response:
    """A member with a first password; hashing happens before the transaction."""
    visit = await page.admitted(request, Right.SETUP)
    form = NewMemberForm(visit.form)
    database = request.app.state.database
    if form.is_valid():
        try:
            password_hash = await security.hashed(str(form.password.data), str(form.email.data))
            await database.writing(lambda session: _add(session, visit, form, password_hash))
        except (Invalid, Conflict) as problem:
            field = form.password if isinstance(problem, Invalid) and "password" in problem.fields else form.email
            field.errors = (problem.detail,)
        else:
            said = f"{form.name.data} may sign in now."
            return page.respond(request, visit, SeeOther("/settings/members", flash=said))
    answer = await database.reading(lambda session: _page(session, visit, form, 422))
    return page.respond(request, visit, answer)


async def set_password(request: Request) -> Response:
    """For a member who lost theirs: a new one from the owner, and every browser of theirs is signed out."""
    visit = await page.admitted(request, Right.SETUP)
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
    return page.respond(request, visit, Page("members_page/one.html", {"form": form, "found": found}, 422))


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


def _page(session: Session, visit: Visit, form: NewMemberForm, status: int = 200) -> Page:
    context = {"form": form, "members": member.all_of(session, visit.business.id)}
    return Page("members_page/page.html", context, status)


def _add(session: Session, visit: Visit, form: NewMemberForm, password_hash: str) -> None:
    made = member.add(
        session, visit.business.id, email=str(form.email.data), name=str(form.name.data),
        role=Role(str(form.role.data)), password_hash=password_hash,
    )  # fmt: skip
    _note(session, visit, "member.added", made)


def _set_password(session: Session, visit: Visit, password_hash: str) -> None:
    found = _member(session, visit)
    member.change_password(session, found, password_hash)
    sign_ins.end_all(session, found.id)
    _note(session, visit, "member.password_set", found)


def _member(session: Session, visit: Visit) -> Member:
    return member.get(session, visit.business.id, visit.params["member"])


def _note(session: Session, visit: Visit, action: str, found: Member) -> None:
    audit.note(session, action, actor=visit.actor, business_id=visit.business.id, object=found.id, ip=visit.ip)
