"""The days of clients and projects that a rule is about, each with the moment its text is due.

A contact's date called Birthday or Anniversary comes again every year, the 29th of February on the 28th where there is
none; every other date is itself, once.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session

from portal.accounts.business import Business
from portal.automations import moment
from portal.automations.rule import CONTACT_DATE, is_yearly
from portal.column import table_of
from portal.contacts.contact_date import ContactDate
from portal.contacts.project import Project, ProjectContact

WHOLE_YEAR = dt.timedelta(days=364)
_p, _clients, _d = table_of(Project), table_of(ProjectContact), table_of(ContactDate)
_sent_in = sa.table(
    "submission",
    *(sa.column(name) for name in ("id", "business_id", "contact_id", "questionnaire_id", "created_at")),
)
After = tuple[dt.date, str, str]


@dataclass(frozen=True)
class Occurrence:
    """One day of one client."""

    contact_id: str
    about_on: dt.date
    due_at: dt.datetime
    occasion: str
    project_id: str | None = None
    project_name: str = ""


@dataclass(frozen=True)
class Days:
    """The days it may be about, for moments in a window."""

    first: dt.date
    last: dt.date

    @property
    def years(self) -> range:
        return range(self.first.year, self.last.year + 1)


def piece(
    session: Session,
    business: Business,
    rule: Any,
    *,
    since: dt.datetime,
    until: dt.datetime,
    after: After | None,
    limit: int,
) -> tuple[list[Occurrence], After | None]:
    """Those due after `since` and not after `until`, and where to go on; None at the end."""
    days = _days(business, rule, since, until)
    is_project = not rule.date_of.startswith(CONTACT_DATE)
    query = _of_projects(business.id, rule, days, after) if is_project else _of_contacts(business.id, rule, days, after)
    rows = session.execute(query.limit(limit)).all()
    found = [each for row in rows for each in _found(row, business, rule, days) if since < each.due_at <= until]
    return found, (rows[-1].day, rows[-1].first_id, rows[-1].second_id) if len(rows) == limit else None


def still(session: Session, occasion: str, contact_ids: Sequence[str], about_on: dt.date) -> bool:
    """Whether a client's date is still the day that a text is about; `contact_ids` are the client's records."""
    _, key, _ = _parts(occasion)
    query = sa.select(_d.c.on_date).where(_d.c.contact_id.in_(list(contact_ids)), _d.c.key == key)
    days = session.scalars(query).all()
    if is_yearly(CONTACT_DATE + key):
        return any(moment.anniversary(day, about_on.year) == about_on for day in days)
    return about_on in days


def is_of_contact(occasion: str) -> bool:
    return occasion.startswith(CONTACT_DATE)


def project_date(occasion: str) -> str | None:
    """`starts_on` or `ends_on` where it is about a project's date."""
    return _parts(occasion)[1] if occasion.startswith("project:") else None


def submitters(session: Session, business_id: str, questionnaire_id: str | None, limit: int) -> list[str]:
    """The known clients who sent in a questionnaire of the business last, or any of them."""
    mine = _sent_in.c.business_id == business_id
    if questionnaire_id is not None:
        mine = _sent_in.c.questionnaire_id == questionnaire_id
    query = sa.select(_sent_in.c.contact_id).where(mine, _sent_in.c.contact_id.is_not(None))
    latest = query.order_by(_sent_in.c.created_at.desc(), _sent_in.c.id.desc()).limit(limit)
    return list(dict.fromkeys(session.scalars(latest)))


def _parts(occasion: str) -> tuple[str, str, str]:
    """`contact:KEY:DAY` and `project:starts_on:ID:DAY`: its kind, the name of the date, and the rest."""
    kind, rest = occasion.split(":", 1)
    name, _, day = rest.rpartition(":") if kind == "contact" else rest.partition(":")
    return kind, name, day


def _days(business: Business, rule: Any, since: dt.datetime, until: dt.datetime) -> Days:
    """A day more at both ends: what counts is the moment."""
    about = dt.timedelta(days=rule.days_before)
    day = dt.timedelta(days=1)
    return Days(
        moment.today(since, business.timezone) + about - day, moment.today(until, business.timezone) + about + day
    )


def _of_projects(business_id: str, rule: Any, days: Days, after: After | None) -> sa.Select[Any]:
    on = _p.c[rule.date_of.removeprefix("project.")]
    query = (
        sa.select(on.label("day"), _p.c.id.label("first_id"), _clients.c.contact_id.label("second_id"), _p.c.name)
        .join_from(_p, _clients, _clients.c.project_id == _p.c.id)
        .where(_p.c.business_id == business_id, on.between(days.first, days.last), _p.c.archived_at.is_(None))
    )
    if "projects" in rule.audience:
        query = query.where(_p.c.id.in_(rule.audience["projects"]))
    if after is not None:
        query = query.where(sa.tuple_(on, _p.c.id, _clients.c.contact_id) > sa.tuple_(*after))
    return query.order_by(on, _p.c.id, _clients.c.contact_id)


def _of_contacts(business_id: str, rule: Any, days: Days, after: After | None) -> sa.Select[Any]:
    key = rule.date_of.removeprefix(CONTACT_DATE)
    query = sa.select(
        _d.c.on_date.label("day"), _d.c.id.label("first_id"), _d.c.contact_id.label("second_id"), sa.literal("")
    ).where(_d.c.business_id == business_id, _d.c.key == key)
    if not is_yearly(rule.date_of):
        query = query.where(_d.c.on_date.between(days.first, days.last))
    elif days.last - days.first < WHOLE_YEAR:
        query = query.where(_comes_in(days), _d.c.on_date <= days.last)
    if after is not None:
        query = query.where(sa.tuple_(_d.c.on_date, _d.c.id) > sa.tuple_(after[0], after[1]))
    return query.order_by(_d.c.on_date, _d.c.id)


def _comes_in(days: Days) -> sa.ColumnElement[bool]:
    """Whether the anniversary of the date lies between two days less than a year apart: 1231 is the 31st of December.
    Leap days are always looked at; what counts is the moment."""
    calendar = sa.extract("month", _d.c.on_date) * 100 + sa.extract("day", _d.c.on_date)
    first, last = (day.month * 100 + day.day for day in (days.first, days.last))
    inside = calendar.between(first, last) if first <= last else sa.or_(calendar >= first, calendar <= last)
    return sa.or_(inside, calendar == 229)


def _found(row: Any, business: Business, rule: Any, days: Days) -> list[Occurrence]:
    if rule.date_of.startswith(CONTACT_DATE):
        return [
            _occurrence(row.second_id, day, business, rule, f"{rule.date_of}:{day.isoformat()}")
            for day in _comings(row.day, rule, days)
        ]
    name = rule.date_of.removeprefix("project.")
    occasion = f"project:{name}:{row.first_id}:{row.day.isoformat()}"
    return [_occurrence(row.second_id, row.day, business, rule, occasion, row.first_id, row.name)]


def _comings(on: dt.date, rule: Any, days: Days) -> list[dt.date]:
    if not is_yearly(rule.date_of):
        return [on]
    return [moment.anniversary(on, year) for year in days.years if year >= on.year]


def _occurrence(
    contact_id: str,
    about_on: dt.date,
    business: Business,
    rule: Any,
    occasion: str,
    project_id: str | None = None,
    project_name: str = "",
) -> Occurrence:
    send_on = about_on - dt.timedelta(days=rule.days_before)
    due_at = moment.local(send_on, rule.at_time, business.timezone)
    return Occurrence(contact_id, about_on, due_at, occasion, project_id, project_name)
