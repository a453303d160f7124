"""From what happened, and from the days ahead, to scheduled texts: one row for each number and occasion, once.

An event is taken and planned in one transaction. Days are looked through in pieces, again and again, so that a kill, a
late tick or a second worker loses and doubles nothing: what is planned already is left alone.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session

from portal import clock, logs
from portal.accounts import business as businesses
from portal.accounts.business import Business
from portal.automations import audience, candidate, moment
from portal.automations.automation import Automation, Condition
from portal.automations.candidate import START, Candidate, Place
from portal.automations.rule import Event
from portal.automations.scheduled_text import Standing, t
from portal.column import new_id, table_of
from portal.consent import subscription
from portal.contacts import contact
from portal.database import announce
from portal.messaging import trigger_event

__all__ = ["EVENTS", "START", "Piece", "look", "store", "take_events", "waiting"]

HORIZON = dt.timedelta(days=14)  # how far ahead days become rows that everybody can see
LOOK_AGAIN = dt.timedelta(minutes=10)
LASTS = dt.timedelta(hours=24)  # a text that could not go out in that time is out of date
LATE = dt.timedelta(hours=1)  # a project noted down in the evening gets no text that was for the morning
AT_LEAST = dt.timedelta(hours=2)  # where the day it is about ends soon
EVENTS = 50  # taken in one transaction
PIECE = 100  # numbers looked at, and rows written, in one transaction: some milliseconds

_a, _s = table_of(Automation), subscription.table
_INSERTS = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}
_ON = (_a.c.condition == Condition.ON, _a.c.event == Event.DATE)


@dataclass(frozen=True)
class Piece:
    """New rows for one automation at one version, and where to look on; None at the end."""

    automation_id: str
    version: int
    texts: list[dict[str, Any]]
    next: Place | None

    @property
    def is_write(self) -> bool:
        return bool(self.texts) or self.next is None


def take_events(session: Session) -> int:
    """Plan what the oldest events start, and forget them. How many were taken."""
    events = trigger_event.take(session, limit=EVENTS)
    waiting_for: dict[tuple[str, str], list[Automation]] = {}
    texts = []
    for event in events:
        key = (event.business_id, event.kind)
        if key not in waiting_for:
            waiting_for[key] = _automations(session, *key)
        texts += [text for each in waiting_for[key] if _is_for(each, event) for text in _started(session, each, event)]
    _insert(session, texts)
    return len(events)


def waiting(session: Session) -> list[str]:
    """Automations whose days have not been looked through lately, or not since their one moment has come."""
    now = clock.now()
    is_over = sa.and_(_a.c.at <= now, _a.c.planned_at < _a.c.at)
    is_late = sa.or_(_a.c.planned_at.is_(None), _a.c.planned_at <= now - LOOK_AGAIN, is_over)
    is_open = sa.or_(_a.c.at.is_(None), _a.c.at > now - LASTS)
    return list(session.scalars(sa.select(_a.c.id).where(*_ON, is_late, is_open).order_by(_a.c.planned_at).limit(100)))


def look(session: Session, automation_id: str, place: Place) -> Piece:
    """The next piece of an automation's days; reads only."""
    automation = session.get_one(Automation, automation_id)
    if automation.condition != Condition.ON or automation.switched_on_at is None:
        return Piece(automation_id, 0, [], None)
    business, now = businesses.get(session, automation.business_id), clock.now()
    late = LATE if automation.at is None else LASTS
    since = max(automation.switched_on_at, now - late)  # never back to what was before it went on
    found, after = candidate.piece(
        session, business, automation, since=since, until=now + HORIZON, place=place, limit=PIECE
    )
    planned = _planned(session, automation, found)
    texts = [
        _dated(automation, business, each)
        for each in found
        if not any((number, each.occasion) in planned for number in each.numbers)
    ]
    return Piece(automation_id, automation.version, [text for text in texts if text["expires_at"] > now], after)


def store(session: Session, piece: Piece) -> None:
    """Write its rows, unless the automation was changed or paused meanwhile: then the next look starts anew."""
    found = session.get_one(Automation, piece.automation_id, with_for_update={"key_share": True})
    if found.version != piece.version or found.condition != Condition.ON:
        return
    _insert(session, piece.texts)
    if piece.next is None:
        found.planned_at = clock.now()
        session.add(found)


def _automations(session: Session, business_id: str, kind: str) -> list[Automation]:
    query = sa.select(Automation).where(
        _a.c.business_id == business_id, _a.c.condition == Condition.ON, _a.c.event == kind
    )
    return list(session.scalars(query.order_by(_a.c.id)))


def _is_for(automation: Automation, event: Any) -> bool:
    """It was on when it happened, and waits for this questionnaire or for any."""
    is_on = automation.switched_on_at is not None and automation.switched_on_at <= event.occurred_at
    return is_on and automation.questionnaire_id in (None, event.questionnaire_id)


def _started(session: Session, automation: Automation, event: Any) -> list[dict[str, Any]]:
    try:
        row = _number(session, automation, event)
    except Exception:  # one event that we cannot place must not keep all others waiting
        logs.trace(f"trigger_event.failed {event.id}")
        return []
    if row is None:
        return []
    due_at = event.occurred_at + dt.timedelta(minutes=automation.delay_minutes)
    return [_text(automation, row, event.contact_id or row.contact_id, event.source, due_at, due_at + LASTS)]


def _number(session: Session, automation: Automation, event: Any) -> Any:
    """The number that it happened to, or the one at which its client may best be texted; None outside the audience."""
    narrow = automation.audience
    if event.subscription_id is not None:
        filters = audience.conditions(
            event.business_id, narrow, contact_id=_s.c.contact_id, questionnaire=event.questionnaire_id
        )
        return session.execute(sa.select(_s).where(_s.c.id == event.subscription_id, *filters)).first()
    who = contact.living(session, event.business_id, event.contact_id)
    filters = audience.conditions(
        event.business_id, narrow, contact_id=candidate.CONTACT_ID, questionnaire=event.questionnaire_id
    )
    return next(iter(candidate.reachable(session, event.business_id, [who.id], filters).get(who.id, ())), None)


def _planned(session: Session, automation: Automation, found: Sequence[Candidate]) -> set[tuple[str, str]]:
    """Which of their numbers have a row for which occasion, from whatever version."""
    numbers = {number for each in found for number in each.numbers}
    query = sa.select(t.c.subscription_id, t.c.occasion).where(
        t.c.automation_id == automation.id,
        t.c.subscription_id.in_(numbers),
        t.c.occasion.in_({each.occasion for each in found}),
    )
    return {(row.subscription_id, row.occasion) for row in session.execute(query)}


def _dated(automation: Automation, business: Business, each: Candidate) -> dict[str, Any]:
    """What is about a day is out of date when the day on which it was to go out is over."""
    assert each.due_at is not None
    expires_at = max(moment.end_of_day(each.due_at, business.timezone), each.due_at + AT_LEAST)
    last = each.due_at + LASTS if automation.at is not None else expires_at
    made = _text(automation, each.row, each.contact_id, each.occasion, each.due_at, last)
    return made | {"project_id": each.project_id, "about_on": each.about_on}


def _text(
    automation: Automation,
    row: Any,
    contact_id: str | None,
    occasion: str,
    due_at: dt.datetime,
    expires_at: dt.datetime,
) -> dict[str, Any]:
    return {
        "id": new_id(), "business_id": automation.business_id, "automation_id": automation.id,
        "version": automation.version, "subscription_id": row.id, "contact_id": contact_id, "project_id": None,
        "number": row.number, "occasion": occasion, "about_on": None, "text": automation.text,
        "is_marketing": automation.is_marketing, "due_at": due_at, "expires_at": expires_at,
        "status": Standing.DUE, "reason": "", "created_at": clock.now(),
    }  # fmt: skip


def _insert(session: Session, texts: Sequence[dict[str, Any]]) -> None:
    """What another worker planned at the same moment stays as it is."""
    if texts:
        insert: Any = _INSERTS[session.get_bind().dialect.name]
        session.execute(insert(t).on_conflict_do_nothing(), list(texts))
        for business_id in {text["business_id"] for text in texts}:
            announce(session, f"business:{business_id}")
