"""`/settings/prove`: the password once more, before something that an unlocked screen alone must not do (E.2)."""

from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import Response

from forms.account import ProofForm
from portal.accounts import audit, browser
from portal.errors import Unauthenticated
from portal.web import page, security
from portal.web.page import SIGNED_IN, Answer, Page, SeeOther
from portal.web.visit import Visit


def show(session: Session, visit: Visit) -> Answer:
    return Page("proof/page.html", {"form": ProofForm(data={"next": security.local(visit.query.get("next"))})})


async def enter(request: Request) -> Response:
    """Back to the page that asked, with a new token; what was to be done there is not repeated."""
    visit = await page.admitted(request, SIGNED_IN)
    form = ProofForm(visit.form)
    if not form.is_valid():
        return page.respond(request, visit, Page("proof/page.html", {"form": form}, 422))
    database = request.app.state.database
    status, problem = await security.own_password(database, visit.member, str(form.password.data))
    if problem:
        form.password.errors = (problem,)
        await database.writing(lambda session: _note(session, visit, "sign_in.proof_failed"))
        return page.respond(request, visit, Page("proof/page.html", {"form": form}, status))
    token = await database.writing(lambda session: _prove(session, visit))
    return page.respond(request, visit, SeeOther(security.local(str(form.next.data or "/")), cookie=token))


def _prove(session: Session, visit: Visit) -> str:
    if visit.sign_in is None:
        raise Unauthenticated()
    _note(session, visit, "sign_in.proved")
    return browser.prove(session, visit.sign_in.id)


def _note(session: Session, visit: Visit, action: str) -> None:
    audit.note(session, action, actor=visit.actor, business_id=visit.business.id, ip=visit.ip)
