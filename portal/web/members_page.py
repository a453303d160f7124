"""`/settings/members`: who may sign in for this business, with which role. Only owners come here."""

from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import Response

from forms.member import NewMemberForm
from portal.accounts import audit, member
from portal.accounts.member import Right, Role
from portal.errors import Conflict, Invalid
from portal.web import page, security
from portal.web.page import Answer, Page, SeeOther
from portal.web.visit import Visit


def show(session: Session, visit: Visit) -> Answer:
    return _page(session, visit, NewMemberForm())


async def add(request: Request) -> Response:
    """A member with a first password; hashing happens before the transaction."""
    visit = await page.admitted(request, Right.PEOPLE)
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


def _page(session: Session, visit: Visit, form: NewMemberForm, status: int = 200) -> Page:
    context = {"form": form, "members": member.all_of(session, visit.business.id)}
    return Page("members_page/page.html", context, status)


def _add(session: Session, visit: Visit, form: NewMemberForm, password_hash: str) -> None:
    made = member.add(
        session, visit.business.id, email=str(form.email.data), name=str(form.name.data),
        role=Role(str(form.role.data)), password_hash=password_hash,
    )  # fmt: skip
    audit.note(session, "member.added", actor=visit.actor, business_id=visit.business.id, object=made.id, ip=visit.ip)
