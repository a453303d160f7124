"""Whom an access request is about: a contact with all their records and numbers, or a number that has no contact.

Of a number that somebody else had before, only what came after them; of one that somebody else has too, how it stands
and what was agreed, but no texts: they may be the other one's.
"""

import datetime as dt
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session

from portal.consent import subscription
from portal.contacts import contact_number
from portal.erasure import person
from portal.errors import NotFound

_n = contact_number.table


@dataclass(frozen=True)
class Line:
    """One subscription; `since_at` is None where all of it is theirs."""

    row: Any
    is_shared: bool
    since_at: dt.datetime | None


@dataclass(frozen=True)
class Subject:
    """`id` is the contact's, or None. `records` are the contact and what was merged into it."""

    business_id: str
    id: str | None
    name: str
    names: tuple[str, ...]
    emails: tuple[str, ...]
    records: tuple[str, ...]
    numbers: tuple[str, ...]
    lines: tuple[Line, ...]

    @property
    def row_ids(self) -> list[str]:
        return [each.row.id for each in self.lines]

    @property
    def own(self) -> tuple[Line, ...]:
        """Those whose texts are told."""
        return tuple(each for each in self.lines if not each.is_shared)


def of_contact(session: Session, business_id: str, contact_id: str) -> Subject:
    """A merged record stands for the one that it is part of. Raises NotFound."""
    found = person.find(session, business_id, contact_id)
    numbers = sorted({*found.numbers, *found.shared_numbers})
    before = _before(session, business_id, numbers, found.records)
    lines = [Line(row, False, before.get(row.number)) for row in found.rows]
    lines += [Line(row, True, before.get(row.number)) for row in found.shared]
    return Subject(
        business_id, found.id, found.name, found.names, found.emails, found.records, tuple(numbers), tuple(lines)
    )


def of_number(session: Session, business_id: str, subscription_id: str) -> Subject:
    """Whoever has the number now, where somebody has it; else the number alone. Raises NotFound."""
    row = subscription.get(session, business_id, subscription_id)
    if row is None:
        raise NotFound("There is no such number.")
    if row.contact_id:
        return of_contact(session, business_id, row.contact_id)
    before = _before(session, business_id, [row.number], ()).get(row.number)
    return Subject(business_id, None, row.name or row.number, (), (), (), (row.number,), (Line(row, False, before),))


def _before(session: Session, business_id: str, numbers: list[str], records: tuple[str, ...]) -> dict[str, dt.datetime]:
    """Until when another living contact had one of these numbers, that has it no more."""
    query = (
        sa.select(_n.c.number, sa.func.max(_n.c.until_at).label("until_at"))
        .where(
            _n.c.business_id == business_id, _n.c.number.in_(numbers), _n.c.contact_id.not_in(list(records)),
            ~_n.c.is_current, _n.c.until_at.is_not(None),
        )
        .group_by(_n.c.number)
    )  # fmt: skip
    return {row.number: row.until_at for row in session.execute(query)}
