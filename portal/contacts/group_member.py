"""Who is in which group. A group's size is counted as people come and go, so that nobody counts fifty thousand rows."""

import datetime as dt
from collections.abc import Collection, Sequence

import sqlalchemy as sa
from sqlmodel import Field, Session, SQLModel

from portal import clock
from portal.column import UtcTime, key_text, table_of
from portal.statement import Statement, param, params


class ContactGroupMember(SQLModel, table=True):
    """`name_key` is the contact's own, so that a page of a large group is one range of one index."""

    __tablename__ = "contact_group_member"
    __table_args__ = (
        sa.Index("contact_group_member_by_name", "group_id", "name_key", "contact_id"),
        sa.Index("contact_group_member_by_contact", "contact_id", "group_id"),
    )

    group_id: str = Field(foreign_key="contact_group.id", primary_key=True)
    contact_id: str = Field(foreign_key="contact.id", primary_key=True)
    business_id: str = Field(foreign_key="business.id")
    name_key: str = Field(sa_type=key_text())
    added_at: dt.datetime = Field(default_factory=clock.now, sa_type=UtcTime)


table = table_of(ContactGroupMember)
# by name: their modules stand above this one
_contacts = sa.table("contact", sa.column("id"), sa.column("business_id"), sa.column("name_key"))
_groups = sa.table("contact_group", sa.column("id"), sa.column("size"))
_RENAME = Statement(sa.update(table).where(table.c.contact_id == param("contact_id")).values(**params("name_key")))
_COUNT = Statement(
    sa.update(_groups)
    .where(_groups.c.id == param("group_id"))
    .values(size=_groups.c.size + param("change", sa.Integer()))
)
_JOIN = Statement(
    lambda insert: (
        insert(table)
        .values(**params("group_id", "contact_id", "business_id", "name_key", "added_at"))
        .on_conflict_do_nothing()
        .returning(table.c.contact_id)
    )
)


def join(session: Session, business_id: str, group_id: str, contact_ids: Collection[str]) -> list[str]:
    """Those who were not in it before. The contacts are the business's own, living and locked."""
    mine = (_contacts.c.business_id == business_id, _contacts.c.id.in_(list(contact_ids)))
    people = session.execute(sa.select(_contacts.c.id, _contacts.c.name_key).where(*mine).order_by(_contacts.c.id))
    now = clock.now()
    added = [
        row.contact_id
        for each in people
        for row in _JOIN.rows(
            session,
            group_id=group_id,
            contact_id=each.id,
            business_id=business_id,
            name_key=each.name_key,
            added_at=now,
        )
    ]
    _count(session, group_id, len(added))
    return added


def leave(session: Session, group_id: str, contact_ids: Collection[str]) -> int:
    """How many were in it."""
    gone = sa.delete(table).where(table.c.group_id == group_id, table.c.contact_id.in_(list(contact_ids)))
    count = len(session.execute(gone.returning(table.c.contact_id)).all())
    _count(session, group_id, -count)
    return count


def clear(session: Session, group_id: str) -> None:
    """Everybody leaves; the contacts stay."""
    session.execute(sa.delete(table).where(table.c.group_id == group_id))


def groups_of(session: Session, contact_ids: Collection[str]) -> dict[str, list[str]]:
    """The ids of each contact's groups. One query."""
    found: dict[str, list[str]] = {each: [] for each in contact_ids}
    query = sa.select(table.c.contact_id, table.c.group_id).where(table.c.contact_id.in_(list(contact_ids)))
    for row in session.execute(query.order_by(table.c.group_id)):
        found[row.contact_id].append(row.group_id)
    return found


def move(session: Session, business_id: str, group_ids: Sequence[str], *, giver: str, taker: str) -> list[str]:
    """The giver leaves these groups and the taker is in them; the answer is where the taker was not before."""
    new = []
    for group_id in sorted(group_ids):  # in one order, or two merges could wait for each other
        leave(session, group_id, [giver])
        if join(session, business_id, group_id, [taker]):
            new.append(group_id)
    return new


def give_back(
    session: Session, business_id: str, group_ids: Sequence[str], new: Sequence[str], *, giver: str, taker: str
) -> None:
    """Undoes `move` in the groups that there still are: the giver leaves those that were `new` to it."""
    still = sa.select(_groups.c.id).where(_groups.c.id.in_([*group_ids, *new])).order_by(_groups.c.id)
    for group_id in session.scalars(still.with_for_update()).all():
        if group_id in new:
            leave(session, group_id, [giver])
        if group_id in group_ids:
            join(session, business_id, group_id, [taker])


def rename(session: Session, contact_id: str, name_key: str) -> None:
    _RENAME.run(session, contact_id=contact_id, name_key=name_key)


def _count(session: Session, group_id: str, change: int) -> None:
    if change:
        _COUNT.run(session, group_id=group_id, change=change)
