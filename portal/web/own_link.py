"""Handing a client the link to their own page, and making a new one when it fell into other hands."""

import asyncio
from dataclasses import dataclass

from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import Response

from portal import glyph, mail
from portal.accounts.business import Capability
from portal.accounts.member import Right
from portal.clients import link
from portal.contacts import contact
from portal.contacts.contact import Contact
from portal.errors import Problem
from portal.web import link_mail, page
from portal.web.page import Answer, Page, SeeOther
from portal.web.visit import Visit

SUBJECT = "{business}: your own page"
LETTER = """Hello{name},

this is your own page at {business}:

{url}

There you see what you agreed to, fill in questionnaires, and decide what we text you. The link is yours alone;
please do not pass it on.

{business}
"""


@dataclass(frozen=True)
class Offer:
    """What can be handed to this client."""

    client: Contact
    url: str


def show(session: Session, visit: Visit) -> Answer:
    return _page(_offer(session, visit))


async def send(request: Request) -> Response:
    """Mail it. The mail server is asked outside of every transaction."""
    visit = await page.admitted(request, Right.SEND, Capability.TEXTING)
    found = await request.app.state.database.writing(lambda session: _claimed(session, visit))
    if isinstance(found, Page):
        return page.respond(request, visit, found)
    try:
        await asyncio.to_thread(_mail, visit, found)
    except Problem as problem:
        return page.respond(request, visit, _page(found, f"Not sent. {problem.detail}", 422))
    return page.respond(request, visit, SeeOther(f"/contacts/{found.client.id}", flash="Sent by e-mail."))


def renew(session: Session, visit: Visit) -> Answer:
    client = contact.living(session, visit.business.id, visit.params["contact"])
    link.renew(session, client, actor=visit.actor, ip=visit.ip)
    return SeeOther(
        f"/contacts/{client.id}/own-page", flash=f"{glyph.shown(client.name)} has a new link. The old one is dead."
    )


def _offer(session: Session, visit: Visit) -> Offer:
    """Raises NotFound for an unknown or somebody else's."""
    client = contact.living(session, visit.business.id, visit.params["contact"])
    return Offer(client, link.url(visit.state.secrets, visit.settings.form_origin, client))


def _claimed(session: Session, visit: Visit) -> Offer | Page:
    """Whether a mail may go out now, counted and noted before it does."""
    found = _offer(session, visit)
    problem = link_mail.refusal(session, visit, found.client, action="own_page.mailed")
    return _page(found, problem, 422) if problem else found


def _mail(visit: Visit, found: Offer) -> None:
    words = {"name": link_mail.greeting(found.client), "business": visit.business.name, "url": found.url}
    mail.send(visit.settings, to=found.client.email, subject=SUBJECT.format(**words), text=LETTER.format(**words))


def _page(found: Offer, problem: str = "", status: int = 200) -> Page:
    return Page("own_link/page.html", {"offer": found, "problem": problem, "qr": link_mail.qr(found.url)}, status)
