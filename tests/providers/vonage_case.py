"""Vonage's row: forms in the shape of its documentation, signed by SHA-256."""

from urllib.parse import parse_qsl, urlencode, urlsplit

from portal.providers.provider import Request
from tests.pretend_twilio.http import Reply
from tests.providers.case import CLIENT, SENDER, Case, Fate
from tests.providers.doubt import said
from tests.providers.vonage_request import FORM, SECRETS, receipt, signed
from tests.providers.vonage_request import inbound as fields

_WORDS: dict[Fate, str] = {"sent": "accepted", "delivered": "delivered", "failed": "rejected"}


def message_id(n: int) -> str:
    return f"0B00000{n:09x}"


def posted(url: str, told: dict[str, str]) -> Request:
    query = dict(parse_qsl(urlsplit(url).query))
    return Request("POST", url, FORM, urlencode(signed(told)).encode(), query)


def inbound(url: str, text: str, n: int) -> Request:
    return posted(url, fields(text, messageId=message_id(n), msisdn=CLIENT[1:], to=SENDER[1:]))


def status(url: str, fate: Fate, n: int, code: str) -> Request:
    """Our own id comes back as `client-ref`; the address has no part in it."""
    ours = dict(parse_qsl(urlsplit(url).query)).get("message", "")
    told = receipt(_WORDS[fate], messageId=message_id(n), msisdn=CLIENT[1:], to=SENDER[1:], err_code=code or "0")
    return posted(url, told | ({"client-ref": ours} if ours else {}))


def accepted(n: int) -> Reply:
    return said(200, {"message-count": "1", "messages": [{"status": "0", "message-id": message_id(n)}]})


VONAGE = Case(
    credentials={name: value for name, value in SECRETS[0].items() if name != "number"},
    secret="signature_secret",
    other_secret="another account's secret",
    proofs=(),
    inbound=inbound,
    status=status,
    id_of=message_id,
    accepted=accepted,
    answered=(),
    not_answered=("stop", "start", "unstop", "help", "please stop", ""),
    block_code="9",
)
