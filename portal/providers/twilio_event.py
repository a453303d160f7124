"""The event inside an authentic Twilio request: an inbound text, a text's fate, or nothing of ours.

Unknown parameters are welcome, repeated ones never: signatures ignore repetition (promises.md B.4.3).
"""

import re
from collections.abc import Mapping, Sequence
from hashlib import sha256

from portal.providers.provider import Event, InboundText, Malformed, Request, StatusUpdate, Unreadable
from portal.providers.twilio_trouble import trouble_of

_SID = re.compile(r"(SM|MM)[0-9a-f]{32}")
_STATUS = re.compile(r"[a-z][a-z_-]{0,31}")
_COUNT = re.compile(r"[0-9]{1,3}")
_KEYWORDS = {"STOP": "stop", "START": "start", "HELP": "help"}
_OTHER_CHANNELS = ("whatsapp:", "rcs:")

# rules.md 4.4: states only move up; a word that is not listed is stored and changes nothing
_RANKS = {
    "accepted": 0,
    "scheduled": 0,
    "queued": 1,
    "sending": 2,
    "sent": 3,
    "delivered": 4,
    "undelivered": 4,
    "failed": 4,
    "canceled": 4,
    "read": 5,
}
_OUR_WORDS = {"read": "delivered", "undelivered": "failed", "canceled": "failed"}
_UNKNOWN_RANK = -1

Fields = Mapping[str, str]


def read(request: Request, secrets: Sequence[Mapping[str, str]]) -> Event | Malformed:
    """Reads only what `is_signed` has let through; the fields are checked, not believed."""
    fields = dict(request.form)
    if not fields.keys() & {"MessageSid", "MessageStatus", "Body"}:
        return Unreadable(f"raw:{sha256(request.url.encode() + request.body).hexdigest()}")
    if fault := _fault(request, fields, secrets):
        return Malformed(fault)
    return _inbound(fields) if fields.get("MessageStatus", "received") == "received" else _status(request, fields)


def _fault(request: Request, fields: Fields, secrets: Sequence[Mapping[str, str]]) -> str | None:
    """What is wrong with fields that every message event has."""
    if len(fields) != len(request.form):
        return "A field is given more than once."
    if not _SID.fullmatch(fields.get("MessageSid", "")):
        return "MessageSid is missing or is not a message id."
    account = fields.get("AccountSid", "")
    if not account or account not in {secret.get("account_sid") for secret in secrets}:
        return "AccountSid is not an account of this business."
    return None


def _inbound(fields: Fields) -> Event | Malformed:
    for name in ("From", "To", "Body"):
        if name not in fields:
            return Malformed(f"{name} is missing.")
    media, segments = fields.get("NumMedia", "0"), fields.get("NumSegments", "1")
    if not (_COUNT.fullmatch(media) and _COUNT.fullmatch(segments)):
        return Malformed("NumMedia or NumSegments is not a number.")
    event_id = f"in:{fields['MessageSid']}"
    if _is_other_channel(fields):
        return Unreadable(event_id)
    return InboundText(
        event_id=event_id,
        account=fields["AccountSid"],
        sender=fields["From"],
        recipient=fields["To"],
        text=fields["Body"],
        keyword=_KEYWORDS.get(fields.get("OptOutType", "").upper()),
        segments=int(segments),
        media=int(media),
    )


def update(
    sid: str, account: str, word: str, code: str, *, message_id: str | None = None, raw: bytes = b""
) -> StatusUpdate:
    """What one of Twilio's words for a text's fate means; a callback and a list say the same by it."""
    return StatusUpdate(
        event_id=f"st:{sid}:{word}",
        account=account,
        provider_id=sid,
        status=_OUR_WORDS.get(word, word),
        rank=_RANKS.get(word, _UNKNOWN_RANK),
        code=code,
        trouble=trouble_of(code),
        message_id=message_id,
        raw=raw,
    )


def _status(request: Request, fields: Fields) -> Event | Malformed:
    word = fields["MessageStatus"].lower()
    if not _STATUS.fullmatch(word):
        return Malformed("MessageStatus is not a word.")
    if _is_other_channel(fields):
        return Unreadable(f"st:{fields['MessageSid']}:{word}")
    code, message_id = fields.get("ErrorCode", "")[:16], request.query.get("message")
    return update(fields["MessageSid"], fields["AccountSid"], word, code, message_id=message_id)


def _is_other_channel(fields: Fields) -> bool:
    """WhatsApp and RCS have rules of their own; taken for SMS they would change the wrong consent."""
    return any(fields.get(name, "").lower().startswith(_OTHER_CHANNELS) for name in ("From", "To"))
