"""Where an archive finds what it lacks: texts by their time, entries by their number, outcomes by their id."""

import datetime as dt
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session

from portal.accounts.member import Member
from portal.column import table_of
from portal.consent import ledger
from portal.messaging import archive, archive_item, message
from portal.messaging.message import Fate
from portal.statement import Statement, param

PIECE, SWEEP = 200, 1000
WAITING = (Fate.HELD, Fate.QUEUED, Fate.SENDING)

Place = tuple[dt.datetime, str]

_m, _e, _i, _o = message.table, ledger.table, archive_item.table, archive_item.open_table
_member = table_of(Member)
_TEXT = (
    _m.c.id, _m.c.direction, _m.c.status, _m.c.reason, _m.c.provider_id, _m.c.created_at, _m.c.claimed_at,
    _m.c.sent_at, _m.c.project_id, _m.c.is_hidden, _member.c.name.label("member"),
)  # fmt: skip
_with_member = _m.outerjoin(_member, _member.c.id == _m.c.member_id)
_is_unknown = (
    ~sa.exists().where(
        _i.c.business_id == _m.c.business_id, _i.c.message_id == _m.c.id, sa.text("archive_item.what = 'message'")
    ),
    ~sa.exists().where(_o.c.message_id == _m.c.id),
)
_place = sa.tuple_(param("at", _m.c.created_at.type), param("id", _m.c.id.type))
_on = (_m.c.business_id == param("business_id"), sa.tuple_(_m.c.created_at, _m.c.id) > _place)
_limit = param("limit", sa.Integer())
_TEXTS = Statement(
    sa.select(*_TEXT)
    .select_from(_with_member)
    .where(*_on, *_is_unknown)
    .order_by(_m.c.created_at, _m.c.id)
    .limit(_limit)
)
_walked = sa.select(_m.c.id).where(*_on).order_by(_m.c.created_at, _m.c.id).limit(_limit).subquery()
_MISSED = Statement(
    sa.select(*_TEXT)
    .select_from(_with_member.join(_walked, _walked.c.id == _m.c.id))
    .where(*_is_unknown)
    .order_by(_m.c.created_at, _m.c.id)
)
_EDGE = Statement(
    sa.select(_m.c.created_at, _m.c.id).where(*_on).order_by(_m.c.created_at, _m.c.id).offset(_limit).limit(1)
)
_MOVED = Statement(
    sa.select(_o.c.message_id, _o.c.told, *_TEXT)
    .select_from(_o.outerjoin(_m, _m.c.id == _o.c.message_id).outerjoin(_member, _member.c.id == _m.c.member_id))
    .where(
        _o.c.business_id == param("business_id"),
        sa.or_(
            _m.c.id.is_(None),
            sa.and_(_m.c.status.not_in(WAITING), sa.or_(_o.c.told.is_(None), _o.c.told != _m.c.status)),
            sa.and_(_o.c.told.is_not(None), _m.c.claimed_at <= param("before", _m.c.claimed_at.type)),
        ),
    )
    .order_by(_o.c.message_id)
    .limit(_limit)
)
_ENTRIES = Statement(
    sa.select(_e.c.seq, _e.c.recorded_at)
    .where(_e.c.business_id == param("business_id"), _e.c.seq > param("after"))
    .order_by(_e.c.seq)
    .limit(_limit)
)


def texts(session: Session, row: Any) -> list[Any]:
    """Texts after the place that archive `row` has seen, of which it knows nothing, by their time."""
    here = {"business_id": row.business_id, "at": row.seen_at, "id": row.seen_id}
    return _TEXTS.rows(session, limit=PIECE, **here)


def entries(session: Session, row: Any) -> list[Any]:
    """The next entries of the ledger."""
    return _ENTRIES.rows(session, business_id=row.business_id, after=row.last_seq, limit=PIECE)


def moved(session: Session, row: Any, *, before: dt.datetime) -> list[Any]:
    """Texts that waited and have an outcome, had one and have another, were claimed `before` that and are watched no
    longer, or are gone."""
    return _MOVED.rows(session, business_id=row.business_id, before=before, limit=PIECE)


def missed(session: Session, row: Any) -> tuple[list[Any], Place]:
    """A piece of all texts, from the first to the last and again: those of it that are missing, and where to go on."""
    here = {"business_id": row.business_id, "at": row.swept_at, "id": row.swept_id}
    found = _MISSED.rows(session, limit=SWEEP, **here)
    edge = _EDGE.first(session, limit=SWEEP - 1, **here)
    return found, (edge.created_at, edge.id) if edge is not None else (archive.START, "")
