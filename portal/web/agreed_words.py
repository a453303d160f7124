"""`/evidence/words`: every version of the fixed words, and which clients agreed to which."""

from sqlmodel import Session

from portal.consent import agreed_words, status_count
from portal.consent.state import Status
from portal.questionnaires import offer
from portal.web.page import Answer, Page
from portal.web.visit import Visit


def show(session: Session, visit: Visit) -> Answer:
    found = agreed_words.versions(session, visit.business, public_url=visit.settings.public_url)
    opted_in = status_count.read(session, visit.business.id)[Status.OPTED_IN]
    context = {
        "versions": found, "by_text": max(opted_in - agreed_words.total(found), 0),
        "asking": offer.having_opt_in(session, visit.business.id)[:5],
    }  # fmt: skip
    return Page("evidence/words.html", context)
