"""Two records of one client: what merging them will do, side by side, and its undoing. No consent is carried over."""

from dataclasses import dataclass
from typing import Any

from sqlmodel import Session

from portal import glyph
from portal.contacts import contact, contact_date, contact_list, number_state
from portal.contacts.contact import Contact
from portal.contacts.contact_date import ContactDate
from portal.contacts.number_state import NumberState
from portal.errors import Conflict
from portal.messaging import contact_desk
from portal.messaging.contact_desk import Who
from portal.web.flash import Undo
from portal.web.page import Answer, Page, SeeOther
from portal.web.visit import Visit

CHOICES = 8
LONGEST_SEARCH = 120


@dataclass(frozen=True)
class Side:
    """One of the two records."""

    found: Contact
    states: list[NumberState]
    dates: list[ContactDate]


def show(session: Session, visit: Visit) -> Answer:
    """The preview with the contact named by `with`; without one, a search for it."""
    found = contact.get(session, visit.business.id, visit.params["contact"])
    if found.merged_into_id is not None:
        return SeeOther(f"/contacts/{contact.living(session, visit.business.id, found.id).id}/merge")
    other_id = visit.query.get("with", "")
    if not other_id:
        return _choose(session, visit, found)
    return _preview(session, found, contact.living(session, visit.business.id, other_id))


def merge(session: Session, visit: Visit) -> Answer:
    kept_id, other_id = visit.params["contact"], str(visit.form.get("with", ""))
    contact.get(session, visit.business.id, kept_id)
    other = contact.get(session, visit.business.id, other_id)
    kept = contact_desk.merge(session, visit.business.id, kept_id, other.id, Who(visit.actor, visit.ip))
    said = f"“{glyph.shown(other.name)}” is part of {glyph.shown(kept.name)} now. No consent was carried over."
    undo = Undo(f"/contacts/{kept.id}/merge/undo", {"other": other.id})
    return SeeOther(f"/contacts/{kept.id}", flash=said, undo=undo)


def undo(session: Session, visit: Visit) -> Answer:
    """Each record has again what it had. What opted out or was paused meanwhile stays so (P12)."""
    kept_id, other_id = visit.params["contact"], str(visit.form.get("other", ""))
    contact.get(session, visit.business.id, kept_id)
    other = contact_desk.undo_merge(session, visit.business.id, kept_id, other_id, Who(visit.actor, visit.ip))
    said = f"{glyph.shown(other.name)} is a contact of its own again. Numbers that were paused stay paused."
    return SeeOther(f"/contacts/{kept_id}", flash=said)


def _choose(session: Session, visit: Visit, found: Contact) -> Page:
    q = " ".join(visit.query.get("q", "").split())[:LONGEST_SEARCH]
    likely = [q] if q else [*found.name.split()[:1], ""]  # the same first name before everybody else
    pages = [
        contact_list.page(session, visit.business.id, region=visit.business.region, q=each, limit=CHOICES + 1)
        for each in likely
    ]
    unique = {row.id: row for page in pages for row in page.rows if row.id != found.id}
    rows = list(unique.values())[:CHOICES]
    context: dict[str, Any] = {"found": found, "q": q, "rows": rows}
    return Page("contact/_choices.html" if visit.is_partial else "contact/choose.html", context)


def _preview(session: Session, found: Contact, other: Contact) -> Page:
    if found.id == other.id:
        raise Conflict("A contact cannot be merged with itself.", reason="same", unlock="Choose another contact.")
    ids = [found.id, other.id]
    states, dates = number_state.of(session, ids), contact_date.of(session, ids)
    sides = [Side(each, states[each.id], dates[each.id]) for each in (found, other)]
    united = _united(states[found.id], states[other.id])
    before = number_state.bonds(states[found.id]) | number_state.bonds(states[other.id])
    taken = {each.key for each in dates[found.id]}
    context = {
        "found": found, "other": other, "sides": sides, "united": united,
        "paused": {each.number for each in number_state.to_pause(united, before)},
        "stopped": [each.number for each in number_state.stopped(united)],
        "left_out": [each for each in dates[other.id] if each.key in taken],
        "coming": [each for each in dates[other.id] if each.key not in taken],
    }  # fmt: skip
    return Page("contact/merge.html", context)


def _united(mine: list[NumberState], theirs: list[NumberState]) -> list[NumberState]:
    """The numbers of the record that will be; one that either has now is a current one."""
    found = {each.number: each for each in sorted([*mine, *theirs], key=lambda each: each.is_current)}
    return sorted(found.values(), key=lambda each: (not each.is_current, each.since_at))
