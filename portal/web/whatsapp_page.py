"""`/settings/whatsapp`: how a WhatsApp account is connected, and the templates that Meta has approved for it.

The account belongs to this business, so each branch has a page of its own; without the channel the page does not exist.
"""

from sqlmodel import Session

from forms.whatsapp_template import STANDINGS, StandingForm, WhatsappTemplateForm
from portal.accounts import audit, sender
from portal.accounts.sender import REHEARSAL, WHATSAPP
from portal.errors import Conflict, Invalid, NotFound
from portal.messaging import whatsapp_template
from portal.web.page import Answer, Page, SeeOther
from portal.web.visit import Visit

PATH = "/settings/whatsapp"


def show(session: Session, visit: Visit) -> Answer:
    return _page(session, visit, WhatsappTemplateForm())


def create(session: Session, visit: Visit) -> Answer:
    _require(visit)
    form = WhatsappTemplateForm(visit.form)
    if not form.is_valid():
        return _page(session, visit, form, 422)
    try:
        made = whatsapp_template.add(
            session, visit.business.id, **{name: str(value) for name, value in form.data.items()}
        )
    except (Invalid, Conflict) as problem:
        field = form.name if isinstance(problem, Conflict) else form.body
        field.errors = (problem.detail,)
        return _page(session, visit, form, 422)
    _note(session, visit, "created", made.id, name=made.name, language=made.language)
    return SeeOther(PATH, flash=f"{made.name} is written down.")


def mark(session: Session, visit: Visit) -> Answer:
    """By hand, where Meta's own word does not reach us."""
    _require(visit)
    found = whatsapp_template.get(session, visit.business.id, visit.params["template"])
    form = StandingForm(visit.form)
    if not form.is_valid():
        return _page(session, visit, WhatsappTemplateForm(), 422)
    whatsapp_template.mark(session, found, str(form.status.data))
    _note(session, visit, "marked", found.id, status=found.status)
    return SeeOther(PATH, flash=f"{found.name}: {STANDINGS[whatsapp_template.Standing(found.status)].lower()}.")


def delete(session: Session, visit: Visit) -> Answer:
    _require(visit)
    found = whatsapp_template.get(session, visit.business.id, visit.params["template"])
    _note(session, visit, "deleted", found.id, name=found.name, language=found.language)
    whatsapp_template.remove(session, found)
    return SeeOther(PATH, flash=f"{found.name} is gone from this list; at Meta nothing has changed.")


def _page(session: Session, visit: Visit, form: WhatsappTemplateForm, status: int = 200) -> Page:
    _require(visit)
    ours = sender.of(session, visit.business.id, WHATSAPP)
    context = {
        "form": form, "found": whatsapp_template.of(session, visit.business.id), "standings": STANDINGS,
        "number": ours.number if ours else "", "is_rehearsal": bool(ours and ours.provider == REHEARSAL),
        "webhook": f"{visit.settings.public_url}/webhooks/whatsapp/{visit.business.id}/messages",
    }  # fmt: skip
    return Page("whatsapp_page/page.html", context, status)


def _require(visit: Visit) -> None:
    """Raises NotFound where the channel is off (W-3)."""
    if not visit.business.has_whatsapp:
        raise NotFound()


def _note(session: Session, visit: Visit, what: str, template_id: str, **details: str) -> None:
    audit.note(
        session, f"whatsapp_template.{what}", actor=visit.actor, business_id=visit.business.id, object=template_id,
        ip=visit.ip, **details,
    )  # fmt: skip
