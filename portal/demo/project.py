"""The demo's projects: what each client's pictures are about, and which of their texts belong where."""

import datetime as dt
from dataclasses import dataclass

from sqlmodel import Session, select

from portal import local_time
from portal.accounts.business import Business
from portal.accounts.member import Member
from portal.accounts.sender import SMS
from portal.consent import subscription
from portal.contacts import contact, project
from portal.contacts.project import Project, Stage
from portal.demo.client import AISHA, GRACE, JONAS, NINA, OWEN, PRIYA, ROSA, TOMAS
from portal.demo.story import Person
from portal.messaging import sorting
from portal.messaging.message import Message


@dataclass(frozen=True)
class Work:
    """`first` and `last` are days from today, moved on to the `weekday` that was agreed on. `sorts` says whose texts
    belong here, from which one on (its beginning); with `is_alone` only that one text does."""

    name: str
    stage: Stage
    first: int | None
    last: int | None
    clients: tuple[Person, ...]
    sorts: tuple[tuple[Person, str], ...] = ()
    is_alone: bool = False
    weekday: int | None = None


WORKS = (
    Work("Delgado family at the beach", Stage.ACTIVE, 2, None, (ROSA,), ((ROSA, "Hi Rosa, Ana here"),), weekday=5),
    Work("Lindqvist anniversary", Stage.ACTIVE, 9, 10, (GRACE,)),
    Work("Holiday minis", Stage.PLANNED, 13, 14, (JONAS, TOMAS), ((NINA, "Hello, I got"),), is_alone=True),
    Work("Karim twins", Stage.PLANNED, None, None, (AISHA,), ((AISHA, "Hi! Do you also"),)),
    Work("Raman newborn pictures", Stage.DONE, -5, None, (PRIYA,), ((PRIYA, "Hello Priya"),)),
    Work("Hartley garden portraits", Stage.DONE, -40, -39, (OWEN,)),
)
ARCHIVED = "Hartley garden portraits"


def open_in(session: Session, business: Business, member: Member) -> None:
    """After the history is told."""
    for work in WORKS:
        made = _made(session, business, work)
        for who, words in work.sorts:
            _sort(session, made, who, words, member, is_alone=work.is_alone)
        if work.name == ARCHIVED:
            project.archive(session, made)


def _made(session: Session, business: Business, work: Work) -> Project:
    today = local_time.today(business.timezone)
    if work.weekday is not None:
        today += dt.timedelta(days=(work.weekday - today.weekday() - (work.first or 0)) % 7)
    first, last = (None if days is None else today + dt.timedelta(days=days) for days in (work.first, work.last))
    clients = [contact.having(session, business.id, who.number)[0].id for who in work.clients]
    return project.create(
        session, business.id, name=work.name, stage=work.stage, starts_on=first, ends_on=last, contact_ids=clients
    )


def _sort(session: Session, made: Project, who: Person, words: str, member: Member, *, is_alone: bool) -> None:
    row = subscription.find(session, made.business_id, SMS, who.number)
    texts = session.exec(select(Message).where(Message.subscription_id == row.id)).all()
    first = next(each for each in texts if each.text.startswith(words))
    sorting.sort(session, made.business_id, first.id, made.id, actor=f"member:{member.id}", following=not is_alone)
