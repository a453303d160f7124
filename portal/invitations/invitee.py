"""Who of a group can be invited now, what became of those who were, and how far a flow has come with it.

Where somebody stands follows from consent and the ledger's own numbers, never from a mark of ours: an answer counts as
one to an invitation where its entry is younger. A page costs a constant number of queries.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session

from portal import clock
from portal.accounts.business import Business
from portal.accounts.sender import SMS
from portal.column import table_of
from portal.consent import subscription
from portal.consent.state import Status
from portal.contacts import contact_number
from portal.contacts.contact import Contact
from portal.contacts.group import ContactGroup, Shown
from portal.invitations import invitation
from portal.messaging import deferral, message
from portal.messaging.asking import MOST, Asking
from portal.messaging.message import Fate
from portal.messaging.quiet_hours import Quiet

GROUPS = 200
ANSWERED, ANSWERED_FOR = 20, dt.timedelta(days=14)
HOUR = dt.timedelta(hours=1)
_NO = (Status.OPTED_OUT, Status.DECLINED)
_ENDED = (Fate.FAILED, Fate.REFUSED, Fate.CANCELLED)
WORDS = {
    "open": "Not asked yet", "invited": "Invited", "delivered": "Delivered", "failed": "Not delivered",
    "silent": "No answer yet", "yes": "Yes", "no": "No", "agreed": "Opted in already", "closed": "Cannot be asked",
}  # fmt: skip
_i, _s, _n = invitation.table, subscription.table, contact_number.table
_m, _g, _c = message.table, table_of(ContactGroup), table_of(Contact)


@dataclass(frozen=True)
class Line:
    """One number of an invitee: `state` is a key of WORDS, `detail` what else to know; `may_invite`: now."""

    number: str
    subscription_id: str
    state: str
    detail: str
    may_invite: bool

    @property
    def words(self) -> str:
        return WORDS[self.state]


@dataclass(frozen=True)
class Invitee:
    id: str
    name: str
    lines: tuple[Line, ...]


@dataclass(frozen=True)
class Progress:
    """Numbers that one flow reached in one group. `silent` have not answered, or not in time."""

    invited: int
    yes: int
    no: int

    @property
    def silent(self) -> int:
        return self.invited - self.yes - self.no


def groups(session: Session, business_id: str) -> list[Shown]:
    """Those to choose from, by name; the views of consent are none."""
    query = sa.select(_g.c.id, _g.c.name, _g.c.size).where(_g.c.business_id == business_id)
    return [Shown(*row) for row in session.execute(query.order_by(_g.c.name_key, _g.c.id).limit(GROUPS))]


def rows(session: Session, business: Business, people: Sequence[Any]) -> tuple[Invitee, ...]:
    """These contacts (id and name) with their current numbers."""
    ids = [each.id for each in people]
    numbers = session.execute(
        sa.select(_n.c.contact_id, *subscription.STATE_COLUMNS[:4], *subscription.STATE_COLUMNS[6:])
        .join_from(_n, _s, sa.and_(_s.c.business_id == _n.c.business_id, _s.c.number == _n.c.number))
        .where(_n.c.contact_id.in_(ids), _n.c.is_current, _n.c.business_id == business.id, _s.c.channel == SMS)
        .order_by(_n.c.since_at, _n.c.id)
    ).all()
    unique = list({each.id: each for each in numbers}.values())
    asking, last = invitation.may_ask_many(session, business, unique), _latest(session, [each.id for each in unique])
    lines: dict[str, list[Line]] = {each: [] for each in ids}
    for each in numbers:
        lines[each.contact_id].append(_line(each, asking[each.id], last.get(each.id), deferral.quiet(session, each)))
    return tuple(Invitee(each.id, each.name, tuple(lines[each.id])) for each in people)


def progress(session: Session, business_id: str, group_id: str, flow_id: str) -> Progress:
    last = _last_of(business_id, group_id, flow_id)
    yes = sa.and_(_s.c.status == Status.OPTED_IN, _s.c.consent_seq > last.c.seq)
    count = (sa.func.count(), _sum(yes), _sum(_s.c.status.in_(_NO)))
    found = session.execute(sa.select(*count).join_from(last, _s, _s.c.id == last.c.subscription_id)).one()
    return Progress(*(each or 0 for each in found))


def answered(session: Session, business_id: str, group_id: str, flow_id: str) -> list[Any]:
    """Who said Yes or No in the last days, and so has left the group; the latest first."""
    last = _last_of(business_id, group_id, flow_id)
    yes = sa.and_(_s.c.status == Status.OPTED_IN, _s.c.consent_seq > last.c.seq)
    query = (
        sa.select(_c.c.id, _c.c.name, _s.c.number, _s.c.id.label("subscription_id"), _s.c.status, _s.c.changed_at)
        .join_from(last, _s, _s.c.id == last.c.subscription_id)
        .join(_i, sa.and_(_i.c.subscription_id == last.c.subscription_id, _i.c.asked_seq == last.c.seq))
        .join(_c, _c.c.id == _i.c.contact_id)
        .where(sa.or_(yes, _s.c.status.in_(_NO)), _s.c.changed_at >= clock.now() - ANSWERED_FOR)
    )
    return list(session.execute(query.order_by(_s.c.changed_at.desc(), _c.c.id).limit(ANSWERED)).all())


def _sum(condition: sa.ColumnElement[bool]) -> sa.ColumnElement[int]:
    return sa.func.sum(sa.case((condition, 1), else_=0))


def _last_of(business_id: str, group_id: str, flow_id: str) -> sa.Subquery:
    """The latest invitation of each number."""
    mine = (_i.c.business_id == business_id, _i.c.group_id == group_id, _i.c.flow_id == flow_id)
    query = sa.select(_i.c.subscription_id, sa.func.max(_i.c.asked_seq).label("seq")).where(*mine)
    return query.group_by(_i.c.subscription_id).subquery()


def _latest(session: Session, ids: list[str]) -> dict[str, Any]:
    """The latest invitation of each number by any flow, with what became of its text."""
    newest = sa.select(_i.c.subscription_id, sa.func.max(_i.c.asked_seq).label("seq"))
    last = newest.where(_i.c.subscription_id.in_(ids)).group_by(_i.c.subscription_id).subquery()
    both = sa.and_(_i.c.subscription_id == last.c.subscription_id, _i.c.asked_seq == last.c.seq)
    query = sa.select(_i.c.subscription_id, _i.c.asked_seq, _m.c.status).join_from(_i, last, both)
    query = query.outerjoin(_m, _m.c.id == _i.c.message_id)
    return {row.subscription_id: row for row in session.execute(query)}


def _line(row: Any, asking: Asking, last: Any, quiet: Quiet | None) -> Line:
    """`quiet`: it is outside the hours for texts at this number, and whoever invites now should know."""
    state = _state(row, asking, last)
    may_invite = asking.refusal is None
    details = (_detail(state, asking), f"it is {quiet.now} for them" if quiet and may_invite else "")
    return Line(row.number, row.id, state, ", ".join(filter(None, details)), may_invite)


def _state(row: Any, asking: Asking, last: Any) -> str:
    if row.status in _NO:
        return "no"
    if row.status == Status.OPTED_IN and (last is None or (row.consent_seq or 0) > last.asked_seq):
        return "yes" if last is not None else "agreed"
    if asking.refusal is not None and asking.again_at is None and asking.times < MOST:
        return "closed"
    if last is None:
        return "invited" if row.status == Status.REQUESTED else "open"
    if last.status in _ENDED:
        return "failed"
    if asking.again_at is None:
        return "silent"
    return "delivered" if last.status == Fate.DELIVERED else "invited"


def _detail(state: str, asking: Asking) -> str:
    if asking.again_at is not None:
        return f"may be asked again in {_in_words(asking.again_at - clock.now())}"
    if state in ("yes", "no"):
        return ""
    if asking.refusal is not None:
        return asking.refusal.sentence
    return f"asked {asking.times} of {MOST} times" if asking.times else ""


def _in_words(left: dt.timedelta) -> str:
    return f"{ceil(left / HOUR)} h" if left > HOUR else f"{max(1, ceil(left / (HOUR / 60)))} min"
