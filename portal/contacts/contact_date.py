"""A day in a client's life that texts can be about: a birthday, the day of the wedding."""

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlmodel import Field, Session, SQLModel, select

from portal.column import key_text, new_id, sort_key
from portal.contacts import contact_change
from portal.contacts.contact import SYSTEM, Contact
from portal.contacts.contact_change import Change
from portal.errors import Invalid

MOST_DATES = 20
LONGEST_NAME = 60
EARLIEST, LATEST = dt.date(1900, 1, 1), dt.date(2199, 12, 31)
SUGGESTED = ("Birthday", "Wedding", "Anniversary")


class ContactDate(SQLModel, table=True):
    """`name` is what the business calls it; `key` finds it whatever its case."""

    __tablename__ = "contact_date"
    __table_args__ = (
        sa.UniqueConstraint("contact_id", "key", name="contact_date_once"),
        sa.Index("contact_date_by_day", "business_id", "key", "on_date", "id"),
    )

    id: str = Field(default_factory=new_id, primary_key=True)
    business_id: str = Field(foreign_key="business.id")
    contact_id: str = Field(foreign_key="contact.id")
    name: str
    key: str = Field(sa_type=key_text())
    on_date: dt.date


@dataclass(frozen=True)
class Day:
    """A date as it is given: its name and the day."""

    name: str
    on_date: dt.date

    @property
    def key(self) -> str:
        return sort_key(self.name)


def of(session: Session, contact_ids: Collection[str]) -> dict[str, list[ContactDate]]:
    """The dates of these contacts, each contact's in the order of the calendar."""
    found: dict[str, list[ContactDate]] = {each: [] for each in contact_ids}
    query = select(ContactDate).where(sa.column("contact_id").in_(list(contact_ids)))
    for each in session.exec(query.order_by(sa.column("on_date"), sa.column("key"))):
        found[each.contact_id].append(each)
    return found


def replace(session: Session, contact: Contact, wanted: Sequence[Day], *, actor: str = SYSTEM) -> None:
    """Exactly these. Raises Invalid for one without a name, out of range, or given twice."""
    _check(wanted)
    known = {each.key: each for each in of(session, [contact.id])[contact.id]}
    keys = {each.key for each in wanted}
    has_changed = bool(set(known) - keys)
    for key in set(known) - keys:
        session.delete(known[key])
    for day in wanted:
        found = known.get(day.key)
        if found is None:
            found = ContactDate(
                business_id=contact.business_id, contact_id=contact.id, name=day.name, key=day.key, on_date=day.on_date
            )
        elif (found.name, found.on_date) == (day.name, day.on_date):
            continue
        found.name, found.on_date, has_changed = day.name, day.on_date, True
        session.add(found)
    session.flush()
    if has_changed:
        said = {day.name: day.on_date.isoformat() for day in wanted}
        contact_change.note(
            session, contact.business_id, contact.id, Change.DATES_CHANGED, actor=actor, dates=said
        )  # fmt: skip


def problem(day: Day, others: Sequence[Day]) -> str:
    """One sentence about a date that cannot be kept beside `others`, or nothing."""
    if not day.key or len(day.name) > LONGEST_NAME:
        return f"Please give this date a name of at most {LONGEST_NAME} characters, such as Birthday."
    if not EARLIEST <= day.on_date <= LATEST:
        return "Please give a day between 1900 and 2199."
    if day.key in {each.key for each in others}:
        return f"There is already a date called “{day.name}”."
    return ""


def _check(wanted: Sequence[Day]) -> None:
    problems = [said for i, day in enumerate(wanted) if (said := problem(day, wanted[:i]))]
    if len(wanted) > MOST_DATES:
        problems.append(f"A contact has at most {MOST_DATES} dates.")
    if problems:
        raise Invalid(problems[0], fields={"dates": problems})
