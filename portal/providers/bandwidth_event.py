"""The events inside a request from Bandwidth: a list, each with the message it is about (rules.md 5.4).

Each is read by itself: one that is broken, or about an application that is not this business's, is kept as it came
and does nothing, and the others count.
"""

import json
import re
from collections.abc import Mapping, Sequence
from hashlib import sha256
from typing import Any

from portal.providers import json_body
from portal.providers.bandwidth_signature import signers
from portal.providers.bandwidth_trouble import sentence_of, trouble_of
from portal.providers.part import items, part, plain, text
from portal.providers.provider import Event, InboundText, Malformed, Request, StatusUpdate, Unreadable

_ID = re.compile(r"[0-9A-Za-z_-]{1,100}")
_OURS = re.compile(r"[0-9a-f]{32}")
_CHANNELS = ("SMS", "MMS")

# states only move up; `sending` is told of pictures only
_STATES = {
    "message-sending": ("sending", 2), "message-sent": ("sent", 3), "message-delivered": ("delivered", 4),
    "message-failed": ("failed", 4),
}  # fmt: skip
_NO_RECEIPT = "9902"  # the phone never confirmed; Bandwidth says itself that this is no failure

Object = Mapping[str, Any]
Secrets = Sequence[Mapping[str, str]]


def read(request: Request, secrets: Secrets) -> Sequence[Event] | Malformed:
    """A request speaks only for senders whose own credentials it brought."""
    try:
        told = json_body.load(request.body)
    except ValueError:
        return Malformed("The body is no JSON, or names something twice.")
    if not isinstance(told, list):
        return Malformed("The body is not a list of events.")
    ours = signers(request, secrets)
    return [_event(each, ours) for each in told] or [_kept(told)]


def _event(told: Any, ours: Secrets) -> Event:
    raw = _raw(told)
    try:
        return _of_message(told, part(told, "message"), ours, raw) if isinstance(told, dict) else _kept(told)
    except ValueError:
        return _kept(told)


def _of_message(told: Object, message: Object, ours: Secrets, raw: bytes) -> Event:
    """Raises ValueError for what cannot be read, or is about nobody's application here."""
    application = text(message, "applicationId")
    known = [secret for secret in ours if secret.get("application_id") == application]
    if not known or message.get("channel", "SMS") not in _CHANNELS or not _ID.fullmatch(text(message, "id")):
        raise ValueError("no application, channel or id of ours")
    kind = text(told, "type")
    if kind == "message-received" and message.get("direction", "in") == "in":
        return _inbound(told, message, known, raw)
    if kind in _STATES and message.get("direction", "out") == "out":
        return _status(told, message, kind, known, raw)
    raise ValueError("no kind of event we know")


def _inbound(told: Object, message: Object, known: Secrets, raw: bytes) -> Event:
    """`owner` is the one of our numbers that this copy of a group text came to."""
    media, said, count = items(message, "media"), message.get("text"), message.get("segmentCount")
    if not isinstance(said, str) and not media:
        raise ValueError("neither words nor pictures")
    numbers = {secret.get("number") for secret in known}
    owner = message.get("owner")
    return InboundText(
        event_id=f"in:{message['id']}",
        account=message["applicationId"],
        sender=text(message, "from"),
        recipient=owner if isinstance(owner, str) and owner in numbers else text(told, "to"),
        text=plain(said),
        segments=count if isinstance(count, int) and 0 < count < 1000 else 1,
        media=min(len(media), 999),
        raw=raw,
    )


def _status(told: Object, message: Object, kind: str, known: Secrets, raw: bytes) -> Event:
    """`tag` is our own id."""
    status, rank = _STATES[kind]
    code, ours = told.get("errorCode"), message.get("tag")
    shown = str(code)[:16] if isinstance(code, int) and code else ""
    if shown == _NO_RECEIPT:
        status, rank = "sent", 3
    trouble = trouble_of(shown) if status == "failed" else None
    return StatusUpdate(
        event_id=f"st:{message['id']}:{kind.removeprefix('message-')}",
        account=message["applicationId"],
        provider_id=message["id"],
        status=status,
        rank=rank,
        code=shown,
        trouble=trouble,
        message_id=ours if isinstance(ours, str) and _OURS.fullmatch(ours) else None,
        sentence=sentence_of(trouble, plain(told.get("description"))) if status == "failed" else "",
        raw=raw,
    )


def _kept(told: Any) -> Unreadable:
    raw = _raw(told)
    return Unreadable(f"raw:{sha256(raw).hexdigest()}", raw)


def _raw(told: Any) -> bytes:
    return json.dumps(told, separators=(",", ":")).encode()  # ASCII, so that halves of characters do no harm
