"""Sinch by its SMS API (XMS): one batch of one per text, signed webhooks, and a list of inbound texts (rules.md 5.5).

It answers no keyword by itself; only the network of toll-free numbers does. Signed webhooks for SMS have to be asked
for at Sinch. Not verified: which codes a refused send has; any of them leaves the number unharmed.
"""

import datetime as dt
import json
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote

from portal.providers import handover, part, sinch_event, sinch_list, sinch_signature, toll_free
from portal.providers.connection import Answer, Line, Lost, NotSent
from portal.providers.listing import Listed, NotListed
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
from portal.providers.sinch_trouble import refusal

_SETUP_STATUSES = (401, 403, 404)  # certain even without a readable body


class Sinch:
    """Fulfils `Provider` and `Lister`. `timeout` (seconds) bounds a whole send; each thread has its own connection."""

    name = "sinch"

    def __init__(self, base_url: str = "https://us.sms.api.sinch.com", timeout: float = 8.0) -> None:
        self._line = Line(base_url, timeout=timeout)
        self._list_line = Line(base_url, timeout=sinch_list.WITHIN, most=sinch_list.MAX_PAGE)

    def answers(self, keyword: str, number: str) -> bool:
        return toll_free.answers(keyword, number)

    def blocks(self, number: str) -> bool:
        return toll_free.is_toll_free(number)

    def send(self, text: Outbound, *, deadline: float) -> Result:
        """At most one POST. Only what certainly was not sent is Rejected; doubt is Unknown (promises.md 0.4)."""
        asked = _address(text.credentials)
        if asked is None:
            return Rejected(Trouble.SENDER, "credentials", "The sender has no service_plan_id or no api_token.")
        path, headers = asked
        headers["Content-Type"] = "application/json"
        exchange = self._line.post(f"{path}/batches", _body(text), headers, deadline=deadline)
        return handover.result_of(exchange, _result)

    def listed(
        self, credentials: Mapping[str, str], number: str, *, since: dt.datetime, place: str | None
    ) -> Listed | NotListed:
        """Texts to `number` first, then what we sent from it."""
        asked = _address(credentials)
        if asked is None:
            return NotListed("The sender has no service_plan_id or no api_token.", is_setup=True)
        path, headers = asked
        answer = self._list_line.get(sinch_list.address(path, since, place), headers)
        if isinstance(answer, NotSent | Lost):
            return NotListed(answer.sentence)
        return sinch_list.read(answer, credentials["service_plan_id"].strip(), number, place)

    def is_authentic(self, request: Request, secrets: Sequence[Mapping[str, str]]) -> bool:
        return sinch_signature.is_signed(request, secrets)

    def read(self, request: Request, secrets: Sequence[Mapping[str, str]]) -> Sequence[Event] | Malformed:
        """Sinch sends one event in each request."""
        event = sinch_event.read(request, secrets)
        return event if isinstance(event, Malformed) else (event,)

    def reply(self) -> tuple[str, bytes]:
        return "text/plain", b""


def _address(credentials: Mapping[str, str]) -> tuple[str, dict[str, str]] | None:
    """Path and headers of a service plan; None without one, or with a token that no header can carry."""
    plan, token = credentials.get("service_plan_id", "").strip(), credentials.get("api_token", "").strip()
    if not plan or not (token and token.isascii() and token.isprintable()):
        return None
    path = f"/xms/v1/{quote(plan, safe='')}"
    return path, {"Authorization": f"Bearer {token}", "Accept": "application/json"}


def _body(text: Outbound) -> bytes:
    """`client_reference` comes back with every report, so the callback needs no query, which nobody would sign."""
    told = {
        "type": "mt_text",
        "from": text.sender.removeprefix("+"),
        "to": [text.to.removeprefix("+")],
        "body": text.text,
        "client_reference": text.message_id,
        "delivery_report": "per_recipient",
    }
    if callback := text.callback_url.partition("?")[0]:
        told["callback_url"] = callback
    return json.dumps(told).encode()


def _result(answer: Answer) -> Result:
    """Sinch's answer in our words; whatever does not plainly say yes or no is Unknown."""
    said = part.said(answer.body)
    batch, code = said.get("id"), said.get("code")
    if answer.status in (200, 201) and isinstance(batch, str) and batch:
        return Accepted(batch)
    if answer.status in (429, 503):
        return _rejected(Trouble.TEMPORARY, answer, said)
    if answer.status in _SETUP_STATUSES or (400 <= answer.status < 500 and isinstance(code, str) and code):
        return _rejected(Trouble.SENDER, answer, said)
    return Unknown(f"Sinch answered {answer.status} in a way that leaves open whether the text was sent.")


def _rejected(trouble: Trouble, answer: Answer, said: Mapping[str, Any]) -> Rejected:
    return handover.rejected(trouble, answer, "", refusal(trouble, part.plain(said.get("text"))))
