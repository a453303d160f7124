"""The rehearsal as the database knows it: pretend phones with what arrived on them, and reports of delivery.

The pretend carrier takes a text and says nothing more, as a real one answers a request; that it was delivered is
reported a moment later, on the same road as every provider's report.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session

from portal import clock
from portal.accounts.sender import REHEARSAL, SMS, Sender
from portal.column import table_of
from portal.consent import subscription
from portal.messaging import message, one_time_code, outcome, segment
from portal.messaging.message import Direction, Fate
from portal.providers.provider import StatusUpdate
from portal.statement import Statement, param

PHONES = 8
TEXTS = 30
DELIVERED = 10  # above every state that comes before it
WITHIN = dt.timedelta(hours=1)

_m, _s, _sender = message.table, subscription.table, table_of(Sender)
_OURS = Statement(
    sa.select(_sender.c.id, _sender.c.number)
    .where(_sender.c.business_id == param("business_id"), _sender.c.provider == REHEARSAL, _sender.c.is_active)
    .order_by(_sender.c.created_at)
    .limit(1)
)
_LATEST = Statement(
    sa.select(_s.c.id, _s.c.number, _s.c.name)
    .where(_s.c.business_id == param("business_id"), _s.c.channel == SMS)
    .order_by(_s.c.last_message_at.desc(), _s.c.id.desc())
    .limit(PHONES)
)
_ON_PHONE = Statement(
    sa.select(
        _m.c.id, _m.c.direction, _m.c.text, _m.c.created_at, _m.c.provider, _m.c.purpose, _m.c.number, _m.c.once_key
    )
    .where(
        _m.c.subscription_id == param("subscription_id"),
        sa.or_(
            _m.c.direction == Direction.INBOUND,
            sa.and_(_m.c.direction == Direction.OUTBOUND, _m.c.status.in_((Fate.SENT, Fate.DELIVERED))),
        ),
    )
    .order_by(_m.c.created_at.desc(), _m.c.id.desc())
    .limit(TEXTS)
)
_UNREPORTED = Statement(
    sa.select(_m.c.id, _m.c.business_id, _m.c.provider_id)
    .join_from(_sender, _m, _m.c.business_id == _sender.c.business_id)
    .where(
        _sender.c.provider == REHEARSAL,
        _m.c.created_at >= param("since", _m.c.created_at.type),
        _m.c.provider == REHEARSAL,
        _m.c.status == Fate.SENT,
    )
    .limit(200)
)


@dataclass(frozen=True)
class Text:
    """One text as the client's phone shows it; `is_mine` when the client wrote it."""

    id: str
    is_mine: bool
    text: str
    at: dt.datetime
    size: segment.Segments


@dataclass(frozen=True)
class Phone:
    """`subscription_id` is None while this number never had to do with the business."""

    number: str
    name: str
    subscription_id: str | None
    texts: tuple[Text, ...]


def our_number(session: Session, business_id: str) -> str | None:
    """The number that pretend phones text with; None where the business has no rehearsal."""
    found = _OURS.first(session, business_id=business_id)
    return found.number if found else None


def phones(session: Session, business_id: str, *, more: Sequence[str] = ()) -> list[Phone]:
    """The phones of `more` numbers, then those with the latest texts."""
    rows = {row.number: row for row in _LATEST.rows(session, business_id=business_id)}
    for number in more:
        known = rows.get(number) or subscription.find(session, business_id, SMS, number)
        rows = {number: known} | {other: row for other, row in rows.items() if other != number}
    return [_phone(session, number, row) for number, row in rows.items()]


def unreported(session: Session) -> list[Any]:
    """Texts that the pretend carrier took and has not reported as delivered yet, in all businesses."""
    return _UNREPORTED.rows(session, since=clock.now() - WITHIN)


def deliver(session: Session, texts: Sequence[Any]) -> None:
    """Report them, as a provider would."""
    for each in texts:
        update = StatusUpdate(
            f"delivered:{each.id}", "", each.provider_id, Fate.DELIVERED, DELIVERED, message_id=each.id
        )
        outcome.report(session, each.business_id, update)


def _phone(session: Session, number: str, row: Any) -> Phone:
    if row is None:
        return Phone(number, "", None, ())
    found = _ON_PHONE.rows(session, subscription_id=row.id)[::-1]
    texts = tuple(
        Text(each.id, each.direction == Direction.INBOUND, words, each.created_at, segment.count(words))
        for each in found
        for words in [_words(session, each)]
    )
    return Phone(number, row.name if row.name != number else "", row.id, texts)


def _words(session: Session, text: Any) -> str:
    """The pretend phone is the client's and shows a code that went to it; a real phone's stays with its client."""
    if text.provider != REHEARSAL:
        return str(text.text)
    return one_time_code.as_sent(session, text)
