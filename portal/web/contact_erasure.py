"""`/contacts/{id}/erasure`: what goes, what stays, what is to do elsewhere; then it is done, for good."""

import asyncio

from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import Response

from forms.contact_erasure import ContactErasureForm
from portal.accounts.member import Right
from portal.database import Database, Lane
from portal.erasure import ahead, preview, removal, thinning
from portal.erasure.preview import Preview
from portal.messaging import drain
from portal.web import page
from portal.web.page import Answer, Page, SeeOther
from portal.web.visit import Visit


def show(session: Session, visit: Visit) -> Answer:
    found = preview.read(session, visit.business.id, visit.params["contact"])
    if found.person.id != visit.params["contact"]:
        return SeeOther(f"/contacts/{found.person.id}/erasure")
    return _page(ContactErasureForm(name=found.person.name), found)


async def erase(request: Request) -> Response:
    """Nothing more goes out, then what is on its way has arrived, then everything is gone (law 6)."""
    visit = await page.admitted(request, Right.PEOPLE, steps_up=True)
    database: Database = request.app.state.database
    home, contact_id = visit.business.id, visit.params["contact"]
    found = await database.reading(lambda session: preview.read(session, home, contact_id))
    form = ContactErasureForm(visit.form, name=found.person.name)
    if not form.is_valid() or found.hold:
        return page.respond(request, visit, _page(form, found, 409 if found.hold else 422))
    for each in await database.writing(lambda session: removal.hush(session, home, contact_id), lane=Lane.CONSENT):
        await drain.wait(database, each)
    looked = await asyncio.to_thread(ahead.clear, database, home, contact_id)
    while await database.writing(
        lambda session: thinning.thin(session, home, contact_id, looked=looked), lane=Lane.BULK
    ):
        pass
    done = await database.writing(
        lambda session: removal.erase(
            session, home, contact_id, reason=form.why, actor=visit.actor, ip=visit.ip,
            keeps_suppression=bool(form.keeps_suppression.data), looked=looked,
        )
    )  # fmt: skip
    return page.respond(request, visit, Page("contact_erasure/done.html", {"done": done}))


def _page(form: ContactErasureForm, found: Preview, status: int = 200) -> Page:
    return Page("contact_erasure/page.html", {"form": form, "found": found}, status)
