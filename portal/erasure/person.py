"""Who is to be erased: all records of them, all numbers they have or had, and the conversations that are theirs alone.

A number that another living contact has too is theirs as well: its conversation and consent stay with them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session

from portal.column import table_of
from portal.consent import subscription
from portal.consent.state import Status
from portal.contacts import contact, contact_change, contact_number, merge
from portal.contacts.contact import Contact
from portal.contacts.contact_change import Change

_c, _n, _s = table_of(Contact), contact_number.table, subscription.table


@dataclass(frozen=True)
class Person:
    """`records` are the contact and all that was merged into it; `names` and `emails` all that they were called;
    `rows` the subscriptions that go, `shared` those that stay with another contact."""

    business_id: str
    id: str
    name: str
    records: tuple[str, ...]
    names: tuple[str, ...]
    emails: tuple[str, ...]
    numbers: tuple[str, ...]
    shared_numbers: tuple[str, ...]
    rows: tuple[Any, ...]
    shared: tuple[Any, ...]

    @property
    def row_ids(self) -> list[str]:
        return [row.id for row in self.rows]

    @property
    def user_ids(self) -> list[str]:
        """WhatsApp's own names of them."""
        return [row.user_id for row in self.rows if row.user_id]


def find(session: Session, business_id: str, contact_id: str) -> Person:
    """A merged record stands for the one that it is part of. Raises NotFound."""
    found = contact.living(session, business_id, contact_id)
    records = merge.members(session, found.id)
    people = session.execute(sa.select(_c.c.name, _c.c.email).where(_c.c.id.in_(records))).all()
    had = session.scalars(sa.select(_n.c.number).where(_n.c.contact_id.in_(records))).all()
    rows = session.execute(
        sa.select(_s)
        .where(_s.c.business_id == business_id, sa.or_(_s.c.number.in_(had), _s.c.contact_id.in_(records)))
        .order_by(_s.c.id)
    ).all()
    numbers = sorted({*had, *(row.number for row in rows)})
    kept = _shared(session, business_id, numbers, records)
    return Person(
        business_id, found.id, found.name, tuple(records),
        tuple(sorted({each.name for each in people if each.name} | _former_names(session, records))),
        tuple(sorted({each.email for each in people if each.email})),
        tuple(each for each in numbers if each not in kept), tuple(sorted(kept)),
        tuple(row for row in rows if row.number not in kept), tuple(row for row in rows if row.number in kept),
    )  # fmt: skip


def _shared(session: Session, business_id: str, numbers: Sequence[str], records: Sequence[str]) -> set[str]:
    """Those that a contact which stays has now; one that was only typed on a client's own page is theirs once the
    handset has said YES since (contact_number.py)."""
    has_agreed = sa.exists().where(
        _s.c.business_id == _n.c.business_id, _s.c.number == _n.c.number, _s.c.status == Status.OPTED_IN,
        _s.c.changed_at > _n.c.since_at,
    )  # fmt: skip
    query = sa.select(_n.c.number).where(
        _n.c.business_id == business_id, _n.c.number.in_(numbers), _n.c.is_current, _n.c.contact_id.not_in(records),
        sa.or_(~_n.c.is_claimed, has_agreed),
    )  # fmt: skip
    return set(session.scalars(query))


def _former_names(session: Session, records: Sequence[str]) -> set[str]:
    change = contact_change.table
    query = sa.select(change.c.details).where(change.c.contact_id.in_(records), change.c.kind == Change.RENAMED)
    return {str(details["was"]) for details in session.scalars(query) if details.get("was")}
