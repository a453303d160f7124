"""`/contacts/{contact}/consent/{subscription}`: a manager records what a client agreed to on paper or by word.

It stands on the contact and nowhere near the conversations, where nothing opts anybody in (H-19).
"""

from typing import Any

from sqlmodel import Session
from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import Response

from forms.offline_consent import OfflineConsentForm
from portal.accounts.business import Capability
from portal.accounts.member import Right
from portal.consent import evidence_file, subscription
from portal.consent.evidence_file import EXTENSIONS
from portal.contacts import contact
from portal.database import Database, Lane
from portal.errors import Conflict, Invalid, NotFound
from portal.messaging import offline_consent
from portal.web import page
from portal.web.page import Answer, Page, Plain, SeeOther
from portal.web.visit import Visit

SEALED = "sandbox; default-src 'none'; frame-ancestors 'none'"


def show(session: Session, visit: Visit) -> Answer:
    found, row = _number(session, visit)
    form = OfflineConsentForm(timezone=visit.business.timezone, name=visit.member.name)
    return _page(session, found, row, form)


async def record(request: Request) -> Response:
    visit = await page.admitted(request, Right.RECORD_CONSENT, Capability.TEXTING, files=1)
    try:
        chosen = visit.form.get("file")
        content = await chosen.read(evidence_file.MOST_BYTES + 1) if isinstance(chosen, UploadFile) else b""
        database: Database = request.app.state.database
        answer = await database.writing(lambda session: _record(session, visit, content), lane=Lane.CONSENT)
        return page.respond(request, visit, answer)
    finally:
        await request.close()


def download(session: Session, visit: Visit) -> Answer:
    """Never shown by a browser as a page of ours: only saved."""
    _, row = _number(session, visit)
    file = evidence_file.get(session, visit.business.id, visit.params["file"])
    if file.subscription_id != row.id:
        raise NotFound("There is no such file.")
    name = f"consent-{file.sha256[:12]}.{EXTENSIONS[file.media_type]}"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Content-Security-Policy": SEALED}
    return Plain(file.content, file.media_type, headers)


def _record(session: Session, visit: Visit, content: bytes) -> Answer:
    """422 keeps what was typed; the file has to be chosen again, as browsers have it."""
    found, row = _number(session, visit)
    form, said = OfflineConsentForm(visit.form, timezone=visit.business.timezone), ""
    try:
        evidence_file.media_type(content)
    except Invalid as refusal:
        said = refusal.detail
    if not form.is_valid() or said:
        return _page(session, found, row, form, said=said, status=422)
    try:
        offline_consent.record(
            session, visit.business.id, row.id, form.act, content, actor=visit.actor, name=visit.member.name,
            ip=visit.ip,
        )  # fmt: skip
    except Conflict:
        return _page(session, found, _number(session, visit)[1], form, status=409)
    flash = "Recorded. It is unproven until the phone answers; the confirmation text tells them how to stop."
    return SeeOther(f"/contacts/{found.id}", flash=flash)


def _number(session: Session, visit: Visit) -> tuple[contact.Contact, Any]:
    """The contact and the number, which must be one that it has or had. Raises NotFound."""
    found = contact.get(session, visit.business.id, visit.params["contact"])
    row = subscription.get(session, visit.business.id, visit.params["subscription"])
    if row is None or row.number not in {each.number for each in contact.numbers(session, found)}:
        raise NotFound("There is no such number.")
    return found, row


def _page(
    session: Session, found: contact.Contact, row: Any, form: OfflineConsentForm, *, said: str = "", status: int = 200
) -> Page:
    context = {
        "found": found, "row": row, "form": form, "said": said, "no": offline_consent.why_not(session, row),
        "files": evidence_file.of(session, row.id), "extensions": EXTENSIONS,
    }  # fmt: skip
    return Page("offline_consent/page.html", context, status)
