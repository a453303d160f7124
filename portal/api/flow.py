"""Opt-in flows, and inviting one contact. No call takes more than one: the law wants a decision for each (F-12)."""

from typing import Annotated, Any

from pydantic import Field
from sqlmodel import Session

from portal.accounts import audit
from portal.api.operation import Answer, Call
from portal.api.opt_in_request import BasisWord
from portal.api.value import Given, Id, Line, Moment, Page, Told, Words
from portal.consent import phone_number, subscription
from portal.consent.state import Status
from portal.contacts import contact as contacts
from portal.contacts import group as groups
from portal.contacts.contact import Contact
from portal.errors import Conflict, Invalid, NotFound
from portal.invitations import flow as flows
from portal.invitations import flow_wording, invitation
from portal.invitations.flow_wording import NAMES
from portal.invitations.invitation import Click
from portal.messaging.asking import Basis
from portal.messaging.gate import Refuse
from portal.messaging.wording_lint import TYPED

Text = Annotated[Words, Field(min_length=1, max_length=TYPED)]


class Flow(Told):
    """`message` asks; `yes_text` and `no_text` answer; `again_text` asks once more. Places such as {business} are
    filled when it is sent. `version` counts changes of the words."""

    id: str
    name: str
    version: int
    message: str
    yes_text: str
    no_text: str
    again_text: str


class Flows(Told):
    items: list[Flow]
    next: str | None


class FlowChange(Given):
    """What is left out stays."""

    name: Annotated[Line, Field(min_length=1, max_length=flows.NAME_LENGTH)] | None = None
    message: Text | None = None
    yes_text: Text | None = None
    no_text: Text | None = None
    again_text: Text | None = None


class NewInvitation(Given):
    """Exactly one contact of the group. `number` where it has several."""

    contact: Id
    group: Id
    basis: BasisWord
    note: Annotated[Line, Field(max_length=500)] = ""
    number: Annotated[Line, Field(min_length=1, max_length=phone_number.LONGEST)] | None = None


class Invitation(Told):
    """`status` is the number's: requested, or opted_in where it was a reminder."""

    id: str
    flow: str
    flow_version: int
    group: str
    contact: str
    number: str
    subscription: str
    message: str
    basis: BasisWord
    status: Status
    times: int
    created_at: Moment
    may_ask_again_at: Moment | None


def page(session: Session, call: Call) -> Answer:
    """The sample first, then by name."""
    query, found = call.asked(Page), flows.all_of(session, call.business)
    ids = [each.id for each in found]
    if query.after is not None and query.after not in ids:
        raise NotFound("This page of the list does not exist.")
    rest = found[ids.index(query.after) + 1 if query.after else 0 :]
    more = rest[query.limit - 1].id if len(rest) > query.limit else None
    return Answer(Flows(items=[_told(each) for each in rest[: query.limit]], next=more))


def change(session: Session, call: Call) -> Answer:
    """422 names what is missing in the words."""
    wanted, found = call.given(FlowChange), flows.get(session, call.business, call.id)
    words = {name: getattr(wanted, name) or getattr(found.words, name) for name in NAMES}
    kept = flows.save(
        session, call.business, found.id, name=wanted.name or found.name, words=flow_wording.Words(**words),
        actor=call.actor, ip=call.ip,
    )  # fmt: skip
    return Answer(_told(kept))


def invite(session: Session, call: Call) -> Answer:
    """201, or 409 with the reason and what would change it; nothing is stored then."""
    wanted, chosen = call.given(NewInvitation), flows.get(session, call.business, call.id)
    found = groups.get(session, call.business.id, wanted.group)
    client = contacts.living(session, call.business.id, wanted.contact)
    number = _number(session, call, client, wanted.number)
    click = Click(found, client, number, Basis(wanted.basis), wanted.note, None, call.actor)
    made = invitation.invite(session, call.business, chosen, click)
    if isinstance(made, Refuse):
        raise Conflict(made.sentence, reason=made.reason, unlock=made.unlock)
    audit.note(session, "contact.invited", actor=call.actor, business_id=call.business.id, object=made.id, ip=call.ip)
    return Answer(_invitation(session, call, made, number, wanted), 201)


def _invitation(session: Session, call: Call, made: Any, number: str, wanted: NewInvitation) -> Invitation:
    row = subscription.lock_by_id(session, call.business.id, made.subscription_id)
    asking = invitation.may_ask(session, call.business, row)
    return Invitation(
        id=made.id, flow=made.flow_id, flow_version=made.flow_version, group=wanted.group, contact=made.contact_id,
        number=number, subscription=row.id, message=made.message_id, basis=wanted.basis, status=row.status,
        times=asking.times, created_at=made.created_at, may_ask_again_at=asking.again_at,
    )  # fmt: skip


def _number(session: Session, call: Call, client: Contact, typed: str | None) -> str:
    """The number that is meant, of those the contact has now. Raises Invalid."""
    known = contacts.current(session, client)
    meant = phone_number.readable(typed, region=call.business.region) if typed else None
    if typed is None and len(known) == 1:
        return known[0]
    if meant in known and meant is not None:
        return meant
    sentence = f"Please name one of this contact's numbers: {', '.join(known)}." if known else _NONE
    raise Invalid(sentence, fields={"number": [sentence]})


def _told(each: flows.Flow) -> Flow:
    return Flow(id=each.id, name=each.name, version=each.version, **{name: getattr(each.words, name) for name in NAMES})


_NONE = "This contact has no number."
