"""What each automation did lately and does next, for the list: two queries, each over a bounded part of one index."""

import datetime as dt
from dataclasses import dataclass

import sqlalchemy as sa
from sqlmodel import Session

from portal import clock
from portal.automations.scheduled_text import ScheduledText, Standing
from portal.column import table_of
from portal.messaging import message
from portal.messaging.message import Fate
from portal.statement import Statement, param

LATELY = dt.timedelta(days=30)
MOST = 2000
"""Texts of the business that are looked at, the newest of the past and the next of the future."""

_t, _m = table_of(ScheduledText), message.table
_now, _since = param("now", _t.c.due_at.type), param("since", _t.c.due_at.type)
_mine = _t.c.business_id == param("business_id")
_past = (
    sa.select(_t.c.automation_id, _t.c.status, _t.c.message_id)
    .where(_mine, _t.c.due_at <= _now, _t.c.due_at >= _since)
    .order_by(_t.c.due_at.desc(), _t.c.id.desc())
    .limit(MOST)
    .subquery()
)
_has_left = sa.exists().where(
    _m.c.id == _past.c.message_id, _m.c.status.in_((Fate.SENDING, Fate.SENT, Fate.DELIVERED))
)  # fmt: skip
_LATELY = Statement(
    sa.select(
        _past.c.automation_id,
        sa.func.sum(sa.case((_has_left, 1), else_=0)).label("sent"),
        sa.func.sum(sa.case((_past.c.status == Standing.SKIPPED, 1), else_=0)).label("skipped"),
        sa.func.count().label("seen"),
    ).group_by(_past.c.automation_id)
)
_coming = (
    sa.select(_t.c.automation_id, _t.c.due_at)
    .where(_mine, _t.c.due_at > _now, _t.c.status.in_((Standing.DUE, Standing.DEFERRED)))
    .order_by(_t.c.due_at, _t.c.id)
    .limit(MOST)
    .subquery()
)
_NEXT = Statement(
    sa.select(_coming.c.automation_id, sa.func.min(_coming.c.due_at, type_=_t.c.due_at.type).label("next_at")).group_by(
        _coming.c.automation_id
    )
)


@dataclass(frozen=True)
class Tally:
    """Of the last 30 days; `next_at` is when the next text is decided about."""

    sent: int = 0
    skipped: int = 0
    next_at: dt.datetime | None = None


@dataclass(frozen=True)
class Tallies:
    """By automation. `is_whole`: nothing of the last 30 days was left out."""

    by_automation: dict[str, Tally]
    is_whole: bool

    def of(self, automation_id: str) -> Tally:
        return self.by_automation.get(automation_id, Tally())


def read(session: Session, business_id: str) -> Tallies:
    given = {"business_id": business_id, "now": clock.now(), "since": clock.now() - LATELY}
    past = {row.automation_id: row for row in _LATELY.rows(session, **given)}
    coming = {row.automation_id: row.next_at for row in _NEXT.rows(session, **given)}
    found = {
        each: Tally(int(past[each].sent) if each in past else 0, int(past[each].skipped) if each in past else 0,
                    coming.get(each))
        for each in {*past, *coming}
    }  # fmt: skip
    return Tallies(found, sum(int(row.seen) for row in past.values()) < MOST)
