"""Whom a rule would reach, about which day and when: read in pieces, by keyset, for planning and for trying out.

For a date each client counts once, at the number that may best be texted. For one moment every number counts.
"""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session

from portal.accounts.business import Business
from portal.accounts.sender import SMS
from portal.automations import audience, moment, occurrence
from portal.automations.occurrence import Occurrence
from portal.automations.recipient import COLUMNS, contact, project, s, survivor
from portal.automations.rule import Event
from portal.column import table_of
from portal.consent.state import Status
from portal.contacts.contact import ContactNumber

EXAMPLES = 50


@dataclass(frozen=True)
class Place:
    """Where the last piece ended: a day or a name, and ids that order what is equal in it."""

    on: dt.date | None = None
    key: str = ""
    id: str = ""


START = Place()


@dataclass(frozen=True)
class Candidate:
    """`row` has the columns of recipient.py. `occasion` names what it is about, so that it happens once; `numbers` are
    all subscriptions of the same client, of which one is enough."""

    row: Any
    contact_id: str | None
    project_id: str | None = None
    project_name: str = ""
    about_on: dt.date | None = None
    due_at: dt.datetime | None = None
    occasion: str = ""
    numbers: tuple[str, ...] = ()


_n = table_of(ContactNumber)
CONTACT_ID = _n.c.contact_id
"""Who it is, in the statement of `reachable`."""
_everyone = (
    sa.select(*COLUMNS, s.c.name_key)
    .select_from(s)
    .outerjoin(contact, contact.c.id == s.c.contact_id)
    .outerjoin(survivor, survivor.c.id == contact.c.merged_into_id)
    .outerjoin(project, project.c.id == s.c.project_id)
    .where(s.c.channel == SMS, s.c.is_current)
)
_clients = (
    sa.select(*COLUMNS, _n.c.contact_id.label("of_contact"))
    .select_from(_n)
    .join(s, sa.and_(s.c.business_id == _n.c.business_id, s.c.channel == SMS, s.c.number == _n.c.number))
    .join(contact, contact.c.id == _n.c.contact_id)
    .outerjoin(survivor, survivor.c.id == contact.c.merged_into_id)
    .outerjoin(project, project.c.id == s.c.project_id)
    .where(_n.c.is_current, contact.c.merged_into_id.is_(None))
)


def piece(
    session: Session,
    business: Business,
    rule: Any,
    *,
    since: dt.datetime,
    until: dt.datetime,
    place: Place,
    limit: int,
) -> tuple[list[Candidate], Place | None]:
    """Those whose moment is after `since` and not after `until`, about `limit` of them, and where to go on. For what
    clients do there is no moment: the last ones to whom it happened are examples."""
    if rule.event != Event.DATE:
        return _examples(session, business, rule), None
    if rule.at is not None:
        is_near = since < rule.at <= until
        return _at(session, business, rule, place, limit) if is_near else ([], None)
    found, after = occurrence.piece(session, business, rule, since=since, until=until, after=_after(place), limit=limit)
    return _of_clients(session, business, rule, found), None if after is None else Place(*after)


def reachable(
    session: Session, business_id: str, contact_ids: Iterable[str], filters: Sequence[sa.ColumnElement[bool]] = ()
) -> dict[str, list[Any]]:
    """The numbers these clients have now, by client, the one that may best be texted first."""
    query = _clients.where(contact.c.business_id == business_id, _n.c.contact_id.in_(set(contact_ids)), *filters)
    found: dict[str, list[Any]] = {}
    for row in session.execute(query):
        found.setdefault(row.of_contact, []).append(row)
    return {each: sorted(rows, key=_openness, reverse=True) for each, rows in found.items()}


def _openness(row: Any) -> tuple[Any, ...]:
    is_in = row.status == Status.OPTED_IN
    return is_in and not row.is_paused, is_in, row.changed_at.timestamp() if row.changed_at else 0.0, row.id


def _after(place: Place) -> tuple[dt.date, str, str] | None:
    return None if place.on is None else (place.on, place.key, place.id)


def _of_clients(session: Session, business: Business, rule: Any, found: Sequence[Occurrence]) -> list[Candidate]:
    filters = audience.conditions(business.id, rule.audience, contact_id=_n.c.contact_id)
    numbers = reachable(session, business.id, {each.contact_id for each in found}, filters)
    return [
        Candidate(
            row,
            each.contact_id,
            each.project_id,
            each.project_name,
            each.about_on,
            each.due_at,
            each.occasion,
            tuple(other.id for other in numbers[each.contact_id]),
        )
        for each in found
        for row in numbers.get(each.contact_id, ())[:1]
    ]


def _at(
    session: Session, business: Business, rule: Any, place: Place, limit: int
) -> tuple[list[Candidate], Place | None]:
    query = _everyone.where(
        s.c.business_id == business.id, *audience.conditions(business.id, rule.audience, contact_id=s.c.contact_id)
    )
    if place != START:
        query = query.where(sa.tuple_(s.c.name_key, s.c.id) > sa.tuple_(place.key, place.id))
    rows = session.execute(query.order_by(s.c.name_key, s.c.id).limit(limit)).all()
    about_on, occasion = moment.today(rule.at, business.timezone), f"at:{rule.at.isoformat()}"
    found = [Candidate(row, row.contact_id, None, "", about_on, rule.at, occasion, (row.id,)) for row in rows]
    return found, Place(key=rows[-1].name_key, id=rows[-1].id) if len(rows) == limit else None


def _examples(session: Session, business: Business, rule: Any) -> list[Candidate]:
    if rule.event == Event.SUBMITTED:
        people = occurrence.submitters(session, business.id, rule.questionnaire_id, EXAMPLES)
        filters = audience.conditions(
            business.id, rule.audience, contact_id=_n.c.contact_id, questionnaire=rule.questionnaire_id
        )
        numbers = reachable(session, business.id, people, filters)
        return [Candidate(numbers[each][0], each) for each in people if each in numbers]
    filters = audience.conditions(business.id, rule.audience, contact_id=s.c.contact_id)
    query = _everyone.where(s.c.business_id == business.id, s.c.status == Status.OPTED_IN, *filters)
    latest = query.order_by(s.c.last_message_at.desc(), s.c.id.desc()).limit(EXAMPLES)
    return [Candidate(row, row.contact_id) for row in session.execute(latest)]
