"""How long each kind is kept: the table in retention.toml, and what a business chose instead within its bounds.

A choice counts from the night after it was made; one that keeps longer counts at once, since nothing brings back what
is gone.
"""

import calendar
import datetime as dt
import tomllib
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlmodel import Field, Session, SQLModel

from portal import clock
from portal.accounts import audit
from portal.column import UtcTime, table_of
from portal.errors import Invalid
from portal.statement import Statement, param, params

TABLE = Path(__file__).with_name("retention.toml")


LATELY = dt.timedelta(hours=30)
"""Longer than any day."""


class Kind(StrEnum):
    TEXTS = "texts"
    MEDIA = "media"
    EVENTS = "events"
    ANSWERS = "answers"
    ADDRESSES = "addresses"
    SIGN_INS = "sign_ins"
    CONSENT = "consent"
    OPT_OUTS = "opt_outs"
    SEEN = "seen"


class RetentionChoice(SQLModel, table=True):
    """What an owner chose, and what counted before it."""

    __tablename__ = "retention_choice"

    business_id: str = Field(foreign_key="business.id", primary_key=True)
    kind: str = Field(primary_key=True)
    length: int
    length_before: int
    changed_at: dt.datetime = Field(sa_type=UtcTime)


@dataclass(frozen=True)
class Period:
    """`length` in `unit`, 0 for ever. `may_be_kept`: for ever may be chosen too; `is_none`: there is none of it;
    `is_counted`: nothing goes by itself."""

    kind: Kind
    title: str
    words: str
    unit: str
    length: int
    least: int
    most: int
    may_be_kept: bool = False
    is_none: bool = False
    is_counted: bool = False

    @property
    def may_be_chosen(self) -> bool:
        return self.least < self.most

    @property
    def said(self) -> str:
        """`24 months`, `90 days`, `for ever`, `none`."""
        if self.is_none:
            return "none"
        return f"{self.length} {self.unit}" if self.length else "for ever"

    @property
    def days(self) -> int:
        """Roughly, to be drawn."""
        return self.length * (30 if self.unit == "months" else 1)

    def start(self, now: dt.datetime) -> dt.datetime | None:
        """What is older goes; None where nothing does."""
        if not self.length or self.is_none:
            return None
        return months_before(now, self.length) if self.unit == "months" else now - dt.timedelta(days=self.length)


_t = table_of(RetentionChoice)
_CHOOSE = Statement(
    lambda insert: (
        insert(_t)
        .values(**params("business_id", "kind", "length", "length_before", "changed_at"))
        .on_conflict_do_update(
            index_elements=["business_id", "kind"],
            set_={name: param(name) for name in ("length", "length_before", "changed_at")},
        )
    )
)


@cache
def defaults() -> dict[Kind, Period]:
    """Raises ValueError for a table that does not name each kind once."""
    rows: dict[str, dict[str, Any]] = tomllib.loads(TABLE.read_text(encoding="utf-8"))
    if set(rows) != set(Kind):
        raise ValueError("retention.toml names each kind once")
    return {Kind(name): Period(Kind(name), **row) for name, row in rows.items()}


def of(session: Session, business_id: str) -> dict[Kind, Period]:
    """As chosen, in the order of the table."""
    chosen = {row.kind: row.length for row in _choices(session, business_id)}
    return {kind: replace(each, length=chosen.get(kind, each.length)) for kind, each in defaults().items()}


def in_force(session: Session, business_id: str, *, day_began: dt.datetime) -> dict[Kind, Period]:
    """As it counts in the night of that day: what was chosen since it began waits, unless it keeps longer."""
    found = defaults()
    for row in _choices(session, business_id):
        kept = row.length
        if row.changed_at >= day_began:
            kept = _longer(row.length, row.length_before)
        found = found | {Kind(row.kind): replace(found[Kind(row.kind)], length=kept)}
    return found


def choose(session: Session, business_id: str, kind: Kind, length: int, *, actor: str, ip: str = "") -> bool:
    """Whether something changed. Raises Invalid outside of the bounds."""
    period = of(session, business_id)[kind]
    check(period, length)
    if length == period.length:
        return False
    _CHOOSE.run(
        session, business_id=business_id, kind=str(kind), length=length, changed_at=clock.now(),
        length_before=_longest_lately(session, business_id, period),
    )  # fmt: skip
    audit.note(
        session, "retention.changed", actor=actor, business_id=business_id, ip=ip, kind=str(kind), unit=period.unit,
        before=period.length, after=length,
    )  # fmt: skip
    return True


def _longest_lately(session: Session, business_id: str, period: Period) -> int:
    """Before the choices of about a day: two of them in a row are as careful as one."""
    for row in _choices(session, business_id):
        if row.kind == period.kind and row.changed_at > clock.now() - LATELY:
            return _longer(row.length, row.length_before)
    return period.length


def _longer(one: int, other: int) -> int:
    """0 is for ever."""
    return 0 if 0 in (one, other) else max(one, other)


def check(period: Period, length: int) -> None:
    """Raises Invalid with a sentence."""
    if not period.may_be_chosen:
        said = "This period is fixed."
    elif (length == 0 and period.may_be_kept) or period.least <= length <= period.most:
        return
    else:
        said = f"Please choose between {period.least} and {period.most} {period.unit}."
    raise Invalid(said, fields={str(period.kind): [said]})


def months_before(now: dt.datetime, months: int) -> dt.datetime:
    """The same day of the month, or its last."""
    year, month = divmod(now.year * 12 + now.month - 1 - months, 12)
    last = calendar.monthrange(year, month + 1)[1]
    return now.replace(year=year, month=month + 1, day=min(now.day, last))


def _choices(session: Session, business_id: str) -> list[Any]:
    return list(session.execute(sa.select(_t).where(_t.c.business_id == business_id)).all())
