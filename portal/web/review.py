"""The review queue: replies that may mean stop, one after the other, with both ways out (X-10, replies/README 6.9)."""

from urllib.parse import quote

from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import Response

from forms.review import DecisionForm
from portal.accounts.business import Capability
from portal.accounts.member import Right
from portal.automations import held
from portal.consent import phone_number
from portal.database import Lane
from portal.messaging import drain, review_decision
from portal.messaging import review as reviews
from portal.messaging.review_decision import Decision, Outcome
from portal.web import page
from portal.web.page import Answer, Page, SeeOther
from portal.web.visit import Visit

SAID = {
    Outcome.KEPT: "Kept. Automated texts to {} go on.",
    Outcome.OPTED_OUT: "Opted out. No text will go to {}.",
}


def show(session: Session, visit: Visit) -> Answer:
    """Its list alone where an open page asks for it again."""
    return _answer(session, visit, visit.query.get("after"))


async def decide(request: Request) -> Response:
    """An opt-out is answered when no text to the number is on its way any more, like a STOP (law 6)."""
    visit = await page.admitted(request, Right.OPT_OUT, Capability.TEXTING)
    database = request.app.state.database
    answer, outcome = await database.writing(lambda session: _decide(session, visit), lane=Lane.CONSENT)
    if outcome is Outcome.OPTED_OUT:
        await drain.wait(database, visit.params["subscription"])
    return page.respond(request, visit, answer)


def _decide(session: Session, visit: Visit) -> tuple[Answer, Outcome | None]:
    here, after = visit.params["subscription"], str(visit.form.get("after") or "") or None
    found = reviews.one(session, visit.business, here)
    form = DecisionForm(visit.form, id=here)
    if not form.is_valid() and found is not None:
        return _answer(session, visit, after, form, status=422), None
    wanted = Decision.OPT_OUT if form.decision.data == Decision.OPT_OUT else Decision.KEEP
    done = review_decision.decide(
        session, visit.business, here, wanted, seen=str(form.seen.data or ""), actor=visit.actor,
        name=visit.member.name, ip=visit.ip, reason=str(form.reason.data or ""),
    )  # fmt: skip
    if not done.has_changed or found is None:
        place = here if done.outcome is Outcome.CHANGED else ""
        return SeeOther(_url(after, place), flash=done.sentence, kind="info"), done.outcome
    following, _ = reviews.page(session, visit.business, after=reviews.cursor(found), limit=1)
    who = found.name if found.is_named else phone_number.display(found.number)
    to = _url(after, following[0].id) if following else "/review"
    return SeeOther(to, flash=SAID[done.outcome].format(who)), done.outcome


def _answer(
    session: Session, visit: Visit, after: str | None, form: DecisionForm | None = None, *, status: int = 200
) -> Page:
    items, further = reviews.page(session, visit.business, after=after)
    forms = {each.id: DecisionForm(id=each.id) for each in items}
    forms |= {form.id: form} if form is not None else {}
    context = {
        "items": items, "forms": forms, "after": after or "", "further": further,
        "held": held.of(session, {each.id: each.opened_at for each in items}),
        "may_decide": visit.member.may(Right.OPT_OUT),
    }  # fmt: skip
    return Page("review/_list.html" if visit.is_partial else "review/page.html", context, status)


def _url(after: str | None, place: str) -> str:
    return f"/review{f'?after={quote(after)}' if after else ''}{f'#review-{place}' if place else ''}"
