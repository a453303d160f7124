"""Webhook requests as the tests need them, signed by Twilio's own SDK or by hand."""

from collections.abc import Mapping, Sequence
from urllib.parse import parse_qsl, urlencode, urlsplit

from twilio.request_validator import HMAC_SHA1, RequestValidator

from portal.providers.provider import Request

FORM = "application/x-www-form-urlencoded"
URL = "https://portal.example.com/webhooks/twilio/b1/messages"
ACCOUNT = "AC" + "0" * 31 + "1"
TOKEN = "0123456789abcdef0123456789abcdef"
SECRETS = [{"account_sid": ACCOUNT, "auth_token": TOKEN}]

Pairs = Sequence[tuple[str, str]]


def sign(url: str, params: Mapping[str, str], token: str = TOKEN, algorithm: str = HMAC_SHA1) -> str:
    return str(RequestValidator(token).compute_signature(url, params, algorithm))


def form_request(pairs: Pairs | Mapping[str, str], signature: str | None, url: str = URL, **headers: str) -> Request:
    """A form post; underscores in header names become hyphens."""
    fields = list(pairs.items()) if isinstance(pairs, Mapping) else list(pairs)
    return body_request(urlencode(fields).encode(), signature, url, **headers)


def body_request(body: bytes, signature: str | None, url: str = URL, **headers: str) -> Request:
    known = {"content-type": FORM} | {name.replace("_", "-"): value for name, value in headers.items()}
    if signature is not None:
        known["x-twilio-signature"] = signature
    query = dict(parse_qsl(urlsplit(url).query, keep_blank_values=True))
    return Request("POST", url, known, body, query)
