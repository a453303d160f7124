"""`/settings/account`: a member's own password, and the browsers that are signed in (promises.md E.2)."""

from dataclasses import dataclass

from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import Response

from forms.account import PasswordForm
from portal.accounts import audit, member
from portal.accounts import session as sign_ins
from portal.accounts.session import SignIn
from portal.errors import Invalid, NotFound, Unauthenticated
from portal.web import page, security
from portal.web.page import SIGNED_IN, Answer, Page, SeeOther
from portal.web.visit import Visit

PROGRAMS = {"Edg": "Edge", "OPR/": "Opera", "Firefox": "Firefox", "Chrome": "Chrome", "Safari": "Safari"}
DEVICES = {"iPhone": "iPhone", "iPad": "iPad", "Android": "Android", "Windows": "Windows", "Mac OS": "Mac"}
DEVICES |= {"Linux": "Linux"}


@dataclass(frozen=True)
class Browser:
    """One sign-in as its owner sees it."""

    sign_in: SignIn
    name: str
    is_this: bool


def show(session: Session, visit: Visit) -> Answer:
    return Page("account_page/page.html", {"form": PasswordForm(), "browsers": _browsers(session, visit)})


async def change_password(request: Request) -> Response:
    """Hashing happens between two transactions. All other browsers are signed out, and this one gets a new token."""
    visit = await page.admitted(request, SIGNED_IN)
    form = PasswordForm(visit.form)
    database = request.app.state.database
    status = await _status(request, visit, form)
    password_hash = await _hashed(visit, form) if status == 200 else None
    if password_hash is None:
        browsers = await database.reading(lambda session: _browsers(session, visit))
        context = {"form": form, "browsers": browsers}
        return page.respond(request, visit, Page("account_page/page.html", context, max(status, 422)))
    token = await database.writing(lambda session: _changed(session, visit, password_hash))
    said = "Your password is changed. All other browsers are signed out."
    return page.respond(request, visit, SeeOther("/settings/account", flash=said, cookie=token))


def end_one(session: Session, visit: Visit) -> Answer:
    """Sign one browser out; this one too, if it is the one."""
    sign_in_id = visit.params["sign_in"]
    if not sign_ins.end_one(session, visit.member.id, sign_in_id):
        raise NotFound("This browser is signed out already.")
    audit.note(session, "sign_in.ended", actor=visit.actor, business_id=visit.business.id, ip=visit.ip)
    if visit.sign_in is not None and visit.sign_in.id == sign_in_id:
        return SeeOther("/sign-in", flash="You are signed out.", cookie="")
    return SeeOther("/settings/account", flash="That browser is signed out.")


def end_others(session: Session, visit: Visit) -> Answer:
    """Every browser but this one, which gets a new token."""
    audit.note(session, "sign_in.others_ended", actor=visit.actor, business_id=visit.business.id, ip=visit.ip)
    token = _start_anew(session, visit)
    return SeeOther("/settings/account", flash="All other browsers are signed out.", cookie=token)


def set_shortcuts(session: Session, visit: Visit) -> Answer:
    """Keys of a single letter can be switched off (WCAG 2.2, 2.1.4)."""
    is_on = visit.form.get("shortcuts") == "on"
    member.switch_shortcuts(session, member.own(session, visit.member.id), is_on=is_on)
    said = "Single keys work everywhere now." if is_on else "Single keys do nothing any more."
    return SeeOther("/settings/account#keyboard", flash=said)


async def _status(request: Request, visit: Visit, form: PasswordForm) -> int:
    """200 when the current password is right; somebody at an open browser may not try for ever."""
    if not form.is_valid():
        return 422
    database = request.app.state.database
    status, problem = await security.own_password(database, visit.member, str(form.current.data))
    if problem:
        form.current.errors = (problem,)
    return status


async def _hashed(visit: Visit, form: PasswordForm) -> str | None:
    try:
        return await security.hashed(str(form.new.data), visit.member.email)
    except Invalid as problem:
        form.new.errors = (problem.detail,)
        return None


def _changed(session: Session, visit: Visit, password_hash: str) -> str:
    if sign_ins.find(session, visit.cookie) is None:
        raise Unauthenticated()
    member.change_password(session, member.own(session, visit.member.id), password_hash)
    audit.note(session, "password.changed", actor=visit.actor, business_id=visit.business.id, ip=visit.ip)
    return _start_anew(session, visit)


def _start_anew(session: Session, visit: Visit) -> str:
    sign_ins.end_all(session, visit.member.id)
    return sign_ins.start(
        session, visit.member, user_agent=visit.headers.get("user-agent", ""), ip=visit.ip, like=visit.sign_in
    )  # fmt: skip


def _browsers(session: Session, visit: Visit) -> list[Browser]:
    this = visit.sign_in.id if visit.sign_in else ""
    return [
        Browser(each, _name(each.user_agent), each.id == this) for each in sign_ins.all_of(session, visit.member.id)
    ]


def _name(user_agent: str) -> str:
    """“Firefox on Windows”: enough to recognise one's own."""
    program = next((name for mark, name in PROGRAMS.items() if mark in user_agent), "A browser")
    device = next((name for mark, name in DEVICES.items() if mark in user_agent), "an unknown device")
    return f"{program} on {device}"
