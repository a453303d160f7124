"""Bandwidth: one POST per text, webhooks in lists, proven by user name and password alone (rules.md 5.4).

It answers no keyword by itself; only the network of toll-free numbers does. Its list of messages has no words in it,
so it cannot tell what we missed (listing.py). Not verified: its codes and events since 2023.
"""

import json
from base64 import b64encode
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote

from portal.providers import bandwidth_event, bandwidth_signature, handover, part, toll_free
from portal.providers.bandwidth_trouble import of_field, sentence_of
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

_NEEDED = ("account_id", "api_token", "api_secret", "application_id")
_SETUP_STATUSES = (401, 402, 403, 404)  # certain even without a readable body


class Bandwidth:
    """Fulfils `Provider` and `Challenger`. `timeout` (seconds) bounds a whole send; each thread keeps a connection of
    its own."""

    name = "bandwidth"

    def __init__(self, base_url: str = "https://messaging.bandwidth.com", timeout: float = 8.0) -> None:
        self._line = Line(base_url, timeout=timeout)

    def answers(self, keyword: str, number: str) -> bool:
        return toll_free.answers(keyword, number)

    def blocks(self, number: str) -> bool:
        return toll_free.is_toll_free(number)

    def send(self, text: Outbound, *, deadline: float) -> Result:
        """At most one POST. Only what certainly was not sent is Rejected; doubt is Unknown (promises.md 0.4)."""
        account, token, secret, application = (text.credentials.get(name, "").strip() for name in _NEEDED)
        if not (account and token and secret and application):
            return Rejected(Trouble.SENDER, "credentials", f"The sender needs {', '.join(_NEEDED)}.")
        path = f"/api/v2/users/{quote(account, safe='')}/messages"
        headers = {
            "Authorization": "Basic " + b64encode(f"{token}:{secret}".encode()).decode(),
            "Content-Type": "application/json",
            "Accept": "application/json",
        }
        exchange = self._line.post(path, _body(text, application), headers, deadline=deadline)
        return handover.result_of(exchange, _result)

    def is_authentic(self, request: Request, secrets: Sequence[Mapping[str, str]]) -> bool:
        return bandwidth_signature.is_known(request, secrets)

    def challenge(self, request: Request) -> str:
        return bandwidth_signature.challenge(request)

    def read(self, request: Request, secrets: Sequence[Mapping[str, str]]) -> Sequence[Event] | Malformed:
        return bandwidth_event.read(request, secrets)

    def reply(self) -> tuple[str, bytes]:
        return "text/plain", b""


def _body(text: Outbound, application: str) -> bytes:
    """`tag` comes back with every report, so that a lost answer can be resolved."""
    told = {
        "applicationId": application,
        "from": text.sender,
        "to": [text.to],
        "text": text.text,
        "tag": text.message_id,
    }
    return json.dumps(told).encode()


def _result(answer: Answer) -> Result:
    """Bandwidth's answer in our words; whatever does not plainly say yes or no is Unknown."""
    said = part.said(answer.body)
    provider_id, kind = said.get("id"), said.get("type")
    if answer.status in (200, 201, 202) and isinstance(provider_id, str) and provider_id:
        return Accepted(provider_id)
    if answer.status in (429, 503):
        return _rejected(Trouble.TEMPORARY, answer, said)
    if answer.status in _SETUP_STATUSES:
        return _rejected(Trouble.SENDER, answer, said)
    if 400 <= answer.status < 500 and isinstance(kind, str) and kind:
        return _rejected(_of_fields(said), answer, said)
    return Unknown(f"Bandwidth answered {answer.status} in a way that leaves open whether the text was sent.")


def _of_fields(said: Mapping[str, Any]) -> Trouble:
    """A refusal about anything but the number or the words is the sender's: the number stays unharmed."""
    named = [each.get("fieldName") for each in part.items(said, "fieldErrors") if isinstance(each, dict)]
    return of_field(str(named[0])) if len(named) == 1 else Trouble.SENDER


def _rejected(trouble: Trouble, answer: Answer, said: Mapping[str, Any]) -> Rejected:
    return handover.rejected(trouble, answer, "", sentence_of(trouble, part.plain(said.get("description"))))
