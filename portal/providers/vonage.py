"""Vonage by its SMS API: one POST per text, signed webhooks by GET or POST (rules.md 5.3).

The SMS API and not the Messages API, because it takes the very credentials that interface.md names, says of every part
whether it was taken, and signs its webhooks field by field; what the Messages API posts is read as well.
Words of clients are ours to answer: leave Vonage's own Opt-Out Assist off, for nobody tells us that it is on.
Not verified: that 429 and 503 come for sends; the list of answers only knows code 1.
"""

from base64 import b64encode
from collections.abc import Mapping, Sequence
from typing import Any

from portal.providers import form, handover, part, toll_free, vonage_event, vonage_signature
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
from portal.providers.vonage_trouble import of_answer, sentence_of

BASE_URL = "https://rest.nexmo.com"
LONGEST_CALLBACK = 100  # characters, by Vonage's own model of a request
_SETUP_STATUSES = (401, 403, 404)  # certain even without a readable body

# what one byte of the GSM alphabet holds; any other character makes it a text of sixteen bits a character
GSM = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿"
    "abcdefghijklmnopqrstuvwxyzäöñüà^{}[]~\\|€\f"
)


class Vonage:
    """Fulfils `Provider`. `timeout` (seconds) bounds a whole send; each thread keeps a connection of its own."""

    name = "vonage"

    def __init__(self, base_url: str = BASE_URL, timeout: float = 8.0) -> None:
        self._line = Line(base_url, timeout=timeout)

    def answers(self, keyword: str, number: str) -> bool:
        """Only the network of toll-free numbers does (rules.md 5.7)."""
        return toll_free.answers(keyword, number)

    def blocks(self, number: str) -> bool:
        return toll_free.is_toll_free(number)

    def send(self, text: Outbound, *, deadline: float) -> Result:
        """At most one POST. Only what certainly was not sent is Rejected; doubt is Unknown (promises.md 0.4)."""
        key, secret = (text.credentials.get(name, "").strip() for name in ("api_key", "api_secret"))
        if not key or not secret:
            return Rejected(Trouble.SENDER, "credentials", "The sender has no api_key or no api_secret.")
        headers = {
            "Authorization": "Basic " + b64encode(f"{key}:{secret}".encode()).decode(),
            "Content-Type": "application/x-www-form-urlencoded",
            "Accept": "application/json",
        }
        exchange = self._line.post("/sms/json", _form(text), headers, deadline=deadline)
        return handover.result_of(exchange, _result)

    def is_authentic(self, request: Request, secrets: Sequence[Mapping[str, str]]) -> bool:
        return vonage_signature.is_signed(request, secrets)

    def read(self, request: Request, secrets: Sequence[Mapping[str, str]]) -> Sequence[Event] | Malformed:
        """Vonage sends one event in each request."""
        event = vonage_event.read(request, secrets)
        return event if isinstance(event, Malformed) else (event,)

    def reply(self) -> tuple[str, bytes]:
        return "text/plain", b""


def _form(text: Outbound) -> bytes:
    """`client-ref` comes back with every receipt, so the callback needs no query; where even so it is too long for
    Vonage, the address that is set in its dashboard serves."""
    callback = text.callback_url.partition("?")[0]
    fields = {
        "from": text.sender.removeprefix("+"),
        "to": text.to.removeprefix("+"),
        "text": text.text,
        "type": "text" if GSM.issuperset(text.text) else "unicode",
        "client-ref": text.message_id,
    }
    if 0 < len(callback) <= LONGEST_CALLBACK:
        fields["callback"] = callback
    return form.encoded(fields.items())


def _result(answer: Answer) -> Result:
    """Vonage's answer in our words; whatever does not plainly say yes or no to all parts is Unknown."""
    if answer.status in (429, 503):
        return _rejected(Trouble.TEMPORARY, answer, str(answer.status), "")
    if answer.status in _SETUP_STATUSES:
        return _rejected(Trouble.SENDER, answer, str(answer.status), "")
    parts = part.said(answer.body).get("messages")
    if answer.status == 200 and isinstance(parts, list) and parts and all(isinstance(each, dict) for each in parts):
        return _of_parts(parts, answer)
    return Unknown(f"Vonage answered {answer.status} in a way that leaves open whether the text was sent.")


def _of_parts(parts: Sequence[Mapping[str, Any]], answer: Answer) -> Result:
    """A long text is taken part by part: all of them, none of them, or nobody knows what the client will see."""
    codes = [str(each.get("status")) for each in parts]
    first = parts[0].get("message-id")
    if set(codes) == {"0"}:
        if isinstance(first, str) and first:
            return Accepted(first)
        return Unknown("Vonage took the text and gave it no id.")
    troubles = [of_answer(code) for code in codes]
    if "0" in codes:
        return Unknown("Vonage took only a part of this long text.")
    if (trouble := troubles[0]) is None or None in troubles:
        return Unknown(f"Vonage answered with code {codes[0][:16]}, which leaves open whether the text was sent.")
    return _rejected(trouble, answer, codes[0], str(parts[0].get("error-text") or ""))


def _rejected(trouble: Trouble, answer: Answer, code: str, said: str) -> Rejected:
    return handover.rejected(trouble, answer, code, sentence_of(trouble, said))
