"""One request for consent to one number (M-1, X-27); and what a first message needs while the gate is on."""

from typing import Annotated, Any, Literal

from pydantic import Field
from sqlmodel import Session

from portal.accounts import audit, sender
from portal.accounts.sender import WHATSAPP
from portal.api.operation import Answer, Call
from portal.api.value import Given, Id, Line, Moment, Told
from portal.consent import phone_number, subscription
from portal.consent.ledger import Recorded
from portal.consent.phone_number import Refused
from portal.consent.state import Status
from portal.contacts import contact
from portal.errors import Conflict, Invalid, NotFound
from portal.messaging import first_message
from portal.messaging.first_message import Basis
from portal.messaging.gate import Refuse

BasisWord = Literal["client_asked", "gave_number", "texted_first", "other"]
NO_BASIS = "Why may they be asked? One of client_asked, gave_number, texted_first or other, with a note."


class NewRequest(Given):
    """`contact` is whose number it is, where it is a contact's. One number, one request."""

    number: Annotated[Line, Field(min_length=1, max_length=phone_number.LONGEST)]
    channel: Literal["sms", "whatsapp"] = "sms"
    contact: Id | None = None
    basis: BasisWord
    note: Annotated[Line, Field(max_length=500)] = ""


class Request(Told):
    """`id` is the number of its ledger entry. `times` counts what this number was asked since it last agreed."""

    id: str
    subscription: str
    number: str
    channel: str
    status: Status
    times: int
    asked_at: Moment | None
    may_ask_again_at: Moment | None


def create(session: Session, call: Call) -> Answer:
    """201, or 409 with the reason and what would change it; nothing is stored then."""
    wanted = call.given(NewRequest)
    number = number_of(session, call, wanted.number, "number")
    _check_contact(session, call, wanted.contact, number)
    asked = ask(session, call, number, wanted.channel, basis=wanted.basis, note=wanted.note)
    row, asking = asked.row, first_message.asking(session, call.business, asked.row)
    return Answer(
        Request(
            id=str(asked.seq), subscription=row.id, number=number, channel=wanted.channel, status=row.status,
            times=asking.times, asked_at=asking.last_at, may_ask_again_at=asking.again_at,
        ),
        201,
    )  # fmt: skip


def is_to_be_asked(call: Call, row: Any, channel: str) -> bool:
    """Whether a first message waits for a request that nobody has sent yet."""
    return call.business.asks_first(channel) and (row is None or row.status == Status.NONE)


def ask(session: Session, call: Call, number: str, channel: str, *, basis: str | None, note: str) -> Recorded:
    """The request's entry, with the subscription as it is now. Raises Invalid without a basis, NotFound for a channel
    that is off, Conflict."""
    if channel == WHATSAPP and not call.business.has_whatsapp:
        raise NotFound("WhatsApp is off for this business.")
    if basis is None:
        raise Invalid(NO_BASIS, fields={"basis": [NO_BASIS]})
    row = subscription.lock(session, call.business.id, channel, number)
    contact.label(session, call.business.id, number, channel)
    asked = first_message.ask(session, call.business, row, basis=Basis(basis), note=note, member=None, actor=call.actor)
    if isinstance(asked, Refuse):
        raise Conflict(asked.sentence, reason=asked.reason, unlock=asked.unlock)
    audit.note(session, "opt_in.requested", actor=call.actor, business_id=call.business.id, object=row.id, ip=call.ip)
    return asked


def number_of(session: Session, call: Call, typed: str, field: str) -> str:
    """The exact number of any spelling. Raises Invalid."""
    business = call.business
    number = phone_number.parse(
        typed, region=business.region, allowed_regions=business.allowed_regions,
        own_numbers=sender.numbers(session, business.id),
    )  # fmt: skip
    if isinstance(number, Refused):
        raise Invalid(number.sentence, fields={field: [number.sentence]})
    return number.e164


def _check_contact(session: Session, call: Call, contact_id: str | None, number: str) -> None:
    if contact_id is None:
        return
    owners = {each.id for each in contact.having(session, call.business.id, number)}
    if contact_id not in owners:
        sentence = "This contact does not have this number now."
        raise Invalid(sentence, fields={"contact": [sentence]})
