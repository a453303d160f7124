"""The business's record of one client: name, e-mail, phone numbers. It carries no consent (architecture.md, words)."""

import datetime as dt
from collections.abc import Collection, Sequence
from typing import Any

import sqlalchemy as sa
from sqlmodel import Field, Session, SQLModel, select

from portal import clock
from portal.accounts.sender import CHANNELS, SMS
from portal.column import UtcTime, key_text, new_id, sort_key, table_of
from portal.consent import subscription
from portal.contacts import contact_change, contact_number, group_member
from portal.contacts.contact_change import Change
from portal.contacts.contact_number import ContactNumber, is_held, siblings, someone_has
from portal.errors import NotFound
from portal.statement import Statement, param

__all__ = [
    "Contact", "ContactNumber", "add_number", "change_numbers", "create", "current", "get", "having", "is_held",
    "label", "living", "lock", "names", "numbers", "relabel", "rename", "replace_numbers", "siblings", "someone_has",
    "subscriptions", "write_to",
]  # fmt: skip

MOST_NUMBERS = 10
LONGEST_NAME = 120
LONGEST_CHAIN = 50  # merges into merges that are followed
SYSTEM = "system"


class Contact(SQLModel, table=True):
    """`merged_into_id`: this record is part of another one now, and shows no more on its own. `has_typed_name`: anybody
    may have typed the name into a public form, and no member has put a name in its place (law 7). `portal_epoch`: the
    link to the client's own page that counts; each new one ends those before (clients/link.py)."""

    __table_args__ = (
        sa.Index("contact_by_name", "business_id", "name_key", "id"),
        sa.Index("contact_by_email", "business_id", "email_key", "id"),
        sa.Index("contact_by_id", "business_id", "id"),
        sa.Index(
            "contact_merged", "merged_into_id",
            sqlite_where=sa.text("merged_into_id IS NOT NULL"), postgresql_where=sa.text("merged_into_id IS NOT NULL"),
        ),
    )  # fmt: skip

    id: str = Field(default_factory=new_id, primary_key=True)
    business_id: str = Field(foreign_key="business.id")
    name: str
    name_key: str = Field(sa_type=key_text())
    email: str = ""
    email_key: str = Field(default="", sa_type=key_text())
    has_typed_name: bool = False
    merged_into_id: str | None = Field(default=None, foreign_key="contact.id")
    portal_epoch: int = 0
    created_at: dt.datetime = Field(default_factory=clock.now, sa_type=UtcTime)


_c, _n = table_of(Contact), contact_number.table
_OWNERS = Statement(
    sa.select(_c.c.id, _c.c.name)
    .join_from(_c, _n, _n.c.contact_id == _c.c.id)
    .where(_n.c.business_id == param("business_id"), _n.c.number == param("number"), _n.c.is_current)
    .order_by(_n.c.since_at, _n.c.id)
    .limit(20)
)
"""As `having`, for a road that needs only what they are called."""


def create(
    session: Session,
    business_id: str,
    *,
    name: str,
    email: str = "",
    numbers: Sequence[str] = (),
    actor: str = SYSTEM,
    has_typed_name: bool = False,
) -> Contact:
    """`numbers` are E.164, already parsed."""
    contact = Contact(business_id=business_id, name="", name_key="", has_typed_name=has_typed_name)
    _call(contact, name, email)
    session.add(contact)
    session.flush()
    given = list(dict.fromkeys(numbers))
    contact_change.note(session, business_id, contact.id, Change.CREATED, actor=actor, numbers=given)
    for number in given:
        contact_number.begin_first(session, business_id, contact.id, number)
    for number in sorted(given):
        relabel(session, contact, number)
    return contact


def get(session: Session, business_id: str, contact_id: str) -> Contact:
    """Raises NotFound for an unknown or somebody else's."""
    contact = session.get(Contact, contact_id)
    if contact is None or contact.business_id != business_id:
        raise NotFound("There is no such contact.")
    return contact


def living(session: Session, business_id: str, contact_id: str) -> Contact:
    """The record that this one is part of now: itself, or what it was merged into. Raises NotFound."""
    contact = get(session, business_id, contact_id)
    for _ in range(LONGEST_CHAIN):
        if contact.merged_into_id is None:
            break
        contact = get(session, business_id, contact.merged_into_id)
    return contact


def lock(session: Session, business_id: str, *contact_ids: str) -> list[Contact]:
    """The records as they are now, in the order asked for, nobody else's to change until the transaction ends; locked
    in the order of their ids, so that two members never wait for each other. Raises NotFound."""
    query = select(Contact).where(Contact.business_id == business_id, sa.column("id").in_(contact_ids))
    found = session.exec(
        query.order_by(sa.column("id")).with_for_update().execution_options(populate_existing=True)
    ).all()
    by_id = {each.id: each for each in found}
    if set(contact_ids) - set(by_id):
        raise NotFound("There is no such contact.")
    return [by_id[each] for each in contact_ids]


def names(session: Session, business_id: str, contact_ids: Collection[str]) -> dict[str, str]:
    """What these contacts are called, by id; strangers' ids are left out."""
    query = select(Contact.id, Contact.name).where(
        Contact.business_id == business_id, sa.column("id").in_(list(contact_ids))
    )
    return dict(session.exec(query).all())


def numbers(session: Session, contact: Contact) -> list[ContactNumber]:
    """Current numbers first, former ones after."""
    return contact_number.of(session, contact.id)


def current(session: Session, contact: Contact) -> list[str]:
    """The numbers it has now."""
    return [each.number for each in numbers(session, contact) if each.is_current]


def having(session: Session, business_id: str, number: str) -> list[Contact]:
    """The contacts of a business that currently have this number, the one that had it first before the others."""
    query = (
        select(Contact)
        .join(ContactNumber, sa.column("contact_id") == Contact.id)
        .where(ContactNumber.business_id == business_id, ContactNumber.number == number, ContactNumber.is_current)
    )
    return list(session.exec(query.order_by(sa.column("since_at"), contact_number.table.c.id).limit(20)).all())


def rename(session: Session, contact: Contact, *, name: str, email: str, actor: str = SYSTEM) -> None:
    before = contact.name, contact.email
    contact.has_typed_name = False
    _call(contact, name, email)
    if before == (contact.name, contact.email):
        return
    session.add(contact)
    session.flush()
    group_member.rename(session, contact.id, contact.name_key)
    contact_change.note(
        session, contact.business_id, contact.id, Change.RENAMED, actor=actor,
        was=before[0] if before[0] != contact.name else "", name=contact.name,
    )  # fmt: skip
    for number in current(session, contact):
        label(session, contact.business_id, number)


def write_to(contact: Contact, email: str) -> None:
    """Its e-mail address from now on."""
    contact.email = email.strip()
    contact.email_key = contact.email.casefold()


def replace_numbers(session: Session, contact: Contact, wanted: Sequence[str], *, actor: str = SYSTEM) -> None:
    """Exactly these numbers are current."""
    had = current(session, contact)
    changes: list[tuple[str | None, str | None]] = [(None, number) for number in wanted if number not in had]
    changes += [(number, None) for number in had if number not in wanted]
    change_numbers(session, contact, changes, actor=actor)


def change_numbers(
    session: Session, contact: Contact, changes: Sequence[tuple[str | None, str | None]], *, actor: str = SYSTEM,
    is_claimed: bool = False,
) -> None:  # fmt: skip
    """Each change is (old, new), with None for one that comes or goes. Consent stays with the numbers: a former one may
    not be texted (X-14), and what the client said on a number counts again when the number comes back."""
    before = set(current(session, contact))
    for old, new in changes:
        if old in before and old not in {each for _, each in changes}:
            contact_number.end(session, contact.id, old)
        if new is not None and new not in before:
            contact_number.begin(session, contact.business_id, contact.id, new, is_claimed=is_claimed)
        _note(session, contact, old if old in before else None, new if new not in before else None, actor)
    session.flush()
    for number in sorted({each for change in changes for each in change if each}):
        relabel(session, contact, number)


def add_number(session: Session, contact: Contact, number: str, *, actor: str = SYSTEM) -> None:
    """Beside those it has."""
    change_numbers(session, contact, [(None, number)], actor=actor)


def subscriptions(session: Session, contact: Contact) -> list[Any]:
    """The subscriptions of the numbers it has now."""
    rows = [subscription.find(session, contact.business_id, SMS, number) for number in current(session, contact)]
    return [row for row in rows if row is not None]


def label(session: Session, business_id: str, number: str, channel: str = SMS) -> None:
    """Show a number in the status list under the contacts that have it now; where nobody has, it stays as it is."""
    owners = _OWNERS.rows(session, business_id=business_id, number=number)
    row = subscription.find(session, business_id, channel, number) if owners else None
    if row is not None:
        name = ", ".join(owner.name for owner in owners)[:LONGEST_NAME]
        subscription.show_as(session, row, name=name, contact_id=owners[0].id)


def relabel(session: Session, contact: Contact, number: str) -> None:
    """The same after `contact` got or lost the number. One that nobody has any more stays with `contact`, and is not
    texted; one that somebody has gets a row of its own, so that it can be opted out before anybody asked (H-18)."""
    is_somebodys = is_held(session, contact.business_id, number)
    if is_somebodys:
        subscription.lock(session, contact.business_id, SMS, number)
    for channel in CHANNELS:
        if is_somebodys:
            label(session, contact.business_id, number, channel)
        elif (row := subscription.find(session, contact.business_id, channel, number)) is not None:
            subscription.show_as(session, row, name=contact.name, contact_id=contact.id, is_current=False)


def _call(contact: Contact, name: str, email: str) -> None:
    contact.name = " ".join(name.split())[:LONGEST_NAME]
    contact.name_key = sort_key(contact.name)
    write_to(contact, email)


def _note(session: Session, contact: Contact, old: str | None, new: str | None, actor: str) -> None:
    kinds = {(True, True): Change.NUMBER_CHANGED, (True, False): Change.NUMBER_REMOVED}
    kind = kinds.get((old is not None, new is not None), Change.NUMBER_ADDED)
    if old or new:
        contact_change.note(session, contact.business_id, contact.id, kind, actor=actor, old=old or "", new=new or "")
