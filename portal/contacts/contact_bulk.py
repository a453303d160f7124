"""Many new contacts at once, as an import brings them: the rows of `contact.create`, without an object for each.

Only for numbers that nobody has and no conversation is about; every other contact goes the ordinary way, which knows
what an opt-out on one number does to another (contact_desk.py).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session

from portal import clock
from portal.accounts.sender import SMS
from portal.column import new_id, sort_key, table_of
from portal.consent import subscription_bulk
from portal.contacts import contact, contact_change, contact_number
from portal.contacts.contact import Contact
from portal.contacts.contact_change import Change
from portal.contacts.contact_date import ContactDate, Day

_c, _d = table_of(Contact), table_of(ContactDate)


@dataclass(frozen=True)
class Person:
    """`numbers` are E.164; `days` have been checked by contact_date.problem."""

    name: str
    email: str
    numbers: tuple[str, ...]
    days: tuple[Day, ...]


def create(session: Session, business_id: str, people: Sequence[Person], *, actor: str) -> list[str]:
    """Their ids, in the same order."""
    if not people:
        return []
    now, made = clock.now(), [(new_id(), each) for each in people]
    _insert(session, _c, [
        {"id": id_, "business_id": business_id, "name": each.name, "name_key": sort_key(each.name),
         "email": each.email, "email_key": each.email.casefold(), "has_typed_name": False, "merged_into_id": None,
         "created_at": now}
        for id_, each in made
    ])  # fmt: skip
    _insert(session, contact_change.table, [
        {"id": new_id(), "business_id": business_id, "contact_id": id_, "at": now, "kind": Change.CREATED,
         "actor": actor, "details": {"numbers": list(each.numbers)}}
        for id_, each in made
    ])  # fmt: skip
    numbers = sorted((number, each.name, id_) for id_, each in made for number in each.numbers)
    _insert(session, contact_number.table, [
        {"id": new_id(), "business_id": business_id, "contact_id": id_, "number": number, "is_current": True,
         "since_at": now, "until_at": None}
        for number, _, id_ in numbers
    ])  # fmt: skip
    _insert(session, _d, [
        {"id": new_id(), "business_id": business_id, "contact_id": id_, "name": day.name, "key": day.key,
         "on_date": day.on_date}
        for id_, each in made for day in each.days
    ])  # fmt: skip
    new = subscription_bulk.add(session, business_id, SMS, numbers)
    for number in {each for each, _, _ in numbers} - new:  # somebody texted us at this very moment
        contact.label(session, business_id, number)
    return [id_ for id_, _ in made]


def _insert(session: Session, table: sa.Table, rows: list[dict[str, Any]]) -> None:
    if rows:
        session.execute(sa.insert(table), rows)
