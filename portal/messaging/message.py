"""One text: inbound; outbound from queued to its end; or a notice that only members see."""

import datetime as dt
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlmodel import Field, Session, SQLModel

from portal import clock
from portal.column import UtcTime, new_id, one_of, partial_index, table_of
from portal.consent import subscription
from portal.database import announce
from portal.statement import Statement, param, params


class Direction(StrEnum):
    INBOUND = "inbound"
    OUTBOUND = "outbound"
    NOTICE = "notice"


class Fate(StrEnum):
    """Where a message stands; `unknown` means that bytes left and no answer came."""

    RECEIVED = "received"
    NOTED = "noted"
    HELD = "held"
    QUEUED = "queued"
    SENDING = "sending"
    SENT = "sent"
    DELIVERED = "delivered"
    FAILED = "failed"
    REFUSED = "refused"
    CANCELLED = "cancelled"
    UNKNOWN = "unknown"


LEFT = (Fate.SENDING, Fate.SENT, Fate.DELIVERED, Fate.FAILED, Fate.UNKNOWN)
"""Of a text out: it was handed over, or may be on its way."""
LEFT_UNCLAIMED = (
    "direction = 'outbound' AND claimed_at IS NULL AND status IN ('sending', 'sent', 'delivered', 'failed', 'unknown')"
)
"""Texts that nobody claimed and that left all the same. There are none, unless something else than claim.py sent."""


class Message(SQLModel, table=True):
    """`once_key` makes an automatic text happen once; `consent_seq` is the ledger entry that allowed it.

    `wording` is the version of the words that an automatic text used (wording.py).
    `is_hidden`: an inbound text that waits for its writer's YES; members see that it is there, not what it says (X-9).
    `template` is what WhatsApp needs to know of a text that leaves outside its 24 hours.
    `emptied_at`: its words have run out, and `text` says so (retention/texts.py).
    `sorting_id` is the last act that moved it into or out of a project, `project_before_id` where it was before.
    `decision` and `receipt`: why the gate let it go, at `claimed_at` (receipt.py).
    """

    __table_args__ = (
        one_of(Direction, "direction"),
        one_of(Fate, "status"),
        sa.Index(
            "message_once", "business_id", "once_key", unique=True,
            sqlite_where=sa.text("once_key IS NOT NULL"), postgresql_where=sa.text("once_key IS NOT NULL"),
        ),
        sa.Index("message_by_thread", "subscription_id", "created_at", "id"),
        sa.Index("message_by_time", "business_id", "created_at", "id"),
        partial_index(
            "message_by_provider_id", "business_id", "provider_id",
            where="direction = 'outbound' AND provider_id IS NOT NULL",
        ),
        partial_index("message_in_lane", "sender_id", "urgency", "due_at", "id", where="status = 'queued'"),
        sa.Index(
            "message_waiting_by_thread", "subscription_id", "purpose",
            sqlite_where=sa.text("status IN ('queued', 'held')"),
            postgresql_where=sa.text("status IN ('queued', 'held')"),
        ),
        partial_index(
            "message_for_later", "business_id", "due_at", "id",
            where="status = 'queued' AND attempts = 0 AND due_at > created_at",
        ),
        partial_index(
            "message_automated", "subscription_id", "claimed_at",
            where="purpose IN ('automated', 'marketing') AND claimed_at IS NOT NULL",
        ),
        partial_index("message_hidden", "subscription_id", "created_at", "id", where="is_hidden"),
        partial_index("message_by_project", "project_id", "created_at", "id", where="project_id IS NOT NULL"),
        sa.Index(
            "message_in_trouble", "business_id", "created_at", "id",
            sqlite_where=sa.text("status IN ('failed', 'unknown')"),
            postgresql_where=sa.text("status IN ('failed', 'unknown')"),
        ),
        partial_index("message_claimed", "business_id", "claimed_at", where="claimed_at IS NOT NULL"),
        partial_index("message_unclaimed", "business_id", "created_at", where=LEFT_UNCLAIMED),
    )  # fmt: skip

    id: str = Field(default_factory=new_id, primary_key=True)
    business_id: str = Field(foreign_key="business.id")
    subscription_id: str = Field(foreign_key="subscription.id")
    sender_id: str | None = Field(default=None, foreign_key="sender.id")
    channel: str
    number: str
    direction: str
    purpose: str | None = None
    text: str
    segments: int = 1
    status: str
    reason: str = ""
    urgency: int = 0
    attempts: int = 0
    due_at: dt.datetime | None = Field(default=None, sa_type=UtcTime)
    expires_at: dt.datetime | None = Field(default=None, sa_type=UtcTime)
    created_at: dt.datetime = Field(sa_type=UtcTime)
    claimed_at: dt.datetime | None = Field(default=None, sa_type=UtcTime)
    sent_at: dt.datetime | None = Field(default=None, sa_type=UtcTime)
    finished_at: dt.datetime | None = Field(default=None, sa_type=UtcTime)
    provider: str | None = None
    provider_id: str | None = None
    provider_rank: int = -1
    error_code: str = ""
    consent_seq: int | None = None
    member_id: str | None = None
    project_id: str | None = Field(default=None, foreign_key="project.id")
    project_before_id: str | None = None
    sorting_id: str | None = None
    once_key: str | None = None
    wording: str | None = None
    is_hidden: bool = False
    template: dict[str, Any] | None = Field(default=None, sa_type=sa.JSON(none_as_null=True))
    reading: dict[str, Any] | None = Field(default=None, sa_type=sa.JSON(none_as_null=True))
    decision: dict[str, Any] | None = Field(default=None, sa_type=sa.JSON(none_as_null=True))
    receipt: str | None = None
    emptied_at: dt.datetime | None = Field(default=None, sa_type=UtcTime)


table = table_of(Message)
_FOR_LATER = "message.status = 'queued' AND message.attempts = 0 AND message.due_at > message.created_at"
IS_FOR_LATER = sa.text(_FOR_LATER)
"""Written for a time to come and not taken up yet, in its index's own words; a text that is tried again is not."""
IS_AUTOMATED = sa.text("message.purpose IN ('automated', 'marketing')")
"""Of those that one number gets only so many of in a day, in its index's own words."""
IS_HIDDEN = sa.text("message.is_hidden")
"""Shown with their YES, in its index's own words."""
IS_SHOWN = sa.text("NOT message.is_hidden")
"""Members may read it (X-9)."""
HAS_ITS_PLACE = sa.text(f"NOT ({_FOR_LATER}) AND message.status <> 'held' AND NOT message.is_hidden")
"""It stands among the lines of its thread."""

_INSERT_COLUMNS = (
    "id", "business_id", "subscription_id", "sender_id", "channel", "number", "direction", "purpose", "text",
    "segments", "status", "reason", "urgency", "due_at", "expires_at", "created_at", "provider", "provider_id",
    "consent_seq", "member_id", "project_id", "once_key", "reading", "wording", "is_hidden", "template",
)  # fmt: skip
_VALUES = {**params(*_INSERT_COLUMNS), "attempts": 0, "provider_rank": -1, "error_code": ""}
_INSERT = Statement(sa.insert(table).values(_VALUES))
_INSERT_ONCE = Statement(
    lambda insert: (
        insert(table)
        .values(_VALUES)
        .on_conflict_do_nothing(index_elements=["business_id", "once_key"], index_where=sa.text("once_key IS NOT NULL"))
        .returning(table.c.id)
    )
)
_GET = Statement(sa.select(table).where(table.c.business_id == param("business_id"), table.c.id == param("id")))
_ARRIVE = Statement(sa.update(table).where(table.c.id == param("id")).values(**params("created_at")))
_NOTHING = dict.fromkeys(_INSERT_COLUMNS) | {"is_hidden": False}


def add(
    session: Session,
    row: Any,
    *,
    direction: Direction,
    status: Fate,
    text: str,
    should_touch: bool = True,
    **values: Any,
) -> str | None:
    """Store one message in the thread of subscription `row`; None when its `once_key` has been used before.

    Without `should_touch`, the caller makes it the thread's last message.
    """
    now = values.get("created_at") or clock.now()
    message_id = values.get("id") or new_id()
    known = {
        **_NOTHING,
        "id": message_id, "business_id": row.business_id, "subscription_id": row.id, "channel": row.channel,
        "number": row.number, "direction": direction, "status": status, "text": text, "segments": 1, "reason": "",
        "urgency": 0, "created_at": now, "project_id": None if direction is Direction.NOTICE else row.project_id,
        **values,
    }  # fmt: skip
    if known["once_key"] is None:
        _INSERT.post(session, **known)
    elif not _INSERT_ONCE.rows(session, **known):
        return None
    if should_touch and direction is not Direction.NOTICE:
        unread = 1 if direction is Direction.INBOUND else 0
        subscription.touch(session, row.id, at=now, text=text, direction=direction, unread=unread)
    announce(session, f"business:{row.business_id}")
    announce(session, f"thread:{row.business_id}:{row.id}")
    return message_id


def arrive(session: Session, row: Any, *, at: dt.datetime) -> None:
    """A text that was written for later leaves: from now on it stands in the thread where the client reads it."""
    _ARRIVE.run(session, id=row.id, created_at=at)
    subscription.touch(session, row.subscription_id, at=at, text=row.text, direction=Direction.OUTBOUND, unread=0)
    announce(session, f"business:{row.business_id}")
    announce(session, f"thread:{row.business_id}:{row.subscription_id}")


def notice(session: Session, row: Any, text: str, *, wording: str | None = None) -> None:
    """A line in the thread for members only."""
    add(session, row, direction=Direction.NOTICE, status=Fate.NOTED, text=text, wording=wording)


def get(session: Session, business_id: str, message_id: str) -> Any:
    """The message, or None for an unknown or somebody else's."""
    return _GET.first(session, business_id=business_id, id=message_id)
