"""What an automation is made of, checked: values as people or programs give them, before they become one."""

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session

from portal import clock
from portal.accounts.business import Business
from portal.automations import variable
from portal.column import sort_key
from portal.consent.state import Origin
from portal.errors import Invalid

LONGEST_NAME, LONGEST_TEXT = 80, 1600
LONGEST_DELAY = 366 * 24 * 60  # minutes
MOST_DAYS = 366
MOST_IN_AUDIENCE = 200
EARLIEST, LATEST = "08:00", "20:00"  # outside them a text about an appointment is a nuisance, and in some states more
PROJECT_DATES = ("project.starts_on", "project.ends_on")
CONTACT_DATE = "contact:"
YEARLY = ("birthday", "anniversary")
AUDIENCE = ("origins", "questionnaires", "projects", "contacts")
# by name: automations and questionnaires stand side by side, and neither knows the other
_TABLES = {
    name: sa.table(name.removesuffix("s"), sa.column("id"), sa.column("business_id"))
    for name in ("questionnaires", "projects", "contacts")
}
_TIME = re.compile(r"([01]\d|2[0-3]):[0-5]\d")
_CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f\x7f]")


class Event(StrEnum):
    """What starts it: a client's own opt-in, a questionnaire sent in, or a date."""

    OPTED_IN = "opted_in"
    SUBMITTED = "submitted"
    DATE = "date"


@dataclass(frozen=True)
class Rule:
    """The values of a rule, as `automation.create` takes them; an automation has the same names."""

    name: str
    text: str
    event: str
    questionnaire_id: str | None = None
    delay_minutes: int = 0
    date_of: str | None = None
    at: dt.datetime | None = None
    days_before: int = 0
    at_time: str | None = None
    audience: Mapping[str, Any] = field(default_factory=dict)
    is_marketing: bool = False


def is_yearly(date_of: str | None) -> bool:
    """A date called Birthday or Anniversary comes again every year; every other one is itself, once."""
    key = (date_of or "").removeprefix(CONTACT_DATE)
    return bool(date_of and date_of.startswith(CONTACT_DATE) and any(word in key for word in YEARLY))


def checked(session: Session, business_id: str, given: Rule, *, known_at: dt.datetime | None = None) -> Rule:
    """The same, tidied. Raises Invalid with every field that is wrong; `known_at` is a moment that may have passed.

    An empty list in `audience` is refused rather than read as everybody."""
    rule = _tidied(given)
    problems = {
        "name": _name(rule),
        "text": _text(rule),
        "event": [] if rule.event in list(Event) else ["Choose when it happens."],
        "delay_minutes": _delay(rule),
        "questionnaire_id": _questionnaire(session, business_id, rule),
        **_dates(rule, known_at),
        "audience": _audience(session, business_id, rule.audience),
    }
    found = {name: sentences for name, sentences in problems.items() if sentences}
    if found:
        raise Invalid(next(iter(found.values()))[0], fields=found)
    return rule


def warnings(business: Business, rule: Any) -> list[str]:
    """What is allowed and still seldom wise; `rule` is a Rule or an automation."""
    said = []
    if "business" not in variable.used(rule.text) and business.name.casefold() not in rule.text.casefold():
        said.append("The text does not say who you are. Put {business} into it.")
    if rule.at_time and not EARLIEST <= rule.at_time <= LATEST:
        said.append(f"{rule.at_time} is early or late for a text; between {EARLIEST} and {LATEST} nobody minds.")
    return said


def _tidied(given: Rule) -> Rule:
    date_of = (given.date_of or "").strip() or None
    if date_of and date_of.startswith(CONTACT_DATE):
        date_of = CONTACT_DATE + sort_key(date_of.removeprefix(CONTACT_DATE))
    is_date = given.event == Event.DATE
    return Rule(
        " ".join(given.name.split()), given.text.replace("\r\n", "\n").strip(), given.event,
        given.questionnaire_id or None, given.delay_minutes, date_of, given.at, given.days_before if is_date else 0,
        (given.at_time or "").strip() or None, dict(given.audience), given.is_marketing,
    )  # fmt: skip


def _name(rule: Rule) -> list[str]:
    if not rule.name or len(rule.name) > LONGEST_NAME or not rule.name.isprintable():
        return [f"Please give it a name of at most {LONGEST_NAME} characters."]
    return []


def _text(rule: Rule) -> list[str]:
    if not rule.text:
        return ["Please write the text."]
    if len(rule.text) > LONGEST_TEXT:
        return [f"A text has at most {LONGEST_TEXT} characters; this one has {len(rule.text)}."]
    if _CONTROL.search(rule.text):
        return ["The text has a character that cannot be sent."]
    unknown = variable.unknown(rule.text)
    if unknown:
        known = ", ".join(f"{{{name}}}" for name in variable.VARIABLES)
        return [f"There is no variable {{{name}}}; there are {known}." for name in unknown]
    if rule.event != Event.DATE and "date" in variable.needed(rule.text):
        return ["{date} has a value only where a date starts it. Write {date|soon}, or leave it out."]
    return []


def _delay(rule: Rule) -> list[str]:
    if rule.event == Event.DATE and rule.delay_minutes:
        return ["A date has no delay; give days and a time instead."]
    return [] if 0 <= rule.delay_minutes <= LONGEST_DELAY else ["A delay is at most a year."]


def _dates(rule: Rule, known_at: dt.datetime | None) -> dict[str, list[str]]:
    if rule.event != Event.DATE:
        wrong = ["This belongs to an automation that a date starts."]
        given = {"date_of": rule.date_of, "at": rule.at, "at_time": rule.at_time}
        return {name: wrong for name, value in given.items() if value is not None}
    if rule.at is not None:
        return _moment(rule, rule.at, known_at)
    problems: dict[str, list[str]] = {}
    if rule.date_of is None:
        problems["date_of"] = ["Choose a date, or one moment."]
    elif rule.date_of not in PROJECT_DATES and not _is_contact_date(rule.date_of):
        problems["date_of"] = ["There is no such date."]
    if rule.at_time is None or not _TIME.fullmatch(rule.at_time):
        problems["at_time"] = ["Give the time of day, as in 09:00."]
    if abs(rule.days_before) > MOST_DAYS:
        problems["days_before"] = [f"At most {MOST_DAYS} days before or after."]
    return problems


def _moment(rule: Rule, at: dt.datetime, known_at: dt.datetime | None) -> dict[str, list[str]]:
    if rule.date_of is not None or rule.at_time is not None:
        return {"at": ["Either one moment, or a date with a time of day: not both."]}
    if at.tzinfo is None:
        return {"at": ["A moment needs its zone."]}
    return {} if at > clock.now() or at == known_at else {"at": ["This moment has passed."]}


def _is_contact_date(date_of: str) -> bool:
    return date_of.startswith(CONTACT_DATE) and len(date_of) > len(CONTACT_DATE)


def _questionnaire(session: Session, business_id: str, rule: Rule) -> list[str]:
    if rule.questionnaire_id is None:
        return []
    if rule.event != Event.SUBMITTED:
        return ["This belongs to an automation that a questionnaire starts."]
    is_known = _known(session, business_id, _TABLES["questionnaires"], [rule.questionnaire_id])
    return [] if is_known else ["There is no such questionnaire."]


def _audience(session: Session, business_id: str, audience: Mapping[str, Any]) -> list[str]:
    for name, values in audience.items():
        if name not in AUDIENCE:
            return [f"There is no filter “{str(name)[:40]}”; there are {', '.join(AUDIENCE)}."]
        if not isinstance(values, Sequence) or isinstance(values, str) or not all(isinstance(v, str) for v in values):
            return [f"“{name}” is a list."]
        if not 0 < len(values) <= MOST_IN_AUDIENCE:
            return [f"“{name}” names one to {MOST_IN_AUDIENCE}, or is left out."]
        if not _is_known_filter(session, business_id, name, values):
            return [f"Something in “{name}” does not exist."]
    return []


def _is_known_filter(session: Session, business_id: str, name: str, values: Sequence[str]) -> bool:
    return set(values) <= set(Origin) if name == "origins" else _known(session, business_id, _TABLES[name], values)


def _known(session: Session, business_id: str, table: sa.TableClause, ids: Sequence[str]) -> bool:
    """Whether all of them are the business's own."""
    mine = sa.select(sa.func.count()).where(table.c.business_id == business_id, table.c.id.in_(set(ids)))
    return bool(session.scalar(mine) == len(set(ids)))
