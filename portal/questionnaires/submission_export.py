"""Every submission of a business for a file, oldest first, with the labels as they were."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session

from portal import clock
from portal.column import table_of
from portal.questionnaires.questionnaire import Questionnaire
from portal.questionnaires.submission import Submission
from portal.sheet import Cell
from portal.statement import Statement, param

PIECE = 200
COLUMNS = (
    "id", "questionnaire", "title", "version", "contact", "opt_in", "created_at", "question", "label", "kind", "value",
    "number",
)  # fmt: skip
START = (dt.datetime(1, 1, 2, tzinfo=dt.UTC), "")

_s, _q = table_of(Submission), table_of(Questionnaire)
_place = sa.tuple_(param("at", _s.c.created_at.type), param("id", _s.c.id.type))
_PIECE = Statement(
    sa.select(
        _s.c.id, _s.c.questionnaire_id, _q.c.title, _s.c.version, _s.c.contact_id, _s.c.opt_in, _s.c.answers,
        _s.c.created_at,
    )
    .join_from(_s, _q, _q.c.id == _s.c.questionnaire_id)
    .where(_s.c.business_id == param("business_id"), sa.tuple_(_s.c.created_at, _s.c.id) > _place)
    .order_by(_s.c.created_at, _s.c.id)
    .limit(param("limit", sa.Integer()))
)  # fmt: skip

Place = tuple[dt.datetime, str]


def piece(session: Session, business_id: str, after: Place | None) -> tuple[list[dict[str, Any]], Place | None]:
    """Some submissions as the API tells them, with their questionnaire, and where to go on, or None."""
    at, last = after or START
    found = _PIECE.rows(session, business_id=business_id, at=at, id=last, limit=PIECE)
    return [_told(row) for row in found], (found[-1].created_at, found[-1].id) if len(found) == PIECE else None


def flat(row: Mapping[str, Any]) -> list[list[Cell]]:
    """One line for each answer, so that every column means one thing whatever was asked."""
    sent = [row[name] for name in COLUMNS[:7]]
    answers = row["answers"] or [{}]
    return [
        [
            *sent,
            *(each.get(name) for name in ("question", "label", "kind")),
            _one(each.get("value")),
            each.get("number"),
        ]
        for each in answers
    ]


def _told(row: Any) -> dict[str, Any]:
    return {
        "id": row.id, "questionnaire": row.questionnaire_id, "title": row.title, "version": row.version,
        "contact": row.contact_id, "opt_in": row.opt_in, "answers": row.answers,
        "created_at": clock.rfc3339(row.created_at),
    }  # fmt: skip


def _one(value: Any) -> Cell:
    return "; ".join(value) if isinstance(value, list) else value
