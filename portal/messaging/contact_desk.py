"""What a member or a program does to the record of a client. Every way in which numbers come together ends in `_hold`:
an opt-out on one number of a client holds back the others, however they came to be the same client's (X-15).

Nothing here opens texting, and there must never be anything that does (law 4, promises P12 and P13).
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlmodel import Session

from portal.accounts import audit
from portal.accounts.sender import SMS
from portal.consent import ledger, subscription
from portal.consent.state import Kind, Origin, Proof
from portal.contacts import contact, contact_date, number_state
from portal.contacts import merge as merging
from portal.contacts.contact import Contact
from portal.contacts.contact_date import Day
from portal.contacts.number_state import Bond
from portal.database import announce
from portal.errors import Conflict, NotFound
from portal.messaging import outbox

Changes = Sequence[tuple[str | None, str | None]]
"""(old, new) numbers in E.164; None for one that comes or goes."""


@dataclass(frozen=True)
class Who:
    """Who acts, for the audit and the timeline: `actor` as in the audit, and from where."""

    actor: str
    ip: str


def create(
    session: Session,
    business_id: str,
    who: Who,
    *,
    name: str,
    email: str = "",
    numbers: Sequence[str] = (),
    dates: Sequence[Day] = (),
) -> Contact:
    """Raises Invalid for dates that cannot be kept."""
    made = contact.create(session, business_id, name=name, email=email, numbers=numbers, actor=who.actor)
    contact_date.replace(session, made, dates, actor=who.actor)
    _finish(session, made, who, "contact.created", set())
    return made


def change(
    session: Session,
    business_id: str,
    contact_id: str,
    who: Who,
    *,
    name: str | None = None,
    email: str | None = None,
    changes: Changes = (),
    numbers: Sequence[str] | None = None,
    dates: Sequence[Day] | None = None,
) -> Contact:
    """What is None stays as it is; `numbers` says all of them, `changes` only what differs, so that what a colleague
    added meanwhile stays. Raises NotFound, Conflict for a merged record, Invalid for dates that cannot be kept."""
    found = _locked(session, business_id, contact_id)
    before = _bonds(session, found)
    new_name = found.name if name is None else name
    contact.rename(session, found, name=new_name, email=found.email if email is None else email, actor=who.actor)
    if numbers is not None:
        contact.replace_numbers(session, found, numbers, actor=who.actor)
    contact.change_numbers(session, found, changes, actor=who.actor)
    if dates is not None:
        contact_date.replace(session, found, dates, actor=who.actor)
    _finish(session, found, who, "contact.changed", before)
    return found


def attach(session: Session, business_id: str, subscription_id: str, contact_id: str, who: Who) -> Contact:
    """The number of a conversation is this contact's. Raises NotFound, Conflict for a merged record."""
    row = subscription.get(session, business_id, subscription_id)
    if row is None:
        raise NotFound("There is no such conversation.")
    found = _locked(session, business_id, contact_id)
    before = _bonds(session, found)
    contact.add_number(session, found, row.number, actor=who.actor)
    _finish(session, found, who, "contact.number_attached", before)
    return found


def merge(session: Session, business_id: str, kept_id: str, other_id: str, who: Who) -> Contact:
    """The other record becomes part of the kept one; a second click changes nothing. Raises NotFound, Conflict."""
    kept, other = contact.lock(session, business_id, kept_id, other_id)
    if kept.merged_into_id is None and other.merged_into_id == kept.id:
        return kept
    before = _bonds(session, kept, other)
    merging.merge(session, kept, other, actor=who.actor)
    _finish(session, kept, who, "contact.merged", before, other=other.id)
    return kept


def undo_merge(session: Session, business_id: str, kept_id: str, other_id: str, who: Who) -> Contact:
    """The record that was split off again. Raises NotFound, Conflict."""
    kept, other = contact.lock(session, business_id, kept_id, other_id)
    before = _bonds(session, kept)
    merging.undo(session, kept, other, actor=who.actor)
    _finish(session, kept, who, "contact.merge_undone", before, other=other.id)
    _hold(session, other, before)
    return other


def _locked(session: Session, business_id: str, contact_id: str) -> Contact:
    (found,) = contact.lock(session, business_id, contact_id)
    if found.merged_into_id is not None:
        kept = contact.living(session, business_id, contact_id)
        raise Conflict(
            f"This contact is part of “{kept.name}” now; nothing was changed.", reason="merged",
            unlock=f"Change the contact {kept.id} instead.",
        )  # fmt: skip
    return found


def _bonds(session: Session, *contacts: Contact) -> set[Bond]:
    states = number_state.of(session, [each.id for each in contacts])
    return {bond for each in states.values() for bond in number_state.bonds(each)}


def _finish(session: Session, found: Contact, who: Who, action: str, before: set[Bond], **details: str) -> None:
    _hold(session, found, before)
    audit.note(
        session, action, actor=who.actor, business_id=found.business_id, object=found.id, ip=who.ip, **details
    )  # fmt: skip
    announce(session, f"business:{found.business_id}")
    for each in contact.subscriptions(session, found):
        announce(session, f"thread:{found.business_id}:{each.id}")


def _hold(session: Session, found: Contact, before: set[Bond]) -> None:
    """Each number is locked before it is read: a STOP at this very moment is either seen here or sees us."""
    for number in sorted(contact.current(session, found)):
        subscription.lock(session, found.business_id, SMS, number)
    states = number_state.of(session, [found.id])[found.id]
    stopped = [each.number for each in number_state.stopped(states)]
    for each in number_state.to_pause(states, before):
        row = subscription.lock(session, found.business_id, SMS, each.number)
        ledger.record(
            session, row, Kind.PAUSED, origin=Origin.SYSTEM, proof=Proof.ATTESTED, actor="system",
            evidence={"because_of_numbers": stopped},
        )  # fmt: skip
        outbox.cancel_waiting(session, row.id, reason="paused")
        announce(session, f"thread:{row.business_id}:{row.id}")
