"""What every night finds: one row for each day of a business, in its own time zone, with the sentence that sums it up.

`is_whole` says that the day was over; a look at a day that is not over yet is written over by the next one.
"""

import datetime as dt
import math
from dataclasses import asdict, dataclass
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlmodel import Field, Session, SQLModel

from portal import clock, local_time
from portal.accounts.business import Business
from portal.column import UtcTime, table_of
from portal.statement import Statement, param, params

PAGE = 31
DAY = dt.timedelta(days=1)


class SelfAudit(SQLModel, table=True):
    """`texts` that left on `on_day`: `covered` ones have a receipt that fits, a ledger entry that allowed them and no
    opt-out before them; `before` left before receipts began; `uncovered` is everything else, with `after_opt_out`
    among them. `opt_outs` of the day in whatever way they came; `timed` of them came by text, `slowest_ms` and
    `median_ms` tell how long those took until they counted. The ledger was walked from entry `ledger_from` to
    `ledger_seq`; `problem` says what was wrong with it. `receipts` is one hash over all receipts of the day, in the
    order of their texts."""

    __tablename__ = "self_audit"

    business_id: str = Field(foreign_key="business.id", primary_key=True)
    on_day: dt.date = Field(primary_key=True)
    made_at: dt.datetime = Field(sa_type=UtcTime)
    is_whole: bool
    texts: int
    covered: int
    uncovered: int
    before: int
    after_opt_out: int
    opt_outs: int
    timed: int
    slowest_ms: int | None = None
    median_ms: int | None = None
    ledger_from: int
    ledger_seq: int
    ledger_hash: str
    problem: str = ""
    receipts: str


table = table_of(SelfAudit)
_b = table_of(Business)
_NAMES = tuple(column.key for column in table.columns)
_STORE = Statement(
    lambda insert: (
        insert(table)
        .values(**params(*_NAMES))
        .on_conflict_do_update(
            index_elements=["business_id", "on_day"],
            set_=params(*(name for name in _NAMES if name not in ("business_id", "on_day"))),
            where=sa.or_(~table.c.is_whole, table.c.made_at < param("made_at", table.c.made_at.type)),
        )
    )
)
_PAGE = Statement(
    sa.select(table)
    .where(
        table.c.business_id == param("business_id"),
        table.c.on_day < param("before"),
    )
    .order_by(table.c.on_day.desc())
    .limit(param("limit", sa.Integer()))
)
_LATEST = Statement(
    sa.select(_b.c.id, _b.c.timezone, _b.c.created_at, sa.func.max(table.c.on_day).label("on_day"))
    .outerjoin_from(
        _b, table,
        sa.and_(
            table.c.business_id == _b.c.id, table.c.is_whole, table.c.on_day <= param("today", table.c.on_day.type)
        ),
    )
    .group_by(_b.c.id, _b.c.timezone, _b.c.created_at)
    .order_by(_b.c.id)
)  # fmt: skip
_NOT_ORDERLY = Statement(
    sa.select(sa.func.count().label("found"))
    .select_from(table)
    .where(table.c.on_day >= param("since"), table.c.problem != "")
)
_NOT_COVERED = Statement(
    sa.select(sa.func.coalesce(sa.func.sum(table.c.uncovered), 0).label("found")).where(
        table.c.on_day >= param("since")
    )
)
_BAD = Statement(
    sa.select(table)
    .where(
        table.c.business_id == param("business_id"), table.c.on_day >= param("since"),
        sa.or_(table.c.uncovered > 0, table.c.after_opt_out > 0, table.c.problem != ""),
    )
    .order_by(table.c.on_day.desc())
    .limit(1)
)  # fmt: skip


@dataclass(frozen=True)
class Figures:
    """What an audit found, as it is stored and told."""

    texts: int = 0
    covered: int = 0
    uncovered: int = 0
    before: int = 0
    after_opt_out: int = 0
    opt_outs: int = 0
    timed: int = 0
    slowest_ms: int | None = None
    median_ms: int | None = None
    ledger_from: int = 0
    ledger_seq: int = 0
    ledger_hash: str = ""
    problem: str = ""
    receipts: str = ""


def store(
    session: Session, business_id: str, on_day: dt.date, figures: Figures, *, made_at: dt.datetime, is_whole: bool
) -> None:
    """Whoever looked last is right; a day that was over is not written over by a look that began before its end."""
    _STORE.run(
        session, business_id=business_id, on_day=on_day, made_at=made_at, is_whole=is_whole, **asdict(figures)
    )  # fmt: skip


def page(session: Session, business_id: str, *, before: dt.date | None = None, limit: int = PAGE) -> list[Any]:
    """The newest days first; one more than `limit` where there are older ones."""
    return _PAGE.rows(session, business_id=business_id, before=before or dt.date.max, limit=limit + 1)


def worst(session: Session, business_id: str) -> Any:
    """The last of the latest 31 days on which something was found, or None."""
    return _BAD.first(session, business_id=business_id, since=clock.now().date() - 31 * DAY)


def gauges(session: Session) -> dict[str, float]:
    """What the nights of the last week found in all businesses, for `/metrics`."""
    today = clock.now().date()
    return {
        "texts_not_covered": int(_NOT_COVERED.first(session, since=today - 7 * DAY).found),
        "ledger_verify_ok": int(_NOT_ORDERLY.first(session, since=today - 2 * DAY).found == 0),
    }


def missed(business: Business, last: Any) -> int:
    """How many days are over and were not looked at, `last` being the newest that was."""
    yesterday = local_time.today(business.timezone) - DAY
    seen = last.on_day - (DAY if not last.is_whole else dt.timedelta(0)) if last else None
    born = business.created_at.astimezone(ZoneInfo(business.timezone)).date() - DAY
    return max(0, (yesterday - max(born, seen or born)).days)


def standing(session: Session) -> list[Any]:
    """Every business with the last whole day that was looked at; a day that has not come yet is none, for a clock may
    have jumped."""
    return _LATEST.rows(session, today=clock.now().date())


def bounds(on_day: dt.date, zone: str) -> tuple[dt.datetime, dt.datetime]:
    """From midnight to midnight in this zone, in UTC: 23 or 25 hours where its clocks change."""
    start, end = (
        dt.datetime.combine(day, dt.time(), ZoneInfo(zone)).astimezone(dt.UTC) for day in (on_day, on_day + DAY)
    )
    return start, end


def today(zone: str) -> dt.date:
    return local_time.today(zone)


def is_clean(row: Any) -> bool:
    return not (row.uncovered or row.after_opt_out or row.problem)


def sentence(row: Any) -> str:
    """`Texts after opt-out: 0. Slowest suppression 0.4 s.`"""
    return f"Texts after opt-out: {row.after_opt_out}. {speed(row.slowest_ms)}"


def speed(slowest_ms: int | None) -> str:
    return "No opt-out by text." if slowest_ms is None else f"Slowest suppression {duration(slowest_ms)}."


def duration(milliseconds: int) -> str:
    """`0.4 s`, `12 s`, `3 min`, `2.5 h`: rounded up, so that it never sounds faster than it was."""
    value = milliseconds / 1000
    for size, unit in ((3600.0, "h"), (60.0, "min")):
        if value >= size:
            return f"{_up(value / size, 1):g} {unit}"
    return f"{_up(value, 0 if value >= 10 else 1 if value >= 0.1 else 2):g} s"


def _up(value: float, digits: int) -> float:
    return float(math.ceil(round(value * 10**digits, 6)) / 10.0**digits)
