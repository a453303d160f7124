"""Signing in and out, and the first member of an empty installation (promises.md E.1, E.2)."""

import datetime as dt

from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import Response

from forms.set_up import SetUpForm
from forms.sign_in import SignInForm
from portal import metrics
from portal.accounts import allowance, audit, member
from portal.accounts import business as businesses
from portal.accounts import session as sign_ins
from portal.accounts.member import Member, Role
from portal.errors import Conflict, Invalid, NotFound
from portal.web import page, security
from portal.web.page import Answer, Page, SeeOther
from portal.web.visit import Visit

WINDOW = dt.timedelta(minutes=15)
PER_ACCOUNT, PER_NETWORK = 10, 30
WRONG = "This e-mail address and password do not belong together."


def show(session: Session, visit: Visit) -> Answer:
    """The form; somebody signed in already goes straight on."""
    if visit.someone is not None:
        return SeeOther(security.local(visit.query.get("next")))
    if not businesses.exists(session):
        return Page("sign_in/empty.html", {}, 200)
    return _form(visit, SignInForm(data={"next": visit.query.get("next", "/")}))


async def enter(request: Request) -> Response:
    """Check the password outside every transaction, with the same effort and answer for unknown members."""
    visit = await page.visit_of(request)
    form = SignInForm(visit.form)
    database = request.app.state.database
    if not form.is_valid():
        return page.respond(request, visit, _form(visit, form, 422))
    email = str(form.email.data).strip().lower()
    may_try, found = await database.writing(lambda session: _try(session, visit, email))
    if not may_try:
        form.password.errors = ("Too many attempts. Please wait a quarter of an hour and try again.",)
        return page.respond(request, visit, _form(visit, form, 429))
    known = found.password_hash if found else None
    is_right = await security.is_password_right(known, str(form.password.data))
    if not is_right or found is None:
        await database.writing(lambda session: _note_failure(session, visit, found))
        form.password.errors = (WRONG,)
        return page.respond(request, visit, _form(visit, form, 422))
    token = await database.writing(lambda session: _start(session, visit, found))
    return page.respond(request, visit, SeeOther(security.local(str(form.next.data or "/")), cookie=token))


def _form(visit: Visit, form: SignInForm, status: int = 200) -> Page:
    tour = visit.state.tour
    return Page("sign_in/page.html", {"form": form, "demo_sign_ins": tour.sign_ins if tour else ()}, status)


def leave(session: Session, visit: Visit) -> Answer:
    sign_ins.end(session, visit.cookie)
    audit.note(session, "signed_out", actor=visit.actor, business_id=visit.business.id, ip=visit.ip)
    return SeeOther("/sign-in", flash="You are signed out.", cookie="")


def set_up(session: Session, visit: Visit) -> Answer:
    """First run: only with the token that was printed to the console, never an open door."""
    token = visit.query.get("token", "")
    if not sign_ins.is_set_up_token(session, token):
        raise NotFound("This set-up link has expired or was used. Start the portal again to get a new one.")
    return Page("sign_in/set_up.html", {"form": SetUpForm(data={"token": token})})


def finish_set_up(session: Session, visit: Visit) -> Answer:
    form = SetUpForm(visit.form)
    if not form.is_valid():
        return Page("sign_in/set_up.html", {"form": form}, 422)
    try:
        owner = _first_owner(session, form)
    except (Invalid, Conflict) as problem:
        field = form.email if "email" in getattr(problem, "fields", ()) else form.password
        field.errors = (problem.detail,)
        return Page("sign_in/set_up.html", {"form": form}, 422)
    token = sign_ins.start(session, owner, user_agent=visit.headers.get("user-agent", ""), ip=visit.ip)
    return SeeOther("/", flash="Welcome. Your business is set up.", cookie=token)


def _first_owner(session: Session, form: SetUpForm) -> Member:
    with session.begin_nested():
        business = businesses.create(session, str(form.business.data), timezone=str(form.timezone.data))
        owner = member.create(
            session, business.id, email=str(form.email.data), name=str(form.name.data), role=Role.OWNER,
            password=str(form.password.data),
        )  # fmt: skip
        if not sign_ins.use_set_up_token(session, str(form.token.data)):
            raise Conflict("This set-up link has expired or was used.")
    return owner


def _try(session: Session, visit: Visit, email: str) -> tuple[bool, Member | None]:
    """Two separate buckets; a stranger's attempts never lock the owner out of another network (ASVS 6.1.1)."""
    network = security.network(visit.ip)
    account = f"sign-in:{email}:{network}"
    may_try = allowance.take(session, account, limit=PER_ACCOUNT, window=WINDOW)
    may_try = allowance.take(session, f"sign-in:{network}", limit=PER_NETWORK, window=WINDOW) and may_try
    found = member.by_email(session, email)
    return may_try, found


def _note_failure(session: Session, visit: Visit, found: Member | None) -> None:
    """For an unknown member too, so that the answer takes as long; the address that was typed is not kept."""
    actor, business_id = (f"member:{found.id}", found.business_id) if found else ("nobody", None)
    metrics.count("sign_in_failed_total")
    audit.note(session, "sign_in_failed", actor=actor, business_id=business_id, ip=visit.ip)


def _start(session: Session, visit: Visit, found: Member) -> str:
    audit.note(session, "signed_in", actor=f"member:{found.id}", business_id=found.business_id, ip=visit.ip)
    return sign_ins.start(session, found, user_agent=visit.headers.get("user-agent", ""), ip=visit.ip)
