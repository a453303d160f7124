"""What Vonage's Messages API posts about SMS, for accounts whose inbound texts are set to it: a text or its fate.

There a long text comes whole. Its shape is Vonage's published one; of its error codes we know none, so a failure
says nothing about the number.
"""

import re
from collections.abc import Mapping, Sequence
from hashlib import sha256
from typing import Any

from portal.providers import json_body, vonage_field
from portal.providers.part import plain
from portal.providers.provider import Event, InboundText, Malformed, Request, StatusUpdate, Unreadable

_UUID = re.compile(r"[0-9A-Za-z-]{1,64}")
_OURS = re.compile(r"[0-9a-f]{32}")
_COUNT = re.compile(r"[1-9][0-9]{0,2}")
_WORDS = {
    "submitted": ("sent", 3), "delivered": ("delivered", 4), "rejected": ("failed", 4), "undeliverable": ("failed", 4),
    "read": ("delivered", 5),
}  # fmt: skip

Object = Mapping[str, Any]


def is_one(request: Request) -> bool:
    return vonage_field.is_json(request) and b'"message_uuid"' in request.body


def read(request: Request, ours: Sequence[Mapping[str, str]]) -> Event | Malformed:
    """`ours` are the senders that vouch for the request."""
    try:
        told = json_body.load(request.body)
    except ValueError:
        return Malformed("The body is no JSON object, or names something twice.")
    if not isinstance(told, dict) or not _UUID.fullmatch(_text(told, "message_uuid")):
        return Malformed("message_uuid is missing or is not a message id.")
    account = next((secret["api_key"] for secret in ours if secret.get("api_key")), "")
    if not account:
        return Malformed("No account of this business vouches for it.")
    if told.get("channel", "sms") != "sms":
        return Unreadable(f"raw:{sha256(request.body).hexdigest()}", request.body)
    return _status(told, account, request.body) if "status" in told else _inbound(told, account, request.body)


def _inbound(told: Object, account: str, raw: bytes) -> Event | Malformed:
    event_id = f"in:{told['message_uuid']}"
    if told.get("message_type", "text") != "text":
        return Unreadable(event_id, raw)
    sender, recipient = _text(told, "from"), _text(told, "to")
    if not sender or not recipient or not isinstance(told.get("text"), str):
        return Malformed("from, to or text is missing.")
    sms = told.get("sms")
    parts = str(sms.get("num_messages", "1")) if isinstance(sms, dict) else "1"
    return InboundText(
        event_id=event_id,
        account=account,
        sender=vonage_field.e164(sender),
        recipient=vonage_field.e164(recipient),
        text=plain(told["text"]),
        segments=int(parts) if _COUNT.fullmatch(parts) else 1,
        raw=raw,
    )


def _status(told: Object, account: str, raw: bytes) -> Event | Malformed:
    word = _text(told, "status").lower()
    if not word.isascii() or not word.isalpha() or len(word) > 32:
        return Malformed("status is not a word.")
    status, rank = _WORDS.get(word, (word, -1))
    error, ours = told.get("error"), _text(told, "client_ref")
    code = str(error.get("title", ""))[:16] if isinstance(error, dict) else ""
    return StatusUpdate(
        event_id=f"st:{told['message_uuid']}:{word}",
        account=account,
        provider_id=told["message_uuid"],
        status=status,
        rank=rank,
        code=plain(code),
        message_id=ours if _OURS.fullmatch(ours) else None,
        sentence="The text did not arrive." if status == "failed" else "",
        raw=raw,
    )


def _text(told: Object, name: str) -> str:
    found = told.get(name)
    return found if isinstance(found, str) else ""
