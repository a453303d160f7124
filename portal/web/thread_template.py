"""Writing on WhatsApp when the 24 hours are over: an approved template with its places filled (rules.md 6)."""

import secrets
from typing import Any

from sqlmodel import Session

from forms.thread_template import TemplateForm
from portal.consent import subscription
from portal.errors import NotFound
from portal.messaging import thread, whatsapp_template
from portal.messaging.gate import Refuse
from portal.messaging.whatsapp_template import WhatsappTemplate
from portal.web import panel
from portal.web.page import Answer, Page, SeeOther
from portal.web.visit import Visit


def show(session: Session, visit: Visit) -> Answer:
    """The templates; with `template`, the places of one of them."""
    chosen = _chosen(session, visit, visit.query.get("template"))
    return _page(session, visit, chosen, TemplateForm(places=chosen.places if chosen else 0))


def send(session: Session, visit: Visit) -> Answer:
    chosen = _chosen(session, visit, visit.form.get("template"))
    if chosen is None:
        return _page(session, visit, None, TemplateForm(places=0), "Please choose a template.", 422)
    form = TemplateForm(visit.form, places=chosen.places)
    if form.problem:
        return _page(session, visit, chosen, form, form.problem, 422)
    words, template = whatsapp_template.fill(chosen, form.typed)
    once = str(visit.form.get("once") or secrets.token_urlsafe(8))[:64]
    answer = thread.write(
        session, visit.business.id, visit.params["subscription"], words, member_id=visit.member.id,
        once_key=f"template:{visit.member.id}:{once}", template=template,
    )  # fmt: skip
    if isinstance(answer, Refuse):
        return _page(session, visit, chosen, form, f"Not sent. {answer.sentence} {answer.unlock}", 422)
    return SeeOther(f"/sms/{visit.params['subscription']}")


def _chosen(session: Session, visit: Visit, template_id: Any) -> WhatsappTemplate | None:
    """One that may be sent; None for anything else."""
    offered = whatsapp_template.usable(session, visit.business.id)
    return next((each for each in offered if each.id == template_id), None)


def _page(
    session: Session, visit: Visit, chosen: WhatsappTemplate | None, form: TemplateForm, problem: str = "",
    status: int = 200,
) -> Page:  # fmt: skip
    row = subscription.get(session, visit.business.id, visit.params["subscription"])
    if row is None:
        raise NotFound("There is no such conversation.")
    context = {
        "row": row, "offered": whatsapp_template.usable(session, visit.business.id), "chosen": chosen, "form": form,
        "problem": problem, "once": secrets.token_urlsafe(12),
    }  # fmt: skip
    return panel.page(visit, "thread_template/_form.html", context, title="A WhatsApp template", status=status)
