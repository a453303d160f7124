"""What happened to a text, in a sentence for members, and what to do about it."""

from typing import Any

from portal.accounts.language import NAMES, Language
from portal.messaging import deferral
from portal.messaging.gate import REFUSALS
from portal.messaging.message import Fate
from portal.messaging.quarantine import RESTORED
from portal.messaging.wording_slot import SLOTS

UNKNOWN = (
    "It may or may not have arrived, and it is never sent again by itself. "
    "See whether the client answers, or ask them, before you write it again."
)
_CANCELLED = {
    "opted_out": "The client opted out before it left.",
    "declined": "The client said No before it left.",
    "paused": "The client opted out on another number before it left.",
    "carrier_blocked": "The carrier refuses texts to this number.",
    "settled": "The doubt it asks about was settled before it left.",
    "lapsed": "Nobody answered the request for a week.",
    "expired": "It could not leave in time. It would have been out of date, so it was dropped.",
    "late": "It answers a text that we heard of too late.",
    RESTORED: "A backup was restored while it waited. It may have gone out in the time that was lost.",
    **deferral.DROPPED,
}
_READINGS = {
    "opt_out": "Read as a wish to stop",
    "start": "Read as START",
    "yes": "Read as YES",
    "no": "Read as No",
    "help": "Read as HELP",
    "review": "May mean stop: please decide",
}


def of(message: Any, rest: str = "") -> str:
    """Nothing where the status says it all. `rest`: why texts of its sender wait at all (breaker.py)."""
    reason = str(message.reason or "")
    match message.status:
        case Fate.FAILED:
            return _sentence(reason) or "The carrier did not deliver it."
        case Fate.REFUSED:
            return REFUSALS[reason][0] if reason in REFUSALS else _sentence(reason)
        case Fate.CANCELLED:
            return _CANCELLED.get(reason, _sentence(reason))
        case Fate.UNKNOWN:
            return f"{_sentence(reason)} {UNKNOWN}".strip()
        case Fate.QUEUED if reason in deferral.SENTENCES:
            return deferral.SENTENCES[reason]
        case Fate.QUEUED if rest:
            return f"It waits. {rest}"
        case Fate.QUEUED if reason:
            return f"The provider did not take it yet; it is tried again. {_sentence(reason)}"
        case Fate.HELD if reason == RESTORED:
            return f"{_CANCELLED[RESTORED]} A member decides whether to send it."
        case Fate.HELD:
            return "It waits for the client's YES."
    return ""


def reading(message: Any) -> str:
    """How an inbound text was understood; nothing where it is a normal message."""
    return _READINGS.get((message.reading or {}).get("meaning", ""), "")


def why(message: Any) -> str:
    """The rule and the words of the text that made it so."""
    found = message.reading or {}
    matched = f", because of “{found['matched']}”" if found.get("matched") else ""
    return f"Rule {found.get('rule', '')}{matched}."


def wording(message: Any) -> str:
    """Whose words an automatic text used; nothing for what a person or an automation wrote."""
    key, _, rest = str(message.wording or "").partition("/")
    language, _, number = rest.partition("/")
    if key == "flow":
        return f"An opt-in flow, version {number}."
    if key not in SLOTS or language not in NAMES:
        return ""
    whose = f"version {number} of your own words" if number.isdecimal() else "standard words"
    return f"“{SLOTS[key].title}”, {NAMES[Language(language)]}, {whose}."


def _sentence(reason: str) -> str:
    if not reason:
        return ""
    text = f"The carrier reported {reason}" if reason.startswith("error ") else reason[:1].upper() + reason[1:]
    return text if text.endswith((".", "!", "?")) else f"{text}."
