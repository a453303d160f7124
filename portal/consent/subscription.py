"""May we text this number? One row per business, channel and exact number; written only by `ledger.record`.

The row also carries what the status list sorts and searches by (name key, reversed number, last message), so that a
page of a million rows costs what a page of a thousand costs (speed.md, design 5).
"""

import datetime as dt
from typing import Any

import sqlalchemy as sa
from sqlmodel import Field, Session, SQLModel

from portal import clock
from portal.accounts import endpoint
from portal.column import UtcTime, key_text, new_id, one_of, partial_index, sort_key, table_of
from portal.consent import head, ledger, status_count, suppression
from portal.consent.state import Carrier, Kind, Origin, Proof, Status
from portal.consent.subscription_state import TOUCH, News, state_of, with_state
from portal.statement import Statement, param, params

__all__ = [
    "HAS_LISTENER", "STATE_COLUMNS", "News", "Subscription", "counts", "find", "get", "lock", "lock_by_id", "mark_read",
    "news", "of_contact", "show_as", "state_of", "table", "tell", "touch", "with_state",
]  # fmt: skip


HINDERED = (
    "is_undeliverable OR is_paused OR in_review OR NOT is_current OR carrier = 'blocked' OR paused_until_at IS NOT NULL"
)
"""What may keep a text back beside the status, in the words of its index, and never of half of it: with IS TRUE, no
database takes that index for another list."""


class Subscription(SQLModel, table=True):
    """`last_entry_at` is the time of the latest fact; a later one is one step, an earlier one a new fold.
    `wording_version` are the words last agreed to or asked with (disclaimer.py). `returns_to` is the No that an open
    request of the client's own asking would end in (consent/state.py).
    On WhatsApp, `user_id` names who may have no number we know; `last_inbound_at` opens its 24 hours (rules.md 6).

    What members decide about the conversation stands here too, so that the list can be filtered by it: `assigned_to`,
    `snoozed_until_at` (or until the client writes), `project_id`, where its new messages go by themselves; and
    `paused_until_at`, the client's own wish for quiet (own_pause.py), which is no fact about consent.
    """

    __table_args__ = (
        one_of(Status, "status"),
        one_of(Carrier, "carrier"),
        sa.UniqueConstraint("business_id", "channel", "number", name="subscription_number_once"),
        sa.Index("subscription_by_name", "business_id", "name_key", "id"),
        sa.Index("subscription_by_status_and_name", "business_id", "status", "name_key", "id"),
        sa.Index("subscription_by_last_message", "business_id", "last_message_at", "id"),
        sa.Index("subscription_by_status_and_last_message", "business_id", "status", "last_message_at", "id"),
        sa.Index("subscription_by_number", "business_id", "number"),
        sa.Index("subscription_by_reversed_number", "business_id", "number_reversed"),
        sa.Index("subscription_by_contact", "business_id", "contact_id"),
        partial_index("subscription_unread", "business_id", "last_message_at", "id", where="unread > 0"),
        partial_index(
            "subscription_assigned", "business_id", "assigned_to", "last_message_at", "id",
            where="assigned_to IS NOT NULL",
        ),
        partial_index(
            "subscription_snoozed", "business_id", "snoozed_until_at", "id", where="snoozed_until_at IS NOT NULL"
        ),
        partial_index(
            "subscription_blocked", "business_id", "carrier", "last_message_at", "id", where="carrier = 'blocked'"
        ),
        partial_index("subscription_by_project", "project_id", where="project_id IS NOT NULL"),
        partial_index("subscription_in_review", "business_id", "review_opened_at", "id", where="in_review"),
        partial_index("subscription_by_user", "business_id", "user_id", where="user_id IS NOT NULL"),
        partial_index("subscription_requested", "changed_at", where="status = 'requested'"),
        partial_index(
            "subscription_hindered", "business_id", "id", "status", "carrier", "is_undeliverable", "is_paused",
            "in_review", "is_current", "paused_until_at", where=f"({HINDERED}) IS TRUE",
        ),
        partial_index(
            "subscription_by_wording", "business_id", "wording_version", "name_key", "id",
            where="wording_version IS NOT NULL AND status = 'opted_in'",
        ),
        partial_index("subscription_unknown", "business_id", "last_message_at", "id", where="contact_id IS NULL"),
    )  # fmt: skip

    id: str = Field(default_factory=new_id, primary_key=True)
    business_id: str = Field(foreign_key="business.id")
    channel: str
    number: str = Field(sa_type=key_text())
    number_reversed: str = Field(sa_type=key_text())
    contact_id: str | None = None
    name: str = ""
    name_key: str = Field(default="", sa_type=key_text())
    user_id: str | None = None
    status: str = Status.NONE
    returns_to: str | None = None
    carrier: str = Carrier.UNKNOWN
    origin: str | None = None
    scope: str | None = None
    granted_scope: str | None = None
    consent_seq: int | None = None
    wording_version: str | None = None
    is_paused: bool = False
    is_undeliverable: bool = False
    in_review: bool = False
    review_opened_at: dt.datetime | None = Field(default=None, sa_type=UtcTime)
    is_claimed: bool = False
    invited_seq: int | None = None
    is_current: bool = True
    changed_at: dt.datetime | None = Field(default=None, sa_type=UtcTime)
    last_entry_at: dt.datetime | None = Field(default=None, sa_type=UtcTime)
    last_message_at: dt.datetime = Field(sa_type=UtcTime)
    last_message_text: str = ""
    last_message_direction: str = ""
    last_inbound_at: dt.datetime | None = Field(default=None, sa_type=UtcTime)
    unread: int = 0
    assigned_to: str | None = Field(default=None, foreign_key="member.id")
    snoozed_until_at: dt.datetime | None = Field(default=None, sa_type=UtcTime)
    paused_until_at: dt.datetime | None = Field(default=None, sa_type=UtcTime)
    project_id: str | None = Field(default=None, foreign_key="project.id")
    created_at: dt.datetime = Field(sa_type=UtcTime)


table = table_of(Subscription)
STATE_COLUMNS = (
    table.c.id, table.c.business_id, table.c.channel, table.c.number, table.c.contact_id, table.c.name,
    table.c.status, table.c.returns_to, table.c.carrier, table.c.origin, table.c.scope, table.c.granted_scope,
    table.c.consent_seq, table.c.is_paused, table.c.is_undeliverable, table.c.in_review, table.c.review_opened_at,
    table.c.is_claimed, table.c.invited_seq, table.c.is_current, table.c.changed_at, table.c.last_entry_at,
    table.c.project_id, table.c.last_inbound_at, table.c.paused_until_at, table.c.wording_version,
)  # fmt: skip
FACTS = tuple(
    table.c[name]
    for name in (
        "status", "carrier", "scope", "is_paused", "paused_until_at", "in_review", "is_undeliverable", "is_current",
        "consent_seq",
    )
)  # fmt: skip
"""What the gate decides by."""
IS_HINDERED = sa.text(f"({HINDERED}) IS TRUE")
HAS_LISTENER = endpoint.someone_listens(table.c.business_id).label("has_listener")  # in passing: accounts/delivery.py
_mine = (table.c.business_id == param("business_id"),)
_LOCKED = sa.select(*STATE_COLUMNS, HAS_LISTENER).where(*_mine).with_for_update()
_LOCK = Statement(_LOCKED.where(table.c.channel == param("channel"), table.c.number == param("number")))
_LOCK_BY_ID = Statement(_LOCKED.where(table.c.id == param("id")))
_GET = Statement(sa.select(table).where(*_mine, table.c.id == param("id")))
_FIND = Statement(
    sa.select(table).where(*_mine, table.c.channel == param("channel"), table.c.number == param("number"))
)
_OF_CONTACT = Statement(sa.select(table).where(*_mine, table.c.contact_id == param("contact_id")).limit(50))
_INSERT = Statement(
    lambda insert: insert(table)
    .values(
        **params("id", "business_id", "channel", "number", "number_reversed", "name", "name_key", "contact_id"),
        status="none", carrier="unknown", is_paused=False, is_undeliverable=False, in_review=False, is_claimed=False,
        is_current=True, last_message_text="", last_message_direction="", unread=0,
        last_message_at=param("now"), created_at=param("now"),
    )
    .on_conflict_do_nothing()
    .returning(table.c.id)
)  # fmt: skip
_NAME = Statement(
    sa.update(table)
    .where(*_mine, table.c.id == param("id"))
    .values(**params("name", "name_key", "contact_id", "is_current"))
)
_READ = Statement(sa.update(table).where(*_mine, table.c.id == param("id")).values(unread=0))


SUPPRESSED = "Somebody with this number was erased, and it may not be texted until they come back themselves."


def lock(session: Session, business_id: str, channel: str, number: str) -> Any:
    """The row of this exact number, created when absent, locked until the transaction ends."""
    row = _LOCK.first(session, business_id=business_id, channel=channel, number=number)
    if row is not None:
        return row
    created = _INSERT.rows(
        session, id=new_id(), business_id=business_id, channel=channel, number=number, number_reversed=number[::-1],
        name="", name_key=number, contact_id=None, now=clock.now(),
    )  # fmt: skip
    if created:
        head.lock(session, business_id)
        status_count.count_new(session, business_id, channel)
    row = _LOCK.first(session, business_id=business_id, channel=channel, number=number)
    return _suppressed(session, row) if created else row


def _suppressed(session: Session, row: Any) -> Any:
    """A number that an erasure suppressed is opted out from the first moment of its new row, since that erasure: what
    the client does after it counts as later (promises.md F.7)."""
    found = suppression.find(session, row.business_id, row.number)
    if found is None:
        return row
    return ledger.record(
        session, row, Kind.OPTED_OUT, origin=Origin.SYSTEM, proof=Proof.ATTESTED, actor="system",
        occurred_at=found.erased_at, evidence={"reason": SUPPRESSED, "because": found.reason},
    ).row  # fmt: skip


def lock_by_id(session: Session, business_id: str, subscription_id: str) -> Any:
    """The locked row, or None for an unknown or somebody else's."""
    return _LOCK_BY_ID.first(session, business_id=business_id, id=subscription_id)


def get(session: Session, business_id: str, subscription_id: str) -> Any:
    """The whole row, or None for an unknown or somebody else's."""
    return _GET.first(session, business_id=business_id, id=subscription_id)


def find(session: Session, business_id: str, channel: str, number: str) -> Any:
    return _FIND.first(session, business_id=business_id, channel=channel, number=number)


def of_contact(session: Session, business_id: str, contact_id: str) -> list[Any]:
    return _OF_CONTACT.rows(session, business_id=business_id, contact_id=contact_id)


def counts(session: Session, business_id: str) -> dict[str, int]:
    """How many in each status; every status is a key."""
    return status_count.read(session, business_id)


def show_as(session: Session, row: Any, *, name: str, contact_id: str | None, is_current: bool = True) -> None:
    """What the list calls this number; says nothing about consent."""
    shown = sort_key(name) or row.number
    _NAME.run(
        session, business_id=row.business_id, id=row.id, name=name, name_key=shown, contact_id=contact_id,
        is_current=is_current,
    )  # fmt: skip


def touch(session: Session, subscription_id: str, *, at: dt.datetime, text: str, direction: str, unread: int) -> None:
    """The last message, for the list."""
    tell(session, subscription_id, news(at=at, text=text, direction=direction, unread=unread))


def tell(session: Session, subscription_id: str, fresh: News) -> None:
    """Make `fresh` the last message."""
    TOUCH.post(session, id=subscription_id, **fresh)


def news(*, at: dt.datetime, text: str, direction: str, unread: int) -> News:
    return {
        "last_message_at": at, "last_message_text": text[:120], "last_message_direction": direction, "unread": unread,
    }  # fmt: skip


def mark_read(session: Session, business_id: str, subscription_id: str) -> None:
    _READ.run(session, business_id=business_id, id=subscription_id)
