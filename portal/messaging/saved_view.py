"""A filter of the status list that a member wants again, by name."""

import datetime as dt
from typing import Any

import sqlalchemy as sa
from sqlmodel import Field, Session, SQLModel, select

from portal import clock
from portal.column import UtcTime, new_id, table_of
from portal.errors import Conflict, NotFound
from portal.statement import Statement, param

MOST = 20
LONGEST = 40


class SavedView(SQLModel, table=True):
    """`query` is the filter as it stands in the page's address."""

    __tablename__ = "saved_view"
    __table_args__ = (sa.UniqueConstraint("member_id", "name", name="saved_view_once"),)

    id: str = Field(default_factory=new_id, primary_key=True)
    business_id: str = Field(foreign_key="business.id")
    member_id: str = Field(foreign_key="member.id")
    name: str
    query: str
    created_at: dt.datetime = Field(default_factory=clock.now, sa_type=UtcTime)


_t = table_of(SavedView)
_ALL = Statement(
    sa.select(_t.c.id, _t.c.name, _t.c.query).where(_t.c.member_id == param("member_id")).order_by(_t.c.id).limit(MOST)
)


def all_of(session: Session, member_id: str) -> tuple[Any, ...]:
    """A member's views as values, the oldest first; nobody else sees them."""
    return tuple(_ALL.rows(session, member_id=member_id))


def save(session: Session, business_id: str, member_id: str, *, name: str, query: str) -> SavedView:
    """Raises Conflict for a name that is taken, and when there are MOST."""
    if len(all_of(session, member_id)) >= MOST:
        raise Conflict(f"You have {MOST} saved views; please delete one first.", reason="too_many")
    _check_name(session, member_id, name)
    view = SavedView(business_id=business_id, member_id=member_id, name=name, query=query)
    session.add(view)
    session.flush()
    return view


def get(session: Session, member_id: str, view_id: str) -> SavedView:
    """Raises NotFound for an unknown or somebody else's."""
    view = session.get(SavedView, view_id)
    if view is None or view.member_id != member_id:
        raise NotFound("There is no such view.")
    return view


def rename(session: Session, view: SavedView, name: str) -> None:
    """Raises Conflict for a name that is taken."""
    if name != view.name:
        _check_name(session, view.member_id, name)
    view.name = name
    session.add(view)


def delete(session: Session, view: SavedView) -> None:
    session.delete(view)


def _check_name(session: Session, member_id: str, name: str) -> None:
    query = select(SavedView.id).where(SavedView.member_id == member_id, SavedView.name == name)
    if session.exec(query).first() is not None:
        raise Conflict("You have a view with this name already.", reason="name_taken")
