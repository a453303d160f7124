"""The rehearsal as the database knows it: pretend phones with what arrived on them, and reports of delivery.

The pretend carrier takes a text and says nothing more, as a real one answers a request; that it was delivered is
reported a moment later, on the same road as every provider's report.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session

from portal import clock
from portal.accounts.sender import ABSENT, CHANNELS, REHEARSAL, SMS, WHATSAPP, Sender
from portal.column import table_of
from portal.consent import subscription
from portal.messaging import message, one_time_code, outcome, segment
from portal.messaging.message import Direction, Fate
from portal.providers.provider import StatusUpdate, Trouble
from portal.statement import Statement, param

PHONES = 8
TEXTS = 30
DELIVERED = 10  # above every state that comes before it
NOT_THERE = "131026"  # as the Cloud API has it
WITHIN = dt.timedelta(hours=1)

_m, _s, _sender = message.table, subscription.table, table_of(Sender)
_OURS = Statement(
    sa.select(_sender.c.id, _sender.c.number)
    .where(
        _sender.c.business_id == param("business_id"), _sender.c.provider == REHEARSAL, _sender.c.is_active,
        _sender.c.channel == param("channel"),
    )
    .order_by(_sender.c.created_at)
    .limit(1)
)  # fmt: skip
_LATEST = Statement(
    sa.select(_s.c.number)
    .where(_s.c.business_id == param("business_id"), _s.c.number.startswith("+"))
    .group_by(_s.c.number)
    .order_by(sa.func.max(_s.c.last_message_at).desc(), _s.c.number)
    .limit(PHONES)
)
_ON_PHONE = Statement(
    sa.select(
        _m.c.id,
        _m.c.direction,
        _m.c.text,
        _m.c.created_at,
        _m.c.provider,
        _m.c.purpose,
        _m.c.number,
        _m.c.once_key,
        _m.c.channel,
    )
    .where(
        _m.c.subscription_id == param("subscription_id"),
        sa.or_(
            _m.c.direction == Direction.INBOUND,
            sa.and_(
                _m.c.direction == Direction.OUTBOUND,
                _m.c.status.in_((Fate.SENT, Fate.DELIVERED)),
                ~_m.c.provider_id.startswith(ABSENT),
            ),
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
        _sender.c.channel == _m.c.channel,
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
    channel: str
    is_mine: bool
    text: str
    at: dt.datetime
    size: segment.Segments


@dataclass(frozen=True)
class Phone:
    """`subscriptions` are by channel: none while this number never had to do with the business. `channel` is where
    its last text went or came."""

    number: str
    name: str
    subscriptions: Mapping[str, str]
    texts: tuple[Text, ...]

    @property
    def subscription_id(self) -> str | None:
        return self.subscriptions.get(SMS)

    @property
    def channel(self) -> str:
        return self.texts[-1].channel if self.texts else SMS


def our_number(session: Session, business_id: str, channel: str = SMS) -> str | None:
    """The number that pretend phones text with; None where the business has no rehearsal on this channel."""
    found = _OURS.first(session, business_id=business_id, channel=channel)
    return found.number if found else None


def phones(session: Session, business_id: str, *, more: Sequence[str] = ()) -> list[Phone]:
    """The phones of `more` numbers, then those with the latest texts."""
    latest = [row.number for row in _LATEST.rows(session, business_id=business_id)]
    return [_phone(session, business_id, number) for number in dict.fromkeys([*reversed(more), *latest])]


def unreported(session: Session) -> list[Any]:
    """Texts that the pretend carrier took and has not reported as delivered yet, in all businesses."""
    return _UNREPORTED.rows(session, since=clock.now() - WITHIN)


def deliver(session: Session, texts: Sequence[Any]) -> None:
    """Report them, as a provider would: as delivered, or that nobody is there."""
    for each in texts:
        outcome.report(session, each.business_id, _fate(each))


def _fate(text: Any) -> StatusUpdate:
    if not text.provider_id.startswith(ABSENT):
        return StatusUpdate(f"delivered:{text.id}", "", text.provider_id, Fate.DELIVERED, DELIVERED, message_id=text.id)
    return StatusUpdate(
        f"failed:{text.id}", "", text.provider_id, Fate.FAILED, DELIVERED, NOT_THERE, Trouble.UNDELIVERABLE, text.id,
        WHATSAPP, outcome.UNREACHABLE[WHATSAPP],
    )  # fmt: skip


def _phone(session: Session, business_id: str, number: str) -> Phone:
    rows = [subscription.find(session, business_id, channel, number) for channel in CHANNELS]
    known = [row for row in rows if row is not None]
    found = [text for row in known for text in _ON_PHONE.rows(session, subscription_id=row.id)]
    texts = sorted((_text(session, each) for each in found), key=lambda text: (text.at, text.id))[-TEXTS:]
    names = [row.name for row in known if row.name and row.name != number]
    return Phone(number, names[0] if names else "", {row.channel: row.id for row in known}, tuple(texts))


def _text(session: Session, each: Any) -> Text:
    words = _words(session, each)
    is_mine = each.direction == Direction.INBOUND
    return Text(each.id, each.channel, is_mine, words, each.created_at, segment.count(words))


def _words(session: Session, text: Any) -> str:
    """The pretend phone is the client's and shows a code that went to it; a real phone's stays with its client."""
    if text.provider != REHEARSAL:
        return str(text.text)
    return one_time_code.as_sent(session, text)
