"""The event inside an authentic request from Sinch: an inbound text, a text's fate, or nothing of ours (rules.md 5.5).

It names no account: the secret that signed it says whose it is. Numbers come without their plus.
"""

import re
from collections.abc import Mapping, Sequence
from hashlib import sha256
from typing import Any

from portal.providers import json_body
from portal.providers.part import items, part, plain, text
from portal.providers.provider import Event, InboundText, Malformed, Request, StatusUpdate, Unreadable
from portal.providers.sinch_signature import signers
from portal.providers.sinch_trouble import failure, trouble_of

_ID = re.compile(r"[0-9A-Za-z_-]{1,100}")
_OURS = re.compile(r"[0-9a-f]{32}")
_WORD = re.compile(r"[a-z]{1,32}")
_E164 = re.compile(r"\+?([1-9][0-9]{6,14})")
_FATES = ("recipient_delivery_report_sms", "recipient_delivery_report_mms")
_SUMMARIES = ("delivery_report_sms", "delivery_report_mms")

# states only move up; `unknown` is Sinch's word for “handed to the carrier, which never told more”
_STATES = {
    "queued": ("queued", 1), "dispatched": ("sent", 3), "unknown": ("sent", 3), "delivered": ("delivered", 4),
    **dict.fromkeys(("failed", "rejected", "aborted", "expired", "cancelled", "canceled", "deleted"), ("failed", 4)),
}  # fmt: skip
_UNKNOWN_RANK = -1

Object = Mapping[str, Any]
Secrets = Sequence[Mapping[str, str]]


def read(request: Request, secrets: Secrets) -> Event | Malformed:
    """Reads only what `is_signed` has let through; the fields are checked, not believed."""
    try:
        told = json_body.load(request.body)
        if not isinstance(told, dict):
            return Malformed("The body is no object.")
        return _event(told, signers(request, secrets), request.body)
    except ValueError as fault:
        return Malformed(f"The event cannot be read: {fault}."[:200])


def e164(said: str) -> str:
    """With the plus that Sinch leaves out; what is no full number stays as it is."""
    found = _E164.fullmatch(said)
    return f"+{found[1]}" if found else said


def inbound(told: Object, account: str, raw: bytes) -> InboundText | Unreadable:
    """The text in `told`, from a webhook or from the list. Raises ValueError for broken fields."""
    event_id, body, media = f"in:{_id(told, 'id')}", told.get("body"), 0
    if told.get("type") == "mo_media":
        content = part(told, "body")
        body, media = content.get("message") or "", min(len(items(content, "media")), 999)
    elif told.get("type") != "mo_text":
        return Unreadable(event_id, raw)
    sender, recipient = text(told, "from"), text(told, "to")
    if not sender or not recipient or not isinstance(body, str):
        raise ValueError("from, to or body is missing")
    return InboundText(
        event_id=event_id, account=account, sender=e164(sender), recipient=e164(recipient), text=plain(body),
        media=media, raw=raw,
    )  # fmt: skip


def fate(told: Object, account: str, raw: bytes, *, word: str, code: object) -> StatusUpdate:
    """What became of the batch that `told` names. Raises ValueError for broken fields."""
    batch, word = _id(told, "batch_id"), word.lower()
    if not _WORD.fullmatch(word):
        raise ValueError("status is no word")
    status, rank = _STATES.get(word, (word, _UNKNOWN_RANK))
    has_failed, ours = status == "failed", told.get("client_reference")
    shown = str(code)[:16] if has_failed and isinstance(code, int) and code > 0 else ""
    return StatusUpdate(
        event_id=f"st:{batch}:{word}", account=account, provider_id=batch, status=status, rank=rank, code=shown,
        trouble=trouble_of(shown), message_id=ours if isinstance(ours, str) and _OURS.fullmatch(ours) else None,
        sentence=failure(shown, word) if has_failed else "", raw=raw,
    )  # fmt: skip


def _event(told: Object, ours: Secrets, raw: bytes) -> Event | Malformed:
    account = _account(told, ours)
    if not account:
        return Malformed("No service plan of this business vouches for it.")
    kind = told.get("type")
    if isinstance(kind, str) and kind.startswith("mo_"):
        return inbound(told, account, raw)
    if kind in _FATES:
        return fate(told, account, raw, word=text(told, "status"), code=told.get("code"))
    statuses = items(told, "statuses") if kind in _SUMMARIES else []
    if len(statuses) == 1 and isinstance(statuses[0], dict):  # a batch of ours has one recipient
        return fate(told, account, raw, word=text(statuses[0], "status"), code=statuses[0].get("code"))
    return Unreadable(f"raw:{sha256(raw).hexdigest()}", raw)


def _account(told: Object, ours: Secrets) -> str:
    """The plan of the number it came to, where several share a secret."""
    plans = [secret for secret in ours if secret.get("service_plan_id")]
    to = told.get("to")
    number = e164(to) if isinstance(to, str) else ""
    named = [secret for secret in plans if secret.get("number") == number]
    return next((secret["service_plan_id"] for secret in (*named, *plans)), "")


def _id(told: Object, name: str) -> str:
    found = text(told, name)
    if not _ID.fullmatch(found):
        raise ValueError(f"{name} is no id")
    return found
