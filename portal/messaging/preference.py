"""A client stopped marketing on WhatsApp with its own switch, and not by a word to us (rules.md section 6).

The ledger knows no way to narrow a consent. So one that reaches as far as marketing ends, which is the careful
reading; any other allows no marketing anyway and stands. Switching it on again is nobody's consent.
"""

from collections.abc import Mapping
from typing import Any

from sqlmodel import Session

from portal.accounts.sender import WHATSAPP
from portal.consent import phone_number, subscription, whatsapp_user
from portal.consent.purpose import Purpose, covers
from portal.consent.state import Origin, Proof, Status
from portal.messaging import message, opt_in
from portal.providers.provider import Preference

STOPPED = "The client switched off marketing messages from you in WhatsApp."
ENDED = f"{STOPPED} Their consent reached that far, so it has ended; they can opt in again."
RESUMED = "The client switched marketing messages from you on again in WhatsApp. That alone is no consent."


def receive(session: Session, business_id: str, told: Preference) -> None:
    """Nobody we know: there is nothing to stop."""
    row = _row(session, business_id, told)
    if row is None:
        return
    if told.is_stop:
        stop(session, row, evidence={"preference": "stop", "provider_id": told.event_id})
    else:
        message.notice(session, row, RESUMED)


def stop(session: Session, row: Any, *, evidence: Mapping[str, Any], message_id: str | None = None) -> None:
    """`row` is locked. No confirmation goes out: WhatsApp has told them already."""
    if row.status != Status.OPTED_IN or not covers(row.scope, Purpose.MARKETING):
        message.notice(session, row, STOPPED)
        return
    opt_in.opt_out(
        session, row, origin=Origin.PROVIDER, proof=Proof.HANDSET, actor="client", should_confirm=False,
        evidence=evidence, message_id=message_id,
    )  # fmt: skip
    message.notice(session, row, ENDED)


def _row(session: Session, business_id: str, told: Preference) -> Any:
    number = phone_number.from_provider(told.sender)
    found = subscription.find(session, business_id, WHATSAPP, number) if number else None
    if found is None and told.user_id:
        found = whatsapp_user.find(session, business_id, told.user_id)
    return subscription.lock_by_id(session, business_id, found.id) if found is not None else None
