"""The business's record of one client: name, e-mail, phone numbers. It carries no consent (architecture.md, words)."""

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import sqlalchemy as sa
from sqlmodel import Field, Session, SQLModel, select

from portal import clock
from portal.accounts.sender import SMS
from portal.column import UtcTime, key_text, new_id, sort_key, table_of
from portal.consent import subscription
from portal.errors import NotFound
from portal.statement import Statement, param


class Contact(SQLModel, table=True):
    __table_args__ = (sa.Index("contact_by_name", "business_id", "name_key", "id"),)

    id: str = Field(default_factory=new_id, primary_key=True)
    business_id: str = Field(foreign_key="business.id")
    name: str
    name_key: str = Field(sa_type=key_text())
    email: str = ""
    merged_into_id: str | None = Field(default=None, foreign_key="contact.id")
    created_at: dt.datetime = Field(default_factory=clock.now, sa_type=UtcTime)


class ContactNumber(SQLModel, table=True):
    """A number a contact has, or had: a changed number is a new number without consent (H-3)."""

    __tablename__ = "contact_number"
    __table_args__ = (
        sa.UniqueConstraint("contact_id", "number", name="contact_number_once"),
        sa.Index("contact_number_by_number", "business_id", "number"),
    )

    id: str = Field(default_factory=new_id, primary_key=True)
    business_id: str = Field(foreign_key="business.id")
    contact_id: str = Field(foreign_key="contact.id")
    number: str
    is_current: bool = True
    since_at: dt.datetime = Field(default_factory=clock.now, sa_type=UtcTime)


_numbers = table_of(ContactNumber)
_SIBLINGS = Statement(
    sa.select(_numbers.c.number)
    .where(
        _numbers.c.business_id == param("business_id"),
        _numbers.c.is_current,
        _numbers.c.number != param("number"),
        _numbers.c.contact_id.in_(
            sa.select(_numbers.c.contact_id).where(
                _numbers.c.business_id == param("business_id"),
                _numbers.c.number == param("number"),
                _numbers.c.is_current,
            )
        ),
    )
    .distinct()
    .limit(50)
)


def someone_has(business_id: sa.ColumnElement[str], number: sa.ColumnElement[str]) -> sa.ColumnElement[bool]:
    """For statements: whether a contact of the business currently has the number."""
    return sa.exists().where(_numbers.c.business_id == business_id, _numbers.c.number == number, _numbers.c.is_current)


_HELD = Statement(
    sa.select(_numbers.c.id)
    .where(_numbers.c.business_id == param("business_id"), _numbers.c.number == param("number"), _numbers.c.is_current)
    .limit(1)
)


@dataclass(frozen=True)
class ContactPage:
    rows: list[Contact]
    next: str | None


def create(session: Session, business_id: str, *, name: str, email: str = "", numbers: Sequence[str] = ()) -> Contact:
    """`numbers` are E.164, already parsed."""
    name = " ".join(name.split())[:120]
    contact = Contact(business_id=business_id, name=name, name_key=sort_key(name), email=email.strip())
    session.add(contact)
    session.flush()
    replace_numbers(session, contact, numbers)
    return contact


def get(session: Session, business_id: str, contact_id: str) -> Contact:
    """Raises NotFound for an unknown or somebody else's."""
    contact = session.get(Contact, contact_id)
    if contact is None or contact.business_id != business_id:
        raise NotFound("There is no such contact.")
    return contact


def page(session: Session, business_id: str, *, after: str | None = None, limit: int = 50, q: str = "") -> ContactPage:
    """Contacts by name, keyset-paged; `after` is the id of the last contact seen, `q` a beginning of the name."""
    query = select(Contact).where(Contact.business_id == business_id)
    if q:
        key = sort_key(q)
        query = query.where(Contact.name_key >= key, Contact.name_key < key + "\U0010ffff")
    if after:
        last = get(session, business_id, after)
        query = query.where(sa.tuple_(sa.column("name_key"), sa.column("id")) > sa.tuple_(last.name_key, last.id))
    found = list(session.exec(query.order_by(sa.column("name_key"), sa.column("id")).limit(limit + 1)).all())
    return ContactPage(found[:limit], found[limit - 1].id if len(found) > limit else None)


def names(session: Session, business_id: str, contact_ids: Collection[str]) -> dict[str, str]:
    """What these contacts are called, by id; strangers' ids are left out."""
    query = select(Contact.id, Contact.name).where(
        Contact.business_id == business_id, sa.column("id").in_(list(contact_ids))
    )
    return dict(session.exec(query).all())


def numbers(session: Session, contact: Contact) -> list[ContactNumber]:
    """Current numbers first, former ones after."""
    query = select(ContactNumber).where(ContactNumber.contact_id == contact.id)
    return list(session.exec(query.order_by(sa.desc("is_current"), sa.column("since_at"))).all())


def having(session: Session, business_id: str, number: str) -> list[Contact]:
    """The contacts of a business that currently have this number."""
    query = (
        select(Contact)
        .join(ContactNumber, sa.column("contact_id") == Contact.id)
        .where(ContactNumber.business_id == business_id, ContactNumber.number == number, ContactNumber.is_current)
    )
    return list(session.exec(query.limit(20)).all())


def is_held(session: Session, business_id: str, number: str) -> bool:
    """Whether any contact of the business currently has this number."""
    return _HELD.first(session, business_id=business_id, number=number) is not None


def siblings(session: Session, business_id: str, number: str) -> list[str]:
    """The other current numbers of every contact that has `number` (X-15)."""
    return [row.number for row in _SIBLINGS.rows(session, business_id=business_id, number=number)]


def rename(session: Session, contact: Contact, *, name: str, email: str) -> None:
    contact.name = " ".join(name.split())[:120]
    contact.name_key, contact.email = sort_key(contact.name), email.strip()
    session.add(contact)
    session.flush()
    for each in numbers(session, contact):
        if each.is_current:
            _label(session, contact.business_id, each.number)


def replace_numbers(session: Session, contact: Contact, wanted: Sequence[str]) -> None:
    """Exactly these numbers are current. Consent stays with the numbers: a former one may not be texted (X-14)."""
    known = {each.number: each for each in numbers(session, contact)}
    for number in dict.fromkeys(wanted):
        if number not in known:
            session.add(ContactNumber(business_id=contact.business_id, contact_id=contact.id, number=number))
    for number, each in known.items():
        each.is_current = number in wanted
        session.add(each)
    session.flush()
    for number in sorted({*wanted, *known}):
        if number in wanted:  # a row of its own from the start: it can be opted out before anybody asked (H-18)
            subscription.lock(session, contact.business_id, SMS, number)
        _label(session, contact.business_id, number)


def add_number(session: Session, contact: Contact, number: str) -> None:
    """Beside those it has."""
    current = [each.number for each in numbers(session, contact) if each.is_current]
    if number not in current:
        replace_numbers(session, contact, [*current, number])


def subscriptions(session: Session, contact: Contact) -> list[Any]:
    """The subscriptions of the numbers it has now."""
    current = [each.number for each in numbers(session, contact) if each.is_current]
    found = [subscription.find(session, contact.business_id, SMS, number) for number in current]
    return [row for row in found if row is not None]


def opt_in_mark(rows: Sequence[Any]) -> Literal["Y", "N", ""]:
    """`Y`, `N` or blank over a contact's subscriptions (F-18): a view, never stored."""
    found = {row.status for row in rows}
    if "opted_in" in found:
        return "Y"
    return "N" if found & {"opted_out", "declined"} else ""


def _label(session: Session, business_id: str, number: str) -> None:
    """Show a number in the status list under the contact that currently has it."""
    row = subscription.find(session, business_id, SMS, number)
    if row is None:
        return
    owners = having(session, business_id, number)
    if owners:
        name = ", ".join(owner.name for owner in owners)[:120]
        subscription.show_as(session, row, name=name, contact_id=owners[0].id)
    else:
        subscription.show_as(session, row, name=row.name, contact_id=row.contact_id, is_current=False)


def label(session: Session, business_id: str, number: str) -> None:
    """After a subscription came into being: give it the name of the contact that has this number."""
    if having(session, business_id, number):
        _label(session, business_id, number)
