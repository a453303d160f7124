"""Replies in doubt: what waits for a decision, the oldest first, and deciding. Nothing here opts anybody in."""

import datetime as dt
from typing import Annotated, cast

from pydantic import Field
from sqlmodel import Session

from portal.api import subscription
from portal.api.operation import Answer, Call
from portal.api.value import Given, Id, Moment, Page, Told, Words
from portal.automations import held
from portal.automations.held import Held
from portal.errors import Conflict, Invalid
from portal.messaging import review, review_decision
from portal.messaging.review_decision import Decision

UNEXPLAINED = "To keep texting needs a reason."


class ReviewReply(Told):
    """A text of the client that may mean stop. `rule` is as `portal read` tells it, `why` the same in a sentence."""

    message: str
    text: str
    at: Moment
    why: str
    rule: str | None


class SentBefore(Told):
    message: str
    text: str
    at: Moment


class Review(Told):
    """`id` is the subscription's. `replies` are the first and the newest one. `honour_by` is the last day on which a
    wish to stop may be honoured. `held` automated texts wait, `skipped` ones never leave. `seen` names what is read."""

    id: str
    channel: subscription.Channel
    number: str
    contact: str | None
    opened_at: Moment
    honour_by: dt.date
    business_days_left: int
    replies: list[ReviewReply]
    sent_before: SentBefore | None
    held: int
    skipped: int
    seen: str


class Reviews(Told):
    items: list[Review]
    next: str | None


class NewDecision(Given):
    """To keep texting needs a reason. With `seen` as it was read, a reply that came since is not decided on unread."""

    decision: Decision
    reason: Annotated[Words, Field(min_length=1, max_length=500)] | None = None
    seen: Id | None = None


def page(session: Session, call: Call) -> Answer:
    query = call.asked(Page)
    found, after = review.page(session, call.business, after=query.after, limit=query.limit)
    waiting = held.of(session, {each.id: each.opened_at for each in found})
    return Answer(Reviews(items=[_told(each, waiting[each.id]) for each in found], next=after))


def decide(session: Session, call: Call) -> Answer:
    """The subscription as it is then."""
    wanted = call.given(NewDecision)
    if wanted.decision is Decision.KEEP and wanted.reason is None:
        raise Invalid(UNEXPLAINED, fields={"reason": [UNEXPLAINED]})
    done = review_decision.decide(
        session, call.business, call.id, wanted.decision, seen=wanted.seen, actor=call.actor,
        name=f"The program “{call.token.name}”", ip=call.ip, reason=wanted.reason or "",
    )  # fmt: skip
    if not done.has_changed:
        raise Conflict(done.sentence, reason=str(done.outcome))
    return subscription.show(session, call)


def _told(found: review.Review, waiting: Held) -> Review:
    before, channel = found.before, cast(subscription.Channel, found.channel)
    return Review(
        id=found.id, channel=channel, number=found.number, contact=found.contact_id, opened_at=found.opened_at,
        honour_by=found.honour_by, business_days_left=found.days_left,
        replies=[
            ReviewReply(message=each.id, text=each.text, at=each.at, why=each.why, rule=each.rule or None)
            for each in (found.first, found.latest) if each is not None
        ],
        sent_before=SentBefore(message=before.id, text=before.text, at=before.created_at) if before else None,
        held=waiting.waiting, skipped=waiting.skipped, seen=found.seen,
    )  # fmt: skip
