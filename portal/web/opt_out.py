"""Recording that a client asked a person to stop: always possible, at once, with evidence (H-18, rules.md row 6)."""

from typing import Any

from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import Response

from forms.opt_out import OptOutForm
from portal.accounts.business import Capability
from portal.accounts.member import Right
from portal.consent import subscription
from portal.database import Lane
from portal.errors import NotFound
from portal.messaging import desk, drain
from portal.web import page
from portal.web.page import Answer, Page, SeeOther
from portal.web.visit import Visit


def show(session: Session, visit: Visit) -> Answer:
    return Page(
        "opt_out/page.html", {"form": OptOutForm(timezone=visit.business.timezone), "row": _row(session, visit)}
    )


async def record(request: Request) -> Response:
    """The answer waits until no text to this number is on its way, like a STOP's (law 6)."""
    visit = await page.admitted(request, Right.OPT_OUT, Capability.TEXTING)
    database = request.app.state.database
    answer = await database.writing(lambda session: _record(session, visit), lane=Lane.CONSENT)
    if isinstance(answer, SeeOther):
        await drain.wait(database, visit.params["subscription"])
    return page.respond(request, visit, answer)


def _record(session: Session, visit: Visit) -> Answer:
    form = OptOutForm(visit.form, timezone=visit.business.timezone)
    row = _row(session, visit)
    if not form.is_valid():
        return Page("opt_out/page.html", {"form": form, "row": row}, 422)
    has_changed = desk.opt_out(
        session, visit.business.id, row.id, actor=visit.actor, name=visit.member.name, ip=visit.ip,
        reason=str(form.reason.data), received_by=str(form.received_by.data), received_at=form.moment,
        should_confirm=bool(form.should_confirm.data),
    )  # fmt: skip
    said = "Opted out. No text will go to this number." if has_changed else "This number had opted out before."
    return SeeOther(f"/sms/{row.id}", flash=said)


def _row(session: Session, visit: Visit) -> Any:
    row = subscription.get(session, visit.business.id, visit.params["subscription"])
    if row is None:
        raise NotFound("There is no such conversation.")
    return row
