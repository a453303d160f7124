"""`/sms/new`: a message to somebody by name or number, on either channel (W-5); it opens the conversation."""

from typing import Any

from sqlmodel import Session

from forms.new_message import NewMessageForm
from portal.accounts import sender
from portal.accounts.sender import SMS, WHATSAPP
from portal.consent import number_search, phone_number, subscription
from portal.consent.phone_number import Refused
from portal.contacts import contact, contact_list
from portal.errors import NotFound
from portal.web.page import Answer, Page, SeeOther
from portal.web.visit import Visit

SHOWN = 8


def show(session: Session, visit: Visit) -> Answer:
    """The form; with `q` what it finds, one button for each number."""
    form = NewMessageForm(visit.query, has_whatsapp=visit.business.has_whatsapp)
    is_asked = bool(visit.query.get("q"))
    if is_asked and not form.is_valid():
        return _page(session, visit, form, 422)
    return _page(session, visit, form)


def start(session: Session, visit: Visit) -> Answer:
    """Open the conversation with one number. Raises NotFound for a channel that is off (W-3)."""
    channel, home = str(visit.form.get("channel") or SMS), visit.business
    if channel not in (SMS, WHATSAPP) or (channel == WHATSAPP and not home.has_whatsapp):
        raise NotFound("There is no such channel here.")
    typed = str(visit.form.get("number") or "")[: phone_number.LONGEST]
    found = subscription.find(session, home.id, channel, typed)
    if found is None:
        number = _parsed(session, visit, typed)
        if isinstance(number, Refused):
            form = NewMessageForm(visit.form, has_whatsapp=home.has_whatsapp)
            form.q.data, form.q.errors = typed, (number.sentence,)
            return _page(session, visit, form, 422)
        found = subscription.lock(session, home.id, channel, number.e164)
        contact.label(session, home.id, number.e164, channel)
    return SeeOther(f"/sms/{found.id}")


def _page(session: Session, visit: Visit, form: NewMessageForm, status: int = 200) -> Page:
    q = str(form.q.data or "")
    number = _parsed(session, visit, q) if q and number_search.is_number(q) else None
    people = (
        contact_list.page(session, visit.business.id, region=visit.business.region, q=q, limit=SHOWN).rows if q else ()
    )
    context: dict[str, Any] = {
        "form": form, "people": people, "number": None if isinstance(number, Refused) else number, "is_asked": bool(q),
        "problem": number.sentence if isinstance(number, Refused) and not people else "",
    }  # fmt: skip
    return Page("new_message/page.html", context, status)


def _parsed(session: Session, visit: Visit, typed: str) -> Any:
    home = visit.business
    return phone_number.parse(
        typed, region=home.region, allowed_regions=home.allowed_regions, own_numbers=sender.numbers(session, home.id)
    )
