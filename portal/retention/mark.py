"""How far a kind has been looked through, so that no night walks what another one has walked."""

import datetime as dt
from dataclasses import dataclass

import sqlalchemy as sa
from sqlmodel import Field, Session, SQLModel

from portal.column import UtcTime, table_of
from portal.statement import Statement, param, params

EARLIEST = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
HOUSE = ""
"""What belongs to no business, such as failed sign-ins of nobody."""


class RetentionMark(SQLModel, table=True):
    """Everything up to this place was looked through; `business_id` may be `HOUSE`."""

    __tablename__ = "retention_mark"

    business_id: str = Field(primary_key=True)
    kind: str = Field(primary_key=True)
    through_at: dt.datetime = Field(sa_type=UtcTime)
    through_id: str


@dataclass(frozen=True)
class Place:
    at: dt.datetime = EARLIEST
    id: str = ""


@dataclass(frozen=True)
class Piece:
    """What one piece did: how many it let go, how many it spared, and where the next one goes on."""

    gone: int
    spared: int
    place: Place
    is_last: bool


table = table_of(RetentionMark)


_MOVE = Statement(
    lambda insert: (
        insert(table)
        .values(**params("business_id", "kind", "through_at", "through_id"))
        .on_conflict_do_update(
            index_elements=["business_id", "kind"],
            set_={"through_at": param("through_at"), "through_id": param("through_id")},
        )
    )
)


def read(session: Session, home: str, kind: str) -> Place:
    row = session.execute(sa.select(table).where(table.c.business_id == home, table.c.kind == kind)).first()
    return Place(row.through_at, row.through_id) if row else Place()


def move(session: Session, home: str, kind: str, place: Place) -> None:
    _MOVE.run(session, business_id=home, kind=kind, through_at=place.at, through_id=place.id)
