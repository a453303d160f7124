"""A text that waits for its time: other words, another time, or not at all, until it has left."""

from typing import Any

from sqlmodel import Session

from forms.composer import LaterForm
from portal import local_time
from portal.accounts import audit
from portal.consent import subscription
from portal.errors import NotFound
from portal.messaging import segment, send_later
from portal.messaging.send_later import Waiting
from portal.web import panel
from portal.web.page import Answer, Page, SeeOther
from portal.web.visit import Visit

LEFT = "It has just left; nothing was changed."


def show(session: Session, visit: Visit) -> Answer:
    found = _found(session, visit)
    if found is None:
        return SeeOther(_thread(visit), flash=LEFT, kind="warning")
    zone = visit.business.timezone
    return _page(session, visit, LaterForm(zone=zone, text=found.text, at=found.due_at), found)


def save(session: Session, visit: Visit) -> Answer:
    found = _found(session, visit)
    if found is None:
        return SeeOther(_thread(visit), flash=LEFT, kind="warning")
    form = LaterForm(visit.form, zone=visit.business.timezone)
    if not form.is_valid():
        return _page(session, visit, form, found, 422)
    due_at, zone = form.moment, visit.business.timezone
    if not send_later.change(session, visit.business.id, found, text=str(form.text.data), due_at=due_at):
        return SeeOther(_thread(visit), flash=LEFT, kind="warning")
    _note(session, visit, "message.rescheduled")
    return SeeOther(_thread(visit), flash=f"Changed. It goes out {local_time.when(due_at, zone)}.")


def cancel(session: Session, visit: Visit) -> Answer:
    """Its words stay in the thread and can be used again."""
    found = _found(session, visit)
    if found is None or not send_later.cancel(session, visit.business.id, found):
        return SeeOther(_thread(visit), flash=LEFT, kind="warning")
    _note(session, visit, "message.cancelled")
    return SeeOther(_thread(visit), flash="Cancelled. It will not be sent; its words can be used again below.")


def _found(session: Session, visit: Visit) -> Waiting | None:
    return send_later.find(session, visit.business.id, visit.params["subscription"], visit.params["message"])


def _page(session: Session, visit: Visit, form: LaterForm, found: Waiting, status: int = 200) -> Page:
    row: Any = subscription.get(session, visit.business.id, visit.params["subscription"])
    if row is None:
        raise NotFound("There is no such conversation.")
    context = {"form": form, "row": row, "waiting": found, "count": segment.count(form.text.data or "")}
    return panel.page(visit, "thread_later/_form.html", context, title="A text for later", status=status)


def _note(session: Session, visit: Visit, action: str) -> None:
    audit.note(
        session, action, actor=visit.actor, business_id=visit.business.id, object=visit.params["message"], ip=visit.ip
    )


def _thread(visit: Visit) -> str:
    return f"/sms/{visit.params['subscription']}"
