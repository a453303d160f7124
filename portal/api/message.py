"""Messages: sent through the gate like a member's, read newest first. No call sends without consent."""

from enum import StrEnum
from typing import Annotated, Any, Literal

from pydantic import Field
from sqlmodel import Session

from portal import clock
from portal.accounts import audit
from portal.api import opt_in_request
from portal.api.operation import Answer, Call
from portal.api.opt_in_request import BasisWord
from portal.api.value import Given, Id, Line, Moment, Page, Told, Words, sought
from portal.column import new_id
from portal.consent import phone_number, subscription
from portal.consent.purpose import Purpose
from portal.errors import Conflict, Invalid, NotFound
from portal.messaging import gate, held_text, message, message_list, outbox, send_later, sorting, thread
from portal.messaging.gate import Refuse
from portal.messaging.message import Direction
from portal.messaging.message_list import Filter
from portal.messaging.outbox import Queued

LONGEST = 1600


class MessageStatus(StrEnum):
    """What became of a message; `deferred` waits for its time."""

    RECEIVED = "received"
    NOTED = "noted"
    HELD = "held"
    DEFERRED = "deferred"
    QUEUED = "queued"
    SENDING = "sending"
    SENT = "sent"
    DELIVERED = "delivered"
    FAILED = "failed"
    REFUSED = "refused"
    CANCELLED = "cancelled"
    UNKNOWN = "unknown"


class NewMessage(Given):
    """`to` in any spelling of one mobile number. With `send_at` it waits until then, when consent is read again. With
    `respect_quiet_hours` it waits for the hours of the number's place, unless the client wrote within 24 hours.

    While the first-message gate is on, a number without consent is asked first, on a `basis` that is kept as evidence;
    the text is held until the YES."""

    to: Annotated[Line, Field(min_length=1, max_length=phone_number.LONGEST)]
    text: Annotated[Words, Field(min_length=1, max_length=LONGEST)]
    channel: Literal["sms", "whatsapp"] = "sms"
    purpose: Literal["conversation"] = "conversation"
    project: Id | None = None
    send_at: Moment | None = None
    respect_quiet_hours: bool = False
    basis: BasisWord | None = None
    note: Annotated[Line, Field(max_length=500)] = ""


class MessageChange(Given):
    """`project` null takes it out of its project. With `following` all after it in its thread goes too, also what is to
    come. `text` changes the words of a held message."""

    project: Id | None = None
    following: bool = False
    text: Annotated[Words, Field(min_length=1, max_length=LONGEST)] | None = None


class Accepted(Told):
    """`send_at` is when a deferred one leaves; left out for what leaves now."""

    id: str
    status: MessageStatus
    send_at: Annotated[Moment | None, Field(exclude_if=lambda value: value is None)] = None


class Message(Told):
    """`consent_entry` is the number of the ledger entry that allowed it; null for inbound texts and answers that need
    none. `reason` says why it was not sent, or not yet; `send_at` when what waits leaves. What waited for its time is
    dated when it left."""

    id: str
    direction: Direction
    channel: str
    number: str
    text: str
    purpose: Purpose | None
    status: MessageStatus
    reason: str | None
    consent_entry: int | None
    provider_id: str | None
    segments: int
    created_at: Moment
    send_at: Moment | None
    sent_at: Moment | None
    project: str | None


class Messages(Told):
    items: list[Message]
    next: str | None


class MessagePage(Page):
    """`number` in any spelling."""

    number: str | None = Field(None, max_length=phone_number.LONGEST)
    direction: Direction | None = None
    status: MessageStatus | None = None


def send(session: Session, call: Call) -> Answer:
    """201, or 409 with the reason and what would change it; a number nobody has asked gets no row (H-22)."""
    wanted = call.given(NewMessage)
    number = opt_in_request.number_of(session, call, wanted.to, "to")
    row = subscription.find(session, call.business.id, wanted.channel, number)
    if opt_in_request.is_to_be_asked(call, row, wanted.channel):
        row = subscription.lock(session, call.business.id, wanted.channel, number)  # another call may have asked
    if opt_in_request.is_to_be_asked(call, row, wanted.channel):
        row = opt_in_request.ask(session, call, number, wanted.channel, basis=wanted.basis, note=wanted.note).row
    if row is None:
        raise _conflict(gate.refusal("no_consent"))
    queued = _queued(session, call, row.id, wanted)
    if isinstance(queued, Refuse):
        raise _conflict(queued)
    audit.note(
        session, "message.queued", actor=call.actor, business_id=call.business.id, object=queued.message_id, ip=call.ip
    )
    if wanted.project is not None:
        _move(session, call, queued.message_id, wanted.project)
    send_at = queued.until or wanted.send_at
    waits = MessageStatus.DEFERRED if send_at else MessageStatus.QUEUED
    status = MessageStatus.HELD if queued.is_held else waits
    made = Accepted(id=queued.message_id, status=status, send_at=send_at)
    return Answer(made, 201, {"Location": f"/api/v1/messages/{queued.message_id}"})


def page(session: Session, call: Call) -> Answer:
    query = call.asked(MessagePage)
    wanted = Filter(sought(query.number, call.business.region), query.direction, query.status)
    rows, after = message_list.page(session, call.business.id, wanted, after=query.after, limit=query.limit)
    return Answer(Messages(items=[told(row) for row in rows], next=after))


def show(session: Session, call: Call) -> Answer:
    return Answer(_found(session, call))


def sort(session: Session, call: Call) -> Answer:
    """Into another project, or into none; other words for what is held."""
    wanted = call.given(MessageChange)
    _found(session, call)
    if wanted.text is not None and not held_text.change(session, call.business.id, call.id, wanted.text):
        raise Conflict("Only a held message can be changed, and this one is not held.", reason="not_held")
    if "project" in wanted.model_fields_set or wanted.text is None:
        _move(session, call, call.id, wanted.project, following=wanted.following)
    return Answer(_found(session, call))


def cancel(session: Session, call: Call) -> Answer:
    """Only what still waits, and never the answers that consent law wants."""
    _found(session, call)
    if not outbox.cancel(session, call.business.id, call.id, reason="cancelled over the API"):
        raise Conflict(
            "This message cannot be cancelled: it has left, or it is an automatic answer about consent.",
            reason="not_waiting",
        )
    audit.note(session, "message.cancelled", actor=call.actor, business_id=call.business.id, object=call.id, ip=call.ip)
    return Answer(_found(session, call))


def _queued(session: Session, call: Call, subscription_id: str, wanted: NewMessage) -> Queued | Refuse:
    """Raises Invalid for a time that has passed or is too far ahead."""
    home, text, once_key = call.business.id, wanted.text, f"api:{new_id()}"
    is_patient = wanted.respect_quiet_hours
    if wanted.send_at is None:
        return thread.write(
            session, home, subscription_id, text, member_id=None, once_key=once_key, is_patient=is_patient
        )
    if problem := send_later.problem_of(wanted.send_at):
        raise Invalid(problem, fields={"send_at": [problem]})
    return send_later.write(
        session, home, subscription_id, text, member_id=None, once_key=once_key, due_at=wanted.send_at,
        is_patient=is_patient,
    )  # fmt: skip


def _move(session: Session, call: Call, message_id: str, project_id: str | None, *, following: bool = False) -> None:
    """Raises NotFound for what is not ours, Conflict for an archived project or a note."""
    done = sorting.sort(session, call.business.id, message_id, project_id, actor=call.actor, following=following)
    if isinstance(done, sorting.Refused):
        raise Conflict(done.sentence, reason=done.reason)


def _conflict(refused: Refuse) -> Conflict:
    return Conflict(refused.sentence, reason=refused.reason, unlock=refused.unlock)


def _found(session: Session, call: Call) -> Message:
    row = message.get(session, call.business.id, call.id)
    if row is None or row.is_hidden:
        raise NotFound("There is no such message.")
    return told(row)


def told(row: Any) -> Message:
    return Message(
        id=row.id, direction=row.direction, channel=row.channel, number=row.number, text=row.text, purpose=row.purpose,
        status=MessageStatus.DEFERRED if message_list.is_deferred(row) else row.status, reason=row.reason or None,
        consent_entry=row.consent_seq, provider_id=row.provider_id, segments=row.segments, created_at=row.created_at,
        send_at=row.due_at if row.status == MessageStatus.QUEUED and row.due_at > clock.now() else None,
        sent_at=row.sent_at, project=row.project_id,
    )  # fmt: skip
