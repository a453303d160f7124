"""Entries, statuses and purposes in words for who has never seen the product."""

import json
from collections.abc import Mapping
from typing import Any

from portal.consent.purpose import Purpose, Scope
from portal.consent.state import Kind, Origin, Status
from portal.messaging.message import Direction, Fate

KINDS: Mapping[str, str] = {
    Kind.ASKED: "Was asked to agree to texts",
    Kind.CLAIMED: "Somebody entered this number and chose Yes; not proven to be its owner, so nothing was opened",
    Kind.OPTED_IN: "Agreed to texts",
    Kind.DECLINED: "Said No to texts",
    Kind.OPTED_OUT: "Ended texting",
    Kind.LAPSED: "The request ran out without an answer",
    Kind.PAUSED: "Paused: ended texting on another of their numbers",
    Kind.CARRIER_BLOCKED: "The carrier blocks texts to this number",
    Kind.CARRIER_CLEARED: "The carrier takes texts to this number",
    Kind.UNDELIVERABLE: "Texts do not reach this number",
    Kind.REACHABLE: "Texts reach this number again",
    Kind.REVIEW_OPENED: "A reply might mean stop; automatic texts waited for a person to read it",
    Kind.REVIEW_KEPT: "A person read the reply and texting went on",
}
SWITCHED_OFF = "Switched off marketing; the agreement stands for the rest"
ORIGINS: Mapping[str, str] = {
    Origin.FORM: "on a form",
    Origin.BUSINESS_FIRST: "by text, after the business asked",
    Origin.CLIENT_FIRST: "by text, after writing first",
    Origin.INVITATION: "after an invitation",
    Origin.PORTAL: "on their own page",
    Origin.OFFLINE: "on paper or by word",
    Origin.REPLY: "by text",
    Origin.MEMBER: "recorded by the business",
    Origin.PROVIDER: "reported by the carrier",
    Origin.SYSTEM: "by the system",
}
STATUSES: Mapping[str, str] = {
    Status.NONE: "no agreement",
    Status.REQUESTED: "asked, no answer yet",
    Status.OPTED_IN: "agreed to texts",
    Status.DECLINED: "said No to texts",
    Status.OPTED_OUT: "texting ended",
}
SCOPES: Mapping[str, str] = {
    Scope.CONVERSATIONAL: "answers and conversation",
    Scope.INFORMATIONAL: "conversation and information, also automatic",
    Scope.MARKETING: "conversation, information and marketing",
}
PURPOSES: Mapping[str, str] = {
    Purpose.CONVERSATION: "written by a person",
    Purpose.AUTOMATED: "automatic",
    Purpose.MARKETING: "marketing",
    Purpose.OPT_IN_REQUEST: "request to agree",
    Purpose.OPT_IN_CONFIRMATION: "confirmation of the Yes",
    Purpose.OPT_OUT_CONFIRMATION: "confirmation of the stop",
    Purpose.HELP: "answer to HELP",
    Purpose.CLARIFICATION: "question what was meant",
}
FATES: Mapping[str, str] = {
    Fate.RECEIVED: "received",
    Fate.HELD: "held back, not sent",
    Fate.QUEUED: "waiting, not sent",
    Fate.SENDING: "being sent",
    Fate.SENT: "sent",
    Fate.DELIVERED: "delivered",
    Fate.FAILED: "not delivered",
    Fate.REFUSED: "refused, not sent",
    Fate.CANCELLED: "cancelled, not sent",
    Fate.UNKNOWN: "sent, no answer from the carrier",
}
DIRECTIONS: Mapping[str, str] = {
    Direction.INBOUND: "From the client",
    Direction.OUTBOUND: "To the client",
    Direction.NOTICE: "Note in the thread",
}
_SEEN = (
    ("in_view", "in view:", ""), ("in_view_before_yes", "in view before the Yes:", ""),
    ("part_in_view", "share seen at once:", " of 1"), ("seconds_in_view", "in view for", " seconds"),
    ("font_px", "letters of", " pixels"), ("contrast", "contrast", " to 1"), ("width_px", "a window of", " pixels"),
)  # fmt: skip
_MEASURED = frozenset(key for key, _, _ in _SEEN)
CHANNELS: Mapping[str, str] = {"sms": "Text message (SMS)", "whatsapp": "WhatsApp"}


def word(words: Mapping[str, str], key: Any) -> str:
    """A word that this paper does not know stands as it is."""
    return words.get(str(key), str(key).replace("_", " ")) if key not in (None, "") else ""


def sentence(entry: Mapping[str, Any]) -> str:
    """`Agreed to texts, on a form`"""
    how = word(ORIGINS, entry.get("origin"))
    is_switch = entry.get("kind") == Kind.LAPSED and (entry.get("sealed") or {}).get("scope")
    what = SWITCHED_OFF if is_switch else word(KINDS, entry.get("kind"))
    return f"{what}, {how}" if how else what


def seen(visibility: Any) -> str:
    """How the words stood on the screen, as far as the browser told."""
    if not isinstance(visibility, Mapping):
        return plain(visibility)
    told = [f"{name} {plain(visibility[key])}{unit}" for key, name, unit in _SEEN if key in visibility]
    rest = {key: value for key, value in visibility.items() if key not in _MEASURED and key != "said_by"}
    said_by = f", says {plain(visibility['said_by'])}" if visibility.get("said_by") else ""
    return "; ".join([*told, *([plain(rest)] if rest else [])]) + said_by


def plain(value: Any) -> str:
    """A value of any shape in one line: `in view yes · font px 14`."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, Mapping):
        return " · ".join(f"{str(name).replace('_', ' ')}: {plain(each)}" for name, each in value.items())
    if isinstance(value, list | tuple):
        return ", ".join(map(plain, value))
    return value if isinstance(value, str) else "" if value is None else json.dumps(value, ensure_ascii=False)
