"""The tables of the reports as CSV: counts alone, nobody's name or number. Each download is in the audit log."""

from collections.abc import Callable, Sequence

from sqlmodel import Session

from forms.report_range import ReportRangeForm
from portal import clock, local_time, sheet
from portal.accounts import audit
from portal.errors import Invalid
from portal.reports import growth, health, silence, traffic
from portal.reports.growth import Growth
from portal.sheet import Cell
from portal.web.page import Answer, Plain
from portal.web.visit import Visit

Lines = Sequence[Sequence[Cell]]


def download(session: Session, visit: Visit) -> Answer:
    """A POST, since it writes an audit entry (promises.md E.4). Raises Invalid for another table, or no range."""
    what = str(visit.form.get("what", ""))
    if what not in TABLES:
        raise Invalid("There is no such table.")
    lines = TABLES[what](session, visit)
    audit.note(
        session, "report.downloaded", actor=visit.actor, business_id=visit.business.id, object=what, ip=visit.ip
    )  # fmt: skip
    name = f"{visit.business.slug}-{what}-{clock.now().date().isoformat()}.csv"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Plain(sheet.csv_lines(lines), "text/csv; charset=utf-8; header=present", headers)


def _health(session: Session, visit: Visit) -> Lines:
    found = health.read(session, visit.business.id)
    rows: list[list[Cell]] = [
        [str(kind), count, health.percent(count, found.total)] for kind, count in found.counts.items()
    ]
    return [["Standing", "Clients", "Share"], *rows]


def _growth(session: Session, visit: Visit) -> Lines:
    rows: list[list[Cell]] = [
        [each.days.first.isoformat(), each.days.last.isoformat(), each.came, each.left, each.net]
        for each in _grown(session, visit).parts
    ]
    return [["First day", "Last day", "Opted in", "Opted out", "Net"], *rows]


def _origins(session: Session, visit: Visit) -> Lines:
    found = _grown(session, visit)
    came: list[list[Cell]] = [["Opted in", origin, count] for origin, count in found.came_by.items()]
    left: list[list[Cell]] = [["Opted out", origin, count] for origin, count in found.left_by.items()]
    return [["What", "By", "Clients"], *came, *left]


def _silence(session: Session, visit: Visit) -> Lines:
    found = silence.read(session, visit.business.id)
    asked: list[list[Cell]] = [["Asked, days", each.more_than, each.up_to, each.count] for each in found.asked]
    quiet: list[list[Cell]] = [["Silent, months", each.months, None, each.count] for each in found.quiet]
    return [["What", "More than", "Up to", "Numbers"], *asked, *quiet]


def _texts(session: Session, visit: Visit) -> Lines:
    rows: list[list[Cell]] = [
        [
            each.days.first.isoformat(), each.days.last.isoformat(), each.received, each.delivered, each.sent,
            each.failed, each.by_hand, each.by_itself, each.segments,
        ]
        for each in traffic.read(session, visit.business.id, visit.business.timezone)
    ]  # fmt: skip
    head = ("First day", "Last day", "Came in", "Arrived", "On the way", "Failed", "By hand", "By themselves", "Parts")
    return [head, *rows]


def _grown(session: Session, visit: Visit) -> Growth:
    zone = visit.business.timezone
    form = ReportRangeForm(visit.query, today=local_time.today(zone))
    if not form.is_valid():
        raise Invalid("These days are no range.")
    return growth.read(session, visit.business.id, zone, form.span)


TABLES: dict[str, Callable[[Session, Visit], Lines]] = {
    "health": _health, "growth": _growth, "origins": _origins, "silence": _silence, "texts": _texts,
}  # fmt: skip
