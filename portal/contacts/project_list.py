"""All projects of a business by next date: what comes next, then what has no date, then what is past, latest first."""

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session

from portal.column import table_of
from portal.contacts import project
from portal.contacts.contact import Contact
from portal.contacts.project import Stage

COMING, UNDATED, PAST = 0, 1, 2

_p = project.table
_DAY = _p.c.starts_on.type


@dataclass(frozen=True)
class Client:
    id: str
    name: str


@dataclass(frozen=True)
class Row:
    """One line of the list. `next_on` is the day it is sorted by."""

    id: str
    name: str
    stage: str
    starts_on: dt.date | None
    ends_on: dt.date | None
    is_archived: bool
    next_on: dt.date | None
    clients: tuple[Client, ...]
    created_at: dt.datetime


@dataclass(frozen=True)
class ProjectPage:
    """`next` is the id to go on after, or None."""

    rows: tuple[Row, ...]
    next: str | None


def page(
    session: Session,
    business_id: str,
    *,
    today: dt.date,
    stage: Stage | None = None,
    is_archived: bool | None = False,
    after: str | None = None,
    limit: int = 50,
) -> ProjectPage:
    """None means all. Two queries, three after a page before. Raises NotFound for an `after` that is not ours."""
    part, coming_on, past_on = _keys(today)
    query = sa.select(_p, part.label("part"), coming_on.label("coming_on"), past_on.label("past_on"))
    query = query.where(_p.c.business_id == business_id)
    if stage is not None:
        query = query.where(_p.c.stage == stage)
    if is_archived is not None:
        query = query.where(_p.c.archived_at.is_not(None) if is_archived else _p.c.archived_at.is_(None))
    if after:
        query = query.where(_beyond(session, business_id, after, today))
    ordered = query.order_by(part, coming_on, past_on.desc(), _p.c.id).limit(limit + 1)
    found = session.execute(ordered).all()
    clients = _clients(session, business_id, [row.id for row in found[:limit]])
    rows = tuple(_row(row, clients.get(row.id, ())) for row in found[:limit])
    return ProjectPage(rows, rows[-1].id if len(found) > limit else None)


def counts(session: Session, business_id: str) -> dict[str, int]:
    """How many in each stage, and `archived`; every word is a key."""
    is_archived = _p.c.archived_at.is_not(None)
    word = sa.case((is_archived, "archived"), else_=_p.c.stage).label("word")
    query = sa.select(word, sa.func.count()).where(_p.c.business_id == business_id).group_by(sa.text("word"))
    return dict.fromkeys([*Stage, "archived"], 0) | {row[0]: row[1] for row in session.execute(query).all()}


def _keys(today: dt.date) -> tuple[sa.ColumnElement[Any], sa.ColumnElement[Any], sa.ColumnElement[Any]]:
    """Which part of the list, and the day within it."""
    day = sa.literal(today, _DAY)
    coming_on = sa.case((_p.c.starts_on >= day, _p.c.starts_on), (_p.c.ends_on >= day, _p.c.ends_on), else_=None)
    last_on = sa.func.coalesce(_p.c.ends_on, _p.c.starts_on, type_=_DAY)
    past_on = sa.case((coming_on.is_(None), last_on), else_=None)
    part = sa.case((coming_on.is_not(None), COMING), (last_on.is_(None), UNDATED), else_=PAST)
    return part, coming_on, past_on


def _beyond(session: Session, business_id: str, after: str, today: dt.date) -> sa.ColumnElement[bool]:
    """What comes after the last project of the page before, where it stands today."""
    project.get(session, business_id, after)
    part, coming_on, past_on = _keys(today)
    last = session.execute(sa.select(part, coming_on, past_on).where(_p.c.id == after)).one()
    same_day = sa.and_(coming_on.is_not_distinct_from(last[1]), past_on.is_not_distinct_from(last[2]), _p.c.id > after)
    later: sa.ColumnElement[bool] = sa.false()
    if last[0] == COMING:
        later = coming_on > sa.literal(last[1], _DAY)
    elif last[0] == PAST:
        later = past_on < sa.literal(last[2], _DAY)
    return sa.or_(part > last[0], sa.and_(part == last[0], sa.or_(later, same_day)))


def _clients(session: Session, business_id: str, project_ids: Collection[str]) -> dict[str, tuple[Client, ...]]:
    """Who belongs to each, by name; at most fifty each."""
    people = table_of(Contact)
    query = (
        sa.select(project.clients.c.project_id, people.c.id, people.c.name)
        .join_from(project.clients, people, people.c.id == project.clients.c.contact_id)
        .where(project.clients.c.project_id.in_(list(project_ids)), people.c.business_id == business_id)
        .order_by(people.c.name_key, people.c.id)
    )
    found: dict[str, tuple[Client, ...]] = {}
    for project_id, client_id, name in session.execute(query).all():
        found[project_id] = (*found.get(project_id, ()), Client(client_id, name))
    return found


def _row(row: Any, clients: tuple[Client, ...]) -> Row:
    return Row(
        row.id, row.name, row.stage, row.starts_on, row.ends_on, row.archived_at is not None,
        row.coming_on or row.past_on, clients, row.created_at,
    )  # fmt: skip
