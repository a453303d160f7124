"""A piece of client work: a wedding, a kitchen. A message belongs to none or one of them (X-23)."""

import datetime as dt
from collections.abc import Collection, Sequence
from enum import StrEnum

import sqlalchemy as sa
from sqlmodel import Field, Session, SQLModel, select

from portal import clock
from portal.column import UtcTime, key_text, new_id, one_of, sort_key, table_of
from portal.consent import subscription
from portal.contacts import contact
from portal.contacts.contact import Contact
from portal.database import announce
from portal.errors import Conflict, Invalid, NotFound
from portal.statement import Statement, param

NAME_LENGTH = 120
MOST_CONTACTS = 50
MOST_FOUND = 8
MOST_THREADS = 1000
"""Threads whose new texts an archived project gets back when it is brought back."""


class Stage(StrEnum):
    """How far it is: it may come, it runs, it is over."""

    PLANNED = "planned"
    ACTIVE = "active"
    DONE = "done"


class Project(SQLModel, table=True):
    """`starts_on` and `ends_on` are days in the business's own time zone. An archived one shows only on its own page
    and takes no new messages; `threads_before` are the subscriptions that gave it theirs until then."""

    __table_args__ = (
        one_of(Stage, "stage"),
        sa.Index("project_by_start", "business_id", "starts_on", "id"),
        sa.Index("project_by_end", "business_id", "ends_on", "id"),
        sa.Index("project_by_name", "business_id", "name_key", "id"),
        sa.Index(
            "project_open", "business_id", "id",
            sqlite_where=sa.text("archived_at IS NULL AND stage <> 'done'"),
            postgresql_where=sa.text("archived_at IS NULL AND stage <> 'done'"),
        ),
    )  # fmt: skip

    id: str = Field(default_factory=new_id, primary_key=True)
    business_id: str = Field(foreign_key="business.id")
    name: str
    name_key: str = Field(sa_type=key_text())
    stage: str = Stage.ACTIVE
    starts_on: dt.date | None = None
    ends_on: dt.date | None = None
    archived_at: dt.datetime | None = Field(default=None, sa_type=UtcTime)
    threads_before: list[str] = Field(default_factory=list, sa_type=sa.JSON)
    created_at: dt.datetime = Field(default_factory=clock.now, sa_type=UtcTime)

    @property
    def is_archived(self) -> bool:
        return self.archived_at is not None


class ProjectContact(SQLModel, table=True):
    """A client of a project."""

    __tablename__ = "project_contact"
    __table_args__ = (sa.Index("project_contact_by_contact", "contact_id", "project_id"),)

    project_id: str = Field(foreign_key="project.id", primary_key=True)
    contact_id: str = Field(foreign_key="contact.id", primary_key=True)
    business_id: str = Field(foreign_key="business.id")


table, clients = table_of(Project), table_of(ProjectContact)
_threads = subscription.table
_is_default_of = (_threads.c.business_id == param("business_id"), _threads.c.project_id == param("project_id"))
_THREADS = Statement(sa.select(_threads.c.id).where(*_is_default_of).order_by(_threads.c.id).limit(MOST_THREADS))
_LET_GO = Statement(sa.update(_threads).where(*_is_default_of).values(project_id=None))
_ADD = Statement(
    lambda insert: (
        insert(clients)
        .values({name: param(name) for name in ("project_id", "contact_id", "business_id")})
        .on_conflict_do_nothing()
    )
)


def create(
    session: Session,
    business_id: str,
    *,
    name: str,
    stage: Stage = Stage.ACTIVE,
    starts_on: dt.date | None = None,
    ends_on: dt.date | None = None,
    contact_ids: Sequence[str] = (),
) -> Project:
    """Raises Invalid as `change` does, NotFound for a contact that is not ours."""
    made = Project(business_id=business_id, name="", name_key="")
    change(session, made, name=name, stage=stage, starts_on=starts_on, ends_on=ends_on)
    for contact_id in dict.fromkeys(contact_ids):
        add_contact(session, made, contact_id)
    return made


def get(session: Session, business_id: str, project_id: str) -> Project:
    """Raises NotFound for an unknown or somebody else's."""
    found = session.get(Project, project_id)
    if found is None or found.business_id != business_id:
        raise NotFound("There is no such project.")
    return found


def hold(session: Session, business_id: str, project_id: str) -> Project:
    """The project as it stands, which nobody archives before this transaction ends. Raises NotFound."""
    query = select(Project).where(Project.id == project_id, Project.business_id == business_id)
    found = session.exec(query.with_for_update(read=True).execution_options(populate_existing=True)).first()
    if found is None:
        raise NotFound("There is no such project.")
    return found


def change(
    session: Session, project: Project, *, name: str, stage: Stage, starts_on: dt.date | None, ends_on: dt.date | None
) -> None:
    """Raises Invalid for a project without a name or one that ends before it starts."""
    name = " ".join(name.split())[:NAME_LENGTH]
    if not name:
        raise Invalid("Please give a name.", fields={"name": ["Please give a name."]})
    if starts_on and ends_on and ends_on < starts_on:
        sentence = "It cannot end before it starts."
        raise Invalid(sentence, fields={"ends_on": [sentence]})
    project.name, project.name_key, project.stage = name, sort_key(name), stage
    project.starts_on, project.ends_on = starts_on, ends_on
    session.add(project)
    session.flush()
    announce(session, f"business:{project.business_id}")


def archive(session: Session, project: Project) -> None:
    """Its messages stay where they are; no thread gives it new ones any more."""
    _lock(session, project)
    if project.is_archived:
        return
    mine = {"business_id": project.business_id, "project_id": project.id}
    project.threads_before = [row.id for row in _THREADS.rows(session, **mine)]
    _LET_GO.run(session, **mine)
    project.archived_at = clock.now()
    _changed(session, project, project.threads_before)


def restore(session: Session, project: Project) -> None:
    """Undoes `archive`: threads give it their new messages again, except where that was changed since."""
    _lock(session, project)
    if not project.is_archived:
        return
    before, project.threads_before, project.archived_at = project.threads_before, [], None
    session.exec(
        sa.update(_threads)
        .where(
            _threads.c.business_id == project.business_id, _threads.c.id.in_(before), _threads.c.project_id.is_(None)
        )
        .values(project_id=project.id)
    )
    _changed(session, project, before)


def contacts_of(session: Session, project: Project) -> list[Contact]:
    """Its clients, by name."""
    people = table_of(Contact)
    query = (
        select(Contact)
        .join(ProjectContact, clients.c.contact_id == people.c.id)
        .where(clients.c.project_id == project.id, clients.c.business_id == project.business_id)
        .order_by(people.c.name_key, people.c.id)
        .limit(MOST_CONTACTS)
    )
    return list(session.exec(query).all())


def could_join(session: Session, project: Project, q: str) -> list[Contact]:
    """Contacts whose name begins with `q` and who are not among its clients yet, by name."""
    people, key = table_of(Contact), sort_key(q)
    inside = sa.select(clients.c.contact_id).where(clients.c.project_id == project.id)
    query = (
        select(Contact)
        .where(people.c.business_id == project.business_id, people.c.merged_into_id.is_(None))
        .where(people.c.name_key >= key, people.c.name_key < key + "\U0010ffff", people.c.id.not_in(inside))
        .order_by(people.c.name_key, people.c.id)
        .limit(MOST_FOUND)
    )
    return list(session.exec(query).all())


def add_contact(session: Session, project: Project, contact_id: str) -> Contact:
    """Raises NotFound for a contact that is not ours, Conflict when there are too many."""
    found = contact.living(session, project.business_id, contact_id)
    if len(contacts_of(session, project)) >= MOST_CONTACTS:
        raise Conflict(f"A project has at most {MOST_CONTACTS} contacts.", reason="too_many")
    _ADD.run(session, project_id=project.id, contact_id=found.id, business_id=project.business_id)
    announce(session, f"business:{project.business_id}")
    return found


def remove_contact(session: Session, project: Project, contact_id: str) -> Contact:
    """The contact and all messages stay. Raises NotFound for a contact that is not ours."""
    found = contact.get(session, project.business_id, contact_id)
    _remove(session, project, [found.id])
    announce(session, f"business:{project.business_id}")
    return found


def replace_contacts(session: Session, project: Project, wanted: Collection[str]) -> None:
    """Exactly these. Raises NotFound for a contact that is not ours."""
    _remove(session, project, {each.id for each in contacts_of(session, project)} - set(wanted))
    for contact_id in dict.fromkeys(wanted):
        add_contact(session, project, contact_id)


def _remove(session: Session, project: Project, contact_ids: Collection[str]) -> None:
    mine = (clients.c.project_id == project.id, clients.c.business_id == project.business_id)
    session.exec(sa.delete(clients).where(*mine, clients.c.contact_id.in_(list(contact_ids))))


def _lock(session: Session, project: Project) -> None:
    """Against whoever sorts a message into it at this moment (`hold`); messages that come in do not wait."""
    session.refresh(project, with_for_update={"key_share": True})


def _changed(session: Session, project: Project, threads: Sequence[str]) -> None:
    session.add(project)
    session.flush()
    announce(session, f"business:{project.business_id}")
    for subscription_id in threads:
        announce(session, f"thread:{project.business_id}:{subscription_id}")
