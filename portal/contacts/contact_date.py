"""A day in a client's life that texts can be about: a birthday, the day of the wedding."""

import datetime as dt

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from portal.column import key_text, new_id


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
