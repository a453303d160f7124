"""A text that waits for the client's YES: other words, not at all, or now after all where it waited too long (X-8)."""

from typing import Any

from sqlmodel import Session

from forms.composer import TextForm
from portal.accounts import audit
from portal.consent import subscription
from portal.errors import NotFound
from portal.messaging import held_text, message, outbox, segment
from portal.web import panel
from portal.web.page import Answer, Page, SeeOther
from portal.web.visit import Visit

GONE = "It waits no more; nothing was changed."


def show(session: Session, visit: Visit) -> Answer:
    found = _found(session, visit)
    return _gone(visit) if found is None else _page(session, visit, TextForm(data={"text": found.text}), found)


def save(session: Session, visit: Visit) -> Answer:
    found, form = _found(session, visit), TextForm(visit.form)
    if found is None:
        return _gone(visit)
    if not form.is_valid():
        return _page(session, visit, form, found, 422)
    if not held_text.change(session, visit.business.id, found.id, str(form.text.data)):
        return _gone(visit)
    _note(session, visit, "message.changed")
    return SeeOther(_thread(visit), flash="Changed. It leaves when they answer YES.")


def cancel(session: Session, visit: Visit) -> Answer:
    found = _found(session, visit)
    if found is None or not outbox.cancel(session, visit.business.id, found.id):
        return _gone(visit)
    _note(session, visit, "message.cancelled")
    return SeeOther(_thread(visit), flash="Cancelled. It will not be sent; its words can be used again below.")


def approve(session: Session, visit: Visit) -> Answer:
    """They said YES when it had waited too long to leave by itself, and a member thinks that it still fits."""
    row = subscription.lock_by_id(session, visit.business.id, visit.params["subscription"])
    found = _found(session, visit)
    if row is None or found is None or not held_text.approve(session, row, found.id):
        return _gone(visit)
    _note(session, visit, "message.released")
    return SeeOther(_thread(visit), flash="It goes out now.")


def _found(session: Session, visit: Visit) -> Any:
    """The text while it is held; None once it is not. Raises NotFound for what never was one."""
    found = message.get(session, visit.business.id, visit.params["message"])
    if found is None or found.subscription_id != visit.params["subscription"] or found.is_hidden:
        raise NotFound("There is no such text.")
    return found if held_text.is_held(found) else None


def _page(session: Session, visit: Visit, form: TextForm, found: Any, status: int = 200) -> Page:
    row: Any = subscription.get(session, visit.business.id, found.subscription_id)
    context = {"form": form, "row": row, "held": found, "count": segment.count(form.text.data or "")}
    return panel.page(visit, "thread_held/_form.html", context, title="A text that waits for their YES", status=status)


def _gone(visit: Visit) -> SeeOther:
    return SeeOther(_thread(visit), flash=GONE, kind="warning")


def _note(session: Session, visit: Visit, action: str) -> None:
    audit.note(
        session, action, actor=visit.actor, business_id=visit.business.id, object=visit.params["message"], ip=visit.ip
    )


def _thread(visit: Visit) -> str:
    return f"/sms/{visit.params['subscription']}"
