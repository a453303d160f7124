"""The replies that members write often, filled in for this client, to be chosen in the composer."""

from sqlmodel import Session

from portal.messaging import canned_reply, conversation
from portal.web import panel
from portal.web.page import Answer
from portal.web.visit import Visit


def show(session: Session, visit: Visit) -> Answer:
    talk = conversation.read(session, visit.business, visit.params["subscription"])
    known = talk.values(visit.business.name, visit.member.name)
    replies = [
        (each.id, each.name, canned_reply.fill(each.text, known))
        for each in canned_reply.all_of(session, visit.business.id)
    ]
    return panel.page(
        visit, "thread_replies/_replies.html", {"row": talk.row, "replies": replies}, title="Saved replies"
    )
