"""One application of an automation to one number: due, queued, deferred, skipped with a reason, or cancelled."""

import datetime as dt
from typing import Any

import sqlalchemy as sa
from sqlmodel import Field, Session, SQLModel

from portal import clock
from portal.accounts import audit
from portal.automations import reason, recipient
from portal.automations.automation import Automation, Condition
from portal.automations.scheduled_row import WAITING as WAITING
from portal.automations.scheduled_row import Row as Row
from portal.automations.scheduled_row import Standing as Standing
from portal.column import UtcTime, new_id, one_of, table_of
from portal.consent import subscription
from portal.contacts.contact import Contact, ContactNumber
from portal.database import announce
from portal.errors import NotFound
from portal.messaging import message, outbox
from portal.messaging.message import Fate
from portal.statement import Statement, param


class ScheduledText(SQLModel, table=True):
    """`occasion` makes it happen once: the ledger entry, submission or day it is about. `text` are the words of
    `version`, with variables not yet filled, and `is_marketing` is that version's too. After `expires_at` it would be
    stale and is skipped. `about_on` is the day
    it is about: when the project's or contact's date has moved since, it is skipped too. `finished_at` of a deferred
    one is when it was deferred first: a STOP since then counts, whatever came after it."""

    __tablename__ = "scheduled_text"
    __table_args__ = (
        one_of(Standing, "status"),
        sa.UniqueConstraint("automation_id", "subscription_id", "occasion", name="scheduled_text_once"),
        sa.Index("scheduled_text_by_automation", "automation_id", "due_at", "id"),
        sa.Index("scheduled_text_by_subscription", "subscription_id", "due_at", "id"),
        sa.Index("scheduled_text_by_business", "business_id", "due_at", "id"),
        sa.Index(
            "scheduled_text_due", "due_at", "id",
            sqlite_where=sa.text("status IN ('due', 'deferred')"),
            postgresql_where=sa.text("status IN ('due', 'deferred')"),
        ),
    )  # fmt: skip

    id: str = Field(default_factory=new_id, primary_key=True)
    business_id: str = Field(foreign_key="business.id")
    automation_id: str = Field(foreign_key="automation.id")
    version: int
    subscription_id: str = Field(foreign_key="subscription.id")
    contact_id: str | None = Field(default=None, foreign_key="contact.id")
    project_id: str | None = Field(default=None, foreign_key="project.id")
    number: str
    occasion: str
    about_on: dt.date | None = None
    text: str
    due_at: dt.datetime = Field(sa_type=UtcTime)
    expires_at: dt.datetime = Field(sa_type=UtcTime)
    status: str = Standing.DUE
    reason: str = ""
    is_marketing: bool = Field(default=False, sa_column_kwargs={"server_default": sa.false()})
    message_id: str | None = Field(default=None, foreign_key="message.id")
    created_at: dt.datetime = Field(sa_type=UtcTime)
    finished_at: dt.datetime | None = Field(default=None, sa_type=UtcTime)


SCAN = 1000  # rows that a filter by standing looks at for one page
OVERDUE = dt.timedelta(days=2)  # how late a waiting text may be and still be shown as coming
_LOST = (Fate.FAILED, Fate.UNKNOWN)
t, _a, _m, _s = table_of(ScheduledText), table_of(Automation), message.table, subscription.table
_c, _n = table_of(Contact), table_of(ContactNumber)
_standing = sa.case(
    (t.c.status != Standing.QUEUED, t.c.status),
    (_m.c.status.in_((Fate.SENT, Fate.DELIVERED)), Standing.SENT),
    (_m.c.status.in_(_LOST), Standing.FAILED),
    (_m.c.status == Fate.REFUSED, Standing.SKIPPED),
    (_m.c.status == Fate.CANCELLED, Standing.CANCELLED),
    else_=Standing.QUEUED,
)
_why = sa.case((t.c.status != Standing.QUEUED, t.c.reason), else_=_m.c.reason)
_LIST = (
    sa.select(
        t.c.id, t.c.automation_id, _a.c.name.label("automation"), t.c.version, t.c.subscription_id, t.c.contact_id,
        sa.func.coalesce(_c.c.name, _s.c.name).label("shown"), t.c.number, t.c.project_id, t.c.about_on,
        sa.func.coalesce(_m.c.text, t.c.text).label("words"), t.c.due_at, t.c.expires_at, _standing.label("standing"),
        _why.label("why"), t.c.message_id, t.c.finished_at, _a.c.condition, t.c.is_marketing,
        _m.c.due_at.label("leaves_at"),
        *subscription.FACTS,
    )
    .join_from(t, _a, _a.c.id == t.c.automation_id)
    .join(_s, _s.c.id == t.c.subscription_id)
    .outerjoin(_m, _m.c.id == t.c.message_id)
    .outerjoin(_c, _c.c.id == t.c.contact_id)
)  # fmt: skip
_CANCEL = Statement(
    sa.update(t)
    .where(t.c.id == param("id"), t.c.business_id == param("business_id"), t.c.status.in_(WAITING))
    .values(status=Standing.CANCELLED, reason=reason.BY_MEMBER, finished_at=param("now"))
)


def page(
    session: Session,
    business_id: str,
    *,
    automation_id: str | None = None,
    subscription_id: str | None = None,
    contact_id: str | None = None,
    status: Standing | None = None,
    after: str | None = None,
    limit: int = 50,
) -> tuple[list[Row], str | None]:
    """Latest due first, keyset-paged; the second value is the id to go on after, or None. With a `status`, at most SCAN
    rows are looked at: a page may be short, or empty, and still go on. Raises NotFound."""
    query = _list_of(business_id, automation_id, subscription_id, contact_id)
    if after is not None:
        last = _place(session, business_id, after)
        query = query.where(sa.tuple_(t.c.due_at, t.c.id) < sa.tuple_(last.due_at, last.id))
    scan = limit + 1 if status is None else SCAN
    found = session.execute(query.order_by(t.c.due_at.desc(), t.c.id.desc()).limit(scan)).all()
    kept = [each for each in found if status in (None, each.standing)]
    last = kept[limit - 1] if len(kept) > limit else found[-1] if len(found) == scan and status else None
    return [_row(each) for each in kept[:limit]], last.id if last else None


def upcoming(session: Session, business_id: str, *, until: dt.datetime, limit: int = 50) -> list[Row]:
    """What is due by `until` and still waits, the next first. What has waited for days is looked at by nobody: the
    range of the index must not grow with the past."""
    since = clock.now() - OVERDUE
    query = _LIST.where(
        t.c.business_id == business_id, t.c.due_at >= since, t.c.due_at <= until, t.c.status.in_(WAITING)
    )
    return [_row(each) for each in session.execute(query.order_by(t.c.due_at, t.c.id).limit(limit))]


def get(session: Session, business_id: str, scheduled_id: str) -> Row:
    """Raises NotFound for an unknown or somebody else's."""
    mine = _LIST.where(t.c.business_id == business_id, t.c.id == scheduled_id)
    found = session.execute(mine).first() if scheduled_id.isalnum() else None
    if found is None:
        raise NotFound("There is no such scheduled text.")
    return _row(found)


def cancel(session: Session, business_id: str, scheduled_id: str, *, actor: str, ip: str = "") -> bool:
    """False when it is too late: it has left, or was skipped before. Raises NotFound."""
    found = get(session, business_id, scheduled_id)
    is_done = _CANCEL.run(session, id=found.id, business_id=business_id, now=clock.now()) == 1
    found = found if is_done else get(session, business_id, scheduled_id)  # a worker may just have queued it
    if not is_done and found.message_id is not None:
        is_done = outbox.cancel(session, business_id, found.message_id, reason=reason.BY_MEMBER)
    if is_done:
        audit.note(
            session, "scheduled_text.cancelled", actor=actor, business_id=business_id, object=found.id, ip=ip
        )  # fmt: skip
        announce(session, f"business:{business_id}")
    return is_done


def _list_of(
    business_id: str, automation_id: str | None, subscription_id: str | None, contact_id: str | None
) -> sa.Select[Any]:
    """Read by the narrowest index: whose it is stands beside it, or a list would grow with all other texts."""
    filters = [
        column == wanted
        for column, wanted in ((t.c.automation_id, automation_id), (t.c.subscription_id, subscription_id))
        if wanted is not None
    ]
    if contact_id is not None:
        filters += [t.c.contact_id == contact_id, t.c.subscription_id.in_(_numbers_of(contact_id))]
    return _LIST.where(_a.c.business_id == business_id, *(filters or [t.c.business_id == business_id]))


def _numbers_of(contact_id: str) -> sa.Select[Any]:
    """What the contact has or had, so that its texts are found by an index."""
    mine = sa.and_(_n.c.business_id == _s.c.business_id, _n.c.number == _s.c.number)
    return sa.select(_s.c.id).join(_n, mine).where(_n.c.contact_id == contact_id)


def _place(session: Session, business_id: str, scheduled_id: str) -> Any:
    query = sa.select(t.c.due_at, t.c.id).where(t.c.business_id == business_id, t.c.id == scheduled_id)
    last = session.execute(query).first() if scheduled_id.isalnum() else None
    if last is None:
        raise NotFound("There is no such scheduled text.")
    return last


def _row(found: Any) -> Row:
    standing = Standing(found.standing)
    return Row(
        found.id, found.automation_id, found.automation, found.version, found.subscription_id, found.contact_id,
        found.shown or found.number, found.number, found.project_id, found.about_on, found.words, found.due_at,
        found.expires_at, standing, found.why or "", found.message_id, found.finished_at,
        forecast(found) if standing in WAITING else "", found.leaves_at,
    )  # fmt: skip


def forecast(found: Any) -> str:
    """Why a waiting text would be skipped now, or nothing; `found` has its number's state, and `condition`."""
    if found.condition != Condition.ON:
        return reason.AUTOMATION_ENDED if found.condition == Condition.ENDED else reason.AUTOMATION_PAUSED
    return recipient.refusal(found, recipient.purpose(found))
