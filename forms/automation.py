"""An automation as it is typed: five ways to say when, each with its own fields, and the same values as the rule.

What a rule may be is decided in one place, portal/automations/rule.py; its sentences come back to the fields here.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from wtforms import BooleanField, RadioField, SelectField, SelectMultipleField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.widgets import CheckboxInput, ListWidget

from forms.base import BaseForm, Typed
from forms.composer import as_sent
from portal import local_time
from portal.automations import sentence
from portal.automations.rule import CONTACT_DATE, LONGEST_NAME, PROJECT_DATES, Event, Rule

WAYS = {
    "opted_in": "A client opts in",
    "submitted": "A client sends in a questionnaire",
    "project": "A project starts or ends",
    "contact": "A day of the client, such as a birthday",
    "once": "One moment, once",
}
UNITS = {"minute": 1, "hour": 60, "day": 24 * 60, "week": 7 * 24 * 60}
SIDES = {"before": "days before", "after": "days after"}
FILTERS = ("origins", "questionnaires", "projects", "contacts")
NOTHING = "Please choose at least one, or “Everybody”."
WHOLE = "Please give a whole number, such as 2."
LONGEST_NUMBER = 6

Named = Sequence[tuple[str, str]]
"""(id, name) of what can be chosen."""


def _number(label: str) -> StringField:
    """Typed as text, so that what is no number comes back as it was typed."""
    return StringField(label, render_kw={"inputmode": "numeric", "maxlength": LONGEST_NUMBER})


def _unit(label: str) -> SelectField:
    return SelectField(label, choices=[SelectChoice(unit, f"{unit}s") for unit in UNITS], default="day")


def _side(label: str) -> SelectField:
    return SelectField(label, choices=[SelectChoice(*each) for each in SIDES.items()], default="before")


def _several(label: str) -> SelectMultipleField:
    """What does not exist (any more) is refused by the rule itself."""
    return SelectMultipleField(
        label, option_widget=CheckboxInput(), widget=ListWidget(prefix_label=False), validate_choice=False
    )


class AutomationForm(BaseForm):
    """`rule()` is what was typed, once `is_valid()`; `take()` gives a refused rule's sentences to the fields."""

    name = StringField(
        "Name", description="For you and your team; clients never see it.", render_kw={"maxlength": LONGEST_NAME}
    )
    way = RadioField(
        "When does it happen?", choices=[SelectChoice(*each) for each in WAYS.items()], validate_choice=False
    )
    opted_in_wait, opted_in_unit = _number("How long after it"), _unit("Counted in")
    questionnaire = SelectField("Which questionnaire?", default="")
    submitted_wait, submitted_unit = _number("How long after it"), _unit("Counted in")
    project_day = SelectField(
        "Which day?",
        default=PROJECT_DATES[0],
        choices=[SelectChoice(*each) for each in zip(PROJECT_DATES, ("It starts", "It ends"), strict=True)],
    )
    project_days, project_side = _number("How many days"), _side("Before or after it")
    project_time = StringField("Time of day", render_kw={"type": "time"})
    contact_day = StringField(
        "What is the day called?", description="As on your contacts, for example Birthday.",
        render_kw={"list": "contact-days", "maxlength": 60, "autocomplete": "off"},
    )  # fmt: skip
    contact_days, contact_side = (
        _number("How many days"),
        _side("Before or after it"),
    )
    contact_time = StringField("Time of day", render_kw={"type": "time"})
    moment = StringField("Date and time", render_kw={"type": "datetime-local"})
    text = TextAreaField("Text", filters=[as_sent], render_kw={"rows": 5})
    is_marketing = BooleanField(
        "This text is promotional",
        description="Offers, discounts, news that sell something. It reaches only clients who answered Yes to the "
        "question about offers in a questionnaire.",
    )
    audience = RadioField(
        "Who gets it?", default="all",
        choices=[SelectChoice("all", "Everybody it is about"), SelectChoice("some", "Only some of them")],
    )  # fmt: skip
    origins = _several("Clients who")
    questionnaires = _several("Clients who sent in")
    projects = _several("Clients of")
    contacts = _several("These contacts")

    def __init__(
        self,
        formdata: Typed | None = None,
        *,
        data: Mapping[str, Any] | None = None,
        timezone: str,
        questionnaires: Named = (),
        projects: Named = (),
    ) -> None:
        """`questionnaires` and `projects` are the business's own; nothing else can be chosen. Contacts are searched
        for, since there may be many: see `choice.people`."""
        super().__init__(formdata, data=data)
        self._timezone = timezone
        self._rule: Rule | None = None
        self.questionnaire.choices = _choices([("", "Any questionnaire"), *questionnaires])
        self.origins.choices = _choices([(str(origin), words) for origin, words in sentence.ORIGINS.items()])
        self.questionnaires.choices, self.projects.choices = _choices(questionnaires), _choices(projects)
        self.contacts.choices = []

    def is_valid(self) -> bool:
        """Whether what was typed can be read at all; the rule itself is checked by its own room."""
        self.validate()
        problems: dict[str, list[str]] = {}
        self._rule = self._read(problems)
        self.take(problems)
        return not self.errors

    def rule(self) -> Rule:
        assert self._rule is not None
        return self._rule

    def take(self, problems: Mapping[str, Sequence[str]]) -> None:
        """Put the sentences of a rule (by its own names, or by those of fields) where they can be mended; one field
        needs no second sentence."""
        places = _places(str(self.way.data))
        for name, sentences in problems.items():
            place = places.get(name, name)
            field = self[place if place in self else "way"]
            field.errors = field.errors or list(sentences)

    def _read(self, problems: dict[str, list[str]]) -> Rule:
        way = str(self.way.data) if self.way.data in WAYS else ""
        values: dict[str, Any] = {"name": self.name.data or "", "text": self.text.data or "", "event": _event(way)}
        values["is_marketing"] = bool(self.is_marketing.data)
        if way in ("opted_in", "submitted"):
            wait = self._whole(f"{way}_wait", problems)
            values["delay_minutes"] = wait * UNITS.get(str(self[f"{way}_unit"].data), 1)
            values["questionnaire_id"] = (self.questionnaire.data or None) if way == "submitted" else None
        elif way in ("project", "contact"):
            days = self._whole(f"{way}_days", problems)
            values["days_before"] = days if self[f"{way}_side"].data == "before" else -days
            values["at_time"] = (self[f"{way}_time"].data or "")[:5]
            values["date_of"] = self.project_day.data if way == "project" else _contact_date(self.contact_day.data)
        elif way == "once":
            values["at"] = self._moment(problems)
        return Rule(**values, audience=self._audience(problems))

    def _whole(self, name: str, problems: dict[str, list[str]]) -> int:
        typed = str(self[name].data or "0").strip()
        if typed.isascii() and typed.isdigit() and len(typed) <= LONGEST_NUMBER:
            return int(typed)
        problems[name] = [WHOLE]
        return 0

    def _moment(self, problems: dict[str, list[str]]) -> dt.datetime | None:
        try:
            return local_time.typed(str(self.moment.data or ""), self._timezone)
        except (ValueError, OverflowError):
            problems["moment"] = ["Please give a date and a time."]
            return None

    def _audience(self, problems: dict[str, list[str]]) -> dict[str, list[str]]:
        if self.audience.data != "some":
            return {}
        chosen = {name: list(self[name].data) for name in FILTERS if self[name].data}
        if not chosen:
            problems["audience"] = [NOTHING]
        return chosen


def typed(rule: Any, *, timezone: str) -> dict[str, Any]:
    """The fields of a form that shows this rule (a Rule or an automation)."""
    way = _way(rule)
    shown: dict[str, Any] = {
        "name": rule.name, "text": rule.text, "way": way, "is_marketing": rule.is_marketing,
    }  # fmt: skip
    if way in ("opted_in", "submitted"):
        count, unit = sentence.duration(rule.delay_minutes)
        shown |= {f"{way}_wait": str(count), f"{way}_unit": unit, "questionnaire": rule.questionnaire_id or ""}
    elif way == "once":
        shown["moment"] = local_time.input_value(rule.at, timezone)
    elif way:
        shown |= {
            f"{way}_day": (rule.date_of or "").removeprefix(CONTACT_DATE), f"{way}_days": str(abs(rule.days_before)),
            f"{way}_side": "after" if rule.days_before < 0 else "before", f"{way}_time": rule.at_time or "",
        }  # fmt: skip
    return shown | {"audience": "some" if rule.audience else "all"} | {n: rule.audience.get(n, []) for n in FILTERS}


def _way(rule: Any) -> str:
    if rule.event != Event.DATE:
        return str(rule.event)
    if rule.at is not None:
        return "once"
    return "contact" if (rule.date_of or "").startswith(CONTACT_DATE) else "project"


def _event(way: str) -> str:
    return way if way in ("", "opted_in", "submitted") else Event.DATE


def _contact_date(name: str | None) -> str | None:
    return f"{CONTACT_DATE}{' '.join(name.split())}" if name and name.strip() else None


def _places(way: str) -> dict[str, str]:
    """The field that each value of a rule was typed into."""
    found = {"event": "way", "questionnaire_id": "questionnaire", "delay_minutes": f"{way}_wait", "at": "moment"}
    if way == "once":
        return found | dict.fromkeys(("date_of", "days_before", "at_time"), "moment")
    return found | {"date_of": f"{way}_day", "days_before": f"{way}_days", "at_time": f"{way}_time"}


def _choices(named: Named) -> list[SelectChoice]:
    return [SelectChoice(value, words) for value, words in named]
