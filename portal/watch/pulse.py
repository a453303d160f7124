"""Everything that tells whether texting works at one business, in a handful of bounded queries."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session

from portal import clock
from portal.accounts import sender
from portal.accounts.business import Business
from portal.consent import ledger_seal, subscription
from portal.consent.state import Status
from portal.messaging import breaker, quarantine, reconciliation, spending, text_first
from portal.messaging.spending import Limits
from portal.messaging.text_first import Stop
from portal.statement import Statement, param
from portal.watch import backup_run, self_audit, week
from portal.watch.backup_run import Backups
from portal.watch.week import Week

DAY = dt.timedelta(days=1)
MOST = 1000
SENDERS = 20
NIGHTS = 4  # for which a night that found something is a trouble of now, and told by mail

_s, _sender = subscription.table, sender.table
_SENDERS = Statement(
    sa.select(_sender)
    .where(_sender.c.business_id == param("business_id"))
    .order_by(_sender.c.is_active.desc(), _sender.c.created_at)
    .limit(SENDERS)
)
_OPTED_OUT = Statement(
    sa.select(sa.func.count().label("found")).select_from(
        sa.select(_s.c.id)
        .where(
            _s.c.business_id == param("business_id"),
            _s.c.status == Status.OPTED_OUT,
            _s.c.changed_at >= param("since", _s.c.changed_at.type),
        )
        .limit(MOST)
        .subquery()
    )
)


@dataclass(frozen=True)
class Pulse:
    """`senders` are rows of the business's numbers, the active ones first. `segments` of `limit` were used in the last
    24 hours; a `limit` of 0 is none. `opted_out` counts to MOST. `quarantine`: its row while it is on. `resting`:
    numbers whose provider takes no texts at the moment. `lists`: how far each number's provider was asked for texts
    that did not reach us (messaging/reconciliation.py). `stops`: forms that ask for a text first, by themselves.
    `backups`: of the whole installation, where it makes them by itself. `seal`: how it
    stands with signing the ledger (consent/ledger_seal.py), None before the first time.
    `found`: the last of the latest nights whose audit found something; `nights_missed` were not audited at all."""

    at: dt.datetime
    week: Week
    senders: tuple[Any, ...]
    segments: int
    limit: int
    opted_out: int
    quarantine: Any = None
    resting: tuple[Any, ...] = ()
    lists: tuple[Any, ...] = ()
    stops: tuple[Stop, ...] = ()
    backups: Backups | None = None
    seal: Any = None
    found: Any = None
    nights_missed: int = 0

    @property
    def share(self) -> float:
        """Of the day's limit that is used, 0 without one."""
        return self.segments / self.limit if self.limit else 0.0


def read(session: Session, business: Business, limits: Limits) -> Pulse:
    now, nights = clock.now(), self_audit.page(session, business.id, limit=NIGHTS)
    return Pulse(
        now,
        week.read(session, business.id),
        tuple(_SENDERS.rows(session, business_id=business.id)),
        round(spending.used(session, business.id)),
        limits.segments_day,
        int(_OPTED_OUT.first(session, business_id=business.id, since=now - DAY).found),
        quarantine.current(session),
        tuple(breaker.resting(session, business.id)),
        tuple(reconciliation.of_business(session, business.id)),
        tuple(text_first.shown(session, business.id)),
        backup_run.latest(session),
        ledger_seal.of(session, business.id),
        next((row for row in nights if not self_audit.is_clean(row)), None),
        self_audit.missed(business, next(iter(nights), None)),
    )
