"""The demo's webhooks: one that works, with a log to read, and one that was switched off because nobody answered."""

import datetime as dt
from typing import Any

from sqlmodel import Session, select

from portal import clock
from portal.accounts import endpoint
from portal.accounts.business import Business
from portal.accounts.delivery import WebhookDelivery
from portal.accounts.endpoint import Event, WebhookEndpoint
from portal.address import Rules
from portal.column import new_id
from portal.consent.subscription import Subscription
from portal.messaging.message import Direction, Message
from portal.questionnaires.submission import Submission

BOOKS, SHEET = "https://hooks.hearth.example/portal", "https://sheet.hearth.example/answers"
NO_ANSWER = {"status": 0, "problem": "No answer within 5 seconds."}
GOOD = {"status": 204, "problem": ""}


def open_in(session: Session, business: Business) -> None:
    with clock.ago(dt.timedelta(days=9)):
        books, _ = endpoint.create(session, business.id, BOOKS, events=(), rules=Rules())
        sheet, _ = endpoint.create(session, business.id, SHEET, events=(Event.SUBMISSION_RECEIVED,), rules=Rules())
    _log(session, books)
    answer = session.exec(select(Submission.id).where(Submission.business_id == business.id)).first()
    _deliver(session, sheet, Event.SUBMISSION_RECEIVED, answer, minutes=60 * 24 * 6, tries=[NO_ANSWER] * 7)
    with clock.ago(dt.timedelta(days=1)):
        endpoint.disable(session, sheet, "Nothing got through for five days.")


def _log(session: Session, books: WebhookEndpoint) -> None:
    """Newest last, as they happened."""
    business_id = books.business_id
    answer = session.exec(select(Submission.id).where(Submission.business_id == business_id)).first()
    number = session.exec(
        select(Subscription.id).where(Subscription.business_id == business_id, Subscription.status == "opted_in")
    ).first()
    inbound, outbound = (
        session.exec(select(Message.id).where(Message.business_id == business_id, Message.direction == each)).first()
        for each in (Direction.INBOUND, Direction.OUTBOUND)
    )
    _deliver(session, books, Event.SUBMISSION_RECEIVED, answer, minutes=300, tries=[GOOD])
    _deliver(session, books, Event.SUBSCRIPTION_CHANGED, number, minutes=300, tries=[GOOD])
    _deliver(session, books, Event.MESSAGE_SENT, outbound, minutes=299, tries=[NO_ANSWER, GOOD])
    _deliver(session, books, Event.MESSAGE_DELIVERED, outbound, minutes=298, tries=[GOOD])
    _deliver(session, books, Event.MESSAGE_RECEIVED, inbound, minutes=41, tries=[GOOD])


def _deliver(
    session: Session,
    to: WebhookEndpoint,
    kind: Event,
    about: str | None,
    *,
    minutes: float,
    tries: list[dict[str, Any]],
) -> None:
    """An event of so long ago, with its tries a little after it, each five minutes after the one before."""
    at = clock.now() - dt.timedelta(minutes=minutes)
    times = [at + dt.timedelta(minutes=5 * count, seconds=2) for count in range(len(tries))]
    is_good = tries[-1] is GOOD
    session.add(
        WebhookDelivery(
            business_id=to.business_id, endpoint_id=to.id, event_id=f"evt_{new_id()}", kind=kind,
            object_id=about or to.id, status="delivered" if is_good else "failed", attempts=len(tries),
            tries=[{"at": clock.rfc3339(when), **each} for when, each in zip(times, tries, strict=True)],
            due_at=at, created_at=at, finished_at=times[-1],
        )
    )  # fmt: skip
