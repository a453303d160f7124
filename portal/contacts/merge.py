"""Two records of one client become one, and can be split again. No consent moves: it stays with each number (P13).

The kept record gets copies of the other's numbers; the other keeps its own as former ones, so that undoing is exact.
What an opt-out on one of the numbers means for the rest is decided after it, by contact_desk.py (X-15).
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session

from portal.column import table_of
from portal.contacts import contact, contact_change, contact_date, contact_number, group_member
from portal.contacts.contact import Contact
from portal.contacts.contact_change import Change
from portal.contacts.contact_date import ContactDate
from portal.contacts.contact_number import ContactNumber
from portal.contacts.project import ProjectContact
from portal.errors import Conflict

_dates, _clients, _c = table_of(ContactDate), table_of(ProjectContact), table_of(Contact)


@dataclass(frozen=True)
class _Moved:
    """What the kept record got, and what it takes to give it back: ids and numbers, as the change keeps them."""

    email: str
    numbers: dict[str, str]  # of the other record: what each was to the kept one: "", "former" or "current"
    current: list[str]  # of the other record
    dates: list[str]
    projects: list[str]
    added: list[str]  # the projects that the kept record was not in
    groups: list[str]  # of the other record
    joined: list[str]  # the groups that the kept record was not in


def merge(session: Session, kept: Contact, other: Contact, *, actor: str) -> None:
    """Both are locked. Raises Conflict for a record with itself and for one that is part of another already."""
    _check(kept, other)
    moved = _Moved(
        kept.email, _numbers(session, kept, other), contact.current(session, other), _dates_of(session, kept, other),
        *_projects_of(session, kept, other), *_groups_of(session, kept, other),
    )  # fmt: skip
    other.merged_into_id = kept.id
    if not kept.email:
        contact.write_to(kept, other.email)
    session.add_all([kept, other])
    for number in moved.current:
        contact_number.end(session, other.id, number)
    _note(session, kept, Change.MERGED, actor, other=other.id, name=other.name, **vars(moved))
    session.flush()
    relabel(session, kept, moved.numbers)


def undo(session: Session, kept: Contact, other: Contact, *, actor: str) -> None:
    """Both are locked. Each record has again what it had; what the kept one got since stays with it. What opted out or
    was paused meanwhile stays so: only the client's own act opens (P12). Raises Conflict when they are not merged."""
    note = contact_change.latest(session, kept.id, Change.MERGED, other=other.id)
    if other.merged_into_id != kept.id or note is None:
        raise Conflict("These contacts are not merged.", reason="not_merged")
    if kept.merged_into_id is not None:
        raise Conflict("This contact was merged again since.", reason="merged", unlock="Undo the later merge first.")
    moved = _Moved(**{name: note.details.get(name, []) for name in _Moved.__dataclass_fields__})
    other.merged_into_id = None
    if kept.email == other.email != moved.email:
        contact.write_to(kept, moved.email)
    session.add_all([kept, other])
    still = set(contact.current(session, kept))
    for number, was in moved.numbers.items():
        _give_back(session, kept, number, was)
    for number in moved.current:
        if number in still:
            contact_number.begin(session, other.business_id, other.id, number)
    _move(session, moved.dates, kept, other)
    _leave(session, kept, moved.added)
    _join(session, other, moved.projects)
    group_member.give_back(
        session, kept.business_id, moved.groups, moved.joined, giver=kept.id, taker=other.id
    )  # fmt: skip
    _note(session, kept, Change.MERGE_UNDONE, actor, other=other.id, name=other.name)
    _note(session, other, Change.MERGE_UNDONE, actor, other=kept.id, name=kept.name)
    session.flush()
    relabel(session, other, moved.numbers)
    relabel(session, kept, [number for number, was in moved.numbers.items() if was])


def members(session: Session, contact_id: str) -> list[str]:
    """This record first, then everything that was merged into it, through any number of merges."""
    mine = table_of(Contact).alias("mine")
    more = table_of(Contact).alias("more")
    chain = sa.select(mine.c.id).where(mine.c.id == contact_id).cte("chain", recursive=True)
    chain = chain.union(sa.select(more.c.id).where(more.c.merged_into_id == chain.c.id))
    found = session.scalars(sa.select(chain.c.id).where(chain.c.id != contact_id).limit(contact.LONGEST_CHAIN))
    return [contact_id, *found]


def upward(records: sa.Select[Any], name: str) -> sa.CTE:
    """These records' ids and those of all that they became part of, as a CTE of this `name` with a column `id`: a
    condition about any of them holds for the record that stands now, and for each one again once a merge is undone."""
    chain = records.cte(name, recursive=True)
    up = sa.select(_c.c.merged_into_id).join_from(_c, chain, _c.c.id == chain.c.id)
    return chain.union(up.where(_c.c.merged_into_id.is_not(None)))


def survivors(session: Session, business_id: str, contact_ids: Collection[str]) -> dict[str, str]:
    """The record that each of these is part of now, itself or another; strangers' ids are left out. One query."""
    mine = sa.select(_c.c.id.label("asked"), _c.c.id, _c.c.merged_into_id)
    mine = mine.where(_c.c.business_id == business_id, _c.c.id.in_(list(contact_ids)))
    chain = mine.cte("chain", recursive=True)
    up = sa.select(chain.c.asked, _c.c.id, _c.c.merged_into_id).join_from(_c, chain, _c.c.id == chain.c.merged_into_id)
    chain = chain.union(up)
    found = session.execute(sa.select(chain.c.asked, chain.c.id).where(chain.c.merged_into_id.is_(None))).all()
    return {row.asked: row.id for row in found}


def relabel(session: Session, owner: Contact, numbers: Collection[str]) -> None:
    for number in sorted(numbers):
        contact.relabel(session, owner, number)


def _check(kept: Contact, other: Contact) -> None:
    if kept.id == other.id:
        raise Conflict("A contact cannot be merged with itself.", reason="same", unlock="Choose another contact.")
    for each in (kept, other):
        if each.merged_into_id is not None:
            raise Conflict(
                f"“{each.name}” is part of another contact already.", reason="merged",
                unlock="Open it to see the contact that it is part of.",
            )  # fmt: skip


def _numbers(session: Session, kept: Contact, other: Contact) -> dict[str, str]:
    """The kept record has the other's numbers too: current ones as current, former ones as former."""
    mine = {each.number: each for each in contact.numbers(session, kept)}
    was: dict[str, str] = {}
    for theirs in contact.numbers(session, other):
        found = mine.get(theirs.number)
        was[theirs.number] = "" if found is None else "current" if found.is_current else "former"
        if found is None:
            copy = ContactNumber(
                business_id=kept.business_id, contact_id=kept.id, number=theirs.number, is_current=theirs.is_current,
                is_claimed=theirs.is_claimed, since_at=theirs.since_at, until_at=theirs.until_at,
            )  # fmt: skip
            session.add(copy)
        elif theirs.is_current:
            contact_number.begin(session, kept.business_id, kept.id, theirs.number, is_claimed=theirs.is_claimed)
    session.flush()
    return was


def _give_back(session: Session, kept: Contact, number: str, was: str) -> None:
    """What only came with the merge goes with it."""
    found = contact_number.find(session, kept.id, number)
    if found is None or was == "current":
        return
    if was == "former":
        contact_number.end(session, kept.id, number)
    else:
        session.delete(found)
        session.flush()


def _dates_of(session: Session, kept: Contact, other: Contact) -> list[str]:
    """The other's dates that the kept record has none of that name for, moved to it."""
    dates = contact_date.of(session, [kept.id, other.id])
    taken = {each.key for each in dates[kept.id]}
    free = [each.id for each in dates[other.id] if each.key not in taken]
    _move(session, free, other, kept)
    return free


def _projects_of(session: Session, kept: Contact, other: Contact) -> tuple[list[str], list[str]]:
    """The other's projects are the kept record's: all of them, and those it was not in before."""
    query = sa.select(_clients.c.contact_id, _clients.c.project_id)
    found = session.execute(query.where(_clients.c.contact_id.in_([kept.id, other.id]))).all()
    theirs = [each.project_id for each in found if each.contact_id == other.id]
    added = [each for each in theirs if (kept.id, each) not in {tuple(row) for row in found}]
    _leave(session, other, theirs)
    _join(session, kept, added)
    return theirs, added


def _groups_of(session: Session, kept: Contact, other: Contact) -> tuple[list[str], list[str]]:
    """The other's groups are the kept record's: all of them, and those it was not in before."""
    theirs = group_member.groups_of(session, [other.id])[other.id]
    return theirs, group_member.move(session, kept.business_id, theirs, giver=other.id, taker=kept.id)


def _join(session: Session, client: Contact, project_ids: Sequence[str]) -> None:
    known = set(session.scalars(sa.select(_clients.c.project_id).where(_clients.c.contact_id == client.id)))
    for project_id in set(project_ids) - known:
        session.add(ProjectContact(project_id=project_id, contact_id=client.id, business_id=client.business_id))
    session.flush()


def _leave(session: Session, client: Contact, project_ids: Sequence[str]) -> None:
    session.execute(
        sa.delete(_clients).where(_clients.c.contact_id == client.id, _clients.c.project_id.in_(project_ids))
    )


def _move(session: Session, date_ids: Sequence[str], giver: Contact, taker: Contact) -> None:
    """Dates that are still the giver's."""
    mine = (_dates.c.id.in_(date_ids), _dates.c.contact_id == giver.id)
    session.execute(sa.update(ContactDate).where(*mine).values(contact_id=taker.id))


def _note(session: Session, about: Contact, kind: Change, actor: str, **details: Any) -> None:
    contact_change.note(session, about.business_id, about.id, kind, actor=actor, **details)
