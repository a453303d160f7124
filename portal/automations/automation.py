"""A rule: when, which words, to whom. What it has scheduled stays as it was scheduled (H-23, X-16)."""

import datetime as dt
from dataclasses import asdict
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlmodel import Field, Session, SQLModel, select

from portal import clock
from portal.accounts import audit
from portal.automations import rule as rules
from portal.automations.rule import Event, Rule
from portal.column import UtcTime, new_id, one_of
from portal.database import announce
from portal.errors import Conflict, Invalid, NotFound

__all__ = ["Automation", "Condition", "Event", "Rule"]


class Condition(StrEnum):
    """A draft has never been on; a paused one schedules and sends nothing until it goes on; an ended one is history."""

    DRAFT = "draft"
    ON = "on"
    PAUSED = "paused"
    ENDED = "ended"


class Automation(SQLModel, table=True):
    """For a date, `date_of` says which: `project.starts_on`, `project.ends_on`, or `contact:` and the date's key; with
    `at` instead it happens once, at that moment. `days_before` is negative for days after; `at_time` is local `HH:MM`.
    `audience` narrows it: `{"origins": […], "questionnaires": […], "projects": […], "contacts": […]}`, all optional.
    `is_marketing`: it reaches only those who agreed to marketing (rules.md row 15).
    `switched_on_at` is when it last went on: what happened before does not count. `planned_at`: when its dates were
    last looked through."""

    __table_args__ = (
        one_of(Event, "event"),
        one_of(Condition, "condition"),
        sa.Index("automation_by_condition", "business_id", "condition", "event"),
        sa.Index("automation_by_time", "business_id", "created_at", "id"),
    )

    id: str = Field(default_factory=new_id, primary_key=True)
    business_id: str = Field(foreign_key="business.id")
    name: str
    text: str
    event: str
    questionnaire_id: str | None = Field(default=None, foreign_key="questionnaire.id")
    delay_minutes: int = 0
    date_of: str | None = None
    at: dt.datetime | None = Field(default=None, sa_type=UtcTime)
    days_before: int = 0
    at_time: str | None = None
    audience: dict[str, Any] = Field(default_factory=dict, sa_type=sa.JSON)
    is_marketing: bool = Field(default=False, sa_column_kwargs={"server_default": sa.false()})
    condition: str = Condition.DRAFT
    version: int = 1
    switched_on_at: dt.datetime | None = Field(default=None, sa_type=UtcTime)
    planned_at: dt.datetime | None = Field(default=None, sa_type=UtcTime)
    created_at: dt.datetime = Field(default_factory=clock.now, sa_type=UtcTime)


def create(session: Session, business_id: str, given: Rule, *, actor: str) -> Automation:
    """A draft. Raises Invalid with `fields` for values that make no rule (rule.py)."""
    made = Automation(business_id=business_id, **asdict(rules.checked(session, business_id, given)))
    session.add(made)
    session.flush()
    _noted(session, made, "automation.created", actor)
    return made


def change(session: Session, automation: Automation, given: Rule, *, actor: str) -> Automation:
    """A new version, for what happens from now on: what is scheduled already keeps its words and its time.

    Raises Invalid as `create` does, Conflict for one that has ended."""
    if automation.condition == Condition.ENDED:
        raise Conflict("This automation has ended. Make a new one instead.", reason="ended")
    values = asdict(rules.checked(session, automation.business_id, given, known_at=automation.at))
    if values == {field: getattr(automation, field) for field in values}:
        return automation
    for field, value in values.items():
        setattr(automation, field, value)
    automation.version += 1
    automation.planned_at = None
    _noted(session, automation, "automation.changed", actor, version=automation.version)
    return automation


def rule_of(automation: Automation) -> Rule:
    """Its values, to start an edit from."""
    return Rule(**{field: getattr(automation, field) for field in Rule.__dataclass_fields__})


def get(session: Session, business_id: str, automation_id: str) -> Automation:
    """Raises NotFound for an unknown or somebody else's."""
    found = session.get(Automation, automation_id) if automation_id.isalnum() else None
    if found is None or found.business_id != business_id:
        raise NotFound("There is no such automation.")
    return found


def page(
    session: Session, business_id: str, *, after: str | None = None, limit: int = 50
) -> tuple[list[Automation], str | None]:
    """Newest first, keyset-paged; the second value is the id to go on after, or None. Raises NotFound."""
    query = select(Automation).where(Automation.business_id == business_id)
    place = sa.tuple_(sa.column("created_at", UtcTime), sa.column("id", sa.String))
    if after:
        last = get(session, business_id, after)
        query = query.where(place < sa.tuple_(last.created_at, last.id))
    newest = query.order_by(sa.desc("created_at"), sa.desc("id"))
    found = list(session.exec(newest.limit(limit + 1)).all())
    return found[:limit], found[limit - 1].id if len(found) > limit else None


def switch_on(session: Session, automation: Automation, *, actor: str, ip: str = "") -> None:
    """From now on, and never back: only what happens after this moment counts. Raises Conflict unless it is a draft,
    Invalid where its one moment has passed meanwhile."""
    _require(automation, Condition.DRAFT)
    if automation.at is not None and automation.at <= clock.now():
        raise Invalid("Its moment has passed.", fields={"at": ["This moment has passed."]})
    _go_on(automation)
    _noted(session, automation, "automation.switched_on", actor, ip, version=automation.version)


def pause(session: Session, automation: Automation, *, actor: str, ip: str = "") -> None:
    """Nothing goes out. What becomes due meanwhile is skipped, not kept for later (X-16). Raises Conflict unless on."""
    _require(automation, Condition.ON)
    automation.condition = Condition.PAUSED
    _noted(session, automation, "automation.paused", actor, ip)


def resume(session: Session, automation: Automation, *, actor: str, ip: str = "") -> None:
    """It goes on with what is due from now on. Raises Conflict unless paused."""
    _require(automation, Condition.PAUSED)
    _go_on(automation)
    _noted(session, automation, "automation.resumed", actor, ip)


def end(session: Session, automation: Automation, *, actor: str, ip: str = "") -> None:
    """For good: what is scheduled and not yet due will be skipped. Raises Conflict where it has ended before."""
    _require(automation, Condition.DRAFT, Condition.ON, Condition.PAUSED)
    automation.condition = Condition.ENDED
    _noted(session, automation, "automation.ended", actor, ip)


def _go_on(automation: Automation) -> None:
    automation.condition = Condition.ON
    automation.switched_on_at, automation.planned_at = clock.now(), None


def _require(automation: Automation, *conditions: Condition) -> None:
    if automation.condition not in conditions:
        raise Conflict(
            f"This automation is {_SHOWN[Condition(automation.condition)]}.", reason=str(automation.condition)
        )


_SHOWN = {
    Condition.DRAFT: "still a draft",
    Condition.ON: "on already",
    Condition.PAUSED: "paused",
    Condition.ENDED: "at its end",
}


def _noted(
    session: Session, automation: Automation, action: str, actor: str, ip: str = "", **details: Any
) -> None:  # fmt: skip
    """Who did it; and every page that shows it looks again."""
    session.add(automation)
    session.flush()
    audit.note(
        session, action, actor=actor, business_id=automation.business_id, object=automation.id, ip=ip, **details
    )  # fmt: skip
    announce(session, f"business:{automation.business_id}")
