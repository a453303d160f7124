"""Where a person is named outside of their own rows: in what providers sent, in what programs were told, in records of
others that were once merged with theirs. What is looked for are numbers, ids and names, in the spelling of the place.
"""

import datetime as dt
import json
import re
from collections.abc import Iterable, Sequence
from typing import Any
from urllib.parse import unquote_plus

import sqlalchemy as sa
from sqlmodel import Session

from portal import clock
from portal.accounts import delivery
from portal.accounts.api_answer import ApiAnswer
from portal.column import table_of
from portal.consent import phone_number
from portal.contacts import contact_change
from portal.erasure.person import Person
from portal.messaging import archive_item, message, provider_event
from portal.messaging.saved_view import SavedView

GONE = "(erased)"
ERASED_BODY = json.dumps({"erased": True})
AT_ONCE = 500  # ids in one statement
REPORTED = dt.timedelta(days=30)

_event, _delivery, _m = provider_event.table, delivery.table, message.table
_answer, _view, _change, _item = (
    table_of(ApiAnswer), table_of(SavedView), contact_change.table, archive_item.table
)  # fmt: skip


def wipe(
    session: Session,
    person: Person,
    *,
    messages: Sequence[str],
    submissions: Sequence[str],
    since: dt.datetime | None = None,
) -> None:
    """Before the rows themselves go, because some of this is found through them. What providers sent before `since` was
    looked through already (ahead.py)."""
    for provider, event_id in events(session, person, since=since):
        provider_event.forget(session, person.business_id, provider, event_id)
    _late_reports(session, person)
    _deliveries(session, person, [*messages, *submissions, *person.row_ids, *person.records])
    _archive(session, person.business_id, messages)
    _changes_of_others(session, person)
    _api_answers(session, person)
    _saved_views(session, person)


def events(session: Session, person: Person, *, since: dt.datetime | None = None) -> list[tuple[str, str]]:
    """Provider and id of those that name the person. Digits stand alike in every provider's spelling, encoded or not.
    Forgotten, the key becomes its hash: it may hold a number too, and `provider_event.keep` knows a repetition by
    either."""
    spellings = [each[1:] for number in person.numbers for each in phone_number.aliases(number)]
    named = [
        each
        for digits in {*spellings, *person.user_ids}
        for each in (holds(session, _event.c.raw, digits.encode()), holds(session, _event.c.event_id, digits))
    ]
    mine = [_event.c.business_id == person.business_id, *([_event.c.received_at >= since] if since else [])]
    query = sa.select(_event.c.provider, _event.c.event_id).where(*mine, sa.or_(sa.false(), *named))
    return [(row.provider, row.event_id) for row in session.execute(query)]


def _late_reports(session: Session, person: Person) -> None:
    """Providers report for some days."""
    query = sa.select(_m.c.id, _m.c.provider, _m.c.provider_id).where(
        _m.c.subscription_id.in_(person.row_ids), _m.c.claimed_at > clock.now() - REPORTED,
    )  # fmt: skip
    for row in session.execute(query).all():
        for text_id in filter(None, (row.id, row.provider_id)):
            provider_event.expect(session, person.business_id, row.provider, text_id)


def _deliveries(session: Session, person: Person, objects: Sequence[str]) -> None:
    """About their texts, numbers, answers and record; and any other whose payload has one of their numbers."""
    mine = _delivery.c.business_id == person.business_id
    payload = sa.cast(_delivery.c.payload, sa.String())
    named = [holds(session, payload, number) for number in person.numbers]
    for about in (*(_delivery.c.object_id.in_(piece) for piece in pieces(objects)), sa.or_(sa.false(), *named)):
        waiting = (mine, about, _delivery.c.status == "waiting")
        session.execute(sa.update(_delivery).where(*waiting).values(status="dropped", finished_at=clock.now()))
        session.execute(sa.update(_delivery).where(mine, about).values(payload=sa.null(), tries=[]))


def _archive(session: Session, business_id: str, messages: Sequence[str]) -> None:
    """The item stays under its number; a provider's id of a text may hold the number, and so may its reason."""
    for piece in pieces(messages):
        here = (_item.c.business_id == business_id, _item.c.message_id.in_(piece))
        for row in session.execute(sa.select(_item.c.number, _item.c.facts).where(*here)).all():
            facts = row.facts | {"provider_id": None, "reason": None}
            one = (_item.c.business_id == business_id, _item.c.number == row.number)
            session.execute(sa.update(_item).where(*one).values(facts=facts))


def _changes_of_others(session: Session, person: Person) -> None:
    """A record that was once merged with this one, or had one of its numbers, remembers that."""
    needles = [*person.records, *person.numbers]
    query = sa.select(_change.c.id, _change.c.details).where(
        _change.c.business_id == person.business_id,
        _change.c.contact_id.not_in(person.records),
        sa.or_(*(holds(session, sa.cast(_change.c.details, sa.String()), each) for each in needles)),
    )
    for row in session.execute(query).all():
        cleaned = without(row.details, [*needles, *person.names, *person.emails])
        session.execute(sa.update(_change).where(_change.c.id == row.id).values(details=cleaned))


def _api_answers(session: Session, person: Person) -> None:
    needles = [*person.records, *person.row_ids, *person.numbers]
    session.execute(
        sa.update(_answer)
        .where(
            _answer.c.business_id == person.business_id,
            sa.or_(*(holds(session, _answer.c.body, each) for each in needles)),
        )
        .values(body=ERASED_BODY)
    )


def _saved_views(session: Session, person: Person) -> None:
    query = sa.select(_view.c.id, _view.c.name, _view.c.query).where(_view.c.business_id == person.business_id)
    for row in session.execute(query).all():
        if is_named(f"{row.name} {unquote_plus(row.query)}", person):
            session.execute(sa.delete(_view).where(_view.c.id == row.id))


def is_named(text: str, person: Person) -> bool:
    """Whether a typed text names the person: a number in any punctuation, or its last seven digits; a name or e-mail
    address as a whole."""
    if has_number(text, person):
        return True
    called = "|".join(re.escape(each) for each in (*person.names, *person.emails))
    return bool(called and re.search(rf"(?<!\w)(?:{called})(?!\w)", text, re.IGNORECASE))


def has_number(text: str, person: Person) -> bool:
    digits = "".join(filter(str.isdecimal, text))
    return any(number[-7:].isdecimal() and number[-7:] in digits for number in person.numbers)


def without(value: Any, needles: Sequence[str]) -> Any:
    """The same JSON value with every string that holds one of `needles` taken out."""
    if isinstance(value, dict):
        return {without(name, needles): without(each, needles) for name, each in value.items()}
    if isinstance(value, list):
        return [without(each, needles) for each in value]
    is_named = isinstance(value, str) and any(each in value for each in needles if each)
    return GONE if is_named else value


def holds(session: Session, column: Any, needle: str | bytes) -> sa.ColumnElement[bool]:
    """Whether a column has these characters or bytes anywhere; no pattern, so that nothing needs escaping."""
    is_sqlite = session.get_bind().dialect.name == "sqlite"
    if is_sqlite:
        return sa.func.instr(column, needle) > 0
    return (sa.func.position(sa.literal(needle).op("IN")(column)) if isinstance(needle, bytes)
            else sa.func.strpos(column, needle)) > 0  # fmt: skip


def pieces(ids: Sequence[str]) -> Iterable[Sequence[str]]:
    return (ids[start : start + AT_ONCE] for start in range(0, len(ids), AT_ONCE))
