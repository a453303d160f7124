"""A note for the team beside a conversation; no client ever sees it."""

import secrets

from sqlmodel import Session

from forms.note import NoteForm
from portal.consent import subscription
from portal.errors import NotFound
from portal.messaging import note
from portal.web import panel
from portal.web.flash import Undo
from portal.web.page import Answer, Page, SeeOther
from portal.web.visit import Visit


def show(session: Session, visit: Visit) -> Answer:
    return _page(session, visit, NoteForm(data={"once": secrets.token_urlsafe(16)}))


def save(session: Session, visit: Visit) -> Answer:
    form, here = NoteForm(visit.form), visit.params["subscription"]
    if not form.is_valid():
        return _page(session, visit, form, 422)
    once = f"note:{visit.member.id}:{form.once.data or secrets.token_urlsafe(16)}"
    made = note.write(
        session, visit.business.id, here, str(form.text.data), member_id=visit.member.id, once_key=once
    )  # fmt: skip
    undo = Undo(f"/sms/{here}/note/{made}/remove") if made else None
    return SeeOther(f"/sms/{here}", flash="Noted. Only your team sees it.", undo=undo)


def remove(session: Session, visit: Visit) -> Answer:
    """Only who wrote it."""
    here, found = visit.params["subscription"], visit.params["message"]
    note.remove(session, visit.business.id, here, found, member_id=visit.member.id)
    return SeeOther(f"/sms/{here}", flash="The note is gone.")


def _page(session: Session, visit: Visit, form: NoteForm, status: int = 200) -> Page:
    row = subscription.get(session, visit.business.id, visit.params["subscription"])
    if row is None:
        raise NotFound("There is no such conversation.")
    return panel.page(
        visit, "thread_note/_form.html", {"form": form, "row": row}, title="Note for your team", status=status
    )
