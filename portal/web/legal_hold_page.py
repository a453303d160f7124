"""`/sms/{id}/hold`: nothing of this number is erased or runs out, until somebody who may says why it ends."""

from typing import Any

from sqlmodel import Session

from forms.legal_hold import EndForm, PlaceForm
from portal.accounts.member import Right
from portal.clients import erasure_request
from portal.consent import legal_hold, subscription
from portal.errors import NotFound
from portal.web import panel
from portal.web.page import Answer, Page, SeeOther
from portal.web.visit import Visit

TITLE = "Legal hold"


def show(session: Session, visit: Visit) -> Answer:
    return _page(session, visit, PlaceForm(), EndForm())


def place(session: Session, visit: Visit) -> Answer:
    form = PlaceForm(visit.form)
    if not form.is_valid():
        return _page(session, visit, form, EndForm(), 422)
    legal_hold.place(
        session, visit.business.id, visit.params["subscription"], reason=str(form.reason.data), actor=visit.actor,
        ip=visit.ip,
    )  # fmt: skip
    return SeeOther(_thread(visit), flash="On hold. Nothing of this number is erased or runs out.")


def end(session: Session, visit: Visit) -> Answer:
    form = EndForm(visit.form)
    if not form.is_valid():
        return _page(session, visit, PlaceForm(), form, 422)
    has_ended = legal_hold.end(
        session, visit.business.id, visit.params["subscription"], reason=str(form.reason.data), actor=visit.actor,
        ip=visit.ip,
    )  # fmt: skip
    said = "The hold has ended." if has_ended else "This number had no hold of its own; nothing was changed."
    return SeeOther(_thread(visit), flash=said)


def _page(session: Session, visit: Visit, place: PlaceForm, end: EndForm, status: int = 200) -> Page:
    row = _row(session, visit)
    context = {
        "row": row, "held": legal_hold.of(session, visit.business.id, row.id), "place": place, "end": end,
        "asked_at": erasure_request.open_on(session, [row.id]), "may_hold": visit.member.may(Right.LEGAL_HOLD),
    }  # fmt: skip
    return panel.page(visit, "legal_hold/_hold.html", context, title=TITLE, status=status)


def _row(session: Session, visit: Visit) -> Any:
    row = subscription.get(session, visit.business.id, visit.params["subscription"])
    if row is None:
        raise NotFound("There is no such conversation.")
    return row


def _thread(visit: Visit) -> str:
    return f"/sms/{visit.params['subscription']}"
