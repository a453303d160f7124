"""Texts that automations scheduled for a client and that are no messages yet, as lines of the client's timeline."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session

from portal.automations import reason
from portal.automations.automation import Automation
from portal.automations.scheduled_text import ScheduledText, Standing
from portal.column import table_of
from portal.messaging import timeline
from portal.messaging.timeline import Line, Place, Source

_t, _a = table_of(ScheduledText), table_of(Automation)
_SCHEDULED = (
    sa.select(
        _t.c.id, _t.c.due_at.label("at"), _t.c.subscription_id, _t.c.automation_id, _t.c.number, _t.c.text,
        _t.c.status, _t.c.reason, _a.c.name,
    )
    .join_from(_t, _a, _a.c.id == _t.c.automation_id)
    .where(_t.c.message_id.is_(None))
    .order_by(_t.c.due_at.desc(), _t.c.id.desc())
)  # fmt: skip
_WORDS = {
    Standing.DUE: "will text at this time",
    Standing.DEFERRED: "waits for texting hours",
    Standing.SKIPPED: "skipped its text",
    Standing.CANCELLED: "was told not to text",
}


def scheduled(subscription_ids: Sequence[str]) -> Source:
    """Due, deferred, skipped and cancelled ones; what was queued shows as a text."""

    def lines(session: Session, place: Place | None, limit: int) -> list[Line]:
        query = _SCHEDULED
        if place is not None:
            query = query.where(place.before("scheduled", _t.c.due_at, _t.c.id))
        rows = timeline.rows_of_each(session, query, _t.c.subscription_id, subscription_ids, limit)
        return timeline.newest(map(_line, rows), limit)

    return lines


def _line(row: Any) -> Line:
    why = reason.sentence(row.reason) if row.reason else ""
    title = f"“{row.name}” {_WORDS.get(row.status, 'scheduled a text')}"
    return Line(
        row.at, "scheduled", row.id, "scheduled", f"{title}: {why}" if why else title, text=row.text,
        number=row.number, opens=f"/automations/{row.automation_id}",
    )  # fmt: skip
