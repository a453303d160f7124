"""`/contacts/{id}`: one client with numbers, dates, projects and everything that happened; and what may be changed."""

import hashlib
from collections.abc import Sequence
from typing import Any

from sqlmodel import Session

from forms.contact import ContactForm
from forms.phone_number import Dialling
from portal import glyph
from portal.accounts import member, sender
from portal.accounts.business import Capability
from portal.accounts.member import Right
from portal.automations.client_line import scheduled
from portal.clients import link as own_page
from portal.consent import legal_hold
from portal.consent.legal_hold import Held
from portal.contacts import contact, contact_date, contact_list, group, merge, number_state, opt_in_mark
from portal.contacts.contact import Contact
from portal.contacts.contact_date import Day
from portal.contacts.number_state import NumberState
from portal.errors import Conflict
from portal.messaging import client_line, contact_desk, number_review, timeline
from portal.messaging.contact_desk import Who
from portal.messaging.timeline import TimelinePage
from portal.questionnaires import link, offer
from portal.questionnaires.client_line import sent_in
from portal.web.page import Answer, Page, SeeOther
from portal.web.visit import Visit

LINKS = 3


def show(session: Session, visit: Visit) -> Answer:
    """The page; where an open page asks again, what changes on it. A merged record leads to the one it is part of."""
    found = contact.get(session, visit.business.id, visit.params["contact"])
    if found.merged_into_id is not None:
        return SeeOther(f"/contacts/{contact.living(session, visit.business.id, found.id).id}")
    context = _person(session, visit, found)
    return Page("contact/_person.html" if visit.is_partial else "contact/page.html", context)


def edit(session: Session, visit: Visit) -> Answer:
    found = contact.get(session, visit.business.id, visit.params["contact"])
    if found.merged_into_id is not None:
        return SeeOther(f"/contacts/{contact.living(session, visit.business.id, found.id).id}/edit")
    days = [Day(each.name, each.on_date) for each in contact_date.of(session, [found.id])[found.id]]
    known = {"name": found.name, "email": found.email}
    numbers = contact.current(session, found)
    return _form(found, ContactForm(dialling=_dialling(session, visit), data=known, numbers=numbers, dates=days))


def save(session: Session, visit: Visit) -> Answer:
    """What a change of numbers means for texting is said before it is saved: the form comes back once (X-14)."""
    found = contact.get(session, visit.business.id, visit.params["contact"])
    if found.merged_into_id is not None:
        raise Conflict("This contact was merged into another one; nothing was changed.", reason="merged")
    form = ContactForm(visit.form, dialling=_dialling(session, visit))
    if form.has_grown(str(visit.form.get("do", ""))):
        return _form(found, form)
    if not form.is_valid():
        return _form(found, form, status=422)
    review = number_review.read(session, found, form.changes)
    seal = hashlib.sha256(repr(sorted(form.changes, key=repr)).encode()).hexdigest()[:16]
    if review and visit.form.get("reviewed") != seal:
        return _form(found, form, review=review, seal=seal, status=422)
    contact_desk.change(
        session, visit.business.id, found.id, Who(visit.actor, visit.ip), name=str(form.name.data),
        email=str(form.email.data or ""), changes=form.changes, dates=form.days,
    )  # fmt: skip
    return SeeOther(f"/contacts/{found.id}", flash=f"{glyph.shown(str(form.name.data))} is saved.")


def _form(found: Contact, form: ContactForm, *, review: Any = (), seal: str = "", status: int = 200) -> Page:
    context = {"form": form, "found": found, "review": review, "seal": seal, "suggested": contact_date.SUGGESTED}
    return Page("contact/edit.html", context, status)


def _person(session: Session, visit: Visit, found: Contact) -> dict[str, Any]:
    states = number_state.of(session, [found.id])[found.id]
    current = [each for each in states if each.is_current]
    holders = number_state.holders(session, visit.business.id, [each.number for each in current], but=found.id)
    return {
        "found": found,
        "current": current,
        "former": [each for each in states if not each.is_current],
        "mark": opt_in_mark.of(session, [found.id])[found.id],
        "shared": {each.number: [other for other in holders if other.number == each.number and other.is_current]
                   for each in current},
        "dates": contact_date.of(session, [found.id])[found.id],
        "projects": contact_list.projects(session, found.id),
        "groups": group.of_contact(session, found.id),
        "other_groups": group.offered(session, visit.business.id, found.id),
        "links": _links(session, visit, found),
        "own_page": _own_page(visit, found),
        "legal_hold": _hold(session, visit, states),
        "is_texting": visit.business.may_use(Capability.TEXTING),
        "timeline": _timeline(session, visit, found, {each.subscription_id: each.number for each in states}),
        "before": visit.query.get("before", ""),
    }  # fmt: skip


def _hold(session: Session, visit: Visit, states: Sequence[NumberState]) -> Held | None:
    known = [each.subscription_id for each in states if each.subscription_id]
    return legal_hold.among(session, visit.business.id, known)


def _timeline(session: Session, visit: Visit, found: Contact, numbers: dict[str | None, str]) -> TimelinePage:
    """One query per source, however many numbers and years there are."""
    names = {f"member:{each.id}": each.name for each in member.all_of(session, visit.business.id)}
    known = {row_id: number for row_id, number in numbers.items() if row_id}
    records = merge.members(session, found.id)
    sources = [
        client_line.texts(list(known), names), client_line.consent(known, names), client_line.record(records, names),
        client_line.projects(found.id), sent_in(records), scheduled(list(known)),
    ]  # fmt: skip
    return timeline.page(session, sources, after=visit.query.get("before", ""))


def _links(session: Session, visit: Visit, found: Contact) -> list[tuple[str, str]]:
    """(title, personal link) of the latest questionnaires that ask for consent (H-24)."""
    if not visit.business.may_use(Capability.TEXTING):
        return []
    asked = offer.having_opt_in(session, visit.business.id)[:LINKS]
    secrets, origin = visit.state.secrets, visit.settings.form_origin
    return [(each.title, link.personal_url(secrets, origin, each, found)) for each in asked]


def _own_page(visit: Visit, found: Contact) -> str:
    """The link for those who may hand it over."""
    may_hand = visit.business.may_use(Capability.TEXTING) and visit.member.may(Right.SEND)
    return own_page.url(visit.state.secrets, visit.settings.form_origin, found) if may_hand else ""


def _dialling(session: Session, visit: Visit) -> Dialling:
    business = visit.business
    return Dialling(business.region, business.allowed_regions, tuple(sender.numbers(session, business.id)))
