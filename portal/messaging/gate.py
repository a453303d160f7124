"""May this text go to this number now? One pure decision, taken when a text is queued and again when it is sent.

The table is behaviours.md B7. An answer that says no also says the one thing that would change it.
"""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from portal import clock, local_time
from portal.accounts.sender import SMS, WHATSAPP
from portal.consent import own_pause
from portal.consent.purpose import Purpose, covers
from portal.consent.state import Carrier, Status
from portal.messaging.refusal import OWN_PAUSE as OWN_PAUSE
from portal.messaging.refusal import REFUSALS as REFUSALS
from portal.messaging.refusal import Refuse as Refuse
from portal.messaging.refusal import refusal as refusal


@dataclass(frozen=True)
class Send:
    """`consent_seq` is the ledger entry that allows it; None for answers that need no consent."""

    consent_seq: int | None


@dataclass(frozen=True)
class Hold:
    """It may be written and is kept until the client says YES. `reason` is `no_consent` where they are still to be
    asked, `awaiting_reply` where they were."""

    reason: str
    unlock: str


@dataclass(frozen=True)
class Defer:
    """It may go, and not before `until`; `reason` is of deferral.py."""

    until: dt.datetime
    reason: str


Decision = Send | Hold | Defer | Refuse

_QUIET = (
    Purpose.CONVERSATION, Purpose.AUTOMATED, Purpose.MARKETING, Purpose.CLARIFICATION, Purpose.OPT_IN_REQUEST,
)  # fmt: skip
"""What a client's own pause holds back; answers we owe and their own opt-in are confirmed all the same."""
_OWED = (Purpose.OPT_OUT_CONFIRMATION, Purpose.HELP, Purpose.OPT_IN_CONFIRMATION, Purpose.OPT_IN_REQUEST)
"""What a client's own act calls for: queued also in quarantine, though only answers leave before it ends."""
HELD = {
    Status.NONE: Hold("no_consent", "They are asked first; your text leaves when they answer YES."),
    Status.REQUESTED: Hold("awaiting_reply", "They were asked; your text leaves when they answer YES."),
}
WINDOW = dt.timedelta(hours=24)


def decide(
    facts: Any,
    purpose: Purpose,
    *,
    has_sender: bool = True,
    has_room: bool = True,
    asks_first: bool = False,
    is_window_open: bool = True,
    in_quarantine: bool = False,
    zone: str = "UTC",
    waits: Defer | None = None,
) -> Decision:
    """`facts` is a subscription row or a claim row: status, carrier, scope, is_paused, in_review, is_undeliverable,
    is_current, consent_seq, paused_until_at, whose day is named in `zone`. `asks_first`: the first-message gate is on
    for this channel. `is_window_open`: from `may_write_freely`. `in_quarantine`: only what is owed to the client may be
    queued (quarantine.py). `waits`: what deferral.py says of the hour; nobody waits for what is refused."""
    is_first = asks_first and has_sender and purpose is Purpose.CONVERSATION and facts.status in HELD
    hindrance = barred(facts) if is_first else None
    is_at_rest = in_quarantine and purpose not in _OWED
    if is_first and hindrance is None and not is_at_rest:
        return _quiet(facts, purpose, zone) or HELD[Status(facts.status)]
    reason = hindrance or ("quarantine" if is_first and is_at_rest else _reason(facts, purpose))
    if reason is None and (quiet := _quiet(facts, purpose, zone)):
        return quiet
    if reason is None and not has_sender:
        reason = "sender_off"
    if reason is None and is_at_rest:
        reason = "quarantine"
    if reason is None and not has_room:
        reason = "capped"
    if reason is None and not is_window_open:
        reason = "window_closed"
    if reason:
        return refusal(reason, getattr(facts, "channel", SMS))
    return waits or Send(facts.consent_seq)


def _quiet(facts: Any, purpose: Purpose, zone: str) -> Refuse | None:
    return own_pause_of(facts, zone) if purpose in _QUIET else None


def own_pause_of(facts: Any, zone: str) -> Refuse | None:
    """The client's own pause, by the day on which it ends (own_pause.py)."""
    until = own_pause.until(facts)
    if until is None:
        return None
    day = local_time.day_of(until, zone)
    return Refuse("paused", f"The client paused texts until {day}.", REFUSALS[OWN_PAUSE][1], is_own_pause=True)


def may_write_freely(row: Any) -> bool:
    """WhatsApp takes free words for 24 hours after the client's last message; later only templates (rules.md 6)."""
    return row.channel != WHATSAPP or free_until_at(row) is not None


def free_until_at(row: Any) -> dt.datetime | None:
    """When the open window of a WhatsApp conversation closes; None where none is open, and on other channels."""
    if row.channel != WHATSAPP or row.last_inbound_at is None:
        return None
    end: dt.datetime = row.last_inbound_at + WINDOW
    return end if clock.now() < end else None


def barred(facts: Any) -> str | None:
    """Why a YES would not open texting either, so that nothing should be held for it."""
    if facts.is_undeliverable:
        return "undeliverable"
    if not facts.is_current:
        return "not_current"
    if facts.carrier == Carrier.BLOCKED:
        return "carrier_blocked"
    return "paused" if facts.is_paused else None


def _reason(facts: Any, purpose: Purpose) -> str | None:
    status = facts.status
    if purpose is Purpose.HELP:
        return None
    if purpose is Purpose.OPT_OUT_CONFIRMATION:
        return None if status in (Status.OPTED_OUT, Status.DECLINED) else "no_consent"
    if purpose is Purpose.OPT_IN_REQUEST:
        return None if status == Status.REQUESTED else _no(status) or "awaiting_reply"
    if status != Status.OPTED_IN:
        return _no(status)
    if facts.is_undeliverable:
        return "undeliverable"
    if purpose is Purpose.OPT_IN_CONFIRMATION:
        return None
    return _closed(facts, purpose)


def _no(status: str) -> str | None:
    reasons = {
        Status.NONE: "no_consent",
        Status.REQUESTED: "awaiting_reply",
        Status.DECLINED: "declined",
        Status.OPTED_OUT: "opted_out",
    }
    return reasons.get(Status(status))


def _closed(facts: Any, purpose: Purpose) -> str | None:
    """Why an opted-in number may still not be texted."""
    if not facts.is_current:
        return "not_current"
    if facts.carrier == Carrier.BLOCKED:
        return "carrier_blocked"
    if facts.is_paused:
        return "paused"
    if facts.in_review and purpose not in (Purpose.CONVERSATION, Purpose.CLARIFICATION):
        return "in_review"
    return None if covers(facts.scope, purpose) else "scope"
