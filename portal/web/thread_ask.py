"""The prompt before a first text: may we ask them, why, and what waits for their YES (M-1, W-6, X-27)."""

import secrets
from typing import Any

from sqlmodel import Session

from forms.first_message import AskForm
from portal import local_time
from portal.accounts import audit
from portal.consent import subscription
from portal.consent.purpose import Purpose
from portal.errors import NotFound
from portal.messaging import deferral, first_message, segment, thread, wording
from portal.messaging.first_message import Basis
from portal.messaging.gate import Refuse
from portal.web import panel
from portal.web.page import Answer, Page, SeeOther
from portal.web.visit import Visit


def show(session: Session, visit: Visit) -> Answer:
    form = AskForm(allows_cold=visit.business.allows_cold_requests, once=secrets.token_urlsafe(16))
    form.text.data = visit.query.get("text", "")[:1600]
    return _page(session, visit, form)


def send(session: Session, visit: Visit) -> Answer:
    """Confirm: one request, and the first text held. A refusal keeps what was typed, and nothing is stored."""
    form = AskForm(visit.form, allows_cold=visit.business.allows_cold_requests)
    if not form.is_valid():
        return _page(session, visit, form, 422)
    row = subscription.lock_by_id(session, visit.business.id, visit.params["subscription"])
    if row is None:
        raise NotFound("There is no such conversation.")
    asked = first_message.ask(
        session, visit.business, row, basis=Basis(str(form.basis.data)), note=str(form.note.data or ""),
        member=visit.member, actor=visit.actor,
    )  # fmt: skip
    if isinstance(asked, Refuse):
        form.basis.errors = (f"Not asked. {asked.sentence} {asked.unlock}",)
        return _page(session, visit, form, 422)
    audit.note(
        session, "opt_in.requested", actor=visit.actor, business_id=visit.business.id, object=row.id, ip=visit.ip
    )
    if form.text.data:
        thread.write(
            session, visit.business.id, row.id, str(form.text.data), member_id=visit.member.id,
            once_key=f"asked:{row.id}:{asked.seq}",
        )  # fmt: skip
    said = _when_asked(session, visit, asked.row)
    said += " Your text is held and leaves when they answer YES." if form.text.data else ""
    return SeeOther(f"/sms/{row.id}", flash=said)


def _when_asked(session: Session, visit: Visit, row: Any) -> str:
    wait = deferral.on_queueing(session, row, Purpose.OPT_IN_REQUEST)
    if wait is None:
        return "Asked."
    return f"It is no hour for texts there: they are asked {local_time.when(wait.until, visit.business.timezone)}."


def _page(session: Session, visit: Visit, form: AskForm, status: int = 200) -> Page:
    row: Any = subscription.get(session, visit.business.id, visit.params["subscription"])
    if row is None:
        raise NotFound("There is no such conversation.")
    home = visit.business
    words = wording.automatic(session, home, "mo.request.client", channel=row.channel, employee=visit.member.name)
    context = {
        "form": form, "row": row, "words": words.text, "size": segment.count(words.text),
        "asking": first_message.asking(session, home, row), "most": first_message.MOST,
        "count": segment.count(form.text.data or ""),
    }  # fmt: skip
    return panel.page(visit, "thread_ask/_form.html", context, title="Ask for consent", status=status)
