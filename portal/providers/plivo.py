"""Plivo: one POST per text, signed webhooks, and which words it acts on by itself (rules.md 5.2 and 5.7).

Its list of messages has numbers and times, and no words: a STOP cannot be read from it, so it is no `Lister`. A STOP
that was missed shows as error 200 at the next text, which nobody gets (rules.md row 18).
"""

import json
import re
from base64 import b64encode
from collections.abc import Mapping, Sequence
from urllib.parse import quote

from portal.providers import handover, part, plivo_event, plivo_signature, setting, toll_free
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

BASE_URL = "https://api.plivo.com"

# Plivo's two pages on this differ in cancel, unsub and “stop all”; where it is sent, MessageIntent decides
_HELP = frozenset({"help", "info"})
_WORDS = _HELP | {"stop", "end", "quit", "cancel", "unsub", "stop all", "start", "unstop"}
_HOME = "+1"  # Plivo does this for the USA and Canada only

_APPLICATION = re.compile(r"/v1/Account/[0-9A-Za-z]{1,40}/Application/[0-9A-Za-z-]{1,40}/")
_SETUP_STATUSES = (401, 402, 403, 404)  # certain even without a readable body
_SENTENCES = {
    Trouble.SENDER: "The sender or the Plivo account is not set up for this text.",
    Trouble.TEMPORARY: "Plivo cannot take the text now; it may be tried again.",
}


class Plivo:
    """Fulfils `Provider`. `timeout` (seconds) bounds a whole send; each thread keeps a connection of its own."""

    name = "plivo"

    def __init__(self, base_url: str = BASE_URL, timeout: float = 8.0) -> None:
        self._line = Line(base_url, timeout=timeout)

    def answers(self, keyword: str, number: str) -> bool:
        """True for any bare word of Plivo's own lists. Short codes answer nothing unless Plivo was asked to."""
        words = _HELP | toll_free.WORDS if toll_free.is_toll_free(number) else _WORDS
        return number.startswith(_HOME) and keyword.strip(" \t\r\n").casefold() in words

    def blocks(self, number: str) -> bool:
        """On 10DLC for the whole campaign."""
        return number.startswith(_HOME)

    def send(self, text: Outbound, *, deadline: float) -> Result:
        """At most one POST. Only what certainly was not sent is Rejected; doubt is Unknown (promises.md 0.4)."""
        account, token = text.credentials.get("auth_id"), text.credentials.get("auth_token")
        if not account or not token:
            return Rejected(Trouble.SENDER, "credentials", "The sender has no auth_id or no auth_token.")
        path = f"/v1/Account/{quote(account, safe='')}/Message/"
        exchange = self._line.post(path, _body(text), _headers(text.credentials), deadline=deadline)
        return handover.result_of(exchange, _result)

    def is_authentic(self, request: Request, secrets: Sequence[Mapping[str, str]]) -> bool:
        return plivo_signature.is_signed(request, secrets)

    def read(self, request: Request, secrets: Sequence[Mapping[str, str]]) -> Sequence[Event] | Malformed:
        """Plivo sends one event in each request."""
        event = plivo_event.read(request, secrets)
        return event if isinstance(event, Malformed) else (event,)

    def reply(self) -> tuple[str, bytes]:
        return "application/xml", b"<Response></Response>"

    def setting(self, credentials: Mapping[str, str], number: str) -> setting.Setting:
        """That of the number's application, which takes two questions."""
        account, headers = quote(credentials.get("auth_id", ""), safe=""), _headers(credentials)
        path = f"/v1/Account/{account}/Number/{quote(number.removeprefix('+'), safe='')}/"
        found = setting.asked(self._line, path, headers)
        if isinstance(found, setting.Setting):
            return found
        application = found.get("application")
        if not isinstance(application, str) or not _APPLICATION.fullmatch(application):
            return setting.Setting()
        found = setting.asked(self._line, application, headers)
        if isinstance(found, setting.Setting):
            return found
        remarks = () if str(found.get("message_method", "POST")) == "POST" else ("Its message method is to be POST.",)
        return setting.Setting(setting.urls(found.get("message_url")), remarks)


def _headers(credentials: Mapping[str, str]) -> dict[str, str]:
    proof = f"{credentials.get('auth_id', '')}:{credentials.get('auth_token', '')}".encode()
    basic = "Basic " + b64encode(proof).decode()
    return {"Authorization": basic, "Content-Type": "application/json", "Accept": "application/json"}


def _body(text: Outbound) -> bytes:
    """Numbers as Plivo writes them itself, without the plus."""
    known = {"src": text.sender.removeprefix("+"), "dst": text.to.removeprefix("+"), "text": text.text, "type": "sms"}
    if text.callback_url:
        known |= {"url": text.callback_url, "method": "POST"}
    return json.dumps(known).encode()


def _result(answer: Answer) -> Result:
    """Plivo's answer in our words; whatever does not plainly say yes or no is Unknown."""
    said = part.said(answer.body)
    words = said.get("error")
    if answer.status in (200, 201, 202) and (provider_id := _message_id(said)):
        return Accepted(provider_id)
    if answer.status in (429, 503):
        return _rejected(Trouble.TEMPORARY, answer, words)
    if answer.status in _SETUP_STATUSES or (400 <= answer.status < 500 and answer.status != 408 and words):
        # a refusal we cannot tell apart may not harm the number, and trying the same again would not help
        return _rejected(Trouble.SENDER, answer, words)
    return Unknown(f"Plivo answered {answer.status} in a way that leaves open whether the text was sent.")


def _rejected(trouble: Trouble, answer: Answer, words: object) -> Rejected:
    shown = " ".join(part.plain(words).split())[:300]
    sentence = f"{_SENTENCES[trouble]} Plivo says: {shown}" if shown else _SENTENCES[trouble]
    return handover.rejected(trouble, answer, "", sentence)


def _message_id(said: Mapping[str, object]) -> str:
    found = said.get("message_uuid")
    first = found[0] if isinstance(found, list) and len(found) == 1 else None
    return first if isinstance(first, str) else ""
