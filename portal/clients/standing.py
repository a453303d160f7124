"""Where a number stands, in the client's own words: what comes to it, and what would change that."""

from dataclasses import dataclass
from typing import Any

from portal import clock, local_time
from portal.consent.purpose import Scope
from portal.consent.state import Carrier, Status

TOPICS = {
    Scope.CONVERSATIONAL: "Answers and personal messages only",
    Scope.INFORMATIONAL: "Also reminders and updates",
    Scope.MARKETING: "Also offers",
}
"""The scopes of a consent as a client chooses among them, narrow to wide."""
KINDS = {
    Scope.CONVERSATIONAL: "Answers and personal messages.",
    Scope.INFORMATIONAL: "Personal messages, reminders and updates.",
    Scope.MARKETING: "Personal messages, reminders, updates and offers.",
}


@dataclass(frozen=True)
class Standing:
    """`look` is a badge of _badge.html's colours, `icon` stands beside the words; `detail` may be empty."""

    look: str
    icon: str
    words: str
    detail: str = ""


def of(row: Any, zone: str) -> Standing:
    """`row` is a whole subscription."""
    on = f"on {local_time.day_of(row.changed_at, zone)}" if row.changed_at else ""
    if row.status == Status.NONE:
        return Standing("none", "circle-dashed", "No texts", "You have not agreed to texts at this number.")
    if row.status == Status.REQUESTED:
        return Standing("requested", "hourglass", "We asked you", "Reply YES to our text, and texts begin.")
    if row.status == Status.DECLINED:
        return Standing("declined", "circle-minus", "Texts are off", f"You said No {on}.".replace(" .", "."))
    if row.status == Status.OPTED_OUT:
        return Standing("opted_out", "octagon-x", "Texts are off", f"They were stopped {on}.".replace(" .", "."))
    return _closed(row) or _quiet(row, zone) or _open(row)


def _closed(row: Any) -> Standing | None:
    """Why a number that agreed gets nothing all the same."""
    if row.is_undeliverable:
        return Standing("declined", "circle-alert", "Not reached", "Our texts do not reach this number.")
    if row.carrier == Carrier.BLOCKED:
        return Standing(
            "requested", "ban", "Your carrier blocks us",
            "You agreed, but your mobile carrier still stops our texts, because STOP was texted from this phone.",
        )  # fmt: skip
    if row.is_paused:
        return Standing(
            "requested", "hourglass", "On hold",
            "You stopped texts on another of your numbers, so nothing is sent to this one either.",
        )  # fmt: skip
    return None


def _quiet(row: Any, zone: str) -> Standing | None:
    if row.paused_until_at is None or row.paused_until_at <= clock.now():
        return None
    return Standing("requested", "clock", f"Paused until {local_time.day_of(row.paused_until_at, zone)}")


def _open(row: Any) -> Standing:
    if row.in_review:
        detail = "Automatic texts wait until somebody has read your last message."
    else:
        detail = KINDS[Scope(row.scope)] if row.scope else ""
    return Standing("opted_in", "circle-check", "You get texts", detail)
