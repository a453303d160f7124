"""Texts that automations scheduled for a client and that are no messages yet, as lines of the client's timeline.

What still waits is shown as it would be sent as things stand, by the facts of the real run (recipient.py): a name that
anybody may have typed is no more in it than in the text (law 7). What came to nothing shows its variables by name.
"""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session

from portal import clock
from portal.accounts.business import Business
from portal.automations import moment, reason, recipient, scheduled_text, variable
from portal.automations.automation import Automation
from portal.automations.recipient import COLUMNS, contact, project, s, survivor
from portal.automations.scheduled_text import WAITING, Standing, t
from portal.column import table_of
from portal.messaging import timeline
from portal.messaging.timeline import Line, Place, Source

_a, _b = table_of(Automation), table_of(Business)
_SCHEDULED = (
    sa.select(
        *COLUMNS, t.c.id.label("scheduled_id"), t.c.due_at, t.c.automation_id, t.c.text, t.c.status.label("standing"),
        t.c.reason, t.c.about_on, t.c.is_marketing, _a.c.name.label("automation"), _a.c.condition,
        _b.c.name.label("business_name"), _b.c.timezone,
    )
    .join_from(t, s, s.c.id == t.c.subscription_id)
    .join(_a, _a.c.id == t.c.automation_id)
    .join(_b, _b.c.id == t.c.business_id)
    .outerjoin(contact, contact.c.id == sa.func.coalesce(t.c.contact_id, s.c.contact_id))
    .outerjoin(survivor, survivor.c.id == contact.c.merged_into_id)
    .outerjoin(project, project.c.id == sa.func.coalesce(t.c.project_id, s.c.project_id))
    .where(t.c.message_id.is_(None))
    .order_by(t.c.due_at.desc(), t.c.id.desc())
)  # fmt: skip
_WORDS = {
    Standing.DUE: "will text at this time",
    Standing.DEFERRED: "waits for texting hours",
    Standing.SKIPPED: "skipped its text",
    Standing.CANCELLED: "was told not to text",
}
_WOULD_SKIP = "would skip its text as things stand"


def scheduled(subscription_ids: Sequence[str]) -> Source:
    """Due, deferred, skipped and cancelled ones; what was queued shows as a text."""

    def lines(session: Session, place: Place | None, limit: int) -> list[Line]:
        query = _SCHEDULED
        if place is not None:
            query = query.where(place.before("scheduled", t.c.due_at, t.c.id))
        rows = timeline.rows_of_each(session, query, t.c.subscription_id, subscription_ids, limit)
        return timeline.newest(map(_line, rows), limit)

    return lines


def _line(row: Any) -> Line:
    said, text, why = _WORDS.get(row.standing, "scheduled a text"), variable.shown(row.text), row.reason
    if row.standing in WAITING:
        today = moment.today(clock.now(), row.timezone)
        facts = recipient.facts(row, row.business_name, row.about_on, today)
        text, missing = variable.shown(row.text, facts), recipient.words(row.text, facts)[1]
        if forecast := scheduled_text.forecast(row) or missing:
            said, why = _WOULD_SKIP, forecast
    title = f"“{row.automation}” {said}" + (f": {reason.in_plain_words(why)}" if why else "")
    return Line(
        row.due_at, "scheduled", row.scheduled_id, "scheduled", title, text=text, number=row.number,
        opens=f"/automations/{row.automation_id}",
    )  # fmt: skip
