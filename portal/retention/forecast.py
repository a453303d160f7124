"""What the next night would let go, counted and not touched: for the page, for `portal retention --dry-run`, and before
a period is made shorter."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session

from portal import clock
from portal.accounts import business as businesses
from portal.accounts.audit import AuditEntry
from portal.column import table_of
from portal.consent import ledger, legal_hold, subscription
from portal.consent.legal_hold import Held
from portal.consent.state import NO
from portal.retention import addresses, answers, events, mark, period, run, sign_ins, texts
from portal.retention.mark import Place
from portal.retention.period import Kind, Period

MOST = 100_000
"""Counted at most of one kind; a page says that there are more."""

_a, _e, _s = table_of(AuditEntry), ledger.table, subscription.table


@dataclass(frozen=True)
class Line:
    """`count` of what is older than `up_to` and still there, spared ones too; None where nothing runs out."""

    kind: Kind
    count: int
    up_to: dt.datetime | None

    @property
    def said(self) -> str:
        return f"more than {MOST:,}" if self.count > MOST else f"{self.count:,}"


@dataclass(frozen=True)
class Forecast:
    """`spared` numbers are on hold or have a reply in doubt; a `hold` on the business stops everything.
    `only_looks`: it is one of the first nights, which let nothing go (run.py)."""

    lines: tuple[Line, ...]
    spared: int
    hold: Held | None
    only_looks: bool


def read(session: Session, business_id: str) -> Forecast:
    """With the periods as chosen: what was chosen today counts from the next night on, which is this one."""
    periods = period.of(session, business_id)
    lines = tuple(line(session, business_id, each) for each in periods.values())
    doubt = sa.select(_s.c.number).where(_s.c.business_id == business_id, sa.text("subscription.in_review"))
    numbers = legal_hold.numbers(session, business_id) | set(session.scalars(doubt.limit(MOST)))
    next_night = run.next_of(session, business_id, businesses.get(session, business_id).timezone)
    only_looks = not run.is_proven(session, business_id, next_night)
    return Forecast(lines, len(numbers), legal_hold.of_business(session, business_id), only_looks)


def line(session: Session, business_id: str, kept: Period) -> Line:
    """One kind, with any period."""
    start = kept.start(clock.now())
    queries = _queries(session, business_id, kept.kind, start) if start else ()
    return Line(kept.kind, sum(_count(session, each) for each in queries), start)


def told(found: Forecast, periods: Mapping[Kind, Period]) -> dict[str, Any]:
    """For programs."""
    return {
        "held": found.hold is not None,
        "only_looks": found.only_looks,
        "spared_numbers": found.spared,
        "kinds": [
            {"kind": str(each.kind), "kept": periods[each.kind].said, "would_go": each.count,
             "goes_by_itself": not periods[each.kind].is_counted,
             "older_than": clock.rfc3339(each.up_to) if each.up_to else None}
            for each in found.lines
        ],
    }  # fmt: skip


def _queries(session: Session, home: str, kind: Kind, start: dt.datetime) -> Sequence[sa.Select[Any]]:
    """Each by an index, from where the last night stopped."""

    def place(name: str) -> Place:
        return mark.read(session, home, name)

    match kind:
        case Kind.TEXTS:
            return (texts.older(home, place("texts"), start).where(*texts.MAY_GO),)
        case Kind.EVENTS:
            return (events.older(home, Place(), start),)
        case Kind.ANSWERS:
            return (answers.older(home, place("answers"), start).where(answers.IS_THERE),)
        case Kind.ADDRESSES:
            after = int(place("evidence").id or 0)
            entries = sa.select(_e.c.seq).where(_e.c.business_id == home, _e.c.seq > after, _e.c.recorded_at < start)
            logged = addresses.older_audit(home, place("audit"), start).where(_a.c.ip != "")
            return (entries.where(_e.c.evidence["ip"].as_string().is_not(None)), logged)
        case Kind.SIGN_INS:
            begins = _a.c.action.startswith(sign_ins.BEGINS, autoescape=True)
            return (addresses.older_audit(home, place("sign_ins"), start).where(begins),)
        case Kind.CONSENT:
            mine = (_s.c.business_id == home, _s.c.status.in_(NO), _s.c.changed_at < start)
            return (sa.select(_s.c.id).where(*mine),)
        case _:
            return ()


def _count(session: Session, query: sa.Select[Any]) -> int:
    few = query.with_only_columns(sa.literal(1).label("one")).limit(MOST + 1).subquery()
    return int(session.scalar(sa.select(sa.func.count()).select_from(few)) or 0)
