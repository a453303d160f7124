"""Opt-ins and opt-outs by day: the ledger counted once, in the background, so that a year costs what a week costs.

A job counts what was appended since, piece by piece, outside of any transaction that writes; a piece is stored only
where nobody else stored it meanwhile. Reports add the few entries that are not counted yet, so they are never behind.
"""

import datetime as dt
from collections import Counter
from dataclasses import dataclass

import sqlalchemy as sa
from sqlmodel import Field, Session, SQLModel

from portal.column import one_of, table_of
from portal.consent import head
from portal.reports import tally
from portal.reports.movement import Movement
from portal.reports.tally import Step, Tally
from portal.statement import Statement, param, params

PIECE = 300
TAIL = 3000
"""Entries that a report counts itself; the job is seldom that far behind."""


class ConsentDay(SQLModel, table=True):
    """Names nobody: the counts of one day in the business's own time zone."""

    __tablename__ = "consent_day"
    __table_args__ = (one_of(Movement, "movement"),)

    business_id: str = Field(foreign_key="business.id", primary_key=True)
    day_on: dt.date = Field(primary_key=True)
    movement: str = Field(primary_key=True)
    origin: str = Field(primary_key=True)
    count: int


class ConsentDayHead(SQLModel, table=True):
    """Up to which entry a business's ledger is counted, and in which time zone; in another one it is counted anew."""

    __tablename__ = "consent_day_head"

    business_id: str = Field(foreign_key="business.id", primary_key=True)
    timezone: str
    seq: int


table, head_table = table_of(ConsentDay), table_of(ConsentDayHead)
_d, _h, _ledger = table.c, head_table.c, head.table.c
_business = sa.table("business", sa.column("id"), sa.column("timezone"))
_BEHIND = Statement(
    sa.select(_ledger.business_id, _business.c.timezone)
    .join_from(head.table, _business, _business.c.id == _ledger.business_id)
    .outerjoin(head_table, _h.business_id == _ledger.business_id)
    .where(sa.or_(sa.func.coalesce(_h.seq, 0) < _ledger.seq, _h.timezone != _business.c.timezone))
    .order_by(_ledger.business_id)
    .limit(100)
)
_HEAD = Statement(sa.select(head_table).where(_h.business_id == param("business_id")))
_READ = Statement(
    sa.select(_h.seq, _h.timezone, _d.day_on, _d.movement, _d.origin, _d.count)
    .select_from(head_table)
    .outerjoin(
        table,
        sa.and_(
            _d.business_id == _h.business_id,
            _d.day_on >= param("first", sa.Date()),
            _d.day_on <= param("last", sa.Date()),
        ),
    )
    .where(_h.business_id == param("business_id"))
)
_BEGIN = Statement(
    lambda insert: insert(head_table).values(**params("business_id", "timezone"), seq=0).on_conflict_do_nothing()
)
_as_before = (
    _h.business_id == param("business_id"),
    _h.seq == param("before", sa.Integer()),
    _h.timezone == param("was", sa.String()),
)
_MOVE = Statement(sa.update(head_table).where(*_as_before).values(seq=param("seq"), timezone=param("timezone")))
_FORGET = Statement(sa.delete(table).where(_d.business_id == param("business_id")))
_ADD = Statement(
    lambda insert: (
        insert(table)
        .values(**params("business_id", "day_on", "movement", "origin"), count=param("by"))
        .on_conflict_do_update(
            index_elements=["business_id", "day_on", "movement", "origin"], set_={"count": _d.count + param("by")}
        )
    )
)


@dataclass(frozen=True)
class Counted:
    """`is_behind`: the ledger is being counted for the first time, or in a new time zone, and there is more to come."""

    counts: Counter[Step]
    is_behind: bool


def behind(session: Session) -> list[tuple[str, str]]:
    """Businesses with entries that are not counted yet, or not in their own time zone; and that zone."""
    return [(row.business_id, row.timezone) for row in _BEHIND.rows(session)]


def next_piece(session: Session, business_id: str, zone: str) -> Tally | None:
    """What to store next; None where everything is counted. Reads only."""
    kept = _HEAD.first(session, business_id=business_id)
    after = kept.seq if kept is not None and kept.timezone == zone else 0
    piece = tally.of(session, business_id, zone, after=after, limit=PIECE)
    return piece if piece.last > piece.first or (kept is not None and kept.timezone != zone) else None


def store(session: Session, business_id: str, zone: str, piece: Tally) -> bool:
    """Whether it was still the next one."""
    _BEGIN.run(session, business_id=business_id, timezone=zone)
    kept = _HEAD.first(session, business_id=business_id)
    is_anew = kept.timezone != zone
    if piece.first != (0 if is_anew else kept.seq):
        return False
    moved = _MOVE.run(
        session, business_id=business_id, before=kept.seq, was=kept.timezone, seq=piece.last, timezone=zone
    )  # fmt: skip
    if not moved:
        return False
    if is_anew:
        _FORGET.run(session, business_id=business_id)
    for (day, moved_how, origin), count in piece.counts.items():
        _ADD.run(session, business_id=business_id, day_on=day, movement=moved_how, origin=origin, by=count)
    return True


def read(session: Session, business_id: str, zone: str, first: dt.date, last: dt.date) -> Counted:
    """The steps of these days, both included. One question reads what is counted and how far, so that nothing is
    counted twice while the job goes on."""
    rows = _READ.rows(session, business_id=business_id, first=first, last=last)
    if not rows or rows[0].timezone != zone:
        rows, after = [], 0
    else:
        after = rows[0].seq
    rest = tally.of(session, business_id, zone, after=after, limit=TAIL)
    counts = Counter({step: count for step, count in rest.counts.items() if first <= step[0] <= last})
    for row in rows:
        if row.day_on is not None:
            counts[row.day_on, Movement(row.movement), row.origin] += row.count
    return Counted(counts, rest.is_cut)
