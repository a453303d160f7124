"""What a client who stopped still waits for: a member saw to it, or takes that back."""

from sqlmodel import Session

from portal.messaging import task
from portal.web.flash import Undo
from portal.web.page import Answer, SeeOther
from portal.web.visit import Visit


def finish(session: Session, visit: Visit) -> Answer:
    here, found = visit.params["subscription"], visit.params["task"]
    if not task.finish(session, visit.business.id, here, found, member_id=visit.member.id):
        return SeeOther(f"/sms/{here}", flash="Somebody else has done it already.", kind="info")
    return SeeOther(f"/sms/{here}", flash="Done.", undo=Undo(f"/sms/{here}/tasks/{found}/reopen"))


def reopen(session: Session, visit: Visit) -> Answer:
    here = visit.params["subscription"]
    task.reopen(session, visit.business.id, here, visit.params["task"])
    return SeeOther(f"/sms/{here}", flash="It waits again.")
