"""Which numbers a contact has, and had. Two contacts may have the same one; none of it says anything about consent."""

import datetime as dt

import sqlalchemy as sa
from sqlmodel import Field, Session, SQLModel, select

from portal import clock
from portal.column import UtcTime, key_text, new_id, table_of
from portal.statement import Statement, param, params


class ContactNumber(SQLModel, table=True):
    """A number a contact has, or had until `until_at`: a changed number is a new number without consent (H-3).
    `is_claimed`: typed on the client's own page; nothing of it shows there before its handset said YES (P15)."""

    __tablename__ = "contact_number"
    __table_args__ = (
        sa.UniqueConstraint("contact_id", "number", name="contact_number_once"),
        sa.Index("contact_number_by_number", "business_id", "number"),
    )

    id: str = Field(default_factory=new_id, primary_key=True)
    business_id: str = Field(foreign_key="business.id")
    contact_id: str = Field(foreign_key="contact.id")
    number: str = Field(sa_type=key_text())
    is_current: bool = True
    is_claimed: bool = False
    since_at: dt.datetime = Field(default_factory=clock.now, sa_type=UtcTime)
    until_at: dt.datetime | None = Field(default=None, sa_type=UtcTime)


table = table_of(ContactNumber)
_SIBLINGS = Statement(
    sa.select(table.c.number)
    .where(
        table.c.business_id == param("business_id"),
        table.c.is_current,
        table.c.number != param("number"),
        table.c.contact_id.in_(
            sa.select(table.c.contact_id).where(
                table.c.business_id == param("business_id"),
                table.c.number == param("number"),
                table.c.is_current,
            )
        ),
    )
    .distinct()
    .limit(50)
)


def someone_has(business_id: sa.ColumnElement[str], number: sa.ColumnElement[str]) -> sa.ColumnElement[bool]:
    """For statements: whether a contact of the business currently has the number."""
    return sa.exists().where(table.c.business_id == business_id, table.c.number == number, table.c.is_current)


_HELD = Statement(
    sa.select(table.c.id)
    .where(table.c.business_id == param("business_id"), table.c.number == param("number"), table.c.is_current)
    .limit(1)
)


_FIRST = Statement(lambda insert: insert(table).values(**params(*(column.key for column in table.columns))))


def of(session: Session, contact_id: str) -> list[ContactNumber]:
    """Current numbers first, former ones after."""
    query = select(ContactNumber).where(ContactNumber.contact_id == contact_id)
    return list(session.exec(query.order_by(sa.desc("is_current"), sa.column("since_at"), sa.column("id"))).all())


def is_held(session: Session, business_id: str, number: str) -> bool:
    """Whether any contact of the business currently has this number."""
    return _HELD.first(session, business_id=business_id, number=number) is not None


def siblings(session: Session, business_id: str, number: str) -> list[str]:
    """The other current numbers of every contact that has `number` (X-15)."""
    return [row.number for row in _SIBLINGS.rows(session, business_id=business_id, number=number)]


def begin_first(session: Session, business_id: str, contact_id: str, number: str) -> None:
    """The same for a contact that is new, so that there is nothing to look for."""
    _FIRST.run(
        session, id=new_id(), business_id=business_id, contact_id=contact_id, number=number, is_current=True,
        is_claimed=False, since_at=clock.now(), until_at=None,
    )  # fmt: skip


def begin(session: Session, business_id: str, contact_id: str, number: str, *, is_claimed: bool = False) -> None:
    """The contact has it from now on, maybe again."""
    found = find(session, contact_id, number)
    if found is None:
        found = ContactNumber(business_id=business_id, contact_id=contact_id, number=number, since_at=clock.now())
        found.is_claimed = is_claimed
    elif not found.is_current:
        found.is_current, found.is_claimed, found.since_at, found.until_at = True, is_claimed, clock.now(), None
    session.add(found)
    session.flush()


def end(session: Session, contact_id: str, number: str) -> None:
    """It is a former number from now on."""
    found = find(session, contact_id, number)
    if found is not None and found.is_current:
        found.is_current, found.until_at = False, clock.now()
        session.add(found)
        session.flush()


def find(session: Session, contact_id: str, number: str) -> ContactNumber | None:
    query = select(ContactNumber).where(ContactNumber.contact_id == contact_id, ContactNumber.number == number)
    return session.exec(query).first()
