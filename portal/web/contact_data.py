"""`/contacts/{id}/data`, `/sms/{id}/data`: everything about one person in a file, when they ask for it (GDPR 15)."""

import asyncio
import io
import json
import zipfile
from functools import partial
from typing import Any

from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import Response

from portal import clock
from portal.accounts import audit
from portal.accounts.business import Capability
from portal.accounts.member import Right
from portal.clients import subject, subject_data
from portal.clients.subject import Subject
from portal.database import Database, Lane
from portal.evidence import export_seal
from portal.web import page
from portal.web.page import Answer, Page, SeeOther
from portal.web.visit import Visit

READ_ME = """Everything that {business} has stored about you here, as of {day}.

data.json is plain text: any editor or browser opens it. It holds who you are here, your numbers, what you agreed to and
when, texts both ways, notes about you, your answers, and who else is told. Telephone numbers and addresses of other
people are masked. checkpoint.txt is the signed seal of the records of consent on that day, among them yours, and says
how it is checked. Ask {business} if something is wrong, or if you want it erased.
"""


def show(session: Session, visit: Visit) -> Answer:
    who = _find(session, visit)
    if "contact" in visit.params and who.id != visit.params["contact"]:
        return SeeOther(f"/contacts/{who.id}/data")
    return Page("contact_data/page.html", {"who": who, "action": visit.path, "back": _back(visit, who)})


async def download(request: Request) -> Response:
    """A POST, since it writes an audit entry. What is put into the file is read at one moment, outside of any write."""
    needs = Capability.TEXTING if "subscription" in request.path_params else None
    visit = await page.admitted(request, Right.EXPORT, needs, steps_up=True)
    database: Database = request.app.state.database
    who = await database.reading(lambda session: _find(session, visit))
    await database.writing(lambda session: _note(session, visit, who), lane=Lane.BULK)
    told = await database.reading(lambda session: subject_data.of(session, visit.business, _find(session, visit)))
    seal = await database.writing(
        partial(export_seal.text, business_id=visit.business.id, file="data.json"), lane=Lane.BULK
    )
    content = await asyncio.to_thread(_zip, told, visit.business.name, seal)
    headers = {"Content-Disposition": f'attachment; filename="data-{clock.now().date().isoformat()}.zip"'}
    return Response(content, headers=headers, media_type="application/zip")


def _zip(told: dict[str, Any], business: str, seal: str) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("data.json", json.dumps(told, ensure_ascii=False, indent=1))
        file.writestr(export_seal.NAME, seal)
        file.writestr("READ-ME.txt", READ_ME.format(business=business, day=told["made_at"][:10]))
    return made.getvalue()


def _find(session: Session, visit: Visit) -> Subject:
    if "contact" in visit.params:
        return subject.of_contact(session, visit.business.id, visit.params["contact"])
    return subject.of_number(session, visit.business.id, visit.params["subscription"])


def _note(session: Session, visit: Visit, who: Subject) -> None:
    about = who.id or who.lines[0].row.id
    audit.note(session, "person.exported", actor=visit.actor, business_id=visit.business.id, object=about, ip=visit.ip)


def _back(visit: Visit, who: Subject) -> str:
    return f"/contacts/{who.id}" if "contact" in visit.params else f"/sms/{visit.params['subscription']}"
