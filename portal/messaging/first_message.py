"""Asking before the first text, whoever writes it: one request, its basis on record, nothing else until the YES.

The matrix is behaviours.md B2.2; who may be asked when is for asking.py to say. Whoever said No is asked only as the
answer to a new message of their own.
"""

import datetime as dt
from typing import Any

from sqlmodel import Session

from portal import clock
from portal.accounts.business import Business
from portal.accounts.member import Member
from portal.consent import ledger
from portal.consent.ledger import Recorded
from portal.consent.purpose import Purpose
from portal.consent.state import Kind, Origin, Proof, Status
from portal.messaging import asking as rule
from portal.messaging import automatic_text, dialogue, gate, wording
from portal.messaging.asking import AGAIN_IN, BASES, MOST, Asking, Basis
from portal.messaging.gate import Refuse

__all__ = ["AGAIN_IN", "BASES", "MOST", "Asking", "Basis", "ask", "asking", "has_knocked", "knock"]

GOOD_FOR = dt.timedelta(hours=1)
"""An answer to a client's own message that could not leave for so long answers nothing any more."""


def asking(session: Session, business: Business, row: Any) -> Asking:
    """Whether a member may have the number of `row` asked now. Raises nothing."""
    if not business.asks_first(row.channel):
        return Asking(0, None, _OFF)
    if row.status == Status.OPTED_IN:
        return Asking(0, None, _AGREED)
    return rule.of(session, business, row)


def ask(
    session: Session, business: Business, row: Any, *, basis: Basis, note: str, member: Member | None, actor: str
) -> Recorded | Refuse:
    """Send the locked subscription `row` the one request for consent (T5), and note it for members (T6). The words and
    the basis are in the ledger entry. Refuse says why not, and nothing is stored."""
    refusal = asking(session, business, row).refusal or rule.no_basis(business, basis, note)
    if refusal is not None:
        return refusal
    employee = member.name if member else business.name
    words = wording.automatic(session, business, "mo.request.client", channel=row.channel, employee=employee)
    if words.template is None and not gate.may_write_freely(row):
        return _NO_TEMPLATE
    recorded = ledger.record(
        session, row, Kind.ASKED, origin=Origin.BUSINESS_FIRST, proof=Proof.ATTESTED, actor=actor,
        evidence={
            "basis": str(basis), "note": note, "words": words.text, "wording_version": words.version,
            "employee": employee,
        },
    )  # fmt: skip
    automatic_text.queue(
        session, recorded.row, "mo.request.client", purpose=Purpose.OPT_IN_REQUEST,
        once_key=f"ask:{row.id}:{recorded.seq}", employee=employee,
    )  # fmt: skip
    dialogue.tell(session, business, recorded.row, "mo.request.user", employee=employee)
    return recorded


def knock(session: Session, business: Business, row: Any, *, message_id: str) -> Recorded | None:
    """A client wrote who has not agreed: ask them (T1) and tell the members (T2), at most once in 24 hours (X-9, S-16).
    None: they were asked within these. The entry holds the words of the request, never theirs, which may be hidden."""
    if has_knocked(session, business, row):
        return None
    employee = dialogue.assigned(session, business, row)  # who asked them long ago may have left since
    words = wording.automatic(session, business, "mt.request.client", channel=row.channel, employee=employee)
    recorded = ledger.record(
        session, row, Kind.ASKED, origin=Origin.CLIENT_FIRST, proof=Proof.HANDSET, actor="client",
        message_id=message_id, evidence={"words": words.text, "wording_version": words.version},
    )  # fmt: skip
    automatic_text.queue(
        session, recorded.row, "mt.request.client", purpose=Purpose.OPT_IN_REQUEST, employee=employee,
        once_key=f"ask:{row.id}:{recorded.seq}", expires_at=clock.now() + GOOD_FOR,
    )  # fmt: skip
    dialogue.tell(session, business, recorded.row, "mt.request.user", employee=employee)
    return recorded


def has_knocked(session: Session, business: Business, row: Any) -> bool:
    """Whether they were asked as the answer to their own message within the last 24 hours (X-9); what a member had
    asked does not count."""
    since = clock.now() - AGAIN_IN
    return any(
        entry.kind == Kind.ASKED and entry.origin == Origin.CLIENT_FIRST and entry.occurred_at > since
        for entry in ledger.entries(session, business.id, row.id)
    )


_OFF = Refuse(
    "no_consent", "Your business does not ask for consent by text.",
    "The owner can switch it on in Settings > Features: SMS Opt-in.",
)  # fmt: skip
_AGREED = Refuse("opted_in", "This client has agreed already.", "Just write to them.")
_NO_TEMPLATE = Refuse(
    "window_closed", "WhatsApp takes the first text to a client only as an approved template.",
    "Choose the template for this request in Settings > Wordings.",
)  # fmt: skip
