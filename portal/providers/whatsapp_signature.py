"""Who signed a request from Meta: HMAC-SHA256 of the raw body under an app secret (rules.md section 6)."""

import hmac
from collections.abc import Mapping, Sequence

from portal.providers.provider import Request

SIGNATURE = "x-hub-signature-256"


def signers(request: Request, secrets: Sequence[Mapping[str, str]]) -> list[Mapping[str, str]]:
    """The senders whose app secret signed these very bytes: only for them may the request speak. An empty secret
    signs nothing."""
    given = request.headers.get(SIGNATURE, "").encode("utf-8", "replace")
    return [
        secret
        for secret in secrets
        if (key := secret.get("app_secret", "")).strip() and hmac.compare_digest(_signature(key, request.body), given)
    ]


def is_signed(request: Request, secrets: Sequence[Mapping[str, str]]) -> bool:
    return bool(signers(request, secrets))


def _signature(key: str, body: bytes) -> bytes:
    return b"sha256=" + hmac.new(key.encode(), body, "sha256").hexdigest().encode()
