"""Projects, and which messages belong to them (H-17, X-23). Archiving keeps messages; nothing is ever deleted."""

import datetime as dt
from typing import Annotated, Any

from pydantic import Field
from sqlmodel import Session

from portal import local_time
from portal.accounts import audit
from portal.api import message
from portal.api.operation import Answer, Call
from portal.api.value import Given, Id, Line, Moment, Page, Told
from portal.contacts import contact, project_list
from portal.contacts import project as projects
from portal.contacts.project import MOST_CONTACTS, NAME_LENGTH, Stage
from portal.errors import Invalid
from portal.messaging import project_text

Name = Annotated[Line, Field(min_length=1, max_length=NAME_LENGTH)]
Day = Annotated[dt.date, Field(ge=dt.date(1990, 1, 1), le=dt.date(2200, 1, 1))]


class NewProject(Given):
    """`contacts` are ids; `starts_on` and `ends_on` days in the business's time zone."""

    name: Name
    stage: Stage = Stage.ACTIVE
    starts_on: Day | None = None
    ends_on: Day | None = None
    contacts: list[Id] = Field(default=[], max_length=MOST_CONTACTS)


class ProjectChange(Given):
    """What is left out stays as it is; `contacts` replaces the whole list; null takes a day away."""

    name: Name | None = None
    stage: Stage | None = None
    starts_on: Day | None = None
    ends_on: Day | None = None
    contacts: list[Id] | None = Field(None, max_length=MOST_CONTACTS)
    archived: bool | None = None


class Project(Told):
    id: str
    name: str
    stage: Stage
    starts_on: dt.date | None
    ends_on: dt.date | None
    contacts: list[str]
    archived: bool
    created_at: Moment


class Projects(Told):
    items: list[Project]
    next: str | None


class ProjectPage(Page):
    """Without `archived`, those that are not."""

    stage: Stage | None = None
    archived: bool = False


def create(session: Session, call: Call) -> Answer:
    wanted = call.given(NewProject)
    made = projects.create(
        session, call.business.id, name=wanted.name, stage=wanted.stage, starts_on=wanted.starts_on,
        ends_on=wanted.ends_on, contact_ids=_clients(session, call, wanted.contacts),
    )  # fmt: skip
    _note(session, call, made, "project.created")
    return Answer(_told(session, made), 201, {"Location": f"/api/v1/projects/{made.id}"})


def page(session: Session, call: Call) -> Answer:
    """What comes next first, then what has no date, then what is past."""
    query = call.asked(ProjectPage)
    found = project_list.page(
        session, call.business.id, today=local_time.today(call.business.timezone), stage=query.stage,
        is_archived=query.archived, after=query.after, limit=query.limit,
    )  # fmt: skip
    return Answer(Projects(items=[_row(row) for row in found.rows], next=found.next))


def show(session: Session, call: Call) -> Answer:
    return Answer(_told(session, projects.get(session, call.business.id, call.id)))


def change(session: Session, call: Call) -> Answer:
    found, wanted = projects.get(session, call.business.id, call.id), call.given(ProjectChange)
    given = wanted.model_fields_set
    projects.change(
        session, found, name=wanted.name or found.name, stage=wanted.stage or Stage(found.stage),
        starts_on=wanted.starts_on if "starts_on" in given else found.starts_on,
        ends_on=wanted.ends_on if "ends_on" in given else found.ends_on,
    )  # fmt: skip
    if wanted.contacts is not None:
        projects.replace_contacts(session, found, _clients(session, call, wanted.contacts))
    if wanted.archived is not None:
        (projects.archive if wanted.archived else projects.restore)(session, found)
    _note(session, call, found, "project.changed")
    return Answer(_told(session, found))


def texts(session: Session, call: Call) -> Answer:
    """Its own messages from all threads, newest first."""
    projects.get(session, call.business.id, call.id)
    query = call.asked(Page)
    found = project_text.page(session, call.business.id, call.id, after=query.after, limit=query.limit)
    return Answer(message.Messages(items=[message.told(row) for row in found.rows], next=found.next))


def _clients(session: Session, call: Call, given: list[str]) -> list[str]:
    """Raises Invalid for a contact that is not ours."""
    known = contact.names(session, call.business.id, given)
    fields = {f"contacts.{i}": ["There is no such contact."] for i, each in enumerate(given) if each not in known}
    if fields:
        raise Invalid("Some contacts need another look.", fields=fields)
    return given


def _told(session: Session, found: projects.Project) -> Project:
    return Project(
        id=found.id, name=found.name, stage=Stage(found.stage), starts_on=found.starts_on, ends_on=found.ends_on,
        contacts=[each.id for each in projects.contacts_of(session, found)], archived=found.is_archived,
        created_at=found.created_at,
    )  # fmt: skip


def _row(row: Any) -> Project:
    return Project(
        id=row.id, name=row.name, stage=row.stage, starts_on=row.starts_on, ends_on=row.ends_on,
        contacts=[each.id for each in row.clients], archived=row.is_archived, created_at=row.created_at,
    )  # fmt: skip


def _note(session: Session, call: Call, found: projects.Project, action: str) -> None:
    audit.note(session, action, actor=call.actor, business_id=call.business.id, object=found.id, ip=call.ip)
