"""A rule as one sentence a member can check: “Two days before a project starts, at 09:00”."""

from collections.abc import Mapping
from typing import Any

from portal import local_time
from portal.automations.rule import CONTACT_DATE, Event
from portal.consent.state import Origin

ORIGINS: Mapping[str, str] = {
    Origin.FORM: "said Yes in a questionnaire",
    Origin.REPLY: "replied YES or START",
    Origin.BUSINESS_FIRST: "were asked before your first text",
    Origin.CLIENT_FIRST: "were asked after their first text",
    Origin.INVITATION: "answered an invitation",
    Origin.PORTAL: "chose it on their own page",
    Origin.OFFLINE: "agreed on paper or by word",
}
"""How somebody can have opted in, to filter by."""

_PROJECT = {"project.starts_on": "a project starts", "project.ends_on": "a project ends"}
_NUMBERS = ("", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
_UNITS = ((7 * 24 * 60, "week"), (24 * 60, "day"), (60, "hour"), (1, "minute"))


def when(rule: Any, *, zone: str, titles: Mapping[str, str]) -> str:
    """`rule` is a Rule or an automation; `titles` are those of questionnaires, by id."""
    match rule.event:
        case Event.OPTED_IN:
            said = f"{_after(rule.delay_minutes)} a client opts in"
        case Event.SUBMITTED:
            said = f"{_after(rule.delay_minutes)} a client sends in {_questionnaire(rule.questionnaire_id, titles)}"
        case _ if rule.at is not None:
            said = f"once, on {local_time.full(rule.at, zone)}"
        case _:
            said = f"{_days(rule.days_before, rule.date_of or '')}, at {rule.at_time}"
    return said[:1].upper() + said[1:]


def to_whom(rule: Any, *, titles: Mapping[str, str]) -> str:
    """The filters, in words; everybody who may be texted where there is none. `titles` also names projects."""
    audience, said = rule.audience, ["who agreed to offers"] if rule.is_marketing else []
    if audience.get("origins"):
        said.append("who " + _or([ORIGINS.get(each, each) for each in audience["origins"]]))
    if audience.get("questionnaires"):
        said.append("who sent in " + _or([_questionnaire(each, titles) for each in audience["questionnaires"]]))
    if audience.get("projects"):
        said.append("of " + _or([f"“{titles.get(each, 'a project')}”" for each in audience["projects"]]))
    if audience.get("contacts"):
        count = len(audience["contacts"])
        said.append(f"among {_counted(count, 'chosen contact')}")
    return "Only to clients " + ", and ".join(said) if said else "To everybody it is about who may be texted"


def duration(minutes: int) -> tuple[int, str]:
    """The same in the largest unit that is whole: `(2, "day")`."""
    for size, unit in _UNITS:
        if minutes and minutes % size == 0:
            return minutes // size, unit
    return 0, "minute"


def _after(minutes: int) -> str:
    return f"{_counted(*duration(minutes))} after" if minutes else "as soon as"


def _days(days_before: int, date_of: str) -> str:
    what = _PROJECT.get(date_of) or f"a client’s “{date_of.removeprefix(CONTACT_DATE)}”"
    if days_before:
        return f"{_counted(abs(days_before), 'day')} {'before' if days_before > 0 else 'after'} {what}"
    return f"on the day {what}" if date_of in _PROJECT else f"on the day of {what}"


def _counted(count: int, unit: str) -> str:
    number = _NUMBERS[count] if 0 < count < len(_NUMBERS) else str(count)
    return f"{number} {unit}{'' if count == 1 else 's'}"


def _questionnaire(questionnaire_id: str | None, titles: Mapping[str, str]) -> str:
    if questionnaire_id is None:
        return "any questionnaire"
    title = titles.get(questionnaire_id, "")
    return f"“{title}”" if title else "a questionnaire"


def _or(words: list[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} or {words[-1]}"
