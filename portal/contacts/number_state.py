"""Where each number of a contact stands, and which ones an opt-out on another of its numbers holds back (X-15)."""

import datetime as dt
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlmodel import Session

from portal.accounts.sender import SMS
from portal.column import table_of
from portal.consent import own_pause, subscription
from portal.consent.state import Status
from portal.contacts import contact_number
from portal.contacts.contact import Contact

MOST = 2000
"""Rows read at once: a page of contacts with all their numbers."""
OPEN = (Status.OPTED_IN, Status.REQUESTED)
"""There is something to hold back; a number without consent opens by the client's own later Yes, given for it."""

_contacts, _n, _s = table_of(Contact), contact_number.table, subscription.table
_STATE = (
    _s.c.id.label("subscription_id"), _s.c.status, _s.c.carrier, _s.c.origin, _s.c.changed_at, _s.c.is_paused,
    _s.c.in_review, _s.c.is_undeliverable, _s.c.paused_until_at,
)  # fmt: skip


@dataclass(frozen=True)
class NumberState:
    """A number a contact has, or had until `until_at`, and its lights. `subscription_id` is None for one that nobody
    ever had as a current number."""

    contact_id: str
    number: str
    is_current: bool
    since_at: dt.datetime
    until_at: dt.datetime | None
    subscription_id: str | None
    status: str
    carrier: str
    origin: str | None
    changed_at: dt.datetime | None
    is_paused: bool
    in_review: bool
    is_undeliverable: bool
    paused_until_at: dt.datetime | None = None

    @property
    def quiet_until_at(self) -> dt.datetime | None:
        """The client's own pause, while it lasts."""
        return own_pause.until(self)

    @property
    def has_stopped(self) -> bool:
        """Whether it opted out while the contact had it; what a later owner of a former number says is not theirs."""
        if self.status != Status.OPTED_OUT:
            return False
        return self.is_current or self.until_at is None or self.changed_at is None or self.changed_at <= self.until_at


@dataclass(frozen=True)
class Holder:
    """Another contact that has a number, or had it until `until_at`."""

    number: str
    contact_id: str
    name: str
    is_current: bool
    until_at: dt.datetime | None


def of(session: Session, contact_ids: Collection[str]) -> dict[str, list[NumberState]]:
    """Of each contact: current numbers first, then former ones. One query."""
    found: dict[str, list[NumberState]] = {each: [] for each in contact_ids}
    query = (
        sa.select(_n.c.contact_id, _n.c.number, _n.c.is_current, _n.c.since_at, _n.c.until_at, *_STATE)
        .select_from(_n)
        .outerjoin(_s, sa.and_(_s.c.business_id == _n.c.business_id, _s.c.number == _n.c.number, _s.c.channel == SMS))
        .where(_n.c.contact_id.in_(list(contact_ids)))
        .order_by(_n.c.is_current.desc(), _n.c.since_at, _n.c.id)
    )
    for row in session.execute(query.limit(MOST)):
        found[row.contact_id].append(_state(row))
    return found


def holders(session: Session, business_id: str, numbers: Collection[str], *, but: str) -> list[Holder]:
    """Who else has or had one of these numbers: contacts other than `but` and what was merged away."""
    query = (
        sa.select(_n.c.number, _n.c.contact_id, _contacts.c.name, _n.c.is_current, _n.c.until_at)
        .join_from(_n, _contacts, _contacts.c.id == _n.c.contact_id)
        .where(
            _n.c.business_id == business_id,
            _n.c.number.in_(list(numbers)),
            _n.c.contact_id != but,
            _contacts.c.merged_into_id.is_(None),
        )
        .order_by(_n.c.is_current.desc(), _contacts.c.name_key, _contacts.c.id)
    )
    return [Holder(*row) for row in session.execute(query.limit(100))]


def stopped(states: Iterable[NumberState]) -> list[NumberState]:
    """The numbers on which this client opted out."""
    return [each for each in states if each.has_stopped]


Bond = tuple[str, str]
"""A number that opted out, and another number of the same client at that time."""


def bonds(states: Sequence[NumberState]) -> set[Bond]:
    """What is together already: the client's opt-out has held the other number back, or they opted in with it since."""
    current = [each.number for each in states if each.is_current]
    return {(out.number, other) for out in stopped(states) for other in current if other != out.number}


def to_pause(states: Sequence[NumberState], before: Collection[Bond] = ()) -> list[NumberState]:
    """The current numbers that come together with an opt-out of this client now, and that are open (X-15). Who opted
    in with a number after that stays free: `before` are the bonds that there were."""
    held = {other for out, other in bonds(states) - set(before)}
    return [
        each
        for each in states
        if each.is_current and each.number in held and each.status in OPEN and not each.is_paused
    ]


def _state(row: sa.Row[tuple[object, ...]]) -> NumberState:
    found = row._mapping
    return NumberState(
        found["contact_id"], found["number"], bool(found["is_current"]), found["since_at"], found["until_at"],
        found["subscription_id"], found["status"] or Status.NONE, found["carrier"] or "unknown", found["origin"],
        found["changed_at"], bool(found["is_paused"]), bool(found["in_review"]), bool(found["is_undeliverable"]),
        found["paused_until_at"],
    )  # fmt: skip
