"""`/reports`: who can be texted, why the others cannot, and how that changed."""

import datetime as dt
from dataclasses import dataclass

from sqlmodel import Session

from forms.report_range import ReportRangeForm
from portal import local_time
from portal.reports import growth, health
from portal.reports.growth import Growth
from portal.reports.health import Health, Standing
from portal.reports.span import Days, Unit
from portal.web import chart
from portal.web.page import Answer, Page
from portal.web.visit import Visit


@dataclass(frozen=True)
class Row:
    """One standing with its share, written."""

    kind: Standing
    count: int
    share: str


def show(session: Session, visit: Visit) -> Answer:
    """422 where the days are no range; what was typed stays, and the last thirty days are shown."""
    business = visit.business
    form = ReportRangeForm(visit.query, today=local_time.today(business.timezone))
    status = 200 if form.is_valid() else 422
    found = health.read(session, business.id)
    grown = growth.read(session, business.id, business.timezone, form.span)
    context = {
        "form": form, "health": found, "rows": rows(found), "share": health.percent(found.reachable, found.total),
        "shares": chart.shares([(str(kind), count) for kind, count in found.counts.items()]),
        "growth": grown, "columns": columns(grown), "bars": [(each, words(each.days, grown)) for each in grown.parts],
        "most": max(1, *grown.came_by.values(), *grown.left_by.values()),
    }  # fmt: skip
    return Page("reports/page.html", context, status)


def rows(found: Health) -> list[Row]:
    return [Row(kind, count, health.percent(count, found.total)) for kind, count in found.counts.items()]


def columns(grown: Growth) -> chart.Columns:
    short = [_short(each.days.first, grown.span.unit) for each in grown.parts]
    return chart.columns(
        short, [("good", [each.came for each in grown.parts])], [("bad", [each.left for each in grown.parts])]
    )


def words(days: Days, grown: Growth) -> str:
    """`Sat 21 Nov 2026`, `16 to 22 Nov 2026`, `November 2026`."""
    first, last, unit = days.first, days.last, grown.span.unit
    if unit is Unit.DAY:
        return f"{first:%a} {first.day} {first:%b %Y}"
    if unit is Unit.MONTH and first.day == 1 and (last + dt.timedelta(days=1)).day == 1:
        return f"{first:%B %Y}"
    if first == last:
        return f"{first.day} {first:%b %Y}"
    begin = f"{first.day}" if (first.year, first.month) == (last.year, last.month) else f"{first.day} {first:%b}"
    return f"{begin if first.year == last.year else f'{begin} {first.year}'} to {last.day} {last:%b %Y}"


def _short(day: dt.date, unit: Unit) -> str:
    return f"{day:%b}" if unit is Unit.MONTH else f"{day.day} {day:%b}"
