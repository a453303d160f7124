"""A contact group, which a member makes and fills; and the two that nobody fills: *Opted-In* and *Opted-Out* are views
of consent (opt_in_mark.py), so that they always equal the state and cannot be edited by hand (X-21, rules.md row 31).
"""

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, Literal

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlmodel import Field, Session, SQLModel, select

from portal import clock
from portal.column import UtcTime, key_text, new_id, sort_key, table_of
from portal.contacts import contact, group_member, merge, opt_in_mark
from portal.contacts.contact import Contact
from portal.database import announce
from portal.errors import Conflict, Invalid, NotFound

NAME_LENGTH = 80
MOST_GROUPS = 1000
MOST_CONTACTS = 50_000
MOST_AT_ONCE = 200
PAGE = 50
OFFERED = 200


class ContactGroup(SQLModel, table=True):
    """`size` is counted by group_member.py."""

    __tablename__ = "contact_group"
    __table_args__ = (sa.UniqueConstraint("business_id", "name_key", name="contact_group_name_once"),)

    id: str = Field(default_factory=new_id, primary_key=True)
    business_id: str = Field(foreign_key="business.id")
    name: str
    name_key: str = Field(sa_type=key_text())
    size: int = 0
    created_at: dt.datetime = Field(default_factory=clock.now, sa_type=UtcTime)


@dataclass(frozen=True)
class Shown:
    """A group as lists show it; `mark` is the value that makes a view, or nothing for a real group."""

    id: str
    name: str
    size: int
    mark: Literal["Y", "N", ""] = ""

    @property
    def is_view(self) -> bool:
        return self.mark != ""


@dataclass(frozen=True)
class GroupPage:
    """`next` is the cursor to go on after, or None."""

    rows: tuple[Shown, ...]
    next: str | None


VIEWS: dict[str, tuple[str, Literal["Y", "N"]]] = {"opted-in": ("Opted-In", "Y"), "opted-out": ("Opted-Out", "N")}
_RESERVED = {"optedin", "optedout"}
_g, _people = table_of(ContactGroup), table_of(Contact)


def create(session: Session, business_id: str, *, name: str) -> ContactGroup:
    """Raises Invalid without a name, Conflict for one that is taken or a view's, and for too many groups."""
    mine = sa.select(_g.c.id).where(_g.c.business_id == business_id).limit(MOST_GROUPS)
    if len(session.scalars(mine).all()) == MOST_GROUPS:
        raise Conflict(f"A business has at most {MOST_GROUPS:,} groups.", reason="too_many", unlock="Delete one first.")
    made = ContactGroup(business_id=business_id, name="", name_key="")
    _call(session, made, name)
    return made


def get(session: Session, business_id: str, group_id: str) -> ContactGroup:
    """A group to change. Raises NotFound for an unknown or somebody else's, Conflict for a view."""
    refuse_view(group_id)
    found = session.get(ContactGroup, group_id)
    if found is None or found.business_id != business_id:
        raise NotFound("There is no such group.")
    return found


def show(session: Session, business_id: str, group_id: str, *, is_counted: bool = True) -> Shown:
    """A group or view with its size; a view's is 0 where it is not wanted, for it has to be counted. Raises NotFound
    for an unknown or somebody else's."""
    if group_id in VIEWS:
        name, mark = VIEWS[group_id]
        return Shown(group_id, name, opt_in_mark.count(session, business_id, mark) if is_counted else 0, mark)
    return shown(get(session, business_id, group_id))


def shown(group: ContactGroup) -> Shown:
    return Shown(group.id, group.name, group.size)


def page(session: Session, business_id: str, *, after: str | None = None, limit: int = PAGE) -> GroupPage:
    """The two views, then the groups by name. Raises NotFound for an `after` that leads nowhere."""
    query, rows = select(ContactGroup).where(ContactGroup.business_id == business_id), list[Shown]()
    if after is None or after in VIEWS:
        left = list(VIEWS)[list(VIEWS).index(after) + 1 if after else 0 :]
        rows = [show(session, business_id, each) for each in left]
    else:
        last = get(session, business_id, after)
        query = query.where(sa.tuple_(_g.c.name_key, _g.c.id) > sa.tuple_(last.name_key, last.id))
    found = session.exec(query.order_by(_g.c.name_key, _g.c.id).limit(limit + 1)).all()
    rows += [shown(each) for each in found]
    return GroupPage(tuple(rows[:limit]), rows[limit - 1].id if len(rows) > limit else None)


def members(
    session: Session, business_id: str, group_id: str, *, after: str | None = None, limit: int = PAGE
) -> tuple[list[Any], str | None]:
    """Who is in a group or view, by name: rows with id, name and email, and the cursor to go on after. Raises NotFound
    for an unknown group and for an `after` that leads nowhere."""
    member = group_member.table
    columns = (_people.c.id, _people.c.name, _people.c.email)
    if group_id in VIEWS:
        key = _people.c.name_key
        query = sa.select(*columns).where(_people.c.business_id == business_id, _people.c.merged_into_id.is_(None))
        query = query.where(opt_in_mark.has(VIEWS[group_id][1], _people.c.id))
    else:
        found, key = get(session, business_id, group_id), member.c.name_key
        query = sa.select(*columns).join_from(member, _people, _people.c.id == member.c.contact_id)
        query = query.where(member.c.group_id == found.id)
    if after is not None:
        last = contact.get(session, business_id, after)
        query = query.where(sa.tuple_(key, _people.c.id) > sa.tuple_(last.name_key, last.id))
    rows = list(session.execute(query.order_by(key, _people.c.id).limit(limit + 1)).all())
    return rows[:limit], rows[limit - 1].id if len(rows) > limit else None


def of_contact(session: Session, contact_id: str) -> list[Shown]:
    """The groups that somebody put this contact into, by name."""
    ids = group_member.groups_of(session, [contact_id])[contact_id]
    query = select(ContactGroup).where(_g.c.id.in_(ids)).order_by(_g.c.name_key, _g.c.id)
    return [shown(each) for each in session.exec(query).all()]


def offered(session: Session, business_id: str, contact_id: str) -> list[Shown]:
    """Groups that this contact could be put into, by name: the first of them, where there are very many."""
    inside = sa.select(group_member.table.c.group_id).where(group_member.table.c.contact_id == contact_id)
    query = select(ContactGroup).where(ContactGroup.business_id == business_id, _g.c.id.not_in(inside))
    return [shown(each) for each in session.exec(query.order_by(_g.c.name_key, _g.c.id).limit(OFFERED)).all()]


def rename(session: Session, group: ContactGroup, *, name: str) -> None:
    """Raises as `create`."""
    _call(session, group, name)


def delete(session: Session, group: ContactGroup) -> None:
    """The group goes for good; the contacts stay."""
    hold(session, group)
    group_member.clear(session, group.id)
    session.delete(group)
    session.flush()
    announce(session, f"business:{group.business_id}")


def add(session: Session, group: ContactGroup, contact_ids: Collection[str]) -> int:
    """How many are new in it; a merged record stands for what it is part of. Raises NotFound for a contact that is not
    ours, Conflict for more than a group may hold."""
    living = merge.survivors(session, group.business_id, contact_ids)
    if set(contact_ids) - set(living):
        raise NotFound("There is no such contact.")
    people = contact.lock(session, group.business_id, *sorted(set(living.values())))
    if any(each.merged_into_id for each in people):
        raise Conflict("A contact was merged at this moment. Please try again.", reason="merged")
    hold(session, group)
    added = group_member.join(session, group.business_id, group.id, [each.id for each in people])
    session.refresh(group)
    if group.size > MOST_CONTACTS:
        raise Conflict(f"A group has at most {MOST_CONTACTS:,} contacts.", reason="too_many")
    announce(session, f"business:{group.business_id}")
    return len(added)


def remove(session: Session, group: ContactGroup, contact_ids: Collection[str]) -> int:
    """How many were in it. Raises NotFound for a contact that is not ours."""
    known = contact.names(session, group.business_id, contact_ids)
    if set(contact_ids) - set(known):
        raise NotFound("There is no such contact.")
    hold(session, group)
    gone = group_member.leave(session, group.id, known)
    session.refresh(group)
    announce(session, f"business:{group.business_id}")
    return gone


def hold(session: Session, group: ContactGroup) -> None:
    """As it stands, for nobody else to change before this transaction ends. Raises NotFound where it is gone."""
    query = select(ContactGroup).where(ContactGroup.id == group.id).with_for_update()
    if session.exec(query.execution_options(populate_existing=True)).first() is None:
        raise NotFound("There is no such group any more.")


def refuse_view(group_id: str) -> None:
    """Raises Conflict where the id is a view's."""
    if group_id in VIEWS:
        raise Conflict(
            f"“{VIEWS[group_id][0]}” shows what clients answered; nobody can change it by hand.", reason="view",
            unlock="Only the client's own answer moves them.",
        )  # fmt: skip


def _call(session: Session, group: ContactGroup, name: str) -> None:
    name = " ".join(name.split())[:NAME_LENGTH]
    if not name:
        raise Invalid("Please give a name.", fields={"name": ["Please give a name."]})
    if "".join(filter(str.isalnum, sort_key(name))) in _RESERVED:
        raise Conflict(f"“{name}” is the name of a view of consent.", reason="view", unlock="Choose another name.")
    group.name, group.name_key = name, sort_key(name)
    try:
        with session.begin_nested():
            session.add(group)
            session.flush()
    except IntegrityError as error:
        raise Conflict(f"There is a group “{name}” already.", reason="taken", unlock="Choose another name.") from error
    announce(session, f"business:{group.business_id}")
