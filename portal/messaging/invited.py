"""An invitation that waits for its answer: what it offered, in whose words it goes on, and which group is left then.

Everything stands in the evidence of its ledger entry (Kind.ASKED, Origin.INVITATION), so that the road in knows no room
above it. `subscription.invited_seq` names that entry; where it is empty nothing here costs a query.
"""

import datetime as dt
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session

from portal import clock
from portal.consent import ledger
from portal.consent.purpose import Purpose
from portal.consent.state import Origin, Status
from portal.contacts import group_member, merge
from portal.messaging import message, outbox
from portal.messaging.message import Direction
from portal.statement import Statement, param

ONCE = "invite:"
"""What the once_key of every invitation's text begins with."""
LASTS = dt.timedelta(days=7)
"""A reminder to somebody who has agreed is no question any more after so long."""
RECENT = 10

_e, _m = ledger.table, message.table
_ENTRY = Statement(
    sa.select(_e.c.evidence).where(_e.c.business_id == param("business_id"), _e.c.seq == param("seq")).limit(1)
)
_OURS = Statement(
    sa.select(_m.c.once_key, _m.c.created_at)
    .where(
        _m.c.subscription_id == param("subscription_id"), _m.c.direction == Direction.OUTBOUND.value,
        _m.c.purpose != Purpose.HELP.value, _m.c.status.not_in(("cancelled", "refused", "failed", "held")),
    )
    .order_by(_m.c.created_at.desc(), _m.c.id.desc())
    .limit(RECENT)
)  # fmt: skip


@dataclass(frozen=True)
class Invited:
    """`yes`, `no` and `again` are the flow's words, filled when it was sent. `group` is empty where there was none."""

    group: str
    contact: str
    version: str
    yes: str
    no: str
    again: str


def of(session: Session, row: Any) -> Invited | None:
    """The invitation that the client of `row` has not answered; None too where its words were erased."""
    if row.invited_seq is None:
        return None
    found = _ENTRY.first(session, business_id=row.business_id, seq=row.invited_seq)
    said = found.evidence if found else {}
    if not said.get("yes"):
        return None
    return Invited(
        said.get("group") or "", said["contact"], version(said["flow"], said["flow_version"]), said["yes"], said["no"],
        said["again"],
    )  # fmt: skip


def answered(session: Session, row: Any) -> Invited | None:
    """The invitation that is what the client of `row`, who answers, was last asked."""
    is_it = row.status == Status.OPTED_IN or row.origin == Origin.INVITATION
    return of(session, row) if is_it else None


def version(flow_id: str, number: int) -> str:
    """Whose words a text used, as kept with it."""
    return f"flow/{flow_id}/{number}"


def say(session: Session, row: Any, asked: Invited, text: str, *, purpose: Purpose, once_key: str, **more: Any) -> None:
    """Queue one text of the flow to the locked subscription `row`."""
    outbox.queue(session, row, text, purpose=purpose, once_key=once_key, wording=asked.version, **more)


def leave(session: Session, row: Any, asked: Invited | None) -> None:
    """The client has answered: the contact leaves the group of the invitation, and no other one (F-7, F-8, X-21). Group
    or contact may be gone, or part of another record by now."""
    if asked is None or not asked.group:
        return
    living = merge.survivors(session, row.business_id, [asked.contact])
    group_member.leave(session, asked.group, {asked.contact, *living.values()})


def is_reminded(session: Session, row: Any, text: str) -> bool:
    """Whether `text` can answer the reminder to somebody who has agreed (F-14): our last word to them was that, or it
    is the very letter that was offered, within a week. Else a “no” to another question would be an opt-out."""
    if row.invited_seq is None or row.status != Status.OPTED_IN:
        return False
    for place, each in enumerate(_OURS.rows(session, subscription_id=row.id)):
        if (each.once_key or "").startswith(ONCE):
            is_letter = text.strip(" .!\n").casefold() in ("y", "n")
            return (place == 0 or is_letter) and bool(clock.now() < each.created_at + LASTS)
    return False
