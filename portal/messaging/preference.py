"""A client stopped marketing on WhatsApp with its own switch, and not by a word to us (rules.md section 6).

It ends the marketing scope of their consent on WhatsApp and nothing else: reminders and conversations go on there, and
an SMS consent is another one. Switching it on again is nobody's consent; marketing begins anew with its own question.
"""

from collections.abc import Mapping
from typing import Any

from sqlmodel import Session

from portal.accounts.sender import WHATSAPP
from portal.consent import ledger, phone_number, subscription, whatsapp_user
from portal.consent.purpose import Purpose, Scope, covers
from portal.consent.state import Kind, Origin, Proof, Status
from portal.messaging import message
from portal.providers.provider import Preference

STOPPED = "The client switched off marketing messages from you in WhatsApp."
NARROWED = f"{STOPPED} Their consent there no longer covers marketing; other messages may go on."
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
    """`row` is locked. No confirmation goes out: WhatsApp has told them already. Marketing that waits is refused when
    its time has come."""
    if row.status != Status.OPTED_IN or not covers(row.scope, Purpose.MARKETING):
        message.notice(session, row, STOPPED)
        return
    recorded = ledger.record(
        session, row, Kind.LAPSED, origin=Origin.PROVIDER, proof=Proof.ATTESTED, actor="client",
        scope=Scope.INFORMATIONAL, evidence=evidence, message_id=message_id,
    )  # fmt: skip
    message.notice(session, recorded.row, NARROWED)


def _row(session: Session, business_id: str, told: Preference) -> Any:
    number = phone_number.from_provider(told.sender)
    found = subscription.find(session, business_id, WHATSAPP, number) if number else None
    if found is None and told.user_id:
        found = whatsapp_user.find(session, business_id, told.user_id)
    return subscription.lock_by_id(session, business_id, found.id) if found is not None else None
