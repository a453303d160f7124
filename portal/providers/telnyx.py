"""Telnyx: one POST per text, signed webhooks, and which words it acts on by itself (rules.md 5.1 and 5.7).

It lists no inbound texts: its detail records have no words, and its list of opt-outs has no message ids; so it is no
`Lister`. A STOP that was missed shows as error 40300 at the next text, which nobody gets (rules.md row 18).
"""

import json
from collections.abc import Mapping, Sequence
from urllib.parse import quote

from portal.providers import handover, part, setting, telnyx_event, telnyx_signature, toll_free
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
from portal.providers.telnyx_trouble import sentence_of, trouble_of

BASE_URL = "https://api.telnyx.com"

_SETUP_STATUSES = (401, 403, 404)  # certain even without a readable body


class Telnyx:
    """Fulfils `Provider`. `timeout` (seconds) bounds a whole send; each thread keeps a connection of its own."""

    name = "telnyx"

    def __init__(self, base_url: str = BASE_URL, timeout: float = 8.0) -> None:
        self._line = Line(base_url, timeout=timeout)

    def answers(self, keyword: str, number: str) -> bool:
        """True for any bare word of Telnyx's own list; on toll-free numbers the network knows fewer. HELP is answered
        where the profile has a text for it, and then the webhook says so."""
        words = toll_free.WORDS if toll_free.is_toll_free(number) else telnyx_event.WORDS
        return number.startswith("+") and keyword.strip(" \t\r\n").casefold() in words

    def blocks(self, number: str) -> bool:
        """For the whole messaging profile."""
        return number.startswith("+")

    def send(self, text: Outbound, *, deadline: float) -> Result:
        """At most one POST. Only what certainly was not sent is Rejected; doubt is Unknown (promises.md 0.4)."""
        key = text.credentials.get("api_key", "").strip()
        if not (key and key.isascii() and key.isprintable()):
            return Rejected(Trouble.SENDER, "credentials", "The sender has no api_key.")
        exchange = self._line.post("/v2/messages", _body(text), _headers(key), deadline=deadline)
        return handover.result_of(exchange, _result)

    def is_authentic(self, request: Request, secrets: Sequence[Mapping[str, str]]) -> bool:
        return telnyx_signature.is_signed(request, secrets)

    def read(self, request: Request, secrets: Sequence[Mapping[str, str]]) -> Sequence[Event] | Malformed:
        """Telnyx sends one event in each request."""
        event = telnyx_event.read(request, secrets)
        return event if isinstance(event, Malformed) else (event,)

    def reply(self) -> tuple[str, bytes]:
        return "text/plain", b""

    def setting(self, credentials: Mapping[str, str], number: str) -> setting.Setting:
        """That of the messaging profile, which all its numbers share."""
        profile = quote(credentials.get("messaging_profile_id", ""), safe="")
        found = setting.asked(self._line, f"/v2/messaging_profiles/{profile}", _headers(credentials.get("api_key", "")))
        if isinstance(found, setting.Setting):
            return found
        data = found.get("data")
        data = data if isinstance(data, dict) else {}
        remarks = [] if data.get("enabled", True) else ["The messaging profile is switched off."]
        if str(data.get("webhook_api_version", "2")) != "2":
            remarks.append("Its webhook API version is to be 2.")
        return setting.Setting(setting.urls(data.get("webhook_url"), data.get("webhook_failover_url")), tuple(remarks))


def _headers(key: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {key}", "Content-Type": "application/json", "Accept": "application/json"}


def _body(text: Outbound) -> bytes:
    """The address of the reports carries our id. After it Telnyx tries those of the profile, which reach us too."""
    known = {"from": text.sender, "to": text.to, "text": text.text, "type": "SMS"}
    if profile := text.credentials.get("messaging_profile_id"):
        known["messaging_profile_id"] = profile
    if text.callback_url:
        known["webhook_url"] = text.callback_url
    return json.dumps(known).encode()


def _result(answer: Answer) -> Result:
    """Telnyx's answer in our words; whatever does not plainly say yes or no is Unknown."""
    said = part.said(answer.body)
    code, words = telnyx_event.error_of(part.items(said, "errors"))
    if answer.status in (200, 201, 202) and (provider_id := _message_id(said)):
        return Accepted(provider_id)
    if answer.status in (429, 503):
        return _rejected(Trouble.TEMPORARY, answer, code, words)
    if answer.status in _SETUP_STATUSES or (400 <= answer.status < 500 and answer.status != 408 and code):
        # a code we do not know may not harm the number, and trying the same again would not help
        return _rejected(trouble_of(code) or Trouble.SENDER, answer, code, words)
    return Unknown(f"Telnyx answered {answer.status} in a way that leaves open whether the text was sent.")


def _rejected(trouble: Trouble, answer: Answer, code: str, words: str) -> Rejected:
    return handover.rejected(trouble, answer, code, sentence_of(trouble, code, words))


def _message_id(said: Mapping[str, object]) -> str:
    data = said.get("data")
    found = data.get("id") if isinstance(data, dict) else None
    return found if isinstance(found, str) else ""
