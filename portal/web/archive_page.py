"""`/settings/archive`: whether this business keeps an archive, where it is mailed, and how far both have come."""

from typing import Any

from sqlmodel import Session

from forms.archive import ArchiveForm
from portal import mail
from portal.accounts import audit
from portal.messaging import archive, archive_journal
from portal.web.page import Answer, Page, SeeOther
from portal.web.visit import Visit

NO_SERVER = (
    "This installation has no mail server yet (PORTAL_SMTP_URL), and texts of clients must not end up in its log. "
    "Leave this empty and fetch the archive, or ask the operator for a mail server first."
)


def show(session: Session, visit: Visit) -> Answer:
    kept, journal = archive.of(session, visit.business.id), archive_journal.of(session, visit.business.id)
    data = {"is_on": bool(kept and kept.is_on), "email": journal.email if journal else ""}
    return _page(session, visit, ArchiveForm(data=data))


def save(session: Session, visit: Visit) -> Answer:
    form, home = ArchiveForm(visit.form), visit.business.id
    email = str(form.email.data or "")
    if not form.is_valid() or not _may_mail(form, email, visit):
        return _page(session, visit, form, 422)
    archive.switch(session, home, is_on=bool(form.is_on.data))
    if email or archive_journal.of(session, home):
        archive_journal.send_to(session, home, email)  # also the same again: then what failed is tried at once
    audit.note(
        session, "archive.changed", actor=visit.actor, business_id=home, ip=visit.ip, is_on=bool(form.is_on.data),
        is_mailed=bool(email),
    )  # fmt: skip
    return SeeOther("/settings/archive", flash="Saved.")


def _may_mail(form: ArchiveForm, email: str, visit: Visit) -> bool:
    if email and not visit.settings.smtp_url:
        form.email.errors = (NO_SERVER,)
    elif email and not mail.is_address(email):
        form.email.errors = ("This is not one e-mail address.",)
    return not form.email.errors


def _page(session: Session, visit: Visit, form: ArchiveForm, status: int = 200) -> Page:
    home = visit.business.id
    context: dict[str, Any] = {
        "form": form, "kept": archive.of(session, home), "journal": archive_journal.of(session, home),
        "may_mail": bool(visit.settings.smtp_url), "url": visit.settings.public_url.rstrip("/"),
    }  # fmt: skip
    return Page("archive_page/page.html", context, status)
