"""A WhatsApp user moved to another number: the old one closes, its consent stays with it, the new one is a stranger
until they say Yes there (rules.md section 6, row 26)."""

from sqlmodel import Session

from portal.accounts.sender import WHATSAPP
from portal.consent import ledger, phone_number, subscription
from portal.consent.state import Kind, Origin, Proof
from portal.messaging import message, outbox
from portal.providers.provider import NumberChange

CODE = "user_changed_number"


def receive(session: Session, business_id: str, told: NumberChange) -> None:
    """Nothing happens for a number we do not know, and no row is made for the new one."""
    old, new = phone_number.from_provider(told.old), phone_number.from_provider(told.new)
    found = subscription.find(session, business_id, WHATSAPP, old) if old else None
    if found is None:
        return
    row = subscription.lock_by_id(session, business_id, found.id)
    outbox.cancel_waiting(session, row.id, reason=CODE)
    if not row.is_undeliverable:
        row = ledger.record(
            session, row, Kind.UNDELIVERABLE, origin=Origin.PROVIDER, proof=Proof.ATTESTED, actor="provider",
            evidence={"code": CODE, "provider_id": told.event_id},
        ).row  # fmt: skip
    message.notice(session, row, _words(new))


def _words(new: str | None) -> str:
    where = f" to {phone_number.display(new)}" if new else ""
    return f"This client moved{where} on WhatsApp. Their consent does not move with them: ask again on the new number."
