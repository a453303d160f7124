"""What an event says: its kind, its time, and the thing it is about in the very shape that the API answers."""

from typing import Any

from pydantic import BaseModel
from sqlmodel import Session

from portal import clock
from portal.accounts import business as businesses
from portal.accounts import delivery
from portal.accounts.delivery import WebhookDelivery
from portal.accounts.endpoint import Event
from portal.api import message as messages
from portal.api import questionnaire as questionnaires
from portal.api import subscription as subscriptions
from portal.errors import NotFound
from portal.messaging import message, quarantine, subscription_list
from portal.questionnaires.submission import Submission


def told(session: Session, row: WebhookDelivery) -> dict[str, Any] | None:
    """`{type, timestamp, data}`; None when the thing has gone meanwhile. `data` is how it stands now, not at the time
    of the event, so that nobody acts on a consent that has been withdrawn since."""
    if row.kind == delivery.TEST:
        data: dict[str, Any] | None = {"endpoint": row.endpoint_id}
    else:
        found = _KINDS[Event(row.kind)](session, row.business_id, row.object_id)
        data = found.model_dump(mode="json") if found is not None else None
    return {"type": row.kind, "timestamp": clock.rfc3339(row.created_at), "data": data} if data is not None else None


def _subscription(session: Session, business_id: str, subscription_id: str) -> BaseModel | None:
    try:
        row = subscription_list.one(session, business_id, subscription_id)
    except NotFound:
        return None
    ours = quarantine.sender_of(session, business_id, row.channel)
    return subscriptions.told(row, businesses.get(session, business_id), ours)


def _message(session: Session, business_id: str, message_id: str) -> BaseModel | None:
    row = message.get(session, business_id, message_id)
    return messages.told(row) if row is not None else None


def _submission(session: Session, business_id: str, submission_id: str) -> BaseModel | None:
    found = session.get(Submission, submission_id)
    return questionnaires.submitted(found) if found is not None and found.business_id == business_id else None


_KINDS = {
    Event.SUBSCRIPTION_CHANGED: _subscription,
    Event.MESSAGE_RECEIVED: _message,
    Event.MESSAGE_SENT: _message,
    Event.MESSAGE_DELIVERED: _message,
    Event.MESSAGE_FAILED: _message,
    Event.SUBMISSION_RECEIVED: _submission,
}
