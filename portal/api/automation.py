"""Automations and what they have scheduled. Made over the API, one is on at once, unless it is asked for as a draft."""

from typing import Annotated, Any

from pydantic import Field
from sqlmodel import Session

from portal.api.operation import Answer, Call
from portal.api.value import ID, Given, Line, Moment, Page, Told, Words
from portal.automations import automation as automations
from portal.automations import rule as rules
from portal.automations import scheduled_text
from portal.automations.automation import Condition
from portal.automations.rule import Event as Kind
from portal.automations.rule import Rule
from portal.automations.scheduled_text import Row, Standing
from portal.consent.state import Origin
from portal.errors import Conflict, Invalid

Id = Annotated[str, Field(pattern=ID)]
Ids = Annotated[list[Id], Field(min_length=1, max_length=rules.MOST_IN_AUDIENCE)]
# what the domain calls a value, and where a caller put it
_PLACES = {
    "event": "when.event", "questionnaire_id": "when.questionnaire", "delay_minutes": "when.delay_minutes",
    "date_of": "when.date", "at": "when.at", "days_before": "when.before_days", "at_time": "when.time",
}  # fmt: skip


class When(Given):
    """`opted_in` and `submitted` (one questionnaire, or any) with a delay. `date`: at one moment (`at`), or
    `before_days` (negative: after) a `date` at a local `time` of day. `date` is `project.starts_on` (as when left out),
    `project.ends_on`, or `contact:` and the name of a date of contacts; Birthday and Anniversary come every year."""

    event: Kind
    questionnaire: Id | None = None
    delay_minutes: Annotated[int, Field(ge=0, le=rules.LONGEST_DELAY)] = 0
    date: Annotated[Line, Field(min_length=1, max_length=120)] | None = None
    at: Moment | None = None
    before_days: Annotated[int, Field(ge=-rules.MOST_DAYS, le=rules.MOST_DAYS)] = 0
    time: Annotated[str, Field(pattern=r"^([01]\d|2[0-3]):[0-5]\d$")] | None = None


class Audience(Given):
    """All filters given must fit; of each, one entry. What is left out narrows nothing."""

    origins: Annotated[list[Origin], Field(min_length=1, max_length=len(Origin))] | None = None
    questionnaires: Ids | None = None
    projects: Ids | None = None
    contacts: Ids | None = None


Name = Annotated[Line, Field(min_length=1, max_length=rules.LONGEST_NAME)]
Text = Annotated[Words, Field(min_length=1, max_length=rules.LONGEST_TEXT)]


class NewAutomation(Given):
    """`text` may hold {first_name}, {name}, {business}, {project} and {date}; `{first_name|there}` says what to write
    where there is no value. Without `audience`: all whom it is about. `marketing`: only who agreed to that as well."""

    name: Name
    text: Text
    when: When
    audience: Audience | None = None
    marketing: bool = False
    draft: bool = False


class AutomationChange(Given):
    """What is left out stays; `when` and `audience` are replaced as a whole. What is scheduled stays as it is."""

    name: Name | None = None
    text: Text | None = None
    when: When | None = None
    audience: Audience | None = None
    marketing: bool | None = None


class ToldWhen(Told):
    event: Kind
    questionnaire: str | None
    delay_minutes: int
    date: str | None
    at: Moment | None
    before_days: int
    time: str | None


class Automation(Told):
    """`warnings`: what is allowed and seldom wise. `switched_on_at` is when it last went on."""

    id: str
    name: str
    text: str
    when: ToldWhen
    audience: dict[str, list[str]]
    marketing: bool
    condition: Condition
    version: int
    warnings: list[str]
    switched_on_at: Moment | None
    created_at: Moment


class Automations(Told):
    items: list[Automation]
    next: str | None


class ScheduledText(Told):
    """`reason` says why it was skipped, cancelled or failed; `forecast` for which reason one that is not due yet would
    be skipped as things stand. `text` has its variables filled in once it is queued."""

    id: str
    automation: str
    version: int
    number: str
    subscription: str
    contact: str | None
    project: str | None
    text: str
    due_at: Moment
    status: Standing
    reason: str | None
    forecast: str | None
    message: str | None


class ScheduledTexts(Told):
    items: list[ScheduledText]
    next: str | None


class ScheduledTextPage(Page):
    status: Standing | None = None


def create(session: Session, call: Call) -> Answer:
    wanted = call.given(NewAutomation)
    given = {"name": wanted.name, "text": wanted.text, "is_marketing": wanted.marketing}
    values: dict[str, Any] = given | _when(wanted.when) | {"audience": _audience(wanted.audience)}
    try:
        made = automations.create(session, call.business.id, Rule(**values), actor=call.actor)
        if not wanted.draft:
            automations.switch_on(session, made, actor=call.actor, ip=call.ip)
    except Invalid as problem:
        raise _by_place(problem) from problem
    return Answer(_told(call, made), 201, {"Location": f"/api/v1/automations/{made.id}"})


def page(session: Session, call: Call) -> Answer:
    query = call.asked(Page)
    found, after = automations.page(session, call.business.id, after=query.after, limit=query.limit)
    return Answer(Automations(items=[_told(call, each) for each in found], next=after))


def show(session: Session, call: Call) -> Answer:
    return Answer(_told(call, automations.get(session, call.business.id, call.id)))


def change(session: Session, call: Call) -> Answer:
    wanted = call.given(AutomationChange)
    found = automations.get(session, call.business.id, call.id)
    values: dict[str, Any] = {name: getattr(found, name) for name in Rule.__dataclass_fields__}
    values |= {name: getattr(wanted, name) for name in ("name", "text") if getattr(wanted, name) is not None}
    values |= {} if wanted.marketing is None else {"is_marketing": wanted.marketing}
    values |= _when(wanted.when) if wanted.when is not None else {}
    values |= {"audience": _audience(wanted.audience)} if "audience" in wanted.model_fields_set else {}
    try:
        automations.change(session, found, Rule(**values), actor=call.actor)
    except Invalid as problem:
        raise _by_place(problem) from problem
    return Answer(_told(call, found))


def switch_on(session: Session, call: Call) -> Answer:
    return _turned(session, call, "switch_on")


def pause(session: Session, call: Call) -> Answer:
    return _turned(session, call, "pause")


def resume(session: Session, call: Call) -> Answer:
    return _turned(session, call, "resume")


def end(session: Session, call: Call) -> Answer:
    return _turned(session, call, "end")


def scheduled_texts(session: Session, call: Call) -> Answer:
    query = call.asked(ScheduledTextPage)
    found = automations.get(session, call.business.id, call.id)
    rows, after = scheduled_text.page(
        session, call.business.id, automation_id=found.id, status=query.status, after=query.after, limit=query.limit
    )
    return Answer(ScheduledTexts(items=[_scheduled(row) for row in rows], next=after))


def cancel(session: Session, call: Call) -> Answer:
    """Only what still waits."""
    if not scheduled_text.cancel(session, call.business.id, call.id, actor=call.actor, ip=call.ip):
        raise Conflict("It is too late: it has left, or was skipped or cancelled before.", reason="not_waiting")
    return Answer(_scheduled(scheduled_text.get(session, call.business.id, call.id)))


def _turned(session: Session, call: Call, verb: str) -> Answer:
    found = automations.get(session, call.business.id, call.id)
    getattr(automations, verb)(session, found, actor=call.actor, ip=call.ip)
    return Answer(_told(call, found))


def _when(when: When) -> dict[str, Any]:
    is_day = when.event is Kind.DATE and when.at is None
    return {
        "event": when.event, "questionnaire_id": when.questionnaire, "delay_minutes": when.delay_minutes,
        "date_of": when.date or (rules.PROJECT_DATES[0] if is_day else None), "at": when.at,
        "days_before": when.before_days, "at_time": when.time,
    }  # fmt: skip


def _audience(audience: Audience | None) -> dict[str, list[str]]:
    given = {} if audience is None else {name: getattr(audience, name) for name in rules.AUDIENCE}
    return {name: [str(each) for each in values] for name, values in given.items() if values is not None}


def _by_place(problem: Invalid) -> Invalid:
    fields = {_PLACES.get(name, name): sentences for name, sentences in problem.fields.items()}
    return Invalid(problem.detail, fields=fields)


def _told(call: Call, found: automations.Automation) -> Automation:
    when = ToldWhen(
        event=Kind(found.event), questionnaire=found.questionnaire_id, delay_minutes=found.delay_minutes,
        date=found.date_of, at=found.at, before_days=found.days_before, time=found.at_time,
    )  # fmt: skip
    return Automation(
        id=found.id, name=found.name, text=found.text, when=when, audience=found.audience, marketing=found.is_marketing,
        condition=Condition(found.condition), version=found.version, warnings=rules.warnings(call.business, found),
        switched_on_at=found.switched_on_at, created_at=found.created_at,
    )  # fmt: skip


def _scheduled(row: Row) -> ScheduledText:
    return ScheduledText(
        id=row.id, automation=row.automation_id, version=row.version, number=row.number,
        subscription=row.subscription_id, contact=row.contact_id, project=row.project_id, text=row.text,
        due_at=row.due_at, status=row.status, reason=row.reason or None, forecast=row.forecast or None,
        message=row.message_id,
    )  # fmt: skip
