"""`/settings/members`: who may sign in for this business, with which role. Only owners come here.

Somebody of another business of the same account is posted here; about anybody else's address nothing is told.
"""

from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import Response

from forms.member import NewMemberForm
from portal.accounts import audit, member, workplace
from portal.accounts import business as businesses
from portal.accounts.member import Right, Role
from portal.errors import Conflict, Invalid
from portal.web import page, security
from portal.web.page import Answer, Page, SeeOther
from portal.web.visit import Visit


def show(session: Session, visit: Visit) -> Answer:
    return _page(session, visit, NewMemberForm())


async def add(request: Request) -> Response:
    """A colleague from another business of the account, or a member with a first password, which is hashed before the
    transaction."""
    visit = await page.admitted(request, Right.PEOPLE, steps_up=True)
    form = NewMemberForm(visit.form)
    database = request.app.state.database
    if form.is_valid():
        if posted := await database.writing(lambda session: _post(session, visit, form)):
            said = f"{posted} may switch to {visit.business.name} now, with the password they have."
            return page.respond(request, visit, SeeOther("/settings/members", flash=said))
        try:
            password_hash = await _hashed(form)
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
    """`has_colleagues`: there are other businesses in the account."""
    business = visit.business
    has_colleagues = business.main_id is not None or bool(businesses.branches(session, business.id))
    context = {"form": form, "members": member.all_of(session, business.id), "has_colleagues": has_colleagues}
    return Page("members_page/page.html", context, status)


async def _hashed(form: NewMemberForm) -> str:
    """Raises Invalid for a weak password, and for none."""
    if not form.password.data:
        problem = "Please choose a password for them."
        raise Invalid(problem, fields={"password": [problem]})
    return await security.hashed(str(form.password.data), str(form.email.data))


def _post(session: Session, visit: Visit, form: NewMemberForm) -> str:
    """The name of the colleague who is posted here now, or "" when nobody has this address in another business."""
    found = workplace.colleague(session, visit.business, str(form.email.data))
    if found is None:
        return ""
    role = Role(str(form.role.data))
    workplace.post(session, visit.business, found, role)
    audit.note(
        session, "posting.created", actor=visit.actor, business_id=visit.business.id, object=found.id, ip=visit.ip,
        role=role,
    )  # fmt: skip
    return found.name


def _add(session: Session, visit: Visit, form: NewMemberForm, password_hash: str) -> None:
    made = member.add(
        session, visit.business.id, email=str(form.email.data), name=str(form.name.data),
        role=Role(str(form.role.data)), password_hash=password_hash,
    )  # fmt: skip
    audit.note(session, "member.added", actor=visit.actor, business_id=visit.business.id, object=made.id, ip=visit.ip)
