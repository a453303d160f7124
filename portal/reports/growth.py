"""Who came and who left over a range of days, by what brought or took them, beside the same number of days before."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from sqlmodel import Session

from portal.consent.state import Origin
from portal.reports import consent_day
from portal.reports.movement import Movement
from portal.reports.span import Days, Span
from portal.reports.tally import Step

CAME_BY = (
    Origin.FORM, Origin.INVITATION, Origin.BUSINESS_FIRST, Origin.CLIENT_FIRST, Origin.REPLY, Origin.PORTAL,
    Origin.OFFLINE,
)  # fmt: skip
LEFT_BY = (Origin.REPLY, Origin.MEMBER, Origin.FORM, Origin.PORTAL, Origin.PROVIDER, Origin.OFFLINE, Origin.SYSTEM)


@dataclass(frozen=True)
class Part:
    """One bar: the days it stands for, and how many opted in and out in them."""

    days: Days
    came: int
    left: int

    @property
    def net(self) -> int:
        return self.came - self.left


@dataclass(frozen=True)
class Totals:
    """Of one range. `refused` said No before they had agreed; `lapsed` did not answer in time."""

    came: int
    left: int
    asked: int
    refused: int
    lapsed: int

    @property
    def net(self) -> int:
        return self.came - self.left


@dataclass(frozen=True)
class Growth:
    """`came_by` and `left_by` have every usual origin, and others where there was one. `is_behind`: some of the ledger
    is not counted yet."""

    span: Span
    parts: tuple[Part, ...]
    came_by: Mapping[str, int]
    left_by: Mapping[str, int]
    now: Totals
    earlier: Totals
    is_behind: bool


def read(session: Session, business_id: str, zone: str, span: Span) -> Growth:
    """One range of one index, and the ledger's last entries."""
    earlier = span.earlier
    found = consent_day.read(session, business_id, zone, earlier.first, span.last)
    return of(found.counts, span, is_behind=found.is_behind)


def of(counts: Mapping[Step, int], span: Span, *, is_behind: bool = False) -> Growth:
    """`counts` of the range and of the one before."""
    came, left = Counter[int](), Counter[int]()
    came_by = Counter({str(origin): 0 for origin in CAME_BY})
    left_by = Counter({str(origin): 0 for origin in LEFT_BY})
    for (day, moved, origin), count in counts.items():
        if not span.first <= day <= span.last:
            continue
        if moved is Movement.OPTED_IN:
            came[span.part_of(day)] += count
            came_by[origin] += count
        elif moved is Movement.OPTED_OUT:
            left[span.part_of(day)] += count
            left_by[origin] += count
    parts = tuple(Part(days, came[index], left[index]) for index, days in enumerate(span.parts))
    return Growth(
        span, parts, came_by, left_by, _totals(counts, span), _totals(counts, span.earlier), is_behind
    )  # fmt: skip


def _totals(counts: Mapping[Step, int], days: Days) -> Totals:
    sums = Counter[Movement]()
    for (day, moved, _), count in counts.items():
        if days.first <= day <= days.last:
            sums[moved] += count
    return Totals(
        sums[Movement.OPTED_IN], sums[Movement.OPTED_OUT], sums[Movement.ASKED], sums[Movement.REFUSED],
        sums[Movement.LAPSED],
    )  # fmt: skip
