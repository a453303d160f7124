"""What is due is decided under the lock of its number and handed to the outbox in the same transaction, or skipped.

Two workers never take the same row, a kill undoes a whole batch or nothing, and the outbox's once-key stands behind
both. Rows and numbers that somebody else holds at the moment are left for the next tick, so that nobody waits for us.
"""

import datetime as dt
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session

from portal import clock, logs
from portal.accounts.business import Business, Capability
from portal.automations import moment, occurrence, reason, recipient
from portal.automations.automation import Automation, Condition
from portal.automations.recipient import COLUMNS, contact, kept, project, s, survivor
from portal.automations.scheduled_text import WAITING, Standing, t
from portal.column import table_of
from portal.consent import ledger
from portal.consent.purpose import Purpose
from portal.consent.state import State, order, step
from portal.contacts import contact as contacts
from portal.contacts.contact import ContactNumber
from portal.contacts.project import ProjectContact
from portal.database import announce
from portal.messaging import deferral, gate, outbox, preference_link, quarantine
from portal.messaging.gate import Defer, Refuse, Send
from portal.statement import Statement, param, params

LOOK_AGAIN = dt.timedelta(minutes=1)  # in quarantine
BATCH = 16  # rows in one transaction: some milliseconds, for a STOP may be waiting

_a, _b, _n, _clients = table_of(Automation), table_of(Business), table_of(ContactNumber), table_of(ProjectContact)
_records = (contact.c.id, survivor.c.id)
_has_number = sa.exists().where(_n.c.contact_id.in_(_records), _n.c.number == t.c.number, _n.c.is_current)
_is_client = sa.exists().where(_clients.c.project_id == t.c.project_id, _clients.c.contact_id.in_(_records))
_is_due = (t.c.status.in_(WAITING), t.c.due_at <= param("now"))
_ANY = Statement(sa.select(t.c.id).where(*_is_due).limit(1))
_TAKE = Statement(
    sa.select(
        *COLUMNS, t.c.id.label("scheduled_id"), t.c.contact_id.label("client_id"),
        t.c.project_id.label("about_project_id"), t.c.occasion, t.c.about_on, t.c.text, t.c.is_marketing, t.c.due_at,
        t.c.expires_at, t.c.finished_at, _a.c.condition, _a.c.switched_on_at, _b.c.name.label("business_name"),
        _b.c.timezone, _b.c.capabilities, _b.c.has_preference_links,
        project.c.archived_at, project.c.starts_on, project.c.ends_on,
        quarantine.IS_ON.label("in_quarantine"), quarantine.RESTORED_AT.label("restored_at"),
        survivor.c.id.label("survivor_id"), survivor.c.merged_into_id.label("merged_again_into"),
        sa.case((t.c.contact_id.is_(None), sa.true()), else_=_has_number).label("has_number"),
        sa.case((t.c.project_id.is_(None), sa.true()), else_=_is_client).label("is_client"),
    )
    .join_from(t, s, s.c.id == t.c.subscription_id)
    .join(_a, _a.c.id == t.c.automation_id)
    .join(_b, _b.c.id == t.c.business_id)
    .outerjoin(contact, contact.c.id == sa.func.coalesce(t.c.contact_id, s.c.contact_id))
    .outerjoin(survivor, survivor.c.id == contact.c.merged_into_id)
    .outerjoin(project, project.c.id == sa.func.coalesce(t.c.project_id, s.c.project_id))
    .where(*_is_due)
    .order_by(t.c.due_at, t.c.id)
    .limit(param("limit", sa.Integer()))
    .with_for_update(key_share=True, of=[t, s], skip_locked=True)
)  # fmt: skip
_END = Statement(
    sa.update(t)
    .where(t.c.id == param("id"))
    .values(**params("status", "reason", "message_id", "finished_at", "due_at")),
    is_apart=True,
)
_FOLLOW = Statement(sa.update(t).where(t.c.id == param("id")).values(**params("contact_id")))


def is_any(session: Session) -> bool:
    return _ANY.first(session, now=clock.now()) is not None


def run(session: Session, *, limit: int = BATCH, form_origin: str = "") -> int:
    """Decide about the oldest of what is due. How many were decided. `form_origin`: where clients' pages are."""
    now = clock.now()
    rows = _TAKE.rows(session, now=now, limit=limit)
    for row in rows:
        if row.merged_again_into is not None:
            _follow(session, row)
        else:
            _decide(session, row, now, form_origin)
        announce(session, f"business:{row.business_id}")
    return len(rows)


def _follow(session: Session, row: Any) -> None:
    """A record that was merged into one that was merged: from now on it is about what it is part of."""
    living = contacts.living(session, row.business_id, row.survivor_id)
    _FOLLOW.run(session, id=row.scheduled_id, contact_id=living.id)


def _decide(session: Session, row: Any, now: dt.datetime, form_origin: str) -> None:
    purpose = recipient.purpose(row)
    waits = deferral.on_queueing(session, row, purpose, at=now)
    decision = gate.decide(row, purpose, waits=waits)
    if row.in_quarantine:
        decision = Defer(now + LOOK_AGAIN, quarantine.REASON)
    why = _off(row)
    if not why and isinstance(decision, Defer) and decision.until < row.expires_at:
        _end(session, row, Standing.DEFERRED, why=decision.reason, due_at=decision.until, finished_at=_since(row, now))
        return
    why = why or ("" if isinstance(decision, Send) else kept(decision))
    words, why = ("", why) if why else _worked_out(session, row, now)
    if why:
        _end(session, row, Standing.SKIPPED, why=why, finished_at=now)
        return
    if row.has_preference_links and form_origin:
        words += preference_link.tail(session, row, form_origin)
    answer = outbox.queue(
        session, row._replace(project_id=row.about_project_id or row.project_id), words, purpose=purpose,
        once_key=f"scheduled:{row.scheduled_id}", expires_at=row.expires_at,
    )  # fmt: skip
    if isinstance(answer, Refuse):
        _end(session, row, Standing.SKIPPED, why=answer.kept_as, finished_at=now)
    else:
        _end(session, row, Standing.QUEUED, message_id=answer.message_id)


def _worked_out(session: Session, row: Any, now: dt.datetime) -> tuple[str, str]:
    """The words, or why there are none. One row that we cannot work out must not keep all others waiting."""
    try:
        why = _missed(session, row, now) or _passed(session, row)
        return ("", why) if why else recipient.words(row.text, _facts(row, now))
    except Exception:
        logs.trace(f"scheduled_text.failed {row.scheduled_id}")
        return "", reason.BROKEN


def _off(row: Any) -> str:
    """Why nothing goes out by itself at all."""
    if row.restored_at is not None and _since(row, row.due_at) <= row.restored_at:
        return reason.RESTORED
    if Capability.TEXTING not in row.capabilities:
        return reason.TEXTING_OFF
    if row.condition == Condition.ENDED:
        return reason.AUTOMATION_ENDED
    is_off = row.condition != Condition.ON or _since(row, row.due_at) < row.switched_on_at
    return reason.AUTOMATION_PAUSED if is_off else ""


def _missed(session: Session, row: Any, now: dt.datetime) -> str:
    """Why it is not sent although it might be now: what was missed is not sent later (X-16)."""
    why = _closed_since(session, row) if row.changed_at > _since(row, row.due_at) else ""
    return why or (reason.STALE if row.expires_at <= now else "")


def _since(row: Any, due_at: dt.datetime) -> dt.datetime:
    """When it was to go out first, for one that was deferred; else `due_at`."""
    return min(row.finished_at or due_at, due_at)


def _closed_since(session: Session, row: Any) -> str:
    """Why the number could not be texted when this was due, or at some time since; a later opt-in changes nothing about
    it. Nothing where it was open all the time and its client only said Yes again."""
    state = State()
    for entry in sorted(ledger.entries(session, row.business_id, row.id), key=order):
        if entry.occurred_at > _since(row, row.due_at) and (why := _closed(state)):
            return why
        state = step(state, entry)
    return ""


def _closed(state: State) -> str:
    decision = gate.decide(state, Purpose.OPT_IN_CONFIRMATION)
    if not isinstance(decision, Send):
        return decision.reason
    return "paused" if state.is_paused else ""


def _passed(session: Session, row: Any) -> str:
    """Why it is about nothing any more."""
    if not row.has_number:
        return "not_current"
    if not row.is_client:
        return reason.NO_CLIENT
    if row.about_project_id is not None and row.archived_at is not None:
        return reason.PROJECT_ARCHIVED
    return "" if _is_still_the_day(session, row) else reason.DATE_MOVED


def _is_still_the_day(session: Session, row: Any) -> bool:
    on = occurrence.project_date(row.occasion)
    if on is not None:
        return bool(getattr(row, on) == row.about_on)
    if occurrence.is_of_contact(row.occasion):
        records = [each for each in (row.client_id, row.survivor_id) if each]
        return occurrence.still(session, row.occasion, records, row.about_on)
    return True


def _facts(row: Any, now: dt.datetime) -> dict[str, str]:
    return recipient.facts(row, row.business_name, row.about_on, moment.today(now, row.timezone))


def _end(
    session: Session,
    row: Any,
    status: Standing,
    *,
    why: str = "",
    message_id: str | None = None,
    due_at: dt.datetime | None = None,
    finished_at: dt.datetime | None = None,
) -> None:
    _END.post(
        session, id=row.scheduled_id, status=status, reason=why, message_id=message_id, due_at=due_at or row.due_at,
        finished_at=finished_at,
    )  # fmt: skip
