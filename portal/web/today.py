"""Today: what needs you, and the first step of a business that has no questionnaire yet."""

from sqlmodel import Session

from forms.status_filter import STATUSES
from portal.accounts.business import Capability
from portal.consent import subscription
from portal.messaging import attention
from portal.questionnaires import questionnaire
from portal.web.page import Answer, Page, Visit


def show(session: Session, visit: Visit) -> Answer:
    """Its fragment alone where an open page asks for it again."""
    business = visit.business
    if not business.may_use(Capability.TEXTING):
        return Page("today/page.html", {"needs": None})
    context = {
        "needs": attention.read(session, business.id), "counts": subscription.counts(session, business.id),
        "statuses": STATUSES, "has_questionnaire": bool(questionnaire.page(session, business.id, limit=1)[0]),
    }  # fmt: skip
    return Page("today/_needs.html" if visit.is_partial else "today/page.html", context)
