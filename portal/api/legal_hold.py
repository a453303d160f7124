"""A number under legal hold: nothing of it is erased or runs out. For tokens of an owner or a counsel."""

from typing import Annotated, Literal

from pydantic import Field
from sqlmodel import Session

from portal.api.operation import Answer, Call
from portal.api.value import Given, Moment, Told, Words
from portal.consent import legal_hold
from portal.messaging import subscription_list


class HoldReason(Given):
    """Why it begins, or why it may end. Members can read it; it is not in the audit log."""

    reason: Annotated[Words, Field(min_length=1, max_length=500)]


class LegalHold(Told):
    """`covers`: `number`, or `business` for a hold on everything, which this call cannot end."""

    is_on: bool
    covers: Literal["number", "business"] | None
    since: Moment | None
    by: str | None
    reason: str | None


def show(session: Session, call: Call) -> Answer:
    row = subscription_list.one(session, call.business.id, call.id)
    held = legal_hold.of(session, call.business.id, row.id)
    if held is None:
        return Answer(LegalHold(is_on=False, covers=None, since=None, by=None, reason=None))
    covers: Literal["number", "business"] = "business" if held.is_of_business else "number"
    return Answer(LegalHold(is_on=True, covers=covers, since=held.since, by=held.by, reason=held.reason))


def place(session: Session, call: Call) -> Answer:
    """Twice is the same as once."""
    reason = call.given(HoldReason).reason
    legal_hold.place(session, call.business.id, call.id, reason=reason, actor=call.actor, ip=call.ip)
    return show(session, call)


def end(session: Session, call: Call) -> Answer:
    reason = call.given(HoldReason).reason
    legal_hold.end(session, call.business.id, call.id, reason=reason, actor=call.actor, ip=call.ip)
    return show(session, call)
