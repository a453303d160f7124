"""The event inside an authentic Telnyx request: an inbound text, a text's fate, or nothing of ours (rules.md 5.1)."""

import json
import re
from collections.abc import Mapping, Sequence
from hashlib import sha256
from typing import Any
from urllib.parse import parse_qs, urlsplit

from portal.providers.part import items, part, plain
from portal.providers.provider import Event, InboundText, Malformed, Request, StatusUpdate, Unreadable
from portal.providers.telnyx_signature import signers
from portal.providers.telnyx_trouble import sentence_of, trouble_of

_ID = re.compile(r"[0-9A-Za-z-]{8,64}")
_WORD = re.compile(r"[a-z][a-z_-]{0,31}")
_OURS = re.compile(r"[0-9a-f]{32}")
_KEYWORDS = {"STOP": "stop", "START": "start", "HELP": "help"}
WORDS = frozenset({"stop", "stopall", "stop all", "unsubscribe", "cancel", "end", "quit", "start", "unstop"})
"""On which Telnyx acts by itself, where they are the sole words."""
_TYPES = ("SMS", "MMS")
_INBOUND, _OUTBOUND = "message.received", ("message.sent", "message.finalized")

# states only move up; a word that is not listed is stored and changes nothing
_RANKS = {
    "queued": 1, "sending": 2, "sent": 3, "delivery_unconfirmed": 3,
    "delivered": 4, "sending_failed": 4, "delivery_failed": 4, "expired": 4,
}  # fmt: skip
_OUR_WORDS = {
    "delivery_unconfirmed": "sent", "sending_failed": "failed", "delivery_failed": "failed", "expired": "failed",
}  # fmt: skip
_UNKNOWN_RANK = -1

Object = Mapping[str, Any]
Secrets = Sequence[Mapping[str, str]]


def read(request: Request, secrets: Secrets) -> Event | Malformed:
    """Reads only for senders whose own account signed; the fields are checked, not believed."""
    try:
        told = json.loads(request.body, object_pairs_hook=_once)
        data = part(told, "data") if isinstance(told, dict) else None
        if data is None or data.get("event_type") not in (_INBOUND, *_OUTBOUND):
            return Unreadable(f"raw:{sha256(request.body).hexdigest()}")
        return _of_message(request, data, part(data, "payload"), signers(request, secrets))
    except (ValueError, RecursionError) as fault:
        return Malformed(f"The event cannot be read: {fault}."[:200])


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """A name given twice would be read differently by different readers."""
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a field is given more than once")
    return found


def _of_message(request: Request, data: Object, payload: Object, ours: Secrets) -> Event:
    """Raises ValueError for a profile that is not this business's, and for broken fields."""
    profile = payload.get("messaging_profile_id")
    senders = [secret for secret in ours if profile and secret.get("messaging_profile_id") == profile]
    if not senders:
        raise ValueError("messaging_profile_id is not a profile of this business")
    message_id = payload.get("id")
    if not isinstance(message_id, str) or not _ID.fullmatch(message_id):
        raise ValueError("id is not a message id")
    numbers = {secret["number"] for secret in senders if secret.get("number")}
    if data["event_type"] == _INBOUND:
        return _inbound(payload, f"in:{message_id}", str(profile), numbers)
    return _status(request, payload, message_id, str(profile), numbers)


def _inbound(payload: Object, event_id: str, profile: str, numbers: set[str]) -> Event:
    """A text to none of our numbers, or of another kind, is kept and does nothing."""
    sender = _number(part(payload, "from"))
    addressed = [_number(each) for each in items(payload, "to")]
    recipient = next((number for number in addressed if number in numbers), "")
    if not recipient or payload.get("type") not in _TYPES:
        return Unreadable(event_id)
    text, parts = payload.get("text"), payload.get("parts")
    if text is not None and not isinstance(text, str):
        raise ValueError("text is no text")
    return InboundText(
        event_id=event_id,
        account=profile,
        sender=sender,
        recipient=recipient,
        text=plain(text),
        keyword=_keyword(payload, plain(text)),
        segments=parts if isinstance(parts, int) and 0 < parts < 1000 else 1,
        media=len(items(payload, "media")),
    )


def _keyword(payload: Object, text: str) -> str | None:
    """What Telnyx says it acted on. Where it says nothing, only its own words leave that open: a YES lifts no block."""
    said = payload.get("autoresponse_type")
    if isinstance(said, str) and said:
        return _KEYWORDS.get(said.upper(), "")
    return None if text.strip(" \t\r\n").casefold() in WORDS else ""


def _status(request: Request, payload: Object, message_id: str, profile: str, numbers: set[str]) -> Event:
    addressed = items(payload, "to")
    first = addressed[0] if addressed and isinstance(addressed[0], dict) else {}
    said = first.get("status")
    word = said.lower() if isinstance(said, str) else ""
    if not _WORD.fullmatch(word):
        raise ValueError("status is no word")
    event_id = f"st:{message_id}:{word}"
    if _number(part(payload, "from")) not in numbers:
        return Unreadable(event_id)
    code, words = error_of(items(payload, "errors"))
    trouble = trouble_of(code)
    return StatusUpdate(
        event_id=event_id,
        account=profile,
        provider_id=message_id,
        status=_OUR_WORDS.get(word, word),
        rank=_RANKS.get(word, _UNKNOWN_RANK),
        code=code,
        trouble=trouble,
        message_id=_message_id(request, payload),
        sentence=sentence_of(trouble, code, words) if trouble else words,
    )


def error_of(errors: Sequence[Any]) -> tuple[str, str]:
    """Code and words of the first error, both empty without one."""
    first = errors[0] if errors and isinstance(errors[0], dict) else {}
    code = first.get("code")
    words = plain(first.get("detail") or first.get("title") or "")
    return str(code)[:16] if isinstance(code, int | str) else "", " ".join(words.split())[:300]


def _message_id(request: Request, payload: Object) -> str | None:
    """Ours, from the address that was called; at the profile's own address from the one that the text had named."""
    named = request.query.get("message")
    if named is None and isinstance(payload.get("webhook_url"), str):
        named = parse_qs(urlsplit(payload["webhook_url"]).query).get("message", [""])[0]
    return named if named and _OURS.fullmatch(named) else None


def _number(party: Any) -> str:
    number = party.get("phone_number") if isinstance(party, dict) else None
    return plain(number)[:64]
