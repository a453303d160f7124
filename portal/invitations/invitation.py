"""One invitation: one click, one text, one contact (F-11, F-12). There is no call for more than one, and never will be.

Asking is a ledger entry with everything the answer needs in its evidence; who may be asked when is for asking.py of
messaging to say. Somebody who has agreed in another way can be invited too: a reminder with a way out (F-14).
"""

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlmodel import Field, Session, SQLModel

from portal import clock
from portal.accounts.business import Business
from portal.accounts.member import Member
from portal.accounts.sender import SMS
from portal.column import UtcTime, new_id, table_of
from portal.consent import ledger, subscription
from portal.consent.ledger import Recorded
from portal.consent.purpose import Purpose
from portal.consent.state import Kind, Origin, Proof, Status
from portal.contacts import contact as contacts
from portal.contacts import group_member
from portal.contacts.contact import Contact
from portal.contacts.group import ContactGroup
from portal.errors import Invalid
from portal.invitations import flow as flows
from portal.invitations import flow_wording
from portal.invitations.flow import Flow
from portal.messaging import asking, gate, invited, outbox
from portal.messaging.asking import Asking, Basis
from portal.messaging.gate import Refuse
from portal.messaging.outbox import Queued


class Invitation(SQLModel, table=True):
    """`asked_seq` is its entry in the ledger. It keeps no group, contact or text from going: their ids are no
    references."""

    __table_args__ = (
        sa.Index("invitation_by_number", "subscription_id", "asked_seq"),
        sa.Index("invitation_by_group", "business_id", "group_id", "flow_id", "asked_seq"),
    )

    id: str = Field(default_factory=new_id, primary_key=True)
    business_id: str = Field(foreign_key="business.id")
    flow_id: str = Field(foreign_key="flow.id")
    flow_version: int
    group_id: str | None = None
    contact_id: str
    subscription_id: str = Field(foreign_key="subscription.id")
    member_id: str | None = None
    basis: str
    note: str = ""
    asked_seq: int
    message_id: str
    created_at: dt.datetime = Field(default_factory=clock.now, sa_type=UtcTime)


table = table_of(Invitation)


@dataclass(frozen=True)
class Click:
    """Whom a member asks at which number, on what ground."""

    group: ContactGroup | None
    contact: Contact
    number: str
    basis: Basis
    note: str
    member: Member | None
    actor: str


def invite(session: Session, business: Business, flow: Flow, click: Click) -> Invitation | Refuse:
    """Ask one contact at one of its numbers, now. Refuse says why not, and nothing is stored. Raises Invalid for a
    contact that is not in the group or does not have the number."""
    _check(session, click)
    row = subscription.lock(session, business.id, SMS, click.number)
    refusal = may_ask(session, business, row).refusal or asking.no_basis(business, click.basis, click.note)
    if refusal is not None:
        return refusal
    if flow.id == flows.sample_id(business.id):
        flows.keep_sample(session, business)
    recorded, text = _asked(session, business, flow, row, click)
    queued = _queue(session, recorded, flow, text, click.member)
    made = Invitation(
        business_id=business.id, flow_id=flow.id, flow_version=flow.version,
        group_id=click.group.id if click.group else None, contact_id=click.contact.id, subscription_id=row.id,
        member_id=click.member.id if click.member else None, basis=str(click.basis), note=click.note,
        asked_seq=recorded.seq, message_id=queued.message_id,
    )  # fmt: skip
    session.add(made)
    session.flush()
    return made


def may_ask(session: Session, business: Business, row: Any) -> Asking:
    """Whether the number of `row` may be invited now."""
    refusal = _settled(row)
    return Asking(0, None, refusal) if refusal else asking.of(session, business, row)


def may_ask_many(session: Session, business: Business, rows: Collection[Any]) -> dict[str, Asking]:
    """The same for many, by subscription, in a constant number of queries."""
    found = asking.of_many(session, business, rows)
    closed = {each.id: _settled(each) for each in rows}
    return {key: Asking(0, None, closed[key]) if closed[key] else each for key, each in found.items()}


def _settled(row: Any) -> Refuse | None:
    """Who agreed to an invitation needs no reminder of it; a reply in doubt is read first."""
    if row.status == Status.OPTED_IN and row.origin == Origin.INVITATION:
        return _AGREED
    return gate.refusal("in_review") if row.in_review else None


def _check(session: Session, click: Click) -> None:
    inside = group_member.groups_of(session, [click.contact.id])[click.contact.id] if click.group else []
    if click.group is not None and click.group.id not in inside:
        sentence = "This contact is not in this group any more."
        raise Invalid(sentence, fields={"contact": [sentence]})
    if click.number not in contacts.current(session, click.contact):
        sentence = "This contact does not have this number now."
        raise Invalid(sentence, fields={"number": [sentence]})


def _was_invited(session: Session, row: Any, flow: Flow) -> bool:
    mine = (table.c.subscription_id == row.id, table.c.flow_id == flow.id)
    return session.execute(sa.select(table.c.id).where(*mine).limit(1)).first() is not None


def _asked(session: Session, business: Business, flow: Flow, row: Any, click: Click) -> tuple[Recorded, str]:
    """The entry, with all that the road in needs when they answer; and the words that go out."""
    employee = click.member.name if click.member else business.name
    words = flow_wording.fill(business, flow.words, employee)
    text = words.again_text if _was_invited(session, row, flow) else words.message
    recorded = ledger.record(
        session, row, Kind.ASKED, origin=Origin.INVITATION, proof=Proof.ATTESTED, actor=click.actor,
        evidence={
            "basis": str(click.basis), "note": click.note, "words": text, "flow": flow.id, "flow_version": flow.version,
            "group": click.group.id if click.group else None, "contact": click.contact.id, "yes": words.yes_text,
            "no": words.no_text, "again": words.again_text, "employee": employee,
        },
    )  # fmt: skip
    return recorded, text


def _queue(session: Session, recorded: Recorded, flow: Flow, text: str, member: Member | None) -> Queued:
    """To somebody who has agreed it is a text by a member's hand; a request would be refused (B7)."""
    is_reminder = recorded.after.status is Status.OPTED_IN
    queued = outbox.queue(
        session, recorded.row, text, member_id=member.id if member else None,
        purpose=Purpose.CONVERSATION if is_reminder else Purpose.OPT_IN_REQUEST,
        once_key=f"{invited.ONCE}{recorded.row.id}:{recorded.seq}", wording=invited.version(flow.id, flow.version),
    )  # fmt: skip
    assert isinstance(queued, Queued), queued  # `may_ask` has looked at all that the gate looks at
    return queued


_AGREED = Refuse("opted_in", "This client has said Yes to an invitation already.", "Just write to them.")
