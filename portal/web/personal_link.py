"""The way back: an opt-in questionnaire for one client, by personal link, QR code or e-mail (H-24)."""

import asyncio
from dataclasses import dataclass
from typing import Any

from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import Response

from portal import mail
from portal.accounts.business import Capability
from portal.accounts.member import Right
from portal.contacts import contact
from portal.contacts.contact import Contact
from portal.errors import Problem
from portal.messaging import thread
from portal.questionnaires import link, offer
from portal.questionnaires.questionnaire import Questionnaire
from portal.web import link_mail, page
from portal.web.page import Answer, Page, SeeOther
from portal.web.visit import Visit

SUBJECT = "{business}: a short questionnaire"
LETTER = """Hello{name},

{business} asks you to fill in “{title}”:

{url}

There you also decide whether we may text you, and on which number. The link is yours alone; please do not pass it on.

{business}
"""


@dataclass(frozen=True)
class Offer:
    """What can be handed to this client. `url` and `qr` are empty while nothing is chosen or nobody is named."""

    row: Any
    client: Contact | None
    open: list[Questionnaire]
    chosen: Questionnaire | None
    url: str


def show(session: Session, visit: Visit) -> Answer:
    return _page(_offer(session, visit, visit.query.get("questionnaire", "")))


async def send(request: Request) -> Response:
    """Mail it. The mail server is asked outside of every transaction."""
    visit = await page.admitted(request, Right.SEND, Capability.TEXTING)
    database = request.app.state.database
    wanted = str(visit.form.get("questionnaire") or "")
    found = await database.writing(lambda session: _claimed(session, visit, wanted))
    if isinstance(found, Page):
        return page.respond(request, visit, found)
    try:
        await asyncio.to_thread(_mail, visit, found)
    except Problem as problem:
        return page.respond(request, visit, _page(found, f"Not sent. {problem.detail}", 422))
    return page.respond(request, visit, SeeOther(f"/sms/{found.row.id}", flash="Sent by e-mail."))


def _offer(session: Session, visit: Visit, wanted: str) -> Offer:
    """Raises NotFound for an unknown or somebody else's number."""
    row = thread.read(session, visit.business.id, visit.params["subscription"]).subscription
    client = contact.get(session, visit.business.id, row.contact_id) if row.contact_id else None
    choices = offer.having_opt_in(session, visit.business.id)
    chosen = next((each for each in choices if each.id == wanted), choices[0] if choices else None)
    if client is None or chosen is None:
        return Offer(row, client, choices, chosen, "")
    url = link.personal_url(visit.state.secrets, visit.settings.form_origin, chosen, client)
    return Offer(row, client, choices, chosen, url)


def _claimed(session: Session, visit: Visit, wanted: str) -> Offer | Page:
    """Whether a mail may go out now, counted and noted before it does."""
    found = _offer(session, visit, wanted)
    if found.client is None or not found.url:
        return _page(found, "Choose a questionnaire and give this number a name first.", 422)
    problem = link_mail.refusal(session, visit, found.client, action="questionnaire.mailed")
    return _page(found, problem, 422) if problem else found


def _mail(visit: Visit, found: Offer) -> None:
    assert found.client is not None
    assert found.chosen is not None
    words = {
        "name": link_mail.greeting(found.client),
        "business": visit.business.name,
        "title": found.chosen.title,
        "url": found.url,
    }
    mail.send(visit.settings, to=found.client.email, subject=SUBJECT.format(**words), text=LETTER.format(**words))


def _page(found: Offer, problem: str = "", status: int = 200) -> Page:
    return Page("personal_link/page.html", {"offer": found, "problem": problem, "qr": link_mail.qr(found.url)}, status)
