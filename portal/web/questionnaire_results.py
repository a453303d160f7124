"""What clients answered, newest first, with the questions as they read them."""

from collections.abc import Mapping

from sqlmodel import Session

from portal.contacts import contact
from portal.questionnaires import choice, sight
from portal.questionnaires import questionnaire as questionnaires
from portal.questionnaires import submission as submissions
from portal.questionnaires.submission import Submission
from portal.web.page import Answer, Page
from portal.web.visit import Visit

A_PAGE = 25


def show(session: Session, visit: Visit) -> Answer:
    found = questionnaires.get(session, visit.business.id, visit.params["questionnaire"])
    rows, after = submissions.page(session, found, after=visit.query.get("after"), limit=A_PAGE)
    known = contact.names(session, visit.business.id, [each.contact_id for each in rows if each.contact_id])
    names = {each.id: _who(each, known) for each in rows}
    return Page(
        "questionnaire_results/page.html",
        {
            "found": found, "rows": rows, "names": names, "after": after, "is_first": "after" not in visit.query,
            "sight": sight.of(session, found.id),
        },
    )  # fmt: skip


def _who(sent: Submission, known: Mapping[str, str]) -> str:
    """The contact's name; else the name that was typed, which proves nothing."""
    return known.get(sent.contact_id or "") or choice.particulars(sent.answers)[0] or "Somebody"
