"""The SMS Subscription Status page: whose number stands where, and what was last said (H-15 to H-21)."""

from sqlmodel import Session

from forms.status_filter import STATUSES, StatusFilter
from portal.messaging import status_pane
from portal.questionnaires import questionnaire
from portal.web.page import Answer, Page
from portal.web.visit import Visit


def show(session: Session, visit: Visit) -> Answer:
    """The list; its fragment alone where a page that shows it asks for it again (`open` is the thread beside it)."""
    chosen = StatusFilter.of(visit.query, thread=visit.query.get("open", "") if visit.is_partial else "")
    listed = status_pane.read(session, visit.business, visit.member, chosen.wanted)
    context = {"filter": chosen, "listed": listed, "statuses": STATUSES}
    if visit.is_partial:
        return Page("status_page/_numbers.html", context)
    has_questionnaire = listed.total > 0 or bool(questionnaire.page(session, visit.business.id, limit=1)[0])
    return Page("status_page/page.html", context | {"has_questionnaire": has_questionnaire})
