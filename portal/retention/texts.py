"""The words of texts and notes run out; that they were written, when, and what became of them stays.

The words by which somebody agreed or stopped are evidence, and stand in the ledger. So are the texts that asked for a
consent or confirmed one or its end: they stand here alone, and stay (promises.md F.6: life of the consent and 4 years).
"""

import datetime as dt
from collections.abc import Collection, Sequence
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session

from portal import clock
from portal.consent import subscription
from portal.consent.purpose import Purpose
from portal.messaging import message, word_search
from portal.messaging.message import Fate
from portal.retention import spared
from portal.retention.mark import Piece, Place
from portal.retention.period import Period

PIECE = 100
WAITING = (Fate.HELD, Fate.QUEUED, Fate.SENDING)
PROOF = (Purpose.OPT_IN_REQUEST, Purpose.OPT_IN_CONFIRMATION, Purpose.OPT_OUT_CONFIRMATION, Purpose.CLARIFICATION)

_m, _s = message.table, subscription.table
_PLACE = sa.tuple_(_m.c.created_at, _m.c.id)
MAY_GO = (_m.c.emptied_at.is_(None), sa.or_(_m.c.purpose.is_(None), _m.c.purpose.not_in(PROOF)))


def gone(period: Period) -> str:
    """What stands in place of the words."""
    return f"The text was deleted after {period.said}."


def older(home: str, place: Place, start: dt.datetime) -> sa.Select[Any]:
    """By `message_by_time`, from where the last night stopped."""
    mine = (_m.c.business_id == home, _m.c.created_at < start, (place.at, place.id) < _PLACE)
    return sa.select(_m.c.id, _m.c.subscription_id, _m.c.created_at, _m.c.status, _m.c.purpose, _m.c.emptied_at).where(
        *mine
    )


def piece(session: Session, home: str, place: Place, start: dt.datetime, period: Period) -> Piece:
    query = older(home, place, start).order_by(_m.c.created_at, _m.c.id).limit(PIECE)
    rows = session.execute(query).all()
    kept = spared.among(session, home, {row.subscription_id for row in rows})
    kept |= {row.subscription_id for row in rows if row.status in WAITING}
    wanted = [row for row in rows if row.emptied_at is None and row.purpose not in PROOF]
    going = [row.id for row in wanted if row.subscription_id not in kept]
    empty(session, going, {row.subscription_id for row in wanted} - kept, start, period)
    spared.remember(session, home, kept)
    last = Place(rows[-1].created_at, rows[-1].id) if rows else place
    return Piece(len(going), len(wanted) - len(going), last, is_last=len(rows) < PIECE)


def of_number(session: Session, home: str, subscription_id: str, start: dt.datetime, period: Period) -> int:
    """Some of those that were passed over while the number was spared; how many."""
    mine = (_m.c.business_id == home, _m.c.subscription_id == subscription_id, _m.c.created_at < start)
    query = sa.select(_m.c.id).where(*mine, *MAY_GO, _m.c.status.not_in(WAITING)).order_by(_m.c.created_at, _m.c.id)
    ids = list(session.scalars(query.limit(PIECE)))
    empty(session, ids, {subscription_id}, start, period)
    return len(ids)


def are_waiting(session: Session, home: str, subscription_id: str) -> bool:
    """Whether one has not left yet, so that its number is looked at again in another night."""
    mine = (_m.c.business_id == home, _m.c.subscription_id == subscription_id, _m.c.status.in_(WAITING))
    return session.execute(sa.select(_m.c.id).where(*mine).limit(1)).first() is not None


def empty(session: Session, ids: Sequence[str], numbers: Collection[str], start: dt.datetime, period: Period) -> None:
    """With what the list shows of a last message, what a reading quoted, and what the search knows."""
    if not ids:
        return
    values = {"text": gone(period), "emptied_at": clock.now(), "template": None, "reading": None}
    session.execute(sa.update(_m).where(_m.c.id.in_(ids)).values(**values))
    word_search.forget(session, ids)
    last = (_s.c.id.in_(sorted(numbers)), _s.c.last_message_at < start)
    session.execute(sa.update(_s).where(*last).values(last_message_text=gone(period)))
