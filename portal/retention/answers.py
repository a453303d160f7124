"""Answers to questionnaires run out where an owner says so; a Yes or No in them stands in the ledger as evidence."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session

from portal import clock
from portal.column import table_of
from portal.consent import subscription
from portal.contacts import contact_number, merge
from portal.questionnaires.submission import Submission
from portal.retention import spared
from portal.retention.mark import Piece, Place
from portal.retention.period import Period

PIECE = 200

_a, _s, _n = table_of(Submission), subscription.table, contact_number.table
IS_THERE = _a.c.emptied_at.is_(None)


def older(home: str, place: Place, start: dt.datetime) -> sa.Select[Any]:
    """By `submission_by_business`."""
    mine = (_a.c.business_id == home, _a.c.created_at < start)
    after = sa.tuple_(_a.c.created_at, _a.c.id) > (place.at, place.id)
    return sa.select(_a.c.id, _a.c.contact_id, _a.c.created_at, _a.c.answers, _a.c.emptied_at).where(*mine, after)


def piece(session: Session, home: str, place: Place, start: dt.datetime, period: Period) -> Piece:
    rows = session.execute(older(home, place, start).order_by(_a.c.created_at, _a.c.id).limit(PIECE)).all()
    numbers = _numbers(session, home, rows)
    kept = spared.among(session, home, {each for of_one in numbers.values() for each in of_one})
    wanted = [row for row in rows if row.emptied_at is None]
    going = [row.id for row in wanted if not numbers[row.id] & kept]
    empty(session, going)
    for row in wanted:
        spared.remember(session, home, numbers[row.id] & kept, ref=row.id)
    last = Place(rows[-1].created_at, rows[-1].id) if rows else place
    return Piece(len(going), len(wanted) - len(going), last, is_last=len(rows) < PIECE)


def one(session: Session, home: str, submission_id: str, start: dt.datetime) -> int:
    """What was passed over because of a number that is spared no longer; still not where another one of it is."""
    mine = (_a.c.business_id == home, _a.c.id == submission_id, _a.c.created_at < start, _a.c.emptied_at.is_(None))
    rows = session.execute(sa.select(_a.c.id, _a.c.contact_id, _a.c.answers).where(*mine)).all()
    numbers = _numbers(session, home, rows)
    going = [row.id for row in rows if not spared.among(session, home, numbers[row.id])]
    empty(session, going)
    return len(going)


def empty(session: Session, ids: Sequence[str]) -> None:
    if ids:
        session.execute(sa.update(_a).where(_a.c.id.in_(ids)).values(answers=[], emptied_at=clock.now()))


def _numbers(session: Session, home: str, rows: Sequence[Any]) -> dict[str, set[str]]:
    """By submission, the subscriptions of whoever sent it in (of all numbers that they have or had, also as part of
    another contact) and of every number in it. Four queries."""
    by_contact = _of_people(session, home, {row.contact_id for row in rows if row.contact_id})
    typed = {row.id: {str(each["number"]) for each in row.answers if each.get("number")} for row in rows}
    by_number = _by(session, home, _s.c.number, {each for of_one in typed.values() for each in of_one})
    return {
        row.id: by_contact.get(row.contact_id, set()).union(*(by_number.get(each, set()) for each in typed[row.id]))
        for row in rows
    }


def _of_people(session: Session, home: str, contact_ids: set[str]) -> dict[Any, set[str]]:
    if not contact_ids:
        return {}
    now = merge.survivors(session, home, contact_ids)
    people = sorted({*contact_ids, *now.values()})
    theirs = (_n.c.business_id == home, _n.c.contact_id.in_(people))
    had = sa.select(_n.c.contact_id, _s.c.id).join_from(
        _n, _s, sa.and_(_s.c.business_id == _n.c.business_id, _s.c.number == _n.c.number)
    )
    found = _by(session, home, _s.c.contact_id, set(people))
    for row in session.execute(had.where(*theirs)):
        found.setdefault(row.contact_id, set()).add(row.id)
    return {each: found.get(each, set()) | found.get(now.get(each), set()) for each in contact_ids}


def _by(session: Session, home: str, column: Any, wanted: set[str]) -> dict[Any, set[str]]:
    found: dict[Any, set[str]] = {}
    if wanted:
        query = sa.select(_s.c.id, column.label("by")).where(_s.c.business_id == home, column.in_(sorted(wanted)))
        for row in session.execute(query):
            found.setdefault(row.by, set()).add(row.id)
    return found
