"""Asking before the first text, whoever writes it: one request, its basis on record, nothing else until the YES.

The matrix is behaviours.md B2.2, who may be asked when is B7 and X-19. We ask a number at most once in 24 hours and
three times in all; whoever said No is asked only as the answer to a new message of their own.
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session

from portal import clock, local_time
from portal.accounts import sender
from portal.accounts.business import Business
from portal.accounts.member import Member
from portal.accounts.sender import SMS
from portal.consent import ledger, phone_number
from portal.consent.ledger import Recorded
from portal.consent.phone_number import Refused
from portal.consent.purpose import Purpose
from portal.consent.reply import Meaning
from portal.consent.state import Kind, Origin, Proof, Status
from portal.messaging import automatic_text, dialogue, gate, message, wording
from portal.messaging.gate import Refuse
from portal.messaging.message import Direction
from portal.statement import Statement, param

AGAIN_IN = dt.timedelta(hours=24)
MOST = 3
GOOD_FOR = dt.timedelta(hours=1)
"""An answer to a client's own message that could not leave for so long answers nothing any more."""


class Basis(StrEnum):
    """Why a business may ask somebody who has not written first (X-27, rules.md 11.1); kept as evidence."""

    CLIENT_ASKED = "client_asked"
    GAVE_NUMBER = "gave_number"
    TEXTED_FIRST = "texted_first"
    OTHER = "other"


BASES: Mapping[Basis, str] = {
    Basis.CLIENT_ASKED: "They asked us to text them",
    Basis.GAVE_NUMBER: "They gave us this number for this purpose",
    Basis.TEXTED_FIRST: "They texted us first",
    Basis.OTHER: "Something else, in my words",
}


@dataclass(frozen=True)
class Asking:
    """How often we have asked a number since it last agreed, when last, and why it may not be asked now (None: it may).
    `again_at` is when the 24 hours are over, where they are what it waits for."""

    times: int
    last_at: dt.datetime | None
    refusal: Refuse | None
    again_at: dt.datetime | None = None


_m = message.table
_LAST_REQUEST = Statement(
    sa.select(_m.c.created_at)
    .where(
        _m.c.subscription_id == param("subscription_id"),
        _m.c.purpose == Purpose.OPT_IN_REQUEST.value,
        _m.c.status.not_in(("cancelled", "refused", "failed")),
    )
    .order_by(_m.c.created_at.desc())
    .limit(1)
)


_LAST_WORD = Statement(
    sa.select(_m.c.reading)
    .where(_m.c.subscription_id == param("subscription_id"), _m.c.direction == Direction.INBOUND.value)
    .order_by(_m.c.created_at.desc(), _m.c.id.desc())
    .limit(1)
)


def asking(session: Session, business: Business, row: Any) -> Asking:
    """Whether a member may have the number of `row` asked now. Raises nothing."""
    refusal = _closed(business, row)
    if refusal is not None:
        return Asking(0, None, refusal)
    if row.status == Status.REQUESTED and _is_in_doubt(session, row):
        return Asking(0, None, _IN_DOUBT)
    times = 0
    for entry in ledger.entries(session, business.id, row.id):
        times = 0 if entry.kind == Kind.OPTED_IN else times + (entry.kind == Kind.ASKED)
    last = _LAST_REQUEST.first(session, subscription_id=row.id)
    last_at = last.created_at if last else None
    if last_at is not None and clock.now() < last_at + AGAIN_IN:
        again_at = last_at + AGAIN_IN
        return Asking(times, last_at, _too_soon(again_at, business.timezone), again_at)
    if times >= MOST:
        return Asking(times, last_at, _ENOUGH)
    if sender.of(session, business.id, row.channel) is None:
        return Asking(times, last_at, gate.refusal("sender_off"))
    return Asking(times, last_at, None)


def ask(
    session: Session, business: Business, row: Any, *, basis: Basis, note: str, member: Member | None, actor: str
) -> Recorded | Refuse:
    """Send the locked subscription `row` the one request for consent (T5), and note it for members (T6). The words and
    the basis are in the ledger entry. Refuse says why not, and nothing is stored."""
    refusal = asking(session, business, row).refusal or _no_basis(business, basis, note)
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


def _closed(business: Business, row: Any) -> Refuse | None:
    """What no waiting opens."""
    if not business.asks_first(row.channel):
        return _OFF
    if row.returns_to or row.status in (Status.DECLINED, Status.OPTED_OUT):
        return gate.refusal(row.returns_to or row.status)
    if row.status == Status.OPTED_IN:
        return _AGREED
    reason = gate.barred(row)
    return gate.refusal(reason, row.channel) if reason else _elsewhere(business, row)


def _is_in_doubt(session: Session, row: Any) -> bool:
    """Whether their last word to a request may mean stop, which members cannot read yet (X-9, X-10)."""
    last = _LAST_WORD.first(session, subscription_id=row.id)
    return bool(last and (last.reading or {}).get("meaning") == Meaning.REVIEW)


def _elsewhere(business: Business, row: Any) -> Refuse | None:
    """A landline or a number of a country the business does not text."""
    if row.channel != SMS:
        return None
    found = phone_number.parse(
        row.number, region=business.region, allowed_regions=business.allowed_regions, own_numbers=()
    )
    if isinstance(found, Refused):
        return Refuse("no_consent", found.sentence, "Ask the client for another number.")
    return None


def _no_basis(business: Business, basis: Basis, note: str) -> Refuse | None:
    if basis is not Basis.OTHER:
        return None
    if not business.allows_cold_requests:
        return _NO_COLD
    return None if note.strip() else _NO_NOTE


def _too_soon(again_at: dt.datetime, zone: str) -> Refuse:
    return Refuse(
        "awaiting_reply",
        "They were asked less than 24 hours ago and have not answered yet.",
        f"You may ask again {local_time.when(again_at, zone)}.",
    )


_OFF = Refuse(
    "no_consent", "Your business does not ask for consent by text.",
    "The owner can switch it on in Settings > Features: SMS Opt-in.",
)  # fmt: skip
_AGREED = Refuse("opted_in", "This client has agreed already.", "Just write to them.")
_ENOUGH = Refuse(
    "awaiting_reply", f"They were asked {MOST} times and did not answer; nobody is asked more often.",
    "Texting opens when they write to you or answer Yes in a questionnaire.",
)  # fmt: skip
_IN_DOUBT = Refuse(
    "awaiting_reply", "They answered the request in words that may mean no; nobody asks them once more.",
    "Texting opens when they answer YES.",
)  # fmt: skip
_NO_COLD = Refuse(
    "no_consent", "Your business asks only clients who asked for texts, gave their number for them or wrote first.",
    "Choose which of these it was; if none is true, ask in another way.",
)  # fmt: skip
_NO_NOTE = Refuse(
    "no_consent", "Please write in a few words why they expect a text from you.", "It is kept as evidence."
)
_NO_TEMPLATE = Refuse(
    "window_closed", "WhatsApp takes the first text to a client only as an approved template.",
    "Choose the template for this request in Settings > Wordings.",
)  # fmt: skip
