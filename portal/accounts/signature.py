"""How events are signed, so that only we can have sent them: Standard Webhooks 1.0.0, symmetric (`v1`)."""

import base64
import binascii
import hashlib
import hmac
import secrets
from collections.abc import Iterable

PREFIX = "whsec_"
KEY_BYTES = 32


def new_secret() -> str:
    return PREFIX + base64.b64encode(secrets.token_bytes(KEY_BYTES)).decode()


def sign(secret: str, message_id: str, timestamp: int, payload: bytes) -> str:
    """`v1,…` over `id.timestamp.payload`. Raises ValueError for what is no such secret."""
    try:
        key = base64.b64decode(secret.removeprefix(PREFIX), validate=True)
    except binascii.Error as error:
        raise ValueError("not a secret of Standard Webhooks") from error
    if not key:
        raise ValueError("an empty secret would prove nothing")
    signed = f"{message_id}.{timestamp}.".encode() + payload
    return "v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()


def headers(active: Iterable[str], message_id: str, timestamp: int, payload: bytes) -> dict[str, str]:
    """What travels beside the payload; one signature for each secret that is active now."""
    return {
        "webhook-id": message_id,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": " ".join(sign(each, message_id, timestamp, payload) for each in active),
    }
