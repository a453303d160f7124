"""Whom a group could take in: by the beginning of a name, or many at once by what is known about them."""

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session

from portal.column import sort_key, table_of
from portal.contacts import contact, group_member, opt_in_mark
from portal.contacts.contact import Contact
from portal.contacts.group import ContactGroup
from portal.contacts.opt_in_mark import Mark
from portal.contacts.project import ProjectContact

PAGE = 100
LAST = "\U0010ffff"

_people, _clients, _members = table_of(Contact), table_of(ProjectContact), group_member.table


@dataclass(frozen=True)
class Wanted:
    """`q` is the beginning of a name; `mark` an Opt In value, or None for any; `project_id` whose clients;
    `is_in_none`: only contacts that no group has yet."""

    q: str = ""
    mark: Mark | None = None
    project_id: str = ""
    is_in_none: bool = False


def page(
    session: Session,
    group: ContactGroup,
    wanted: Wanted,
    *,
    after: str | None = None,
    limit: int = PAGE,
) -> tuple[list[Any], str | None]:
    """Contacts that are not in it, by name: rows with id, name and email, and the cursor to go on after. Raises
    NotFound for an `after` that leads nowhere."""
    key = _people.c.name_key
    query = sa.select(_people.c.id, _people.c.name, _people.c.email).where(*_conditions(group, wanted))
    if after is not None:
        last = contact.get(session, group.business_id, after)
        query = query.where(sa.tuple_(key, _people.c.id) > sa.tuple_(last.name_key, last.id))
    rows = list(session.execute(query.order_by(key, _people.c.id).limit(limit + 1)).all())
    return rows[:limit], rows[limit - 1].id if len(rows) > limit else None


def _conditions(group: ContactGroup, wanted: Wanted) -> list[sa.ColumnElement[bool]]:
    key, memberships = sort_key(wanted.q), _members.c.contact_id == _people.c.id
    found: list[sa.ColumnElement[bool]] = [
        _people.c.business_id == group.business_id,
        _people.c.merged_into_id.is_(None),
        sa.not_(sa.exists().where(memberships, _members.c.group_id == group.id)),
    ]
    if key:
        found += [_people.c.name_key >= key, _people.c.name_key < key + LAST]
    if wanted.mark is not None:
        found.append(opt_in_mark.has(wanted.mark, _people.c.id))
    if wanted.project_id:
        of_project = (_clients.c.project_id == wanted.project_id, _clients.c.business_id == group.business_id)
        found.append(sa.exists().where(_clients.c.contact_id == _people.c.id, *of_project))
    if wanted.is_in_none:
        found.append(sa.not_(sa.exists().where(memberships)))
    return found
