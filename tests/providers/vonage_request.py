"""Webhook requests as Vonage makes them, signed by hand."""

import json
from base64 import urlsafe_b64encode
from collections.abc import Mapping, Sequence
from hashlib import md5, sha256
from hmac import new
from typing import Any
from urllib.parse import urlencode

from portal.providers.provider import Request

KEY, SECRET = "a1b2c3d4", "V0nageSignatureSecretOfThisTest"
URL = "https://portal.example.com/webhooks/vonage/b1/messages"
CLIENT, OURS = "+14155550132", "+12025550178"
SECRETS: list[dict[str, str]] = [
    {"api_key": KEY, "api_secret": "s3cret", "signature_secret": SECRET, "signature_method": "sha256", "number": OURS}
]
FORM = {"content-type": "application/x-www-form-urlencoded"}
JSON = {"content-type": "application/json; charset=utf-8"}

Pairs = Sequence[tuple[str, str]]


def inbound(text: str = "STOP", **more: str) -> dict[str, str]:
    """Names with hyphens are written with underscores."""
    known = {
        "msisdn": CLIENT[1:], "to": OURS[1:], "messageId": "170000029A2C7F1A", "text": text, "type": "text",
        "keyword": text.split(" ")[0].upper(), "api-key": KEY, "message-timestamp": "2026-11-22 20:00:00",
        "timestamp": "1795377600", "nonce": "c2a1f7d0-1b1c-4a52-8d29-3d2f0b4f6a11",
    }  # fmt: skip
    return known | {name.replace("_", "-"): value for name, value in more.items()}


def receipt(status: str = "delivered", **more: str) -> dict[str, str]:
    known = {
        "msisdn": CLIENT[1:], "to": OURS[1:], "network-code": "310260", "messageId": "0B00000127FDBC63",
        "price": "0.00570000", "status": status, "scts": "2611222000", "err-code": "0", "api-key": KEY,
        "message-timestamp": "2026-11-22 20:00:01", "timestamp": "1795377601", "nonce": "0f1e",
    }  # fmt: skip
    return known | {name.replace("_", "-"): value for name, value in more.items()}


def sig(fields: Mapping[str, str] | Pairs, secret: str = SECRET, method: str = "sha256") -> str:
    pairs = sorted(fields.items()) if isinstance(fields, Mapping) else sorted(fields)
    text = "".join(f"&{name}={value.replace('&', '_').replace('=', '_')}" for name, value in pairs)
    if method == "md5hash":
        return md5((text + secret).encode()).hexdigest()
    return new(secret.encode(), text.encode(), method).hexdigest().upper()


def signed(fields: Mapping[str, str], secret: str = SECRET, method: str = "sha256") -> dict[str, str]:
    return {**fields, "sig": sig(fields, secret, method)}


def form(fields: Mapping[str, str] | Pairs) -> Request:
    return Request("POST", URL, FORM, urlencode(fields).encode())


def got(fields: Mapping[str, str]) -> Request:
    return Request("GET", f"{URL}?{urlencode(fields)}", {}, b"", dict(fields))


def json_post(fields: Any, **headers: str) -> Request:
    return Request("POST", URL, JSON | headers, json.dumps(fields).encode())


def token(body: bytes, secret: str = SECRET, *, algorithm: str = "HS256", **claims: Any) -> str:
    said = {"iat": 1795377600, "iss": "Vonage", "api_key": KEY, "payload_hash": sha256(body).hexdigest()} | claims
    head, middle = (_part(json.dumps(each).encode()) for each in ({"typ": "JWT", "alg": algorithm}, said))
    return f"{head}.{middle}.{_part(new(secret.encode(), f'{head}.{middle}'.encode(), 'sha256').digest())}"


def with_token(fields: Any, **claims: Any) -> Request:
    request = json_post(fields)
    return Request("POST", URL, {**request.headers, "authorization": f"Bearer {token(request.body, **claims)}"},
                   request.body)  # fmt: skip


def _part(raw: bytes) -> str:
    return urlsafe_b64encode(raw).rstrip(b"=").decode()
