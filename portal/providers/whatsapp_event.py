"""The events inside an authentic request from Meta: entries of changes, each with messages, statuses or news.

Each piece is read by itself: one that is broken, or about a sender that is not this business's, is kept as it came
and does nothing, and the others count (promises.md B.4).
"""

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from portal.providers import whatsapp_text
from portal.providers.part import as_object, items, part, plain, text
from portal.providers.provider import (
    Event,
    InboundText,
    Malformed,
    NumberChange,
    Preference,
    Request,
    StatusUpdate,
    TemplateUpdate,
    Unreadable,
)
from portal.providers.whatsapp_signature import signers
from portal.providers.whatsapp_trouble import sentence_of, trouble_of

_ID = re.compile(r"[!-9;-~]{1,250}")  # printable, and without the colon that parts our own ids
_DIGITS = re.compile(r"[1-9][0-9]{6,14}")
_USER = re.compile(r"[A-Z]{2}\.[A-Za-z0-9.]{1,140}")
_OURS = re.compile(r"[0-9a-f]{32}")
_WORD = re.compile(r"[a-z][a-z_-]{0,31}")
_MOVED = ("user_changed_number", "customer_changed_number")

# states only move up; a word that is not listed is stored and changes nothing
_RANKS = {"accepted": 0, "sent": 3, "delivered": 4, "failed": 4, "read": 5, "played": 6}
_OUR_WORDS = {"read": "delivered", "played": "delivered"}
_UNKNOWN_RANK = -1

Object = Mapping[str, Any]


@dataclass(frozen=True)
class _Change:
    """One change, and the sender of ours that it is about."""

    value: Object
    account: str
    recipient: str


def read(request: Request, secrets: Sequence[Mapping[str, str]]) -> Sequence[Event] | Malformed:
    """A request speaks only for senders whose own secret signed it."""
    try:
        told = json.loads(request.body)
    except (ValueError, RecursionError):
        return Malformed("The body is not JSON.")
    if not isinstance(told, dict):
        return Malformed("The body is not an object.")
    entries = told.get("entry")
    if told.get("object") != "whatsapp_business_account" or not isinstance(entries, list):
        return (_kept(told),)
    ours = signers(request, secrets)
    return [event for entry in entries for event in _of_entry(entry, ours)] or (_kept(told),)


def _of_entry(entry: Any, ours: Sequence[Mapping[str, str]]) -> Iterator[Event]:
    changes = entry.get("changes") if isinstance(entry, dict) else None
    if not isinstance(changes, list):
        yield _kept(entry)
        return
    for change in changes:
        try:
            yield from _of_change(entry, change, ours)
        except ValueError:
            yield _kept(change)


def _of_change(entry: Object, change: Any, ours: Sequence[Mapping[str, str]]) -> Iterator[Event]:
    """Raises ValueError for a change that cannot be read, or is about nobody's sender here, before it yields."""
    if not isinstance(change, dict):
        raise ValueError("a change is an object")
    field, value = change.get("field"), part(change, "value")
    if field == "message_template_status_update":
        yield _template(entry, value, ours)
    elif field in ("messages", "user_preferences"):
        yield from _of_sender(field, _addressed(value, ours))
    else:
        yield _kept(change)


def _addressed(value: Object, ours: Sequence[Mapping[str, str]]) -> _Change:
    """The tenant check: which of the senders it is about. Raises ValueError for a stranger's."""
    metadata = part(value, "metadata")
    account = text(metadata, "phone_number_id")
    found = next((each for each in ours if each.get("phone_number_id") == account), None)
    if found is None:
        raise ValueError("phone_number_id is no sender of this business")
    shown = "+" + re.sub(r"\D", "", str(metadata.get("display_phone_number", "")))
    return _Change(value, account, found.get("number", shown))


def _of_sender(field: str, change: _Change) -> Iterator[Event]:
    kinds: dict[str, Callable[[_Change, Object, bytes], Event]] = {"user_preferences": _preference}
    if field == "messages":
        kinds = {"messages": _message, "statuses": _status}
    found = [(each, kinds[kind]) for kind in kinds for each in items(change.value, kind)]
    if not found:
        yield _kept(change.value)
    for each, reader in found:
        raw = _raw({"metadata": change.value.get("metadata"), "is": each})
        try:
            yield reader(change, as_object(each), raw)
        except ValueError:
            yield Unreadable(_hash(raw), raw)


def _message(change: _Change, message: Object, raw: bytes) -> Event:
    event_id = f"in:{_id(message)}"
    if message.get("type") == "system":
        return _moved(change, message, event_id, raw)
    number, user_id = _writer(message.get("from"), message.get("from_user_id"))
    who = _contact(change.value, message.get("from"), user_id)
    user_id = user_id or _user(who.get("user_id"))
    if not number and not user_id:
        raise ValueError("nobody wrote this")
    profile = who.get("profile")
    return InboundText(
        event_id=event_id,
        account=change.account,
        sender=number,
        recipient=change.recipient,
        text=whatsapp_text.words(message),
        media=int(message.get("type") in whatsapp_text.MEDIA),
        channel="whatsapp",
        user_id=user_id,
        name=" ".join(plain(profile.get("name")).split())[:80] if isinstance(profile, dict) else "",
        raw=raw,
    )


def _moved(change: _Change, message: Object, event_id: str, raw: bytes) -> Event:
    system = part(message, "system")
    old, _ = _writer(message.get("from"), None)
    if system.get("type") not in _MOVED or not old:
        return Unreadable(event_id, raw)
    new, _ = _writer(system.get("wa_id") or system.get("new_wa_id"), None)
    return NumberChange(event_id, change.recipient, old, new, raw)


def _status(change: _Change, status: Object, raw: bytes) -> Event:
    provider_id, word = _id(status), text(status, "status").lower()
    if not _WORD.fullmatch(word):
        raise ValueError("status is no word")
    code, said = _error(status)
    ours = status.get("biz_opaque_callback_data")
    return StatusUpdate(
        event_id=f"st:{provider_id}:{word}",
        account=change.account,
        provider_id=provider_id,
        status=_OUR_WORDS.get(word, word),
        rank=_RANKS.get(word, _UNKNOWN_RANK),
        code=code,
        trouble=trouble_of(code),
        message_id=ours if isinstance(ours, str) and _OURS.fullmatch(ours) else None,
        channel="whatsapp",
        sentence=sentence_of(code, said) if code else "",
        raw=raw,
    )


def _error(status: Object) -> tuple[str, str]:
    errors = items(status, "errors")
    first = errors[0] if errors and isinstance(errors[0], dict) else {}
    code, data = first.get("code"), first.get("error_data")
    details = data.get("details") if isinstance(data, dict) else None
    return str(code)[:16] if isinstance(code, int | str) else "", plain(details or first.get("title") or "")


def _preference(change: _Change, told: Object, raw: bytes) -> Event:
    number, user_id = _writer(told.get("wa_id"), told.get("user_id"))
    value = told.get("value")
    if told.get("category") != "marketing_messages" or value not in ("stop", "resume") or not (number or user_id):
        raise ValueError("no preference we know")
    event_id = f"pref:{number or user_id}:{told.get('timestamp')}:{value}"[:250]
    return Preference(event_id, change.recipient, number, user_id, value == "stop", raw)


def _template(entry: Object, value: Object, ours: Sequence[Mapping[str, str]]) -> Event:
    """It names a WhatsApp account and no sender; where we know our accounts, it must be one of them."""
    accounts = {each["account_id"] for each in ours if each.get("account_id")}
    if accounts and str(entry.get("id")) not in accounts:
        raise ValueError("no WhatsApp account of this business")
    name, language = text(value, "message_template_name"), text(value, "message_template_language")
    raw = _raw({"id": entry.get("id"), "time": entry.get("time"), "value": value})
    word = text(value, "event").lower()[:32]
    return TemplateUpdate(_hash(raw, "template"), plain(name)[:512], plain(language)[:16], plain(word), raw)


def _writer(number: object, user_id: object) -> tuple[str, str | None]:
    """(E.164 or nothing, user id or None); where Meta puts a user id in the number's place, it is no number."""
    found = str(number) if isinstance(number, str) else ""
    digits = found.removeprefix("+")
    return (f"+{digits}" if _DIGITS.fullmatch(digits) else ""), _user(user_id) or _user(found)


def _user(said: object) -> str | None:
    return said if isinstance(said, str) and _USER.fullmatch(said) else None


def _contact(value: Object, wa_id: object, user_id: str | None) -> Object:
    """What the change says about who wrote; nothing where it says nothing."""
    for each in items(value, "contacts"):
        is_theirs = isinstance(each, dict) and (
            (wa_id and each.get("wa_id") == wa_id) or (user_id and each.get("user_id") == user_id)
        )
        if is_theirs:
            known: Object = each
            return known
    return {}


def _id(owner: Object) -> str:
    found = text(owner, "id")
    if not _ID.fullmatch(found):
        raise ValueError("no message id")
    return found


def _kept(told: Any) -> Unreadable:
    raw = _raw(told)
    return Unreadable(_hash(raw), raw)


def _raw(told: Any) -> bytes:
    return json.dumps(told, separators=(",", ":")).encode()  # ASCII, so that halves of characters do no harm


def _hash(raw: bytes, kind: str = "raw") -> str:
    return f"{kind}:{sha256(raw).hexdigest()}"
