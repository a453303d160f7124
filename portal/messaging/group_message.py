"""One text to a group: each member gets a message of their own through the one road out, or is listed with the reason.

It goes in batches, each one transaction with the place it has come to, so that nobody's write waits long, a kill loses
nothing, and nobody gets it twice. While the first-message gate is on there are no texts to groups (M-12).
"""

import datetime as dt
from collections.abc import Sequence
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlmodel import Field, Session, SQLModel, select

from portal import clock
from portal.accounts import business as businesses
from portal.accounts.business import Business, Capability
from portal.column import UtcTime, new_id, one_of, partial_index, table_of
from portal.consent import subscription
from portal.contacts import group as groups
from portal.contacts.contact import Contact
from portal.contacts.group import ContactGroup
from portal.database import announce
from portal.errors import Conflict, NotFound
from portal.messaging import group_recipient, message, outbox, quarantine
from portal.messaging.gate import Refuse
from portal.messaging.group_recipient import SAME_NUMBER, Recipient

BATCH = 24  # members in one transaction: some milliseconds each, for a STOP may be waiting
LATE = dt.timedelta(days=1)  # what could not leave for so long is out of place
PAGE = 50


class Progress(StrEnum):
    """`stopped`: texts to groups were switched off, or a backup was restored, before everybody was reached."""

    SENDING = "sending"
    DONE = "done"
    STOPPED = "stopped"


class GroupMessage(SQLModel, table=True):
    """`total` is the size of the group when it was sent; `place` the member it has come to, in the order of ids. The
    group may be gone: its id is kept as a word."""

    __tablename__ = "group_message"
    __table_args__ = (
        one_of(Progress, "status"),
        sa.UniqueConstraint("business_id", "once_key", name="group_message_once"),
        sa.Index("group_message_by_group", "group_id", "created_at", "id"),
        partial_index("group_message_waiting", "created_at", "id", where="status = 'sending'"),
    )

    id: str = Field(default_factory=new_id, primary_key=True)
    business_id: str = Field(foreign_key="business.id")
    group_id: str
    text: str
    member_id: str | None = Field(default=None, foreign_key="member.id")
    status: str = Progress.SENDING
    total: int
    queued: int = 0
    refused: int = 0
    place: str = ""
    once_key: str
    created_at: dt.datetime = Field(default_factory=clock.now, sa_type=UtcTime)
    finished_at: dt.datetime | None = Field(default=None, sa_type=UtcTime)

    @property
    def handled(self) -> int:
        return self.queued + self.refused


class GroupRecipient(SQLModel, table=True):
    """What became of one member: the message, or the reason why there is none."""

    __tablename__ = "group_recipient"
    __table_args__ = (partial_index("group_recipient_refused", "group_message_id", "contact_id", where="reason <> ''"),)

    group_message_id: str = Field(foreign_key="group_message.id", primary_key=True)
    contact_id: str = Field(foreign_key="contact.id", primary_key=True)
    business_id: str = Field(foreign_key="business.id")
    subscription_id: str | None = Field(default=None, foreign_key="subscription.id")
    message_id: str | None = Field(default=None, foreign_key="message.id")
    reason: str = ""


_g, _r, _people, _m = table_of(GroupMessage), table_of(GroupRecipient), table_of(Contact), message.table


def is_on(business: Business) -> bool:
    """Whether the business texts groups: granted, switched on, and nobody is asked first."""
    is_granted = business.may_use(Capability.TEXTING) and business.may_use(Capability.GROUP_MESSAGES)
    return is_granted and business.has_group_messages and not business.has_first_message_gate


def require(business: Business) -> None:
    """Raises Conflict while the first-message gate is on, NotFound where the feature is not granted or off."""
    if business.has_first_message_gate:
        raise Conflict(
            "While new numbers are asked before the first text, there are no texts to groups.",
            reason="first_message_gate", unlock="Switch SMS Opt-in off in Setup > Feature Settings first.",
        )  # fmt: skip
    if not is_on(business):
        raise NotFound()


def start(
    session: Session, business: Business, group: ContactGroup, text: str, *, member_id: str | None, once_key: str
) -> GroupMessage:
    """The first batch goes at once, the rest by `run`; a used `once_key` answers with the first one. Raises as
    `require`, and Conflict for a group without anybody."""
    require(business)
    query = select(GroupMessage).where(GroupMessage.business_id == business.id, GroupMessage.once_key == once_key)
    groups.hold(session, group)  # a double click waits here
    before = session.exec(query).first()
    if before is not None:
        return before
    if not group.size:
        raise Conflict(f"Nobody is in “{group.name}” yet.", reason="empty", unlock="Add contacts first.")
    made = GroupMessage(
        business_id=business.id, group_id=group.id, text=text, member_id=member_id, total=group.size, once_key=once_key
    )
    session.add(made)
    session.flush()
    _go_on(session, made, business)
    return made


def is_any(session: Session) -> bool:
    return session.exec(select(GroupMessage.id).where(_g.c.status == Progress.SENDING).limit(1)).first() is not None


def run(session: Session) -> int:
    """The next batch of the oldest that is not done; one that another worker has is left to it. How many members."""
    query = select(GroupMessage).where(_g.c.status == Progress.SENDING).order_by(_g.c.created_at, _g.c.id).limit(1)
    found = session.exec(query.with_for_update(skip_locked=True)).first()
    return _go_on(session, found, businesses.get(session, found.business_id)) if found is not None else 0


def get(session: Session, business_id: str, group_id: str, group_message_id: str) -> GroupMessage:
    """Raises NotFound for an unknown or somebody else's."""
    found = session.get(GroupMessage, group_message_id)
    if found is None or found.business_id != business_id or found.group_id != group_id:
        raise NotFound("There is no such text.")
    return found


def latest(session: Session, group_id: str, *, limit: int = 5) -> list[GroupMessage]:
    """What this group was sent, newest first."""
    query = select(GroupMessage).where(_g.c.group_id == group_id)
    return list(session.exec(query.order_by(_g.c.created_at.desc(), _g.c.id.desc()).limit(limit)).all())


def refused(
    session: Session, found: GroupMessage, *, after: str | None = None, limit: int = PAGE
) -> tuple[list[Any], str | None]:
    """Who did not get it: rows with contact_id, name and reason, and the cursor to go on after. Raises NotFound for one
    that leads nowhere."""
    mine = sa.and_(_r.c.group_message_id == found.id, sa.text("group_recipient.reason <> ''"))
    last = sa.select(_r.c.contact_id).where(mine, _r.c.contact_id == after)
    if after and session.execute(last).first() is None:
        raise NotFound("There is no such place in the list.")
    query = (
        sa.select(_r.c.contact_id, _people.c.name, _r.c.reason)
        .join_from(_r, _people, _people.c.id == _r.c.contact_id)
        .where(mine, _r.c.contact_id > (after or ""))
        .order_by(_r.c.contact_id)
    )
    rows = list(session.execute(query.limit(limit + 1)).all())
    return rows[:limit], rows[limit - 1].contact_id if len(rows) > limit else None


def reasons(session: Session, found: GroupMessage) -> list[tuple[str, int]]:
    """How many did not get it, by reason, the most first."""
    query = sa.select(_r.c.reason, sa.func.count().label("n")).where(
        _r.c.group_message_id == found.id, sa.text("group_recipient.reason <> ''")
    )
    return [(row.reason, row.n) for row in session.execute(query.group_by(_r.c.reason).order_by(sa.desc("n")))]


def _go_on(session: Session, found: GroupMessage, business: Business) -> int:
    """A batch of members who were in the group when it was sent, and are still; none before a quarantine ends."""
    if quarantine.is_on(session):
        return 0
    announce(session, f"business:{found.business_id}")
    if not is_on(business) or quarantine.was_restored_since(session, found.created_at):
        return _finish(session, found, Progress.STOPPED)
    ids = group_recipient.after(session, found.group_id, found.place, limit=BATCH, before=found.created_at)
    chosen = group_recipient.choose(session, found.business_id, ids)
    phones = _texted(session, found, [each.row.id for each in chosen if each.row is not None])
    in_order = sorted(chosen, key=lambda each: each.row.id if each.row is not None else "")
    given = [_given(session, found, each, phones) for each in in_order]  # kept at once: each object costs a flush
    session.add_all(given)
    found.queued += sum(1 for each in given if not each.reason)
    found.refused += sum(1 for each in given if each.reason)
    found.place = ids[-1] if ids else found.place
    if len(ids) < BATCH:
        _finish(session, found, Progress.DONE)
    session.add(found)
    session.flush()
    return len(ids)


def _texted(session: Session, found: GroupMessage, subscription_ids: Sequence[str]) -> set[str]:
    """Which of these numbers it went to already: two contacts may share a phone."""
    keys = {_once_key(found, each): each for each in subscription_ids}
    query = sa.select(_m.c.once_key).where(_m.c.business_id == found.business_id, _m.c.once_key.in_(list(keys)))
    return {keys[each] for each in session.scalars(query.where(_m.c.once_key.is_not(None)))}


def _given(session: Session, found: GroupMessage, to: Recipient, phones: set[str]) -> GroupRecipient:
    """One member's own message, or the reason. Numbers are locked in one order, against workers that wait in a ring."""
    kept = GroupRecipient(
        group_message_id=found.id, contact_id=to.contact_id, business_id=found.business_id, reason=to.reason
    )  # fmt: skip
    if to.row is None:
        return kept
    kept.subscription_id = str(to.row.id)
    if kept.subscription_id in phones:
        kept.reason = SAME_NUMBER
        return kept
    answer = _queued(session, found, kept.subscription_id)
    if isinstance(answer, Refuse):
        kept.reason = answer.reason
    else:
        kept.message_id = answer.message_id
        phones.add(kept.subscription_id)
    return kept


def _queued(session: Session, found: GroupMessage, subscription_id: str) -> outbox.Queued | Refuse:
    row = subscription.lock_by_id(session, found.business_id, subscription_id)
    return outbox.queue(
        session, row, found.text, purpose=group_recipient.PURPOSE, member_id=found.member_id,
        once_key=_once_key(found, subscription_id), expires_at=found.created_at + LATE,
    )  # fmt: skip


def _once_key(found: GroupMessage, subscription_id: str) -> str:
    return f"group:{found.id}:{subscription_id}"


def _finish(session: Session, found: GroupMessage, status: Progress) -> int:
    found.status, found.finished_at = status, clock.now()
    session.add(found)
    session.flush()
    return 0
