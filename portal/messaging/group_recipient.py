"""At which of their numbers the contacts of a group may be texted, and why some may not. It asks the gate, and decides
nothing itself; the outbox decides again under the number's lock.

A text to a group is *automated* to the gate: a person wrote it, but to many at once. So it needs consent for more than
conversation, waits for replies in doubt and counts for the caps (behaviours.md B7, row Group message: nothing leaves
while the first-message gate is on, and nothing without consent when it is off).
"""

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session

from portal.accounts import sender
from portal.accounts.sender import SMS
from portal.consent import subscription
from portal.consent.purpose import Purpose
from portal.contacts import contact_number, group_member
from portal.messaging import gate
from portal.messaging.gate import Refuse

COUNTED = 5000
"""Members that are looked at before a text is sent: what is known of the first so many is told of the rest."""
PIECE = 500
PURPOSE = Purpose.AUTOMATED
NO_NUMBER, SAME_NUMBER = "no_number", "same_number"
WORDS = {
    "sender_off": "there is no number of ours to send from",
    "quarantine": "sending was paused",
    "in_review": "a reply may mean stop; read it first",
    "carrier_blocked": "agreed, but their carrier blocks our number",
    "undeliverable": "texts do not reach the number",
    "scope": "agreed to other kinds of texts",
    "window_closed": "too long since they wrote",
    gate.OWN_PAUSE: "asked for no texts until a later day",
    "not_current": "not their number any more",
    "capped": "today's limit is used up",
    "opted_out": "opted out",
    "declined": "said No",
    "paused": "stopped on another of their numbers",
    "awaiting_reply": "asked, no answer yet",
    "no_consent": "has not agreed to texts",
    NO_NUMBER: "no number to text",
    SAME_NUMBER: "same phone as another contact here, who gets it",
}
"""Why somebody gets none, shortly. Of several numbers that may not be texted, the first of these is told about: what
can be mended, then the client's No."""

_TOLD = tuple(WORDS)
_n, _s, _members = contact_number.table, subscription.table, group_member.table


@dataclass(frozen=True)
class Recipient:
    """`row` is the number to text; without one, `reason` says why there is none."""

    contact_id: str
    row: Any = None
    reason: str = ""


@dataclass(frozen=True)
class Tally:
    """Of the first `counted` members: how many would get a text now, and how many not, by reason."""

    counted: int
    sends: int
    reasons: tuple[tuple[str, int], ...]
    has_more: bool


def choose(session: Session, business_id: str, contact_ids: Sequence[str]) -> list[Recipient]:
    """Each contact with the best of its numbers. Two queries."""
    has_sender = sender.of(session, business_id, SMS) is not None
    numbers = _numbers(session, contact_ids)
    return [_best(each, numbers[each], has_sender=has_sender) for each in contact_ids]


def tally(session: Session, business_id: str, group_id: str) -> Tally:
    """Bounded: at most COUNTED members are looked at."""
    place, counted, found = "", 0, Counter[str]()
    phones: set[str] = set()
    while counted < COUNTED and (ids := after(session, group_id, place, limit=PIECE)):
        for each in choose(session, business_id, ids):
            is_again = each.row is not None and each.row.id in phones
            phones |= {each.row.id} if each.row is not None else set()
            found[SAME_NUMBER if is_again else each.reason] += 1
        place, counted = ids[-1], counted + len(ids)
    has_more = counted >= COUNTED and bool(after(session, group_id, place, limit=1))
    sends = found.pop("", 0)
    return Tally(counted, sends, tuple(found.most_common()), has_more)


def after(session: Session, group_id: str, place: str, *, limit: int, before: Any = None) -> list[str]:
    """The next members in the order of their ids; only those who were in it `before` a time, where there is one."""
    query = sa.select(_members.c.contact_id).where(_members.c.group_id == group_id, _members.c.contact_id > place)
    if before is not None:
        query = query.where(_members.c.added_at <= before)
    return list(session.scalars(query.order_by(_members.c.contact_id).limit(limit)))


def _numbers(session: Session, contact_ids: Collection[str]) -> dict[str, list[Any]]:
    """The numbers that each contact has now; `id` is empty where nobody was asked by it."""
    found: dict[str, list[Any]] = {each: [] for each in contact_ids}
    same = (_s.c.business_id == _n.c.business_id, _s.c.number == _n.c.number, _s.c.channel == SMS)
    query = (
        sa.select(_n.c.contact_id.label("owner_id"), *subscription.STATE_COLUMNS)
        .select_from(_n)
        .outerjoin(_s, sa.and_(*same))
        .where(_n.c.contact_id.in_(list(contact_ids)), _n.c.is_current)
    )
    for row in session.execute(query):
        found[row.owner_id].append(row)
    return found


def _best(contact_id: str, rows: Sequence[Any], *, has_sender: bool) -> Recipient:
    """The number that was opted in last, of those that may be texted."""
    reasons, open_ones = set[str](), []
    for row in rows:
        decision = gate.decide(row, PURPOSE, has_sender=has_sender) if row.id else gate.refusal("no_consent")
        if isinstance(decision, Refuse):
            reasons.add(decision.kept_as)
        else:
            open_ones.append(row)
    if open_ones:
        return Recipient(contact_id, max(open_ones, key=lambda row: (row.changed_at, row.id)))
    return Recipient(contact_id, reason=min(reasons, key=_TOLD.index, default=NO_NUMBER))
