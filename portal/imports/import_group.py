"""Whoever a list brings goes into the group that was chosen for all, and into those that the list itself names."""

from collections.abc import Sequence

import sqlalchemy as sa
from sqlmodel import Session

from portal.column import sort_key, table_of
from portal.contacts import group, group_member
from portal.contacts.group import MOST_CONTACTS, ContactGroup
from portal.errors import Conflict, Invalid, NotFound
from portal.imports.contact_row import ContactRow, Trouble
from portal.imports.import_run import ImportRun

_g = table_of(ContactGroup)
Placed = Sequence[tuple[ContactRow, str]]
"""Rows with the contacts they are."""


def join(session: Session, run: ImportRun, placed: Placed) -> list[Trouble]:
    """What was wrong with groups; the contacts are in all the same."""
    troubles = list[Trouble]()
    for name, rows in sorted(_wanted(run, placed).items()):
        said = _into(session, run, name, [contact_id for _, contact_id in rows])
        troubles += [Trouble(row.row, said, row.cells) for row, _ in rows] if said else []
    return troubles


def _wanted(run: ImportRun, placed: Placed) -> dict[str, list[tuple[ContactRow, str]]]:
    """By the group's name; "" is the one that was chosen for all."""
    found: dict[str, list[tuple[ContactRow, str]]] = {"": list(placed)} if run.group_id and placed else {}
    for row, contact_id in placed:
        for name in row.groups:
            found.setdefault(name, []).append((row, contact_id))
    return found


def _into(session: Session, run: ImportRun, name: str, contact_ids: Sequence[str]) -> str:
    """A sentence where they could not be put into it."""
    try:
        found = _named(session, run.business_id, name) if name else _chosen(session, run)
        group.hold(session, found)
    except (Conflict, Invalid, NotFound) as refusal:
        return f"The contact is in, but not in the group “{name}”: {refusal.detail}" if name else refusal.detail
    session.refresh(found)
    if found.size + len(contact_ids) > MOST_CONTACTS:
        return f"The contact is in, but the group “{found.name}” is full; it has at most {MOST_CONTACTS:,} contacts."
    group_member.join(session, run.business_id, found.id, contact_ids)
    return ""


def _named(session: Session, business_id: str, name: str) -> ContactGroup:
    """Made where there is none. Raises Conflict for the name of a view, and for too many groups."""
    query = sa.select(ContactGroup).where(_g.c.business_id == business_id, _g.c.name_key == sort_key(name))
    return session.scalars(query).first() or group.create(session, business_id, name=name)


def _chosen(session: Session, run: ImportRun) -> ContactGroup:
    """Raises NotFound where it was deleted meanwhile."""
    return group.get(session, run.business_id, run.group_id or "")
