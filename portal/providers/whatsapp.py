"""WhatsApp over Meta's Cloud API: one POST per message, signed and batched webhooks (rules.md section 6).

It answers no keyword by itself and blocks nothing: every word a client gets is ours.
"""

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote

from portal.providers import handover, part, whatsapp_event, whatsapp_signature
from portal.providers.connection import Answer, Line
from portal.providers.provider import (
    Accepted,
    Event,
    Malformed,
    Outbound,
    Rejected,
    Request,
    Result,
    Trouble,
    Unknown,
)
from portal.providers.whatsapp_trouble import sentence_of, trouble_of

VERSION = "v23.0"
BASE_URL = "https://graph.facebook.com"
_NUMBER = re.compile(r"\+[1-9][0-9]{6,14}")
_SETUP_STATUSES = (401, 403, 404)  # certain even without a readable body


class WhatsApp:
    """Fulfils `Provider`. `timeout` (seconds) bounds a whole send; each thread keeps a connection of its own."""

    name = "whatsapp"

    def __init__(self, base_url: str = BASE_URL, timeout: float = 8.0) -> None:
        self._line = Line(base_url, timeout=timeout)

    def answers(self, keyword: str, number: str) -> bool:
        return False

    def blocks(self, number: str) -> bool:
        return False

    def send(self, text: Outbound, *, deadline: float) -> Result:
        """At most one POST. Only what certainly was not sent is Rejected; doubt is Unknown (promises.md 0.4)."""
        sender = text.credentials.get("phone_number_id", "").strip()
        token = text.credentials.get("access_token", "").strip()
        if not sender or not (token.isascii() and token.isprintable() and token):
            return Rejected(Trouble.SENDER, "credentials", "The sender has no phone_number_id or no access_token.")
        path = f"/{VERSION}/{quote(sender, safe='')}/messages"
        headers = {
            "Authorization": f"Bearer {token}",
            "Content-Type": "application/json",
            "Accept": "application/json",
        }
        exchange = self._line.post(path, _body(text), headers, deadline=deadline)
        return handover.result_of(exchange, _result)

    def is_authentic(self, request: Request, secrets: Sequence[Mapping[str, str]]) -> bool:
        return whatsapp_signature.is_signed(request, secrets)

    def read(self, request: Request, secrets: Sequence[Mapping[str, str]]) -> Sequence[Event] | Malformed:
        return whatsapp_event.read(request, secrets)

    def reply(self) -> tuple[str, bytes]:
        return "text/plain", b""


def _body(text: Outbound) -> bytes:
    """`biz_opaque_callback_data` comes back with every status, so that a lost answer can be resolved."""
    known: dict[str, Any] = {
        "messaging_product": "whatsapp",
        "recipient_type": "individual",
        "biz_opaque_callback_data": text.message_id,
    }
    known |= _recipient(text)
    if text.template is None:
        known |= {"type": "text", "text": {"preview_url": False, "body": text.text}}
    else:
        known |= {"type": "template", "template": _template(text.template)}
    return json.dumps(known).encode()


def _recipient(text: Outbound) -> dict[str, str]:
    """By number where we know it; else by the id that WhatsApp gave the user, which is no number."""
    if _NUMBER.fullmatch(text.to):
        return {"to": text.to.removeprefix("+")}
    return {"recipient": text.user_id or text.to}


def _template(template: Mapping[str, Any]) -> dict[str, Any]:
    values = [{"type": "text", "text": str(value)} for value in template.get("parameters", [])]
    found: dict[str, Any] = {"name": template["name"], "language": {"code": template["language"]}}
    return found | {"components": [{"type": "body", "parameters": values}]} if values else found


def _result(answer: Answer) -> Result:
    """Meta's answer in our words; whatever does not plainly say yes or no is Unknown."""
    said = part.said(answer.body)
    error = said.get("error")
    code, words = _error(error) if isinstance(error, dict) else ("", "")
    if answer.status in (200, 201) and (provider_id := _message_id(said)):
        return Accepted(provider_id)
    if answer.status == 429:
        return _rejected(Trouble.TEMPORARY, answer, code, words)
    if answer.status in _SETUP_STATUSES or (400 <= answer.status < 500 and code):
        # a code we do not know may not harm the number, and trying the same again would not help
        return _rejected(trouble_of(code) or Trouble.SENDER, answer, code, words)
    return Unknown(f"WhatsApp answered {answer.status} in a way that leaves open whether the message was sent.")


def _rejected(trouble: Trouble, answer: Answer, code: str, words: str) -> Rejected:
    return handover.rejected(trouble, answer, code, sentence_of(code, words))


def _message_id(said: Mapping[str, Any]) -> str:
    messages = said.get("messages")
    first = messages[0] if isinstance(messages, list) and messages else None
    found = first.get("id") if isinstance(first, dict) else None
    return found if isinstance(found, str) else ""


def _error(error: Mapping[str, Any]) -> tuple[str, str]:
    """Code and words; `details` says more than `message` where it is there."""
    code, data = error.get("code"), error.get("error_data")
    details = data.get("details") if isinstance(data, dict) else None
    shown = str(code)[:16] if isinstance(code, int | str) else ""
    return shown, str(details or error.get("message") or "")
