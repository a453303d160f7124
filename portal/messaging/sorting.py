"""Sorting messages into projects (X-23): one, this and all that follow, or those to come; each act can be undone."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlmodel import Field, Session, SQLModel, select

from portal import clock, glyph
from portal.column import UtcTime, new_id
from portal.consent import subscription
from portal.contacts import project
from portal.contacts.project import Project
from portal.database import announce
from portal.errors import NotFound
from portal.messaging import message
from portal.messaging.message import Direction
from portal.statement import Statement, param, params

MOST = 5000
"""Messages that one act moves: one UPDATE of that many takes about as long as a page."""


class Sorting(SQLModel, table=True):
    """One act. The messages it moved carry its id and the project they were in; `default_before_id` is what the
    thread's own project was, where the act `sets_default`. `actor` is `member:ID` or `token:ID`: only they undo it."""

    id: str = Field(default_factory=new_id, primary_key=True)
    business_id: str = Field(foreign_key="business.id")
    subscription_id: str = Field(foreign_key="subscription.id")
    message_id: str | None = None
    actor: str
    project_id: str | None = Field(default=None, foreign_key="project.id")
    moved: int = 0
    sets_default: bool = False
    default_before_id: str | None = Field(default=None, foreign_key="project.id")
    at: dt.datetime = Field(default_factory=clock.now, sa_type=UtcTime)
    undone_at: dt.datetime | None = Field(default=None, sa_type=UtcTime)


@dataclass(frozen=True)
class Sorted:
    """It is done. `undo_id` names the act for `undo`, and is empty where nothing had to change."""

    subscription_id: str
    project: Project | None
    moved: int
    sets_default: bool
    undo_id: str


@dataclass(frozen=True)
class Refused:
    """Nothing was changed. `reason`: archived, too_many, notice, changed_since, undone, not_yours."""

    reason: str
    sentence: str


_m, _s = message.table, subscription.table
_project = param("project_id", _m.c.project_id.type)
_moves = _m.c.project_id.is_distinct_from(_project)
_from_here = (
    _m.c.business_id == param("business_id"),
    _m.c.subscription_id == param("subscription_id"),
    sa.tuple_(_m.c.created_at, _m.c.id) >= sa.tuple_(param("at", _m.c.created_at.type), param("id", _m.c.id.type)),
    _m.c.direction != Direction.NOTICE,
)
_MOVED = {"project_before_id": _m.c.project_id, "project_id": _project, **params("sorting_id")}
_MOVE_ONE = Statement(
    sa.update(_m).where(_m.c.business_id == param("business_id"), _m.c.id == param("id"), _moves).values(_MOVED)
)
_MOVE_FOLLOWING = Statement(sa.update(_m).where(*_from_here, _moves).values(_MOVED))
_FOLLOWING = Statement(
    sa.select(sa.func.count().label("count")).select_from(
        sa.select(_m.c.id).where(*_from_here).limit(MOST + 1).subquery()
    )
)
_its = (
    _m.c.business_id == param("business_id"),
    _m.c.subscription_id == param("subscription_id"),
    _m.c.sorting_id == param("sorting_id"),
)
_STILL = Statement(sa.select(sa.func.count().label("count")).select_from(_m).where(*_its))
_BACK = Statement(
    sa.update(_m).where(*_its).values(project_id=_m.c.project_before_id, project_before_id=None, sorting_id=None)
)
_SET_DEFAULT = Statement(
    sa.update(_s)
    .where(_s.c.business_id == param("business_id"), _s.c.id == param("id"))
    .values(**params("project_id"))
)  # fmt: skip


def sort(
    session: Session,
    business_id: str,
    message_id: str,
    project_id: str | None,
    *,
    actor: str,
    following: bool = False,
    thread: str | None = None,
) -> Sorted | Refused:
    """Move a message, and with `following` all after it in its thread and those to come; None takes them out.

    Raises NotFound for a message (of `thread`, where given) or project that is not ours.
    """
    target = project.hold(session, business_id, project_id) if project_id else None
    found = message.get(session, business_id, message_id)
    if found is None or found.is_hidden or thread not in (None, found.subscription_id):
        raise NotFound("There is no such message.")
    row = subscription.lock_by_id(session, business_id, found.subscription_id)
    refused = _refused(session, found, target, following=following)
    if refused is not None:
        return refused
    act = _act(row, target, actor, message_id=found.id, sets_default=following)
    statement = _MOVE_FOLLOWING if following else _MOVE_ONE
    act.moved = statement.run(
        session, business_id=business_id, subscription_id=row.id, at=found.created_at, id=found.id,
        project_id=act.project_id, sorting_id=act.id,
    )  # fmt: skip
    return _done(session, row, act, target)


def set_default(
    session: Session, business_id: str, subscription_id: str, project_id: str | None, *, actor: str
) -> Sorted | Refused:
    """Where new messages of the thread go by themselves. Raises NotFound for a thread or project that is not ours."""
    target = project.hold(session, business_id, project_id) if project_id else None
    row = subscription.lock_by_id(session, business_id, subscription_id)
    if row is None:
        raise NotFound("There is no such conversation.")
    if target is not None and target.is_archived:
        return _archived(target)
    return _done(session, row, _act(row, target, actor, sets_default=True), target)


def undo(session: Session, business_id: str, sorting_id: str, *, actor: str) -> Sorted | Refused:
    """Put everything back where it was, or nothing, where anything of it was sorted again. Raises NotFound."""
    act = session.exec(
        select(Sorting).where(Sorting.id == sorting_id, Sorting.business_id == business_id).with_for_update()
    ).first()
    if act is None:
        raise NotFound("There is nothing to undo.")
    if act.actor != actor:
        return Refused("not_yours", "Only who sorted this can undo it. Sort it again instead.")
    if act.undone_at is not None:
        return Refused("undone", "This was undone already.")
    row = subscription.lock_by_id(session, business_id, act.subscription_id)
    its = {"business_id": business_id, "subscription_id": row.id, "sorting_id": act.id}
    if _STILL.first(session, **its).count != act.moved or _is_other_default(session, row, act):
        return Refused("changed_since", "This was sorted again since, so nothing was undone.")
    _BACK.run(session, **its)
    if act.sets_default:
        _SET_DEFAULT.run(session, business_id=business_id, id=row.id, project_id=_default_before(session, act))
    act.undone_at = clock.now()
    session.add(act)
    announce(session, f"thread:{business_id}:{row.id}")
    return Sorted(row.id, None, act.moved, act.sets_default, "")


def _refused(session: Session, found: Any, target: Project | None, *, following: bool) -> Refused | None:
    if target is not None and target.is_archived:
        return _archived(target)
    if found.direction == Direction.NOTICE:
        return Refused("notice", "This is a note for members, not a message; it belongs to no project.")
    if following:
        count = _FOLLOWING.first(
            session, business_id=found.business_id, subscription_id=found.subscription_id, at=found.created_at,
            id=found.id,
        ).count  # fmt: skip
        if count > MOST:
            return Refused("too_many", f"More than {MOST:,} texts follow this one. Please begin with a later one.")
    return None


def _archived(target: Project) -> Refused:
    return Refused("archived", f"This project was archived meanwhile: “{glyph.shown(target.name)}”. Nothing was moved.")


def _act(row: Any, target: Project | None, actor: str, *, sets_default: bool, message_id: str | None = None) -> Sorting:
    """An act that changes nothing yet; the thread's project counts only where it will be another."""
    project_id = target.id if target is not None else None
    return Sorting(
        business_id=row.business_id, subscription_id=row.id, message_id=message_id, actor=actor, project_id=project_id,
        sets_default=sets_default and row.project_id != project_id, default_before_id=row.project_id,
    )  # fmt: skip


def _done(session: Session, row: Any, act: Sorting, target: Project | None) -> Sorted:
    if not act.moved and not act.sets_default:
        return Sorted(row.id, target, 0, False, "")
    if act.sets_default:
        _SET_DEFAULT.run(session, business_id=row.business_id, id=row.id, project_id=act.project_id)
    session.add(act)
    announce(session, f"thread:{row.business_id}:{row.id}")
    return Sorted(row.id, target, act.moved, act.sets_default, act.id)


def _is_other_default(session: Session, row: Any, act: Sorting) -> bool:
    """Whether the thread's project was set again since; an archived one let go of its threads by itself."""
    if not act.sets_default or row.project_id == act.project_id:
        return False
    if row.project_id is not None or act.project_id is None:
        return True
    return not project.get(session, act.business_id, act.project_id).is_archived


def _default_before(session: Session, act: Sorting) -> str | None:
    """What it was, unless that project has been archived meanwhile."""
    if act.default_before_id is None or project.hold(session, act.business_id, act.default_before_id).is_archived:
        return None
    return act.default_before_id
