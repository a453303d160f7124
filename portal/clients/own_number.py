"""The numbers a client sees on their own page, and since when what happened on each of them is theirs to read.

A number that was only typed there (P13, P15) shows once its own handset has said YES; of a number that somebody else
had before, only what came after them.
"""

import datetime as dt
import re
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session

from portal.accounts.sender import SMS
from portal.consent import ledger, own_pause, phone_number, subscription
from portal.consent.state import Kind, Proof, Status
from portal.contacts import contact_number, merge
from portal.contacts.contact import Contact

MOST = 10
HIDDEN = 7  # digits from the right; what is left names a country and an area, and no end of a number
ENDING = 4

_n, _s, _e = contact_number.table, subscription.table, ledger.table


@dataclass(frozen=True)
class OwnNumber:
    """`lines` are its subscriptions, text messages first; `since_at` is None where all of their history is theirs."""

    id: str
    number: str
    since_at: dt.datetime | None
    lines: tuple[Any, ...]

    @property
    def masked(self) -> str:
        return masked(self.number)

    @property
    def is_open(self) -> bool:
        """Whether texts may come on any channel, once a pause of their own is over."""
        return any(row.status == Status.OPTED_IN and not row.is_paused for row in self.lines)

    @property
    def quiet_until_at(self) -> dt.datetime | None:
        """The end of their own pause."""
        return max(filter(None, map(own_pause.until, self.lines)), default=None)

    @property
    def is_asked(self) -> bool:
        """Whether a Yes would change anything: it gets no text messages, or another number holds it back (X-15)."""
        return self.sms is None or self.sms.status != Status.OPTED_IN or bool(self.sms.is_paused)

    @property
    def sms(self) -> Any:
        """The row for text messages, or None."""
        return next((row for row in self.lines if row.channel == SMS), None)


def masked(number: str) -> str:
    """`+1 415 ••• ••••`: for telling one's own numbers apart, and for nothing else."""
    shown = phone_number.display(number)
    hidden = re.sub(r"\d", "•", shown[::-1], count=HIDDEN)
    return hidden[::-1]


def of(session: Session, client: Contact) -> list[OwnNumber]:
    """The current numbers of this client, oldest first. Five queries, however many there are."""
    query = sa.select(_n.c.id, _n.c.number, _n.c.is_claimed, _n.c.since_at).where(
        _n.c.contact_id == client.id, _n.c.is_current
    )
    found = session.execute(query.order_by(_n.c.since_at, _n.c.id).limit(MOST)).all()
    numbers = [each.number for each in found]
    found_rows = rows(session, client.business_id, numbers)
    before = _others(session, client, numbers, merge.members(session, client.id))
    proven = _proven(session, client.business_id, [row.id for each in found if each.is_claimed for row in found_rows
                                                   if row.number == each.number])  # fmt: skip
    shown = []
    for each in found:
        lines = tuple(row for row in found_rows if row.number == each.number)
        if each.is_claimed and not any(proven.get(row.id, each.since_at) > each.since_at for row in lines):
            continue
        since = [at for at in (before.get(each.number), each.since_at if each.is_claimed else None) if at]
        shown.append(OwnNumber(each.id, each.number, max(since, default=None), lines))
    return shown


def rows(session: Session, business_id: str, numbers: list[str]) -> list[Any]:
    """Their subscriptions, text messages before WhatsApp."""
    query = sa.select(_s).where(_s.c.business_id == business_id, _s.c.number.in_(numbers))
    return list(session.execute(query.order_by(_s.c.channel, _s.c.id).limit(2 * MOST)).all())


def _others(session: Session, client: Contact, numbers: list[str], records: list[str]) -> dict[str, dt.datetime]:
    """Until when somebody else than these records last had one of these numbers, where it is theirs no more."""
    query = (
        sa.select(_n.c.number, sa.func.max(_n.c.until_at))
        .where(
            _n.c.business_id == client.business_id, _n.c.number.in_(numbers), _n.c.contact_id.not_in(records),
            ~_n.c.is_current, _n.c.until_at.is_not(None),
        )
        .group_by(_n.c.number)
    )  # fmt: skip
    return {each[0]: each[1] for each in session.execute(query).all()}


def _proven(session: Session, business_id: str, ids: list[str]) -> dict[str, dt.datetime]:
    """When the handset itself last said Yes, by subscription."""
    if not ids:
        return {}
    query = (
        sa.select(_e.c.subscription_id, sa.func.max(_e.c.occurred_at))
        .where(
            _e.c.business_id == business_id, _e.c.subscription_id.in_(ids), _e.c.kind == Kind.OPTED_IN,
            _e.c.proof == Proof.HANDSET,
        )
        .group_by(_e.c.subscription_id)
    )  # fmt: skip
    return {each[0]: each[1] for each in session.execute(query).all()}
