"""Every text and notice for a file, oldest first; a text that waits for its time may leave meanwhile and is in it once.

Inbound texts that wait for their writer's YES are not in it (X-9); one-time codes are stars, as they are stored.
"""

import datetime as dt
from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session

from portal import clock
from portal.accounts.member import Member
from portal.column import table_of
from portal.contacts.project import Project
from portal.messaging import message, message_list
from portal.sheet import Cell
from portal.statement import Statement, param

PIECE = 500
COLUMNS = (
    "id", "direction", "channel", "number", "text", "purpose", "status", "reason", "wording_version", "consent_entry",
    "provider_id", "segments", "created_at", "sent_at", "member", "project", "project_name",
)  # fmt: skip
START = (dt.datetime(1, 1, 2, tzinfo=dt.UTC), "")

_m, _member, _project = message.table, table_of(Member), table_of(Project)
_place = sa.tuple_(param("at", _m.c.created_at.type), param("id", _m.c.id.type))
_PIECE = Statement(
    sa.select(
        _m.c.id, _m.c.direction, _m.c.channel, _m.c.number, _m.c.text, _m.c.purpose, _m.c.status, _m.c.reason,
        _m.c.wording, _m.c.consent_seq, _m.c.provider_id, _m.c.segments, _m.c.created_at, _m.c.sent_at, _m.c.due_at,
        _m.c.attempts, _m.c.project_id, _m.c.is_hidden, _member.c.name.label("member"),
        _project.c.name.label("project_name"),
    )
    .select_from(_m.outerjoin(_member, _member.c.id == _m.c.member_id).outerjoin(_project))
    .where(_m.c.business_id == param("business_id"), sa.tuple_(_m.c.created_at, _m.c.id) > _place)
    .order_by(_m.c.created_at, _m.c.id)
    .limit(param("limit", sa.Integer()))
)  # fmt: skip

Place = tuple[dt.datetime, str, frozenset[str]]
"""The last text seen, and the ids of those that waited when they were written out: they may come again, moved."""


def piece(session: Session, business_id: str, after: Place | None) -> tuple[list[dict[str, Any]], Place | None]:
    """Some texts as the API tells them and more, and where to go on, or None."""
    at, last, waiting = after or (*START, frozenset())
    found = _PIECE.rows(session, business_id=business_id, at=at, id=last, limit=PIECE)
    rows = [told(row) for row in found if not row.is_hidden and row.id not in waiting]
    if len(found) < PIECE:
        return rows, None
    moving = {row.id for row in found if row.status in ("held", "queued")}
    return rows, (found[-1].created_at, found[-1].id, waiting | moving if moving else waiting)


def told(row: Any) -> dict[str, Any]:
    return {
        "id": row.id, "direction": row.direction, "channel": row.channel, "number": row.number, "text": row.text,
        "purpose": row.purpose, "status": message_list.DEFERRED if message_list.is_deferred(row) else row.status,
        "reason": row.reason or None, "wording_version": row.wording, "consent_entry": row.consent_seq,
        "provider_id": row.provider_id, "segments": row.segments, "created_at": clock.rfc3339(row.created_at),
        "sent_at": row.sent_at and clock.rfc3339(row.sent_at), "member": row.member, "project": row.project_id,
        "project_name": row.project_name,
    }  # fmt: skip


def flat(row: Mapping[str, Any]) -> list[list[Cell]]:
    return [list(row.values())]
