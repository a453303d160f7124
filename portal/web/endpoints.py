"""`/settings/webhooks`: the addresses that get events, and a form for one more. Only owners come here."""

from sqlmodel import Session

from forms.endpoint import EndpointForm
from portal.accounts import audit, endpoint
from portal.accounts.endpoint import MOST
from portal.errors import Conflict, Invalid
from portal.web.page import Answer, Page
from portal.web.visit import Visit


def show(session: Session, visit: Visit) -> Answer:
    return _page(session, visit, EndpointForm())


def create(session: Session, visit: Visit) -> Answer:
    """Answered with the secret itself, not with a redirect: it is shown this once. Sent again by a reload, the same
    address is refused."""
    form = EndpointForm(visit.form)
    if not form.is_valid():
        return _page(session, visit, form, 422)
    try:
        found, secret = endpoint.create(
            session, visit.business.id, str(form.url.data), events=form.events.data or (),
            rules=visit.settings.webhook_rules,
        )  # fmt: skip
    except (Invalid, Conflict) as problem:
        form.url.errors = (problem.detail,)
        return _page(session, visit, form, 422)
    audit.note(
        session, "webhook.created", actor=visit.actor, business_id=visit.business.id, object=found.id, ip=visit.ip
    )
    return Page("endpoint/secret.html", {"found": found, "secret": secret, "is_new": True})


def _page(session: Session, visit: Visit, form: EndpointForm, status: int = 200) -> Page:
    found = endpoint.all_of(session, visit.business.id)
    return Page("endpoints/page.html", {"form": form, "found": found, "has_room": len(found) < MOST}, status)
