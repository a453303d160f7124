"""The JSON Web Token with which Vonage's Messages API signs what it posts: HS256 under the signature secret.

What it must contain is taken from Vonage's description of 2021 (rules.md 5.3); the hash of the body is the part that
binds it to this request, so one without it proves nothing here.
"""

import binascii
import hmac
from base64 import urlsafe_b64decode
from collections.abc import Mapping
from hashlib import sha256
from typing import Any

from portal import clock
from portal.providers import part
from portal.providers.provider import Request


def claims(token: str, secret: str) -> Mapping[str, Any] | None:
    """What the token says; None when the secret did not sign it or its time is over. Raises ValueError at worst."""
    head, _, rest = token.partition(".")
    body, _, signature = rest.partition(".")
    if _object(head).get("alg") != "HS256":
        return None
    made = hmac.new(secret.encode(), f"{head}.{body}".encode(), "sha256").digest()
    if not hmac.compare_digest(made, _bytes(signature)):
        return None
    said = _object(body)
    until = said.get("exp")
    return None if isinstance(until, int | float) and until < clock.now().timestamp() else said


def is_signed(request: Request, secret: Mapping[str, str]) -> bool:
    """Whether a token signed by this sender's secret vouches for the body. Raises ValueError at worst."""
    kind, _, token = request.headers.get("authorization", "").partition(" ")
    key = secret.get("signature_secret", "")
    said = claims(token.strip(), key) if kind.lower() == "bearer" and key.strip() else None
    if said is None or request.method == "GET":
        return False
    told, actual = str(said.get("payload_hash") or ""), sha256(request.body).hexdigest()
    is_body = hmac.compare_digest(told.lower().encode(), actual.encode())
    return is_body and said.get("api_key", secret.get("api_key")) == secret.get("api_key")


def _object(piece: str) -> Mapping[str, Any]:
    return part.said(_bytes(piece))


def _bytes(piece: str) -> bytes:
    try:
        return urlsafe_b64decode(piece.encode("ascii") + b"=" * (-len(piece) % 4))
    except binascii.Error as error:
        raise ValueError("no token") from error
