"""`/contacts`: everybody by name, the search, who texted without being known, and a new contact."""

from typing import Any
from urllib.parse import urlencode

from sqlmodel import Session

from forms.contact import ContactForm
from forms.phone_number import Dialling
from portal import glyph
from portal.accounts import sender
from portal.accounts.business import Capability
from portal.consent import subscription
from portal.contacts import contact_date, contact_list, unknown_sender
from portal.errors import NotFound
from portal.messaging import contact_desk
from portal.messaging.contact_desk import Who
from portal.web.page import Answer, Page, SeeOther
from portal.web.visit import Visit

LONGEST_SEARCH = 120
FORM = "contact/edit.html"


def show(session: Session, visit: Visit) -> Answer:
    """The list; the list alone where an open page searches or asks again."""
    is_texting = visit.business.may_use(Capability.TEXTING)
    context: dict[str, Any] = {
        "unknown": unknown_sender.count(session, visit.business.id) if is_texting else 0,
        "counted": unknown_sender.COUNTED, "is_texting": is_texting, "is_first": "after" not in visit.query,
    }  # fmt: skip
    listed = _unknown if is_texting and visit.query.get("unknown") == "1" else _known
    context |= listed(session, visit)
    context["here"] = _url(**{name: visit.query.get(name) for name in ("q", "unknown", "after")})
    return Page("contacts/_list.html" if visit.is_partial else "contacts/page.html", context)


def new(session: Session, visit: Visit) -> Answer:
    """An empty form, or one that starts with the number of a conversation (`from`)."""
    row_id = visit.query.get("from")
    row = subscription.get(session, visit.business.id, row_id) if row_id else None
    if row_id and row is None:
        raise NotFound("There is no such conversation.")
    form = ContactForm(dialling=_dialling(session, visit))
    if row is not None:
        form.numbers[0].typed = row.number
    return _form(form)


def create(session: Session, visit: Visit) -> Answer:
    """422 keeps everything that was typed; buttons that add a row keep it too."""
    form = ContactForm(visit.form, dialling=_dialling(session, visit))
    if form.has_grown(str(visit.form.get("do", ""))):
        return _form(form)
    if not form.is_valid():
        return _form(form, 422)
    made = contact_desk.create(
        session, visit.business.id, Who(visit.actor, visit.ip), name=str(form.name.data),
        email=str(form.email.data or ""), numbers=form.new_numbers, dates=form.days,
    )  # fmt: skip
    return SeeOther(f"/contacts/{made.id}", flash=f"{glyph.shown(made.name)} is one of your contacts now.")


def _dialling(session: Session, visit: Visit) -> Dialling:
    """How the business reads numbers."""
    business = visit.business
    return Dialling(business.region, business.allowed_regions, tuple(sender.numbers(session, business.id)))


def _form(form: ContactForm, status: int = 200) -> Page:
    return Page(FORM, {"form": form, "found": None, "review": (), "suggested": contact_date.SUGGESTED}, status)


def _known(session: Session, visit: Visit) -> dict[str, Any]:
    q = " ".join(visit.query.get("q", "").split())[:LONGEST_SEARCH]
    found = contact_list.page(
        session, visit.business.id, region=visit.business.region, q=q, after=visit.query.get("after") or None
    )
    return {"q": q, "rows": found.rows, "senders": None, "older": _url(q=q, after=found.next) if found.next else None}


def _unknown(session: Session, visit: Visit) -> dict[str, Any]:
    rows, after = unknown_sender.page(session, visit.business.id, after=visit.query.get("after") or None)
    return {"q": "", "rows": (), "senders": rows, "older": _url(unknown="1", after=after) if after else None}


def _url(**given: str | None) -> str:
    query = urlencode({name: value for name, value in given.items() if value})
    return f"/contacts?{query}" if query else "/contacts"
