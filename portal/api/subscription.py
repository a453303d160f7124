"""May we text this number, why not, and how it came to be so. A number can be opted out here; nothing opts one in."""

import datetime as dt
from typing import Annotated, Any, Literal

from pydantic import Field
from sqlmodel import Session

from portal import clock
from portal.accounts.business import Business
from portal.accounts.sender import CHANNELS
from portal.api.operation import Answer, Call
from portal.api.value import Given, Line, Moment, Page, Told, Words, sought
from portal.consent.purpose import Purpose, Scope
from portal.consent.state import Carrier, Origin, Status
from portal.errors import Invalid
from portal.messaging import desk, gate, quarantine, subscription_list
from portal.messaging.gate import Hold, Refuse
from portal.messaging.subscription_list import Filter

SKEW = dt.timedelta(minutes=5)
Channel = Literal["sms", "whatsapp"]


class Subscription(Told):
    """`reason` and `unlock` say why a text by hand would be refused and what would change it; `held` counts texts;
    `wording_version`: of the words beside the question, last agreed to or asked with."""

    id: str
    channel: Channel
    number: str
    contact: str | None
    status: Status
    carrier: Carrier
    scope: Scope | None
    origin: Origin | None
    changed_at: Moment | None
    may_text: bool
    reason: str | None
    unlock: str | None
    held: int
    in_review: bool
    wording_version: str | None


class Subscriptions(Told):
    items: list[Subscription]
    next: str | None


class SubscriptionPage(Page):
    """`number` in any spelling; `q` a beginning of a name or number, or the last four digits.
    `wording`: those whose consent rests on these words."""

    number: str | None = Field(None, max_length=250)
    status: Status | None = None
    channel: Channel | None = None
    q: Annotated[Line, Field(max_length=80)] = ""
    wording: Annotated[str, Field(pattern="^[0-9a-f]{64}$")] | None = None


class OptOut(Given):
    """How the client asked to stop; part of the evidence."""

    reason: Annotated[Words, Field(min_length=1, max_length=500)]
    received_by: Literal["phone", "email", "in_person", "text", "other"]
    received_at: Moment = Field(default_factory=clock.now)


def page(session: Session, call: Call) -> Answer:
    query = call.asked(SubscriptionPage)
    region = call.business.region
    wanted = Filter(sought(query.number, region), query.status, query.channel, query.q, query.wording)
    rows, after = subscription_list.page(
        session, call.business.id, wanted, region=region, after=query.after, limit=query.limit
    )
    ours = {channel: quarantine.sender_of(session, call.business.id, channel) for channel in CHANNELS}
    return Answer(Subscriptions(items=[told(row, call.business, ours[row.channel]) for row in rows], next=after))


def show(session: Session, call: Call) -> Answer:
    row = subscription_list.one(session, call.business.id, call.id)
    return Answer(told(row, call.business, quarantine.sender_of(session, call.business.id, row.channel)))


def opt_out(session: Session, call: Call) -> Answer:
    """At once, by anybody who may read the thread (H-18); no text goes out (X-24). Twice is the same as once."""
    wanted = call.given(OptOut)
    if wanted.received_at > clock.now() + SKEW:
        raise Invalid("received_at lies ahead.", fields={"received_at": ["This time has not come yet."]})
    desk.opt_out(
        session, call.business.id, call.id, actor=call.actor, name=f"The program “{call.token.name}”", ip=call.ip,
        reason=wanted.reason, received_by=wanted.received_by, received_at=wanted.received_at,
    )  # fmt: skip
    return show(session, call)


def told(row: Any, business: Business, ours: Any) -> Subscription:
    """`ours`: from `quarantine.sender_of`. A held text may not leave yet: `may_text` is false, and `unlock` says so."""
    decision = gate.decide(
        row, Purpose.CONVERSATION, has_sender=ours is not None, asks_first=business.asks_first(row.channel),
        is_window_open=gate.may_write_freely(row), zone=business.timezone,
        in_quarantine=quarantine.holds(ours),
    )  # fmt: skip
    refused = decision if isinstance(decision, Refuse | Hold) else None
    return Subscription(
        id=row.id, channel=row.channel, number=row.number, contact=row.contact_id, status=row.status,
        carrier=row.carrier, scope=row.scope, origin=row.origin, changed_at=row.changed_at, may_text=refused is None,
        reason=refused.reason if refused else None, unlock=refused.unlock if refused else None, held=row.held,
        in_review=bool(row.in_review), wording_version=row.wording_version,
    )  # fmt: skip
