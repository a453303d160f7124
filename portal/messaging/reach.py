"""Who writes on WhatsApp can be reached there, whatever a text to them met before (rules.md fact 9)."""

from sqlmodel import Session

from portal.consent import ledger, subscription
from portal.consent.state import Kind, Origin, Proof
from portal.messaging import number_change


def prove(session: Session, business_id: str, subscription_id: str) -> None:
    """A number that its user left stays closed: whoever writes from it now may be somebody else."""
    row = subscription.lock_by_id(session, business_id, subscription_id)
    if not row.is_undeliverable:
        return
    entries = ledger.entries(session, business_id, row.id)
    last = [entry for entry in entries if entry.kind == Kind.UNDELIVERABLE][-1]
    if last.evidence.get("code") != number_change.CODE:
        ledger.record(
            session, row, Kind.REACHABLE, origin=Origin.PROVIDER, proof=Proof.HANDSET, actor="provider",
            evidence={"because": "wrote"},
        )  # fmt: skip
