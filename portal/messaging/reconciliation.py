"""How far each sender's provider has been asked what we missed, and which senders owe that before anything automatic.

Webhooks that came while nobody listened are lost (promises.md 0.5). After such a gap a sender owes one whole look at
its provider's list; until then claim.take leaves its automated texts alone. It is in the database: all processes agree.
"""

import datetime as dt
from collections.abc import Collection
from typing import Any

import sqlalchemy as sa
from sqlmodel import Field, Session, SQLModel

from portal import clock
from portal.accounts import sender
from portal.column import UtcTime, table_of
from portal.consent.purpose import URGENCY, Purpose
from portal.database import announce
from portal.messaging import quarantine
from portal.statement import Statement, param, params

EVERY = dt.timedelta(minutes=5)
OVERLAP = dt.timedelta(minutes=15)  # looked at once more, because a list may be behind
IN_QUARANTINE = dt.timedelta(hours=24)  # the same where nobody knows what a restored copy has lost
LEASE = dt.timedelta(seconds=30)
"""More than one page of a list may take (`WITHIN` of each provider's list); it is renewed with every page and piece. So
a process that dies while it asks keeps others from it for half a minute, and automatic texts waiting no longer."""
FIRST_WAIT, LONGEST_WAIT = 5.0, 300.0  # seconds after a failure
AUTOMATIC = (Purpose.AUTOMATED, Purpose.MARKETING, Purpose.OPT_IN_REQUEST, Purpose.OPT_IN_CONFIRMATION)
"""What waits while its sender owes a look at what was missed."""
_WAITING = frozenset(URGENCY[each] for each in AUTOMATIC)


class Reconciliation(SQLModel, table=True):
    """Of one sender. Everything up to `until_at` has been looked at; `asked_at` is when the last whole look began.
    `trouble` says why the last try failed, `can_list` is false where the provider turned out to have no list."""

    sender_id: str = Field(foreign_key="sender.id", primary_key=True)
    until_at: dt.datetime | None = Field(default=None, sa_type=UtcTime)
    asked_at: dt.datetime | None = Field(default=None, sa_type=UtcTime)
    again_at: dt.datetime | None = Field(default=None, sa_type=UtcTime)
    busy_until: dt.datetime | None = Field(default=None, sa_type=UtcTime)
    tries: int = 0
    can_list: bool = True
    trouble: str = ""


table = table_of(Reconciliation)
_s = sender.table
_COLUMNS = (
    _s.c.id, _s.c.business_id, _s.c.channel, _s.c.number, _s.c.provider, _s.c.credentials, _s.c.created_at,
    _s.c.owes_since_at, table.c.until_at, table.c.asked_at, table.c.again_at,
    sa.func.coalesce(table.c.tries, 0).label("tries"), sa.func.coalesce(table.c.trouble, "").label("trouble"),
    sa.func.coalesce(table.c.can_list, sa.true()).label("can_list"),
)  # fmt: skip
_ALL = sa.select(*_COLUMNS).outerjoin_from(_s, table, table.c.sender_id == _s.c.id).where(_s.c.is_active)
_SENDERS = Statement(_ALL.order_by(_s.c.created_at, _s.c.id))
_OF_BUSINESS = Statement(
    _ALL.where(_s.c.business_id == param("business_id")).order_by(_s.c.created_at, _s.c.id).limit(20)
)
_now = param("now", _s.c.created_at.type)
_is_free = sa.and_(
    sa.or_(table.c.busy_until.is_(None), table.c.busy_until <= _now),
    sa.or_(table.c.again_at.is_(None), table.c.again_at <= _now),
)
_is_old = sa.or_(table.c.asked_at.is_(None), table.c.asked_at <= param("old", _s.c.created_at.type))
_DUE = Statement(
    _ALL.where(_is_free, sa.or_(_s.c.owes_since_at.is_not(None), _is_old, table.c.tries > 0))
    .order_by(_s.c.owes_since_at.is_(None), table.c.again_at, _s.c.id)
    .limit(100)
)
_BEGIN = Statement(
    lambda insert: (
        insert(table)
        .values(sender_id=param("sender_id"), busy_until=param("busy_until"), tries=0, can_list=True, trouble="")
        .on_conflict_do_update(
            index_elements=["sender_id"],
            set_={"busy_until": param("busy_until")},
            where=sa.or_(table.c.busy_until.is_(None), table.c.busy_until <= param("now", _s.c.created_at.type)),
        )
        .returning(table.c.sender_id)
    )
)
_DONE = Statement(
    sa.update(table)
    .where(table.c.sender_id == param("sender_id"))
    .values(tries=0, again_at=None, busy_until=None, **params("until_at", "asked_at", "can_list", "trouble"))
)
_RENEW = Statement(
    sa.update(table)
    .where(table.c.sender_id == param("sender_id"), table.c.busy_until.is_not(None))
    .values(busy_until=param("busy_until"))
)
_LEAVE = Statement(sa.update(table).where(table.c.sender_id == param("sender_id")).values(busy_until=None))
_FAILED = Statement(
    sa.update(table)
    .where(table.c.sender_id == param("sender_id"))
    .values(tries=table.c.tries + 1, busy_until=None, **params("again_at", "trouble"))
)
_OWE = Statement(
    sa.update(_s)
    .where(_s.c.id == param("id"), _s.c.is_active)
    .values(owes_since_at=sa.func.coalesce(_s.c.owes_since_at, _now))
)
_SETTLE = Statement(
    sa.update(_s).where(_s.c.id == param("id"), _s.c.owes_since_at <= param("asked_at")).values(owes_since_at=None)
)


def may_leave(row: Any) -> bool:
    """Whether a lane of the outbox is open: `owes_since_at` of its sender, and its `urgency`, which only texts have
    that wait alike."""
    return row.owes_since_at is None or row.urgency not in _WAITING


def senders(session: Session) -> list[Any]:
    """Every active sender with how it stands."""
    return _SENDERS.rows(session)


def of_business(session: Session, business_id: str) -> list[Any]:
    """The same of one business, for its members."""
    return _OF_BUSINESS.rows(session, business_id=business_id)


def due(session: Session) -> list[Any]:
    """Senders whose provider is to be asked now, those that owe it first."""
    now = clock.now()
    return _DUE.rows(session, now=now, old=now - EVERY)


def owe(session: Session, listing: Collection[str]) -> int:
    """From now on every active sender at one of the providers `listing` owes a whole look. How many."""
    now = clock.now()
    mine = [each for each in senders(session) if each.provider in listing]
    return sum(_OWE.run(session, id=each.id, now=now) for each in mine)


def begin(session: Session, sender_id: str) -> bool:
    """False while another process asks for this sender."""
    now = clock.now()
    return bool(_BEGIN.rows(session, sender_id=sender_id, busy_until=now + LEASE, now=now))


def renew(session: Session, sender_id: str) -> None:
    """Still at it. Where the lease was over and another process has begun, both ask: what they find counts once."""
    _RENEW.run(session, sender_id=sender_id, busy_until=clock.now() + LEASE)


def since(session: Session, row: Any) -> dt.datetime:
    """From when on its list is to be looked through."""
    back = IN_QUARANTINE if quarantine.is_on(session) else OVERLAP
    start: dt.datetime = row.until_at or row.created_at
    return min(start, clock.now()) - back


def done(session: Session, row: Any, *, asked_at: dt.datetime, can_list: bool = True, trouble: str = "") -> None:
    """The whole list was looked through, or there is none to wait for: the sender owes nothing."""
    until = asked_at if can_list else row.until_at
    _DONE.run(
        session, sender_id=row.id, until_at=until, asked_at=asked_at, can_list=can_list, trouble=trouble
    )  # fmt: skip
    if _SETTLE.run(session, id=row.id, asked_at=asked_at):
        announce(session, "outbox")


def leave(session: Session, row: Any) -> None:
    """Less was asked for than may have been missed: it goes on owing what it owes."""
    _LEAVE.run(session, sender_id=row.id)


def cannot(session: Session, row: Any) -> None:
    """Its provider keeps no list that anybody could ask for."""
    done(session, row, asked_at=clock.now(), can_list=False)


def failed(session: Session, row: Any, trouble: str) -> None:
    """It is tried again, later each time; a sender that owes goes on owing, and doctor and the log say why."""
    wait = min(LONGEST_WAIT, FIRST_WAIT * 2**row.tries)
    _FAILED.run(session, sender_id=row.id, again_at=clock.now() + dt.timedelta(seconds=wait), trouble=trouble)


def missing(session: Session, listing: Collection[str], *, since_at: dt.datetime) -> list[Any]:
    """Senders that could be asked and have not been, in whole, since then: what keeps a quarantine on."""
    found = [each for each in senders(session) if each.provider in listing and each.can_list]
    return [each for each in found if each.asked_at is None or each.asked_at < since_at]
