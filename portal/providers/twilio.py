"""Twilio: one POST per text, signed webhooks, and what its network answers by itself (rules.md 4)."""

import datetime as dt
from base64 import b64encode
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote

from portal.providers import (
    form,
    handover,
    part,
    setting,
    toll_free,
    twilio_event,
    twilio_list,
    twilio_setting,
    twilio_signature,
)
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
from portal.providers.twilio_trouble import sentence_of, trouble_of

# rules.md 4.1: only the bare word counts; toll-free numbers are answered by the network, which knows fewer words
_HELP = frozenset({"help", "info"})
_TOLL_FREE_WORDS = _HELP | toll_free.WORDS
_WORDS = _TOLL_FREE_WORDS | {"unsubscribe", "end", "quit", "stopall", "revoke", "optout", "cancel"}

_SETUP_STATUSES = (401, 403, 404)  # certain even without a readable body
_EMPTY_TWIML = b'<?xml version="1.0" encoding="UTF-8"?><Response/>'


class Twilio:
    """Fulfils `Provider` and `Lister`. `timeout` (seconds) bounds a whole send; each thread has its own connection."""

    name = "twilio"

    def __init__(self, base_url: str = "https://api.twilio.com", timeout: float = 8.0) -> None:
        self._line = Line(base_url, timeout=timeout)
        self._list_line = Line(base_url, timeout=twilio_list.WITHIN, most=twilio_list.MAX_PAGE)

    def answers(self, keyword: str, number: str) -> bool:
        """True for any bare word of Twilio's own lists, so `unsubscribe` too. Short codes answer nothing."""
        words = _TOLL_FREE_WORDS if toll_free.is_toll_free(number) else _WORDS
        return number.startswith("+") and keyword.strip(" \t\r\n").casefold() in words

    def blocks(self, number: str) -> bool:
        return number.startswith("+")

    def send(self, text: Outbound, *, deadline: float) -> Result:
        """At most one POST. Only what certainly was not sent is Rejected; doubt is Unknown (promises.md 0.4)."""
        account, token = text.credentials.get("account_sid"), text.credentials.get("auth_token")
        if not account or not token:
            return Rejected(Trouble.SENDER, "credentials", "The sender has no account_sid or no auth_token.")
        path = f"/2010-04-01/Accounts/{quote(account, safe='')}/Messages.json"
        headers = _headers(account, token) | {"Content-Type": "application/x-www-form-urlencoded"}
        exchange = self._line.post(path, _form(text), headers, deadline=deadline)
        return handover.result_of(exchange, _result)

    def listed(
        self, credentials: Mapping[str, str], number: str, *, since: dt.datetime, place: str | None
    ) -> Listed | NotListed:
        """Texts to `number` first, then those from it. A messaging service may send from other numbers too."""
        account, token = credentials.get("account_sid", ""), credentials.get("auth_token", "")
        if not account or not token:
            return NotListed("The sender has no account_sid or no auth_token.", is_setup=True)
        path = f"/2010-04-01/Accounts/{quote(account, safe='')}/Messages.json"
        answer = self._list_line.get(twilio_list.address(path, number, since, place), _headers(account, token))
        if isinstance(answer, NotSent | Lost):
            return NotListed(answer.sentence)
        has_ours = not credentials.get("messaging_service_sid")
        return twilio_list.read(answer, path, number, since, place, has_ours=has_ours)

    def is_authentic(self, request: Request, secrets: Sequence[Mapping[str, str]]) -> bool:
        return twilio_signature.is_signed(request, secrets)

    def read(self, request: Request, secrets: Sequence[Mapping[str, str]]) -> Sequence[Event] | Malformed:
        """Twilio sends one event in each request."""
        event = twilio_event.read(request, secrets)
        return event if isinstance(event, Malformed) else (event,)

    def reply(self) -> tuple[str, bytes]:
        return "text/xml", _EMPTY_TWIML

    def setting(self, credentials: Mapping[str, str], number: str) -> setting.Setting:
        return twilio_setting.ask(self._line, credentials, number)


def _headers(account: str, token: str) -> dict[str, str]:
    proof = b64encode(f"{account}:{token}".encode()).decode()
    return {"Authorization": f"Basic {proof}", "Accept": "application/json"}


def _form(text: Outbound) -> bytes:
    service = text.credentials.get("messaging_service_sid")
    sender = ("MessagingServiceSid", service) if service else ("From", text.sender)
    fields = [("To", text.to), sender, ("Body", text.text)]
    if text.callback_url:
        fields.append(("StatusCallback", text.callback_url))
    return form.encoded(fields)


def _result(answer: Answer) -> Result:
    """Twilio's answer in our words; whatever does not plainly say yes or no is Unknown."""
    said = part.said(answer.body)
    code = _code(said)
    if answer.status in (200, 201) and isinstance(said.get("sid"), str) and said["sid"]:
        return Accepted(said["sid"])
    if answer.status in (429, 503):
        return _rejected(Trouble.TEMPORARY, answer, code, said)
    if answer.status in _SETUP_STATUSES or (400 <= answer.status < 500 and code):
        # a code we do not know may not harm the number, and trying the same again would not help
        return _rejected(trouble_of(code) or Trouble.SENDER, answer, code, said)
    return Unknown(f"Twilio answered {answer.status} in a way that leaves open whether the text was sent.")


def _rejected(trouble: Trouble, answer: Answer, code: str, said: Mapping[str, Any]) -> Rejected:
    sentence = sentence_of(trouble, str(said.get("message") or ""))
    return handover.rejected(trouble, answer, code, sentence)


def _code(said: Mapping[str, Any]) -> str:
    code = said.get("code")
    return str(code)[:16] if isinstance(code, int | str) else ""
