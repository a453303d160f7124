"""How consent stands and how it changed, as counts that name nobody."""

import datetime as dt

from sqlmodel import Session

from portal import clock, local_time
from portal.api.operation import Answer, Call
from portal.api.value import Asked, Moment, Told
from portal.errors import Invalid
from portal.reports import growth, health, span
from portal.reports.growth import Totals
from portal.reports.span import Choice, Days, Span, Unit


class ConsentReportDays(Asked):
    """Days of the business's own time zone, both included; two years at most. Without them, the last thirty."""

    first: dt.date | None = None
    last: dt.date | None = None


class ConsentSteps(Told):
    """`opted_in` less `opted_out` is by how much the list grew. `refused` said No without having agreed; `lapsed` did
    not answer in time."""

    opted_in: int
    opted_out: int
    asked: int
    refused: int
    lapsed: int


class ConsentPart(Told):
    first: dt.date
    last: dt.date
    opted_in: int
    opted_out: int


class ConsentReport(Told):
    """`standings` counts every client once, as of `at`: a number that somebody has or that wrote, or a contact without
    one; `reachable` can be texted. `before` counts as many days before `first`. `is_whole` is false while the
    ledger is being counted for the first time."""

    at: Moment
    timezone: str
    clients: int
    standings: dict[str, int]
    first: dt.date
    last: dt.date
    unit: Unit
    steps: ConsentSteps
    before: ConsentSteps
    parts: list[ConsentPart]
    opted_in_by: dict[str, int]
    opted_out_by: dict[str, int]
    is_whole: bool


def consent(session: Session, call: Call) -> Answer:
    """Raises Invalid for days that are no range."""
    business = call.business
    days = _span(call.asked(ConsentReportDays), local_time.today(business.timezone))
    now, grown = health.read(session, business.id), growth.read(session, business.id, business.timezone, days)
    return Answer(
        ConsentReport(
            at=clock.now(), timezone=business.timezone, clients=now.total,
            standings={str(kind): count for kind, count in now.counts.items()},
            first=days.first, last=days.last, unit=days.unit, steps=_steps(grown.now), before=_steps(grown.earlier),
            parts=[
                ConsentPart(first=each.days.first, last=each.days.last, opted_in=each.came, opted_out=each.left)
                for each in grown.parts
            ],
            opted_in_by=dict(grown.came_by), opted_out_by=dict(grown.left_by), is_whole=not grown.is_behind,
        )
    )  # fmt: skip


def _span(asked: ConsentReportDays, today: dt.date) -> Span:
    if asked.first is None and asked.last is None:
        return span.of(Choice.MONTH, today)
    last = asked.last or today
    problem = span.problem(asked.first, last, today)
    if problem or asked.first is None:
        raise Invalid(problem, fields={"first" if asked.first is None else "last": [problem]})
    return span.of(Choice.OWN, today, Days(asked.first, last))


def _steps(totals: Totals) -> ConsentSteps:
    return ConsentSteps(
        opted_in=totals.came, opted_out=totals.left, asked=totals.asked, refused=totals.refused, lapsed=totals.lapsed
    )
