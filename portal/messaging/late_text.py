"""What follows from a client's text that we hear of late, from a provider's list: the fact counts, but what it would
have been answered then is not always answered now.

A confirmation of a STOP is for five minutes (rules.md row 4). Of what came in the time that a restore has lost, nothing
is answered or begun at all: it may have been done then (promise P18).
"""

from sqlmodel import Session

from portal import clock
from portal.messaging import opt_in, outbox, quarantine, trigger_event
from portal.messaging.quarantine import RESTORED
from portal.providers.provider import InboundText

LATE = "late"


def settle(session: Session, subscription_id: str | None, event: InboundText) -> None:
    """After `event` was received for the first time, in the same transaction."""
    if subscription_id is None or event.sent_at is None:
        return
    if quarantine.was_restored_since(session, event.sent_at):
        outbox.cancel_waiting(session, subscription_id, reason=RESTORED, spare=outbox.NOTHING)
        trigger_event.forget_of(session, subscription_id)
    elif clock.now() - event.sent_at > opt_in.CONFIRM_WITHIN:
        outbox.give_up_answers(session, subscription_id, reason=LATE)
