"""The event inside an authentic request from Vonage's SMS API: an inbound text, a delivery receipt, or nothing of ours.

A long text comes in parts, each a request of its own in any order. Each is kept and read as a text that begins with
its place, `(2/3) …`: none waits for one that may never come, and no part that happens to be the bare word YES opts
anybody in. A part that says STOP in so many words opts out all the same; a bare “stop” asks the owner.
"""

import re
from collections.abc import Mapping, Sequence
from hashlib import sha256

from portal.providers import vonage_field, vonage_message
from portal.providers.part import plain
from portal.providers.provider import Event, InboundText, Malformed, Request, StatusUpdate, Unreadable
from portal.providers.vonage_signature import signers
from portal.providers.vonage_trouble import of_receipt, receipt_sentence

_ID = re.compile(r"[0-9A-Za-z-]{1,64}")
_WORD = re.compile(r"[a-z][a-z_-]{0,31}")
_CODE = re.compile(r"[0-9]{1,5}")
_COUNT = re.compile(r"[1-9][0-9]{0,2}")
_OURS = re.compile(r"[0-9a-f]{32}")

# states only move up; a word that is not listed (`unknown`) is stored and changes nothing
_RANKS = {"accepted": 2, "buffered": 3, "delivered": 4, "failed": 4, "rejected": 4, "expired": 4}
_OUR_WORDS = {"accepted": "sent", "buffered": "sent", "rejected": "failed", "expired": "failed"}
_UNKNOWN_RANK = -1

Fields = Mapping[str, str]


def read(request: Request, secrets: Sequence[Mapping[str, str]]) -> Event | Malformed:
    """A request speaks only for senders whose own secret signed it."""
    ours = signers(request, secrets)
    if vonage_message.is_one(request):
        return vonage_message.read(request, ours)
    try:
        pairs = vonage_field.fields(request)
    except ValueError:
        return Malformed("The body is neither fields nor a flat JSON object.")
    found, raw = dict(pairs), vonage_field.raw(request)
    if len(found) != len(pairs):
        return Malformed("A field is given more than once.")
    accounts = {secret["api_key"] for secret in ours if secret.get("api_key")}
    account = found.get("api-key") or next(iter(accounts), "")
    if account not in accounts:
        return Malformed("api-key is not an account of this business.")
    if "status" in found and "text" not in found:
        return _status(found, account, raw)
    if found.keys() & {"text", "type", "data"}:
        return _inbound(found, account, raw)
    return Unreadable(f"raw:{sha256(raw).hexdigest()}", raw)


def _inbound(fields: Fields, account: str, raw: bytes) -> Event | Malformed:
    for name in ("msisdn", "to", "messageId"):
        if not fields.get(name):
            return Malformed(f"{name} is missing.")
    if not _ID.fullmatch(fields["messageId"]):
        return Malformed("messageId is not a message id.")
    event_id = f"in:{fields['messageId']}"
    if fields.get("type", "text") not in ("text", "unicode"):
        return Unreadable(event_id, raw)
    if "text" not in fields:
        return Malformed("text is missing.")
    return InboundText(
        event_id=event_id,
        account=account,
        sender=vonage_field.e164(fields["msisdn"]),
        recipient=vonage_field.e164(fields["to"]),
        text=_place(fields) + plain(fields["text"]),
        raw=raw,
    )


def _place(fields: Fields) -> str:
    """Which part of a long text it is; nothing for a whole one."""
    if fields.get("concat", "").lower() != "true":
        return ""
    part, total = fields.get("concat-part", ""), fields.get("concat-total", "")
    if not (_COUNT.fullmatch(part) and _COUNT.fullmatch(total)):
        return "(part) "  # its words are here all the same
    return f"({part}/{total}) " if total != "1" else ""


def _status(fields: Fields, account: str, raw: bytes) -> Event | Malformed:
    """`client-ref` is our own id. A long text has a receipt for each part; the first part's is the one that counts,
    for it is the one whose id we were given."""
    message_id, word = fields.get("messageId", ""), fields["status"].lower()
    if not _ID.fullmatch(message_id):
        return Malformed("messageId is missing or is not a message id.")
    if not _WORD.fullmatch(word):
        return Malformed("status is not a word.")
    said = fields.get("err-code", "")
    code = said if _CODE.fullmatch(said) and said.strip("0") else ""
    status, ours = _OUR_WORDS.get(word, word), fields.get("client-ref", "")
    has_failed = status == "failed"
    return StatusUpdate(
        event_id=f"st:{message_id}:{word}",
        account=account,
        provider_id=message_id,
        status=status,
        rank=_RANKS.get(word, _UNKNOWN_RANK),
        code=code,
        trouble=of_receipt(code) if has_failed else None,
        message_id=ours if _OURS.fullmatch(ours) else None,
        sentence=receipt_sentence(code) if has_failed else "",
        raw=raw,
    )
