"""Who signed a request from Telnyx: Ed25519 over `timestamp|raw body` under the account's public key (rules.md 5.1).

The URL is not signed, and all profiles of one Telnyx account share its key; so reading checks profile and number too.
"""

from base64 import b64decode
from collections.abc import Mapping, Sequence

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from portal import clock
from portal.providers.provider import Request

SIGNATURE = "telnyx-signature-ed25519"
TIMESTAMP = "telnyx-timestamp"
TOLERANCE = 300  # seconds, either way


def is_signed(request: Request, secrets: Sequence[Mapping[str, str]]) -> bool:
    """By one of them, and now."""
    return _is_fresh(request.headers.get(TIMESTAMP, "")) and bool(signers(request, secrets))


def signers(request: Request, secrets: Sequence[Mapping[str, str]]) -> list[Mapping[str, str]]:
    """The senders whose account signed these very bytes: only for them may the request speak. An empty key signs
    nothing, and nothing here raises."""
    stamp = request.headers.get(TIMESTAMP, "")
    signed = stamp.encode("utf-8", "replace") + b"|" + request.body
    given = _bytes(request.headers.get(SIGNATURE, ""))
    return [secret for secret in secrets if _matches(_bytes(secret.get("public_key") or ""), given, signed)]


def _is_fresh(stamp: str) -> bool:
    """Whole seconds: a difference of 300 counts, of 301 no more."""
    if not (stamp.isascii() and stamp.isdigit() and len(stamp) <= 12):
        return False
    return abs(int(clock.now().timestamp()) - int(stamp)) <= TOLERANCE


def _bytes(text: str) -> bytes:
    try:
        return b64decode(text.strip(), validate=True)
    except ValueError:
        return b""


def _matches(key: bytes, given: bytes, signed: bytes) -> bool:
    if len(key) != 32 or len(given) != 64:
        return False
    try:
        Ed25519PublicKey.from_public_bytes(key).verify(given, signed)
    except (InvalidSignature, ValueError):
        return False
    return True
