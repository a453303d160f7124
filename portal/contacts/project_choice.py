"""Which projects a message may go to: the client's own first, then the open ones; nine, so that a digit picks one."""

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session

from portal.column import sort_key
from portal.contacts import project
from portal.contacts.project import Stage
from portal.statement import Statement, param

MOST = 9
SCAN = 100
_FAR = 10**6  # days: for a project without a date
_STAGES = (Stage.ACTIVE, Stage.PLANNED, Stage.DONE)

_p, _c = project.table, project.clients
_COLUMNS = (_p.c.id, _p.c.name, _p.c.stage, _p.c.starts_on, _p.c.ends_on, _p.c.archived_at)
_OF_CONTACT = Statement(
    sa.select(*_COLUMNS)
    .join_from(_c, _p, _p.c.id == _c.c.project_id)
    .where(
        _c.c.contact_id == param("contact_id"), _p.c.business_id == param("business_id"), _p.c.archived_at.is_(None)
    )
    .order_by(_p.c.id.desc())
    .limit(SCAN)
)  # fmt: skip
_OPEN = Statement(
    sa.select(*_COLUMNS)
    .where(_p.c.business_id == param("business_id"), sa.text("archived_at IS NULL AND stage <> 'done'"))
    .order_by(_p.c.id.desc())
    .limit(SCAN)
)
_OFFERED = Statement(
    sa.select(_p.c.id, _p.c.name)
    .where(_p.c.business_id == param("business_id"), sa.text("archived_at IS NULL AND stage <> 'done'"))
    .order_by(_p.c.id.desc())
    .limit(SCAN)
)


@dataclass(frozen=True)
class Choice:
    """A project to choose. `is_clients`: the client whose messages these are belongs to it."""

    id: str
    name: str
    stage: str
    starts_on: dt.date | None
    ends_on: dt.date | None
    is_clients: bool = False
    is_archived: bool = False

    def days_from(self, day: dt.date) -> int:
        """0 between its first and last day, else the days to the nearer of them."""
        first, last = self.starts_on or self.ends_on, self.ends_on or self.starts_on
        if first is None or last is None:
            return _FAR
        return max((first - day).days, (day - last).days, 0)


@dataclass(frozen=True)
class Choices:
    """`shown` are numbered 1 to 9 on screen; `known` names every project that is mentioned, archived ones too."""

    shown: tuple[Choice, ...]
    known: dict[str, Choice]
    clients: tuple[Choice, ...]

    def suggested(self, day: dt.date) -> Choice | None:
        """Of the client's projects the one whose date is nearest to the message's `day`, then the active one (X-23)."""
        return min(self.clients, key=lambda each: _nearness(each, day), default=None)


def read(
    session: Session, business_id: str, contact_id: str | None, *, today: dt.date, mentioned: Collection[str] = ()
) -> Choices:
    """Two queries; a third where `mentioned` ids are not among the projects to choose."""
    own = _OF_CONTACT.rows(session, business_id=business_id, contact_id=contact_id) if contact_id else []
    clients = _nearest([_choice(row, is_clients=True) for row in own], today)
    mine = {each.id for each in clients}
    rest = [_choice(row) for row in _OPEN.rows(session, business_id=business_id) if row.id not in mine]
    everything = [*clients, *_nearest(rest, today)]
    known = {each.id: each for each in everything}
    missing = set(mentioned) - set(known)
    known |= named(session, business_id, missing)
    return Choices(tuple(everything[:MOST]), known, tuple(clients))


def named(session: Session, business_id: str, ids: Collection[str]) -> dict[str, Choice]:
    """These projects by id, archived ones too; strangers' ids are left out."""
    if not ids:
        return {}
    query = sa.select(*_COLUMNS).where(_p.c.business_id == business_id, _p.c.id.in_(list(ids)))
    return {row.id: _choice(row) for row in session.execute(query).all()}


def offered(session: Session, business_id: str, chosen: str = "") -> dict[str, str]:
    """The newest open projects by name, and the `chosen` one whatever became of it: one query, or two."""
    found = {row.id: row.name for row in _OFFERED.rows(session, business_id=business_id)}
    missing = {chosen} - {"", *found}
    found |= {each.id: each.name for each in named(session, business_id, missing).values()}
    return dict(sorted(found.items(), key=lambda each: sort_key(each[1])))


def _choice(row: Any, *, is_clients: bool = False) -> Choice:
    return Choice(
        row.id, row.name, row.stage, row.starts_on, row.ends_on, is_clients, is_archived=row.archived_at is not None
    )


def _nearest(found: Sequence[Choice], day: dt.date) -> list[Choice]:
    return sorted(found, key=lambda each: _nearness(each, day))


def _nearness(each: Choice, day: dt.date) -> tuple[int, int, str]:
    return each.days_from(day), _STAGES.index(Stage(each.stage)), each.name
