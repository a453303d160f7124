"""`/settings/replies`: the texts that members write often.

Who may write to clients may keep them: they are words of the desk, not of the business's registration.
"""

from sqlmodel import Session

from forms.canned_reply import CannedReplyForm
from portal.messaging import canned_reply
from portal.messaging.canned_reply import VARIABLES, CannedReply
from portal.web.flash import Undo
from portal.web.page import Answer, Page, SeeOther
from portal.web.visit import Visit

HERE = "/settings/replies"


def show(session: Session, visit: Visit) -> Answer:
    return _list(session, visit, CannedReplyForm())


def create(session: Session, visit: Visit) -> Answer:
    form = CannedReplyForm(visit.form)
    if not form.is_valid():
        return _list(session, visit, form, 422)
    made = canned_reply.create(session, visit.business.id, name=str(form.name.data), text=str(form.text.data))
    return SeeOther(HERE, flash=f"“{made.name}” can be chosen in every conversation.")


def show_one(session: Session, visit: Visit) -> Answer:
    found = _found(session, visit)
    return _one(found, CannedReplyForm(data={"name": found.name, "text": found.text}))


def save(session: Session, visit: Visit) -> Answer:
    found, form = _found(session, visit), CannedReplyForm(visit.form)
    if not form.is_valid():
        return _one(found, form, 422)
    canned_reply.change(session, found, name=str(form.name.data), text=str(form.text.data))
    return SeeOther(HERE, flash=f"“{found.name}” is saved.")


def delete(session: Session, visit: Visit) -> Answer:
    found = _found(session, visit)
    canned_reply.delete(session, found)
    return SeeOther(HERE, flash=f"“{found.name}” is deleted.", undo=Undo(f"{HERE}/{found.id}/restore"))


def restore(session: Session, visit: Visit) -> Answer:
    found = canned_reply.restore(session, visit.business.id, visit.params["reply"])
    return SeeOther(HERE, flash=f"“{found.name}” is back.")


def _list(session: Session, visit: Visit, form: CannedReplyForm, status: int = 200) -> Page:
    replies = canned_reply.all_of(session, visit.business.id)
    return Page("canned_replies/page.html", {"form": form, "replies": replies, "variables": VARIABLES}, status)


def _one(found: CannedReply, form: CannedReplyForm, status: int = 200) -> Page:
    return Page("canned_replies/one.html", {"form": form, "reply": found, "variables": VARIABLES}, status)


def _found(session: Session, visit: Visit) -> CannedReply:
    return canned_reply.get(session, visit.business.id, visit.params["reply"])
