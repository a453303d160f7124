"""The event inside an authentic Plivo request: an inbound text, a text's fate, or nothing of ours (rules.md 5.2).

Plivo names no account in it, so the number of ours says whose it is (promises.md B.4.7).
"""

import re
from collections.abc import Mapping, Sequence
from hashlib import sha256

from portal.providers.part import plain
from portal.providers.plivo_signature import signers
from portal.providers.plivo_trouble import sentence_of, trouble_of
from portal.providers.provider import Event, InboundText, Malformed, Request, StatusUpdate, Unreadable

_ID = re.compile(r"[0-9A-Za-z-]{8,64}")
_WORD = re.compile(r"[a-z][a-z_-]{0,31}")
_COUNT = re.compile(r"[0-9]{1,3}")
_OURS = re.compile(r"[0-9a-f]{32}")
_INTENTS = {"optout": "stop", "optin": "start", "help": "help"}
_TYPES = ("sms", "mms")

# states only move up; a word that is not listed is stored and changes nothing
_RANKS = {"queued": 1, "sent": 3, "delivered": 4, "undelivered": 4, "failed": 4, "rejected": 4, "read": 5}
_OUR_WORDS = {"read": "delivered", "undelivered": "failed", "rejected": "failed"}
_UNKNOWN_RANK = -1

Fields = Mapping[str, str]
Secrets = Sequence[Mapping[str, str]]


def read(request: Request, secrets: Secrets) -> Event | Malformed:
    """Reads only for senders whose own token signed; the fields are checked, not believed."""
    fields = dict(request.form)
    if not fields.keys() & {"MessageUUID", "Status", "Text"}:
        return Unreadable(f"raw:{sha256(request.url.encode() + request.body).hexdigest()}")
    if len(fields) != len(request.form):
        return Malformed("A field is given more than once.")
    if not _ID.fullmatch(fields.get("MessageUUID", "")):
        return Malformed("MessageUUID is missing or is not a message id.")
    for name in ("From", "To"):
        if name not in fields:
            return Malformed(f"{name} is missing.")
    ours = signers(request, secrets)
    return _status(request, fields, ours) if "Status" in fields else _inbound(fields, ours)


def number(given: str) -> str:
    """Plivo writes numbers without the plus; short codes and names stay what they are."""
    return f"+{given}" if given.isascii() and given.isdigit() and len(given) > 6 else plain(given)[:64]


def _inbound(fields: Fields, ours: Secrets) -> Event | Malformed:
    event_id, recipient = f"in:{fields['MessageUUID']}", number(fields["To"])
    account = _account(ours, recipient)
    kind = (fields.get("Type") or "sms").lower()
    if account is None or kind not in _TYPES:
        return Unreadable(event_id)
    text = fields.get("Text", fields.get("Body"))
    if text is None and kind == "sms":
        return Malformed("Text is missing.")
    units, media = fields.get("Units") or "1", fields.get("MediaCount") or "0"
    if not (_COUNT.fullmatch(units) and _COUNT.fullmatch(media)):
        return Malformed("Units or MediaCount is not a number.")
    return InboundText(
        event_id=event_id,
        account=account,
        sender=number(fields["From"]),
        recipient=recipient,
        text=plain(text),
        keyword=_keyword(fields),
        segments=max(1, int(units)),
        media=int(media),
    )


def _keyword(fields: Fields) -> str | None:
    """What Plivo acted on; a MessageIntent that is there and blank says that it did not act, which is a word too."""
    intent = fields.get("MessageIntent")
    return None if intent is None else _INTENTS.get(intent.lower(), "")


def _status(request: Request, fields: Fields, ours: Secrets) -> Event | Malformed:
    word = fields["Status"].lower()
    if not _WORD.fullmatch(word):
        return Malformed("Status is not a word.")
    event_id = f"st:{fields['MessageUUID']}:{word}"
    account = _account(ours, number(fields["From"]))
    if account is None:
        return Unreadable(event_id)
    code, named = fields.get("ErrorCode", "")[:16], request.query.get("message", "")
    has_failed = _OUR_WORDS.get(word, word) == "failed"
    return StatusUpdate(
        event_id=event_id,
        account=account,
        provider_id=fields["MessageUUID"],
        status=_OUR_WORDS.get(word, word),
        rank=_RANKS.get(word, _UNKNOWN_RANK),
        code=code if has_failed else "",
        trouble=trouble_of(code) if has_failed else None,
        message_id=named if _OURS.fullmatch(named) else None,
        sentence=sentence_of(code) if has_failed else "",
    )


def _account(ours: Secrets, called: str) -> str | None:
    """The account that signed and owns this number here."""
    return next((secret.get("auth_id", "") for secret in ours if secret.get("number") == called), None)
